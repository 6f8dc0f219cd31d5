"""Names in the store that nobody can read: keyed hashes of what they stand for."""

import hmac
from collections.abc import Sequence
from hashlib import sha256


class HashedNames:
    """
    32 hexadecimal digits for each text, by each of the `secrets`, newest first.

    `purpose` keeps the hashes of one kind of thing apart from those of another.
    """

    def __init__(self, secrets: Sequence[str], purpose: str) -> None:
        self._keys = [sha256(f"webapp.store.{purpose}:{secret}".encode()).digest() for secret in secrets]

    def newest(self, text: str) -> str:
        """What is written by."""
        return _hash(self._keys[0], text)

    def each(self, text: str) -> list[str]:
        """What is looked for by, newest first."""
        return [_hash(key, text) for key in self._keys]


def _hash(key: bytes, text: str) -> str:
    return hmac.digest(key, text.encode("utf-8", "replace"), "sha256").hex()[:32]
