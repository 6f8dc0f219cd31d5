"""
When buckets of tries will be full, in the store, so that all processes count together.

Time is the store's own, so it doesn't matter whether the machines' clocks agree. All buckets lie in one slot of a
cluster, so that a try is taken of each or of none; a full bucket expires. Whose a bucket is can't be read: the names
are keyed hashes. Under several keys a bucket has several names and is kept under each, so that whoever has any of them
counts on, and nobody has more tries because keys are being changed.
"""

from collections.abc import Sequence

from webapp.store.connection import Store
from webapp.store.names import HashedNames

_TAKE = """
local time, wait, full = redis.call('TIME'), 0, {}
local now = time[1] * 1000000 + time[2]
for i, key in ipairs(KEYS) do
  full[i] = math.max(tonumber(redis.call('GET', key) or now), now)
  wait = math.max(wait, full[i] - now - (ARGV[2 * i - 1] - 1) * ARGV[2 * i])
end
if wait > 1 then return wait end
for i, key in ipairs(KEYS) do
  local at = full[i] + ARGV[2 * i]
  redis.call('SET', key, string.format('%.0f', at), 'PX', string.format('%.0f', math.ceil((at - now) / 1000)))
end
return 0
"""
_GIVE_BACK = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
for i, key in ipairs(KEYS) do
  local full = redis.call('GET', key)
  if full then
    local at = full - ARGV[i]
    if at <= now then redis.call('DEL', key)
    else
      redis.call('SET', key, string.format('%.0f', at), 'PX', string.format('%.0f', math.ceil((at - now) / 1000)))
    end
  end
end
return 0
"""


class Tries:
    """The buckets under one `prefix`; `secrets` make their names. Raises StoreUnavailable."""

    def __init__(self, store: Store, secrets: Sequence[str], *, prefix: str) -> None:
        self._names = HashedNames(secrets, "tries")
        self._prefix = prefix
        self._take = store.script(_TAKE)
        self._give_back = store.script(_GIVE_BACK)

    async def take(self, names: Sequence[str], limits: Sequence[tuple[int, float]]) -> float:
        """
        Use up a try of each bucket; or of none, and say how many seconds it takes until each has one. Else 0.

        `limits` are, for each, its tries and the seconds until one is back.
        """
        named = [(key, limit) for name, limit in zip(names, limits, strict=True) for key in self._keys(name)]
        arguments = [part for _, (tries, each) in named for part in (tries, _microseconds(each))]
        return float(await self._take([key for key, _ in named], arguments)) / 1_000_000

    async def give_back(self, names: Sequence[str], each: Sequence[float]) -> None:
        """Take one back of each bucket, whose tries come back every so many seconds."""
        named = [(key, seconds) for name, seconds in zip(names, each, strict=True) for key in self._keys(name)]
        await self._give_back([key for key, _ in named], [_microseconds(seconds) for _, seconds in named])

    def _keys(self, name: str) -> list[bytes]:
        return [f"{self._prefix}:{{tries}}:{each}".encode() for each in self._names.each(name)]


def _microseconds(seconds: float) -> int:
    return max(round(seconds * 1_000_000), 1)
