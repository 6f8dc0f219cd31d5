"""
Who has which sessions, in the store: by owner, by sign-in at a provider, and all of them.

An index may name sessions that are no more, since theirs are not the same slots of a cluster; it never lacks one that
is. Nobody's name stands in the store: owners and providers' sign-ins are keyed hashes.
"""

from collections.abc import Iterable, Sequence

from webapp.store.connection import Store, milliseconds
from webapp.store.names import HashedNames

_CLAIM = """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
local count = redis.call('ZCARD', KEYS[1])
if count >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[4])
return count + 1
"""


class Indexes:
    """The indexes under one `prefix`. `secrets` make the hashes, newest first: by the others is found, too."""

    def __init__(self, store: Store, secrets: Sequence[str], *, prefix: str) -> None:
        self._store = store
        self._names = HashedNames(secrets, "index")
        self._prefix = prefix
        self._claim = store.script(_CLAIM)

    async def claim(self, key: str, *, now: float, ends_at: float, most: int) -> int:
        """
        Count a session among all, of which there may be so many; those that have ended by now are forgotten.

        Says how many there are with it, and 0 where there's no room: of many at once, no more get in than may.
        """
        return int(await self._claim([self._all.encode()], [now, most, ends_at, key]))

    async def add(self, key: str, owner: str, group: str, *, created_at: float, ends_at: float, seconds: float) -> None:
        """Name a session in them; `group` is what a provider calls its sign-in, if one does."""
        expires = milliseconds(seconds)
        of_owner, of_group = self._named("o", owner)[0], self._named("p", group)[0]
        await self._store.ask_each(
            [
                ("ZADD", of_owner, created_at, key),
                ("PEXPIRE", of_owner, expires),
                ("ZADD", self._all, ends_at, key),
                *([("ZADD", of_group, created_at, key), ("PEXPIRE", of_group, expires)] if group else []),
            ]
        )

    async def remove(self, keys: Iterable[str], owner: str, group: str = "") -> None:
        """Name these sessions no longer."""
        gone = tuple(keys)
        if gone:
            of = [*self._named("o", owner), self._all, *(self._named("p", group) if group else [])]
            await self._store.ask_each([("ZREM", index, *gone) for index in of])

    async def prolong(self, ends: Sequence[tuple[str, float]]) -> None:
        """Note when sessions will end, those that are named still."""
        if ends:
            pairs = [part for key, ends_at in ends for part in (ends_at, key)]
            await self._store.ask("ZADD", self._all, "XX", "GT", *pairs)

    async def of_owner(self, owner: str, *, since: float = 0.0) -> list[str]:
        """The keys of one owner's sessions that were begun after `since`, the oldest first."""
        return await self._found(self._named("o", owner), since)

    async def of_group(self, group: str) -> list[str]:
        """The keys of the sessions that came of one sign-in at a provider."""
        return await self._found(self._named("p", group))

    async def everybody(self) -> list[str]:
        """The keys of all sessions."""
        return _texts(await self._store.ask("ZRANGE", self._all, 0, -1))

    async def count(self, now: float) -> int:
        """How many sessions there are; those that have ended by now are forgotten."""
        _, count = await self._store.ask_each([("ZREMRANGEBYSCORE", self._all, "-inf", now), ("ZCARD", self._all)])
        return int(count)

    @property
    def _all(self) -> str:
        return f"{self._prefix}:all"

    async def _found(self, indexes: Sequence[str], since: float = 0.0) -> list[str]:
        # The oldest keys first, since what was made by them is older.
        asked = [("ZRANGE", index, f"({since}", "+inf", "BYSCORE") for index in reversed(indexes)]
        found = await self._store.ask_each(asked)
        return list(dict.fromkeys(key for members in found for key in _texts(members)))

    def _named(self, kind: str, name: str) -> list[str]:
        return [f"{self._prefix}:{kind}:{each}" for each in self._names.each(name)]


def _texts(members: Iterable[bytes | str]) -> list[str]:
    return [each if isinstance(each, str) else each.decode() for each in members]
