"""
Slows whoever guesses passwords, and not the owner of the account that is guessed at.

Tries are counted by address and by account, whoever makes them, and before the API is asked, so that a thousand at
once are not a thousand tries. One that turns out right, or of which the API has said nothing, is given back. A browser
that the account has been signed in with before has tries of its own, and needs none of those. Nothing depends on
whether an account exists: the same is counted and answered.
"""

import logging
from collections.abc import Sequence
from dataclasses import field
from hashlib import sha256
from urllib.parse import quote

from starlette.types import Scope

from webapp.errors import StoreUnavailable
from webapp.record import record
from webapp.sessions.addresses import address_key, network_key
from webapp.sessions.buckets import Bucket, Buckets
from webapp.sessions.devices import Devices
from webapp.settings import is_https

logger = logging.getLogger("webapp.sessions")

NETWORK_TIMES = 4
"""How many times as many tries as an address an IPv6 network of 48 bits has, however many addresses it uses."""


@record(frozen=True, slots=True)
class Try:
    """One try, counted; or one too many, which is not to be made before `retry_after` seconds are over."""

    account: str
    """A keyed hash of what it is about, for the log; empty where that is nothing."""
    retry_after: float = 0.0
    taken: tuple[Bucket, ...] = ()
    buckets: Buckets | None = field(default=None, repr=False)

    async def give_back(self) -> None:
        """It was none: the password was right, or nobody has looked at it."""
        if self.buckets is None:
            return
        try:
            await self.buckets.give_back(self.taken)
        except StoreUnavailable as error:
            # It comes back by itself.
            logger.warning("a try isn't given back: %s", error)


class Throttle:
    """
    Counts tries to sign in, in `buckets`.

    `tries` are those of an account, and of a known browser; `per_address` those of an address, an IPv6 network of 64
    bits being one, and one of 48 bits having four times as many. All come back within `window` seconds. 0 turns either
    off.
    """

    def __init__(
        self,
        keys: Sequence[str],
        buckets: Buckets,
        *,
        name: str,
        tries: int,
        per_address: int,
        window: float,
        https: bool | None = None,
    ) -> None:
        self._devices = Devices(keys, name=name)
        self._https = https
        self._buckets = buckets
        self._tries = tries
        self._per_address = per_address
        self._window = window

    async def begin(self, scope: Scope, account: str, *, is_guessed: bool = True) -> Try:
        """
        Count a try at an account, or say that it is one too many. Raises StoreUnavailable.

        A key that was pasted is its own account, so nobody guesses at that (`is_guessed`); without an account only
        the address counts.
        """
        # Upper and lower case are the same to some APIs, so they count together; a browser is known for one alone.
        tag = self._devices.tag(account.casefold()) if account else ""
        secure = is_https(self._https, scope["scheme"])
        device = self._devices.find(scope["headers"], account, secure=secure) if account else None
        if device is not None:
            known = self._limited([("known", device, self._tries)])
            if not await self._buckets.take(known):
                return Try(tag, 0.0, known, self._buckets)
        address, network = address_key(scope), network_key(scope)
        wanted = [("address", address, self._per_address)]
        if network != address:
            wanted.append(("network", network, self._per_address * NETWORK_TIMES))
        if account and is_guessed:
            wanted.append(("account", _folded(account), self._tries))
        limited = self._limited(wanted)
        wait = await self._buckets.take(limited)
        return Try(tag, wait) if wait else Try(tag, 0.0, limited, self._buckets)

    def digest(self, secret: str) -> str:
        """A keyed hash of what must be compared, and never be kept or told."""
        return self._devices.tag(secret)

    def welcome(self, scope: Scope, account: str) -> str:
        """The Set-Cookie header by which the browser of somebody who has signed in is known the next time."""
        path = quote(scope.get("root_path", "").rstrip("/")) + "/login"
        secure = is_https(self._https, scope["scheme"])
        return self._devices.write(scope["headers"], account, secure=secure, path=path)

    def _limited(self, wanted: Sequence[tuple[str, str, int]]) -> tuple[Bucket, ...]:
        return tuple(Bucket(kind, key, tries, self._window) for kind, key, tries in wanted if tries)


def _folded(account: str) -> str:
    """What tries at an account are counted under, by whichever keys; not the name, which may be long."""
    return sha256(account.strip().casefold().encode("utf-8", "surrogatepass")).hexdigest()
