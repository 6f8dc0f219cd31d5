"""What all processes remember of something for a while: that it was, and a number. What it was can't be read."""

import hmac
from collections.abc import Sequence
from hashlib import sha256

from webapp.store.connection import Store


class Marks:
    """
    The marks under one `prefix`. Their names are keyed hashes, by the first of `secrets`; by the others is found, too.

    Raises StoreUnavailable.
    """

    def __init__(self, store: Store, secrets: Sequence[str], *, prefix: str) -> None:
        self._store = store
        self._secrets = [sha256(b"webapp.store.marks:" + secret.encode()).digest() for secret in secrets]
        self._prefix = prefix

    async def make(self, name: str, seconds: float) -> bool:
        """Make a mark, for so many seconds; says whether there was none yet: of many who ask, to one."""
        made = await self._store.ask("SET", self._names(name)[0], 1, "NX", "PX", _milliseconds(seconds))
        return bool(made)

    async def put(self, name: str, value: float, seconds: float) -> None:
        """Make a mark or change it."""
        await self._store.ask("SET", self._names(name)[0], repr(value), "PX", _milliseconds(seconds))

    async def take_back(self, name: str) -> None:
        """Have it no longer."""
        await self._store.ask("DEL", self._names(name)[0])

    async def find(self, name: str) -> float | None:
        """Its number; None where there is no such mark (any more)."""
        found = await self._store.ask_each([("GET", each) for each in self._names(name)])
        return max((float(each) for each in found if each is not None), default=None)

    def _names(self, name: str) -> list[str]:
        hashes = (hmac.digest(secret, name.encode("utf-8", "replace"), "sha256").hex() for secret in self._secrets)
        return [f"{self._prefix}:{each}" for each in hashes]


def _milliseconds(seconds: float) -> int:
    return max(int(seconds * 1000), 1)
