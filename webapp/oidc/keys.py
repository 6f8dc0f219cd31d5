"""A provider's signing keys: fetched when first needed, and again when a token is signed by none of them."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from webapp.errors import APIError
from webapp.oidc.failures import SignInFailed

if TYPE_CHECKING:
    from joserfc.jwk import Key

KEPT_SECONDS = 3600.0
"""How long keys are used without a look whether they are still the provider's."""
PAUSE_SECONDS = 30.0
"""Between two looks: whoever sends tokens with made-up names of keys, or forged ones, causes no more than these."""
FIRST_PAUSE_SECONDS = 5.0
"""The same while there are no keys at all."""


class KeyCache:
    """
    The keys of a JWK Set that `fetch` gets, as decoded JSON.

    Keys that a provider has begun to sign with are found without a restart, and those that it has withdrawn are
    forgotten within an hour.
    """

    def __init__(self, fetch: Callable[[], Awaitable[Any]], clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._clock = clock
        self._keys: list[Key] = []
        self._read_at: float | None = None
        self._asked_at: float | None = None
        self._lock = asyncio.Lock()

    async def for_key(self, kid: str | None) -> "list[Key]":
        """
        The keys, among them the one called `kid` if the provider has it.

        Raises SignInFailed where there are none yet and they can't be had.
        """
        if self._is_due(kid) or (self._lock.locked() and not self._has(kid)):
            async with self._lock:
                if self._is_due(kid):  # whoever came first may have fetched it
                    await self._read()
        if self._read_at is None:
            raise SignInFailed("down", "the provider's keys can't be had")
        return self._keys

    async def instead_of(self, keys: "list[Key]") -> "list[Key]":
        """
        The keys, once `keys` have turned out not to be those that a token is signed with.

        A provider may give its next key the last one's name, or none, so a name that is known says little. They are
        the same list where it is too early to ask again, or where the provider didn't answer.
        """
        async with self._lock:
            if self._keys is keys and not self._is_too_early():
                await self._read()
        return self._keys

    def _is_due(self, kid: str | None) -> bool:
        if self._is_too_early():
            return False
        if self._read_at is None or self._clock() - self._read_at >= KEPT_SECONDS:
            return True
        return kid is not None and not self._has(kid)

    def _is_too_early(self) -> bool:
        pause = FIRST_PAUSE_SECONDS if self._read_at is None else PAUSE_SECONDS
        return self._asked_at is not None and self._clock() - self._asked_at < pause

    def _has(self, kid: str | None) -> bool:
        return bool(self._keys) and (kid is None or any(key.kid == kid for key in self._keys))

    async def _read(self) -> None:
        from webapp.oidc.jose import read_keys

        self._asked_at = self._clock()
        try:
            self._keys = read_keys(await self._fetch())
        except (APIError, ValueError):
            return
        self._read_at = self._clock()
