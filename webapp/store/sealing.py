"""
What is kept in a shared store is sealed: whoever reads it learns nothing, and can't swap one thing for another.

Before it stands by which version of this and by which key, so that a process which lacks either, as while releases or
keys are being changed, knows that others can open what it can't. That is another thing than damage.
"""

import hmac
import os
from collections.abc import Sequence
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_VERSION = b"\x02"
_KEY, _NONCE, _TAG = 4, 12, 16
STAMP = len(_VERSION) + _KEY + _NONCE
"""Bytes that what is sealed begins with, and nothing else that is."""


class Unsealable(ValueError):
    """It is damaged, or was sealed under another name."""


class Foreign(Unsealable):
    """It was sealed by a key that isn't ours, or by a newer version: others can open it."""


class Sealer:
    """
    Seals bytes under a name, by AES-256-GCM (NIST SP 800-38D). `keys` are newest first: the first seals, all open.

    Each name has a key of its own, so that a random nonce is as good for the millionth renewal as for the first: the
    limit of 2^32 messages to a key (8.3 there) holds for one name alone.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        made = [sha256(b"webapp.store:" + key.encode()).digest() for key in keys]
        self._keys = {_id(key): key for key in made}
        self._newest = made[0]

    def seal(self, name: bytes, content: bytes) -> bytes:
        """`content`, for whoever knows a key and asks for this name."""
        nonce = os.urandom(_NONCE)
        return _VERSION + _id(self._newest) + nonce + _cipher(self._newest, name).encrypt(nonce, content, name)

    def open(self, name: bytes, sealed: bytes) -> bytes:
        """What was sealed under this name; Unsealable if it wasn't, Foreign if others may know better."""
        version, by = sealed[:1], sealed[1 : 1 + _KEY]
        if len(sealed) < STAMP + _TAG or version < _VERSION:
            raise Unsealable("It isn't sealed.")
        if version > _VERSION:
            raise Foreign("It was sealed by a newer version than this, which is about to be replaced.")
        if by not in self._keys:
            raise Foreign("It was sealed by a key that isn't among those of this process.")
        try:
            return _cipher(self._keys[by], name).decrypt(sealed[1 + _KEY : STAMP], sealed[STAMP:], name)
        except InvalidTag:
            raise Unsealable("It was not sealed under this name, or is damaged.") from None


def _id(key: bytes) -> bytes:
    """What a key is known by, which says nothing about it."""
    return hmac.digest(key, b"webapp.store.id", "sha256")[:_KEY]


def _cipher(key: bytes, name: bytes) -> AESGCM:
    return AESGCM(hmac.digest(key, name, "sha256"))
