"""
How often a browser was sent to sign in right after it had signed in: what would go on for ever is stopped.

The API takes the sign-in, refuses what comes with it, and the browser is sent to sign in again. Where a provider signs
people in without asking, nothing else would ever end it. The count is a signed cookie, which is only written in such a
case and holds for two minutes; signing in late, or opening the sign-in page however often, counts for nothing.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

from itsdangerous import BadSignature, TimestampSigner

QUICK = 10.0
"""Seconds between signing in and being sent to do so again, for that to be a bounce."""
MOST = 3
"""Bounces before the next one is an error."""
SECONDS = 120


class Bounces:
    """Reads and writes the count. `keys` are newest first: the first signs, all verify."""

    def __init__(self, keys: Sequence[str], *, name: str) -> None:
        self._signers = [
            TimestampSigner(key, salt="webapp.bounces", key_derivation="hmac", digest_method=sha256) for key in keys
        ]
        self._name = name

    def count(self, headers: Iterable[tuple[bytes, bytes]]) -> int:
        """The bounces so far."""
        found = (pair.strip().partition("=") for key, value in headers if key == b"cookie" for pair in _pairs(value))
        return max((self._verified(value) for name, _, value in found if name == self._name), default=0)

    def write(self, count: int, *, secure: bool, path: str) -> str:
        """The Set-Cookie header of a count; of 0, the one that takes the cookie back."""
        value = self._signers[0].sign(str(count)).decode() if count else ""
        age = SECONDS if count else 0
        header = f"{self._name}={value}; Max-Age={age}; Path={path}; HttpOnly; SameSite=Lax"
        return f"{header}; Secure" if secure else header

    def _verified(self, value: str) -> int:
        for signer in self._signers:
            try:
                return int(signer.unsign(value.encode("utf-8", "replace"), max_age=SECONDS))
            except (BadSignature, ValueError):
                continue
        return 0


def _pairs(header: bytes) -> list[str]:
    return header.decode("latin-1").split(";")
