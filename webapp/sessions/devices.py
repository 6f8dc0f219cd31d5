"""
The cookie by which a browser is known that somebody has signed in with before.

It gives its account tries of its own, so that whoever hammers on the account from elsewhere doesn't lock its owner out
(OWASP's "device cookies"). It lets nobody in, and says nothing to anybody but us: a random number, and keyed hashes of
the accounts it is good for.
"""

import hmac
import secrets
from collections.abc import Iterable, Sequence
from contextlib import suppress
from hashlib import sha256

from itsdangerous import BadSignature, TimestampSigner

from webapp.sessions.cookie import cookie_header, sent_values

SECONDS = 180 * 24 * 3600
MOST_ACCOUNTS = 4
"""Accounts of one browser; of a fifth, the first is forgotten."""


class Devices:
    """Reads and writes the cookie. `keys` are newest first: the first signs, all verify."""

    def __init__(self, keys: Sequence[str], *, name: str) -> None:
        self._keys = tuple(key.encode() for key in keys)
        self._signers = [
            TimestampSigner(key, salt="webapp.device", key_derivation="hmac", digest_method=sha256) for key in keys
        ]
        self._name = name

    def tag(self, account: str) -> str:
        """The newest key's hash of an account's name, as it is: to some APIs Ada and ada are two."""
        return _tag(self._keys[0], account)

    def find(self, headers: Iterable[tuple[bytes, bytes]], account: str, *, secure: bool) -> str | None:
        """The number of a browser that this account has been signed in with, or None."""
        tags = {_tag(key, account) for key in self._keys}
        for number, *accounts in self._held(headers, secure):
            if tags & set(accounts):
                return number
        return None

    def write(self, headers: Iterable[tuple[bytes, bytes]], account: str, *, secure: bool, path: str) -> str:
        """The Set-Cookie header for a browser that an account has just been signed in with: a new number."""
        tag = self.tag(account)
        others = [each for _, *accounts in self._held(headers, secure) for each in accounts if each != tag]
        value = "-".join([secrets.token_hex(16), *others[-(MOST_ACCOUNTS - 1) :], tag])
        signed = self._signers[0].sign(value).decode()
        return cookie_header(self._called(secure), signed, SECONDS, secure=secure, path=path)

    def _called(self, secure: bool) -> str:
        # `__Host-` would have it sent along with every request, and it's for the sign-in alone.
        return f"__Secure-{self._name}" if secure else self._name

    def _held(self, headers: Iterable[tuple[bytes, bytes]], secure: bool) -> Iterable[list[str]]:
        for value in sent_values(headers, self._called(secure)):
            if told := self._verified(value):
                yield told.split("-")

    def _verified(self, value: str) -> str:
        raw = value.encode()
        signed, _, signature = raw.rpartition(b".")
        for signer in self._signers:
            # Unsigning alone accepts other spellings of the same signature (spare base64 bits).
            if hmac.compare_digest(signer.get_signature(signed), signature):
                with suppress(BadSignature, ValueError):
                    return signer.unsign(raw, max_age=SECONDS).decode()
        return ""


def _tag(key: bytes, account: str) -> str:
    name = account.strip().encode("utf-8", "surrogatepass")
    return hmac.new(key, b"webapp.account\0" + name, sha256).hexdigest()[:16]
