"""What is kept in a shared store is sealed: whoever reads it learns nothing, and can't swap one thing for another."""

import hmac
import os
from collections.abc import Sequence
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_VERSION = b"\x01"
_NONCE = 12
STAMP = len(_VERSION) + _NONCE
"""Bytes that what is sealed begins with, and nothing else that is."""


class Unsealable(ValueError):
    """It was sealed by a key that isn't ours, under another name or by a newer version; or it is damaged."""


class Sealer:
    """
    Seals bytes under a name, by AES-256-GCM (NIST SP 800-38D). `keys` are newest first: the first seals, all open.

    Each name has a key of its own, so that a random nonce is as good for the millionth renewal as for the first: the
    limit of 2^32 messages to a key (8.3 there) holds for one name alone.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = [sha256(b"webapp.store:" + key.encode()).digest() for key in keys]

    def seal(self, name: bytes, content: bytes) -> bytes:
        """`content`, for whoever knows a key and asks for this name."""
        nonce = os.urandom(_NONCE)
        return _VERSION + nonce + _cipher(self._keys[0], name).encrypt(nonce, content, name)

    def open(self, name: bytes, sealed: bytes) -> bytes:
        """What was sealed under this name; Unsealable if it wasn't, or not by one of these keys."""
        if sealed[:1] == _VERSION:
            nonce, content = sealed[1 : _NONCE + 1], sealed[_NONCE + 1 :]
            for key in self._keys:
                try:
                    return _cipher(key, name).decrypt(nonce, content, name)
                except (InvalidTag, ValueError):
                    continue
        raise Unsealable("This was not sealed by us, or not under this name.")


def _cipher(key: bytes, name: bytes) -> AESGCM:
    return AESGCM(hmac.digest(key, name, "sha256"))
