"""
One renewal of a session's access at a time, among all processes, and what became of one that failed.

A lock ends by itself after longer than a renewal may take, so whoever dies with it holds the others up for no longer;
those on the same machine see that it's gone, and don't wait for that.
It guards only against asking the API twice: what was saved is guarded by the record's version. A store that hangs does
what it was asked once it goes on, though nobody waits for that any more: so what may have been taken is given back.
"""

import json
import os
import secrets
import time
from typing import Any

from redis.exceptions import ResponseError

from webapp.errors import StoreUnavailable
from webapp.store.connection import Store, milliseconds
from webapp.store.holders import is_gone, name_of

_RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""


class Locks:
    """The locks under one `prefix`, one for each session."""

    def __init__(self, store: Store, *, prefix: str) -> None:
        self._store = store
        self._prefix = prefix
        self._release = store.script(_RELEASE)
        self._owed: dict[tuple[str, str], float] = {}

    async def take(self, key: str, seconds: float) -> str | None:
        """
        Take a session's lock for so many seconds at the most; what it is given back by, or None if it's taken.

        One that somebody on this machine has died with is free by the next time.
        """
        token, name = f"{secrets.token_hex(16)} {name_of(os.getpid())}", self._name(key, "lock")
        try:
            taken, holder = await self._store.ask_each(
                [("SET", name, token, "NX", "PX", milliseconds(seconds)), ("GET", name)]
            )
        except StoreUnavailable as error:
            if not isinstance(error.__cause__, ResponseError):  # else the server has said that it isn't
                self.owe(key, token, seconds)
            raise
        if taken:
            return token
        if holder is not None and is_gone(holder.decode().partition(" ")[2]):
            await self.release(key, holder.decode())
        return None

    async def release(self, key: str, token: str) -> bool:
        """Give it back, if it's still one's own; says whether it was."""
        return bool(await self._release([self._name(key, "lock").encode()], [token]))

    def owe(self, key: str, token: str, seconds: float) -> None:
        """Have it given back by `settle`, which it isn't worth trying any more after so many seconds."""
        self._owed[key, token] = time.monotonic() + seconds

    @property
    def owed(self) -> int:
        """How many are to be given back."""
        return len(self._owed)

    async def settle(self) -> None:
        """Give back what is owed. What isn't there to be given back may have been taken only by the next time."""
        for (key, token), until in list(self._owed.items()):
            if await self.release(key, token) or time.monotonic() >= until:
                self._owed.pop((key, token), None)

    async def note_failure(self, key: str, failure: dict[str, Any], seconds: float) -> None:
        """Have everybody know, for so many seconds, how the last renewal failed."""
        if seconds > 0:
            await self._store.ask("SET", self._name(key, "failed"), json.dumps(failure), "PX", milliseconds(seconds))

    async def failure(self, key: str) -> tuple[dict[str, Any], float] | None:
        """How the last renewal failed, and the seconds for which that still counts."""
        name = self._name(key, "failed")
        failure, left = await self._store.ask_each([("GET", name), ("PTTL", name)])
        return (json.loads(failure), max(left, 0) / 1000) if failure is not None else None

    def _name(self, key: str, kind: str) -> str:
        return f"{self._prefix}:{{{key}}}:{kind}"
