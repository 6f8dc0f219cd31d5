"""
What is left in the store for a short while, by whoever will be back for it: sealed, handed out once, and bounded.

Each deposit counts in groups: for its browser, say, for its address, and for all. A group that gets too heavy loses
what was left longest ago, and so do all others that it counts in. All of them lie in one slot of a cluster, so that a
deposit is made with what bounds it or not at all. Neither their names nor those of groups can be read: they are keyed
hashes.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from webapp.store.connection import Store, milliseconds
from webapp.store.names import HashedNames
from webapp.store.sealing import STAMP, Sealer, Unsealable

_ANY = 2**53

# Before what is sealed stand a deposit's weight and its groups, so that whatever ends it counts it no longer.
_FORGET = """
local function forget(name)
  local weight, groups = string.match(redis.call('GETRANGE', name, 0, 4095), '^(%d+) ([^\\n]*)\\n')
  if not weight then return end
  for group in string.gmatch(groups, '%S+') do
    if redis.call('ZREM', group, weight .. ' ' .. name) == 1 then
      redis.call('SET', group .. ':sum', (redis.call('GET', group .. ':sum') or 0) - weight, 'KEEPTTL')
    end
  end
  redis.call('DEL', name)
end
local function is_still(name, stamp)
  return redis.call('GETRANGE', name, 0, #stamp - 1) == stamp
end
"""
_PUT = (
    _FORGET
    + """
local name, former, stamp, value, weight, life = KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local left = life
if stamp ~= '' then
  if not is_still(former, stamp) then return 0 end
  if former == name then left = math.max(redis.call('PTTL', name), 1) end
  forget(former)
end
forget(name)
redis.call('SET', name, value, 'PX', left)
local time = redis.call('TIME')
local ends_at = string.format('%.0f', time[1] * 1000000 + time[2] + left * 1000)
for i = 3, #KEYS do
  local group, most, sum = KEYS[i], tonumber(ARGV[i + 2]), KEYS[i] .. ':sum'
  local count = (redis.call('GET', sum) or 0) + weight * redis.call('ZADD', group, ends_at, weight .. ' ' .. name)
  redis.call('SET', sum, count, 'PX', life)
  redis.call('PEXPIRE', group, life)
  while count > most do
    local oldest = redis.call('ZRANGE', group, 0, 0)[1]
    if not oldest then break end
    local of_it, its_name = string.match(oldest, '^(%d+) (.+)$')
    forget(its_name)
    if redis.call('ZREM', group, oldest) == 1 then -- it was over already, and is named here alone
      redis.call('SET', sum, redis.call('GET', sum) - of_it, 'KEEPTTL')
    end
    count = tonumber(redis.call('GET', sum))
  end
end
return 1
"""
)
_TAKE = (
    _FORGET
    + """
if not is_still(KEYS[1], ARGV[1]) then return 0 end
forget(KEYS[1])
return 1
"""
)


class Deposit(NamedTuple):
    """What was left, and which one it is of all that are left under its name in time."""

    content: bytes
    key: bytes
    groups: Sequence[bytes]
    stamp: bytes


class Deposits:
    """
    The deposits of one `kind` under one `prefix`, each kept for so many `seconds`.

    The newest of `secrets` seals and makes names; by the others is found and opened, too. Raises StoreUnavailable.
    """

    def __init__(self, store: Store, secrets: Sequence[str], *, prefix: str, kind: str, seconds: float) -> None:
        self._store = store
        self._names = HashedNames(secrets, f"deposits:{kind}")
        self._sealer = Sealer(secrets)
        self._within = f"{prefix}:{{{kind}}}"
        self._seconds = seconds
        self._put = store.script(_PUT)
        self._take = store.script(_TAKE)

    async def put(
        self,
        name: str,
        content: bytes,
        groups: Mapping[str, int],
        *,
        weight: int = 1,
        instead_of: Deposit | None = None,
    ) -> bool:
        """
        Leave something under a name, in place of whatever is left there.

        `groups` are those that it counts in, and how heavy each may get. Says whether it could be done: not where it
        goes in the place of another that was taken or changed meanwhile.
        """
        named = {self._groups(group)[0]: most for group, most in groups.items()}
        return await self._left(self._key(name), content, named, weight, instead_of)

    async def change(self, former: Deposit, content: bytes, *, weight: int = 1) -> bool:
        """
        Put another content in, no heavier, for the time that was left.

        Says whether it was still as it had been found.
        """
        return await self._left(former.key, content, dict.fromkeys(former.groups, _ANY), weight, former)

    async def find(self, name: str) -> Deposit | None:
        """What is left under a name, which stays; None for what can't be read, too."""
        for found in await self._read([self._within_of(each) for each in self._names.each(name)]):
            return found
        return None

    async def take(self, found: Deposit) -> bool:
        """Take a deposit away, as it was found; says whether it was there still: of many who ask at once, to one."""
        return bool(await self._take([found.key], [found.stamp]))

    async def is_known(self, group: str) -> bool:
        """Whether there is anything in a group."""
        return any(await self._store.ask_each([("EXISTS", each) for each in self._groups(group)]))

    async def of_group(self, group: str) -> list[Deposit]:
        """All that is left in a group."""
        listed = await self._store.read_each([("ZRANGE", each, 0, -1) for each in self._groups(group)])
        return await self._read([member.partition(b" ")[2] for members in listed for member in members or ()])

    async def _left(
        self, key: bytes, content: bytes, groups: Mapping[bytes, int], weight: int, former: Deposit | None
    ) -> bool:
        value = b"%d %s\n%s" % (weight, b" ".join(groups), self._sealer.seal(key, content))
        keys = [key, former.key if former else key, *groups]
        stamp = former.stamp if former else b""
        return bool(await self._put(keys, [stamp, value, weight, milliseconds(self._seconds), *groups.values()]))

    async def _read(self, keys: Sequence[bytes]) -> list[Deposit]:
        values = await self._store.read_each([("GET", key) for key in keys])
        return [
            found
            for key, value in zip(keys, values, strict=True)
            if value is not None and (found := self._opened(key, value)) is not None
        ]

    def _opened(self, key: bytes, value: bytes) -> Deposit | None:
        head, line, sealed = value.partition(b"\n")
        try:
            content = self._sealer.open(key, sealed)
        except Unsealable:
            return None
        return Deposit(content, key, head.split(b" ")[1:], head + line + sealed[:STAMP])

    def _key(self, name: str) -> bytes:
        return self._within_of(self._names.newest(name))

    def _groups(self, group: str) -> list[bytes]:
        return [self._within_of(f"of:{each}") for each in self._names.each(group)]

    def _within_of(self, name: str) -> bytes:
        return f"{self._within}:{name}".encode()
