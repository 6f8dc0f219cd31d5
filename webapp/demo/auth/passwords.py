"""Passwords as they are stored: scrypt, at a cost that suits a demo and its tests, not a bank."""

import hashlib
import hmac
import secrets

COST = 2**11
"""About 4 ms and 2 MB a try."""


def hash_password(password: str, salt: bytes | None = None) -> str:
    """A password, salted and hashed: `salt$hash` in hexadecimal."""
    salt = salt or secrets.token_bytes(16)
    return f"{salt.hex()}${_scrypt(password, salt).hex()}"


def verify_password(password: str, stored: str | None) -> bool:
    """Whether it is the password; without one stored it takes as long to say no."""
    salt, _, expected = (stored or f"{'00' * 16}$").partition("$")
    return hmac.compare_digest(_scrypt(password, bytes.fromhex(salt)).hex(), expected)


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=COST, r=8, p=1, dklen=32)
