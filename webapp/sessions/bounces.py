"""
How often a browser was sent to sign in right after it had signed in: what would go on for ever is stopped.

The API takes the sign-in, refuses what comes with it, and the browser is sent to sign in again. Where a provider signs
people in without asking, nothing else would ever end it. The count is a signed cookie, which is only written in such a
case and holds for two minutes from the last time; signing in late, or opening the sign-in page however often, counts
for nothing. A loop that goes on is stopped again each time.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

from itsdangerous import BadSignature, TimestampSigner

from webapp.sessions.cookie import cookie_header, sent_values

QUICK = 10.0
"""Seconds between signing in and being sent to do so again, for that to be a bounce."""
MOST = 3
"""Bounces before the next one is an error, and each that follows within the time."""
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
        return max(map(self._verified, sent_values(headers, self._name)), default=0)

    def write(self, count: int, *, secure: bool, path: str) -> str:
        """The Set-Cookie header of a count."""
        value = self._signers[0].sign(str(count)).decode()
        return cookie_header(self._name, value, SECONDS, secure=secure, path=path)

    def _verified(self, value: str) -> int:
        for signer in self._signers:
            try:
                return int(signer.unsign(value.encode(), max_age=SECONDS))
            except (BadSignature, ValueError):
                continue
        return 0
