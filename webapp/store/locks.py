"""
One renewal of a session's access at a time, among all processes, and what became of one that failed.

A lock ends by itself after longer than a renewal may take, so whoever dies with it holds the others up for no longer.
It guards only against asking the API twice: what was saved is guarded by the record's version.
"""

import json
import secrets
from typing import Any

from webapp.store.connection import Store, milliseconds

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

    async def take(self, key: str, seconds: float) -> str | None:
        """Take a session's lock for so many seconds at the most; what it is given back by, or None if it's taken."""
        token = secrets.token_hex(16)
        taken = await self._store.ask("SET", self._name(key, "lock"), token, "NX", "PX", milliseconds(seconds))
        return token if taken else None

    async def release(self, key: str, token: str) -> None:
        """Give it back, if it's still one's own."""
        await self._release([self._name(key, "lock").encode()], [token])

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
