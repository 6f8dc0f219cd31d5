"""The one cookie a browser gets, a signed session id, and how any other is called, read and written."""

import hmac
import secrets
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from hashlib import sha256
from urllib.parse import quote

from itsdangerous import Signer
from itsdangerous.signer import SigningAlgorithm

ID_BYTES = 32


def new_id() -> str:
    """A session id: 256 random bits, URL-safe."""
    return secrets.token_urlsafe(ID_BYTES)


def mount_path(root_path: str) -> str:
    """The path of a cookie that is for all of an app, wherever that is mounted."""
    return quote(root_path.rstrip("/")) or "/"


def prefixed(name: str, *, secure: bool, path: str) -> str:
    """
    A cookie's name for this scheme and mount point, under which nobody else can plant one over https.

    That is what the `__Host-` prefix is for, or `__Secure-` where the app lives under a sub-path, which `__Host-`
    doesn't allow (RFC 6265bis, 4.1.3).
    """
    if not secure:
        return name
    return f"{'__Host-' if path == '/' else '__Secure-'}{name}"


def set_cookie(name: str, value: str, max_age: int, *, secure: bool, path: str) -> str:
    """The Set-Cookie header of a cookie for no script, its name prefixed where that can be."""
    return cookie_header(prefixed(name, secure=secure, path=path), value, max_age, secure=secure, path=path)


def cookie_header(name: str, value: str, max_age: int, *, secure: bool, path: str) -> str:
    """The same of a cookie that is called just so."""
    header = f"{name}={value}; Max-Age={max_age}; Path={path}; HttpOnly; SameSite=Lax"
    return f"{header}; Secure" if secure else header


def sent_values(headers: Iterable[tuple[bytes, bytes]], name: str) -> Iterator[str]:
    """What a request's cookies of this name hold: there may be several, since others can plant one."""
    mark = name.encode("latin-1")
    for key, header in headers:
        if key == b"cookie" and mark in header:
            yield from values_in(header.decode("latin-1"), name)


def values_in(header: str, name: str) -> Iterator[str]:
    """The same of one Cookie header."""
    for pair in header.split(";"):
        called, _, value = pair.strip().partition("=")
        if called == name and value:
            yield value


class SessionCookie:
    """
    Signs ids, finds and verifies them in a Cookie header, and writes Set-Cookie.

    `keys` are newest first: the first signs, all verify. Over https the name gets its prefix.
    """

    def __init__(self, keys: Sequence[str], *, name: str, max_age: float) -> None:
        self._signers = [
            _Signer(key, salt="webapp.session", key_derivation="hmac", digest_method=sha256, algorithm=_SHA256())
            for key in keys
        ]
        self._name = name
        self._max_age = int(max_age)

    def sign(self, session_id: str) -> str:
        """The cookie's value for an id."""
        return self._signers[0].sign(session_id).decode()

    def verify(self, value: str) -> str | None:
        """
        The id in a cookie's value, or None.

        The value is signed again and compared: unsigning alone accepts other spellings of the same signature
        (spare base64 bits, padding).
        """
        session_id, _, _ = value.rpartition(".")
        for signer in self._signers:
            if session_id and secrets.compare_digest(signer.sign(session_id), value.encode()):
                return session_id
        return None

    def find(self, headers: Iterable[tuple[bytes, bytes]], *, secure: bool, path: str) -> Iterator[str]:
        """The verified ids among a request's cookies: a planted or stale one can stand before the living one."""
        for value in sent_values(headers, self.name(secure=secure, path=path)):
            if session_id := self.verify(value):
                yield session_id

    def name(self, *, secure: bool, path: str) -> str:
        """The cookie's name for this scheme and mount point."""
        return prefixed(self._name, secure=secure, path=path)

    def write(self, session_id: str, *, secure: bool, path: str) -> str:
        """A Set-Cookie header that hands out an id."""
        return set_cookie(self._name, self.sign(session_id), self._max_age, secure=secure, path=path)

    def delete(self, *, secure: bool, path: str) -> str:
        """A Set-Cookie header that takes the cookie back."""
        return set_cookie(self._name, "", 0, secure=secure, path=path)


class _Signer(Signer):
    """Derives its key once: from one secret and salt it's always the same."""

    @cached_property
    def _derived(self) -> bytes:
        return super().derive_key()

    def derive_key(self, secret_key: str | bytes | None = None) -> bytes:
        return self._derived if secret_key is None else super().derive_key(secret_key)


class _SHA256(SigningAlgorithm):
    """What HMACAlgorithm makes of SHA-256; what is the same of each signature by one key is made once."""

    def __init__(self) -> None:
        self._begun: tuple[bytes, hmac.HMAC] | None = None

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        if self._begun is None or self._begun[0] != key:
            self._begun = key, hmac.new(key, digestmod=sha256)
        signing = self._begun[1].copy()
        signing.update(value)
        return signing.digest()
