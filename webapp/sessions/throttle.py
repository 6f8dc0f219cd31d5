"""
Slows whoever guesses passwords, and not the owner of the account that is guessed at.

Tries are counted by address and by account, whoever makes them, and before the API is asked, so that a thousand at
once are not a thousand tries. One that turns out right, or of which the API has said nothing, is given back. A browser
that the account has been signed in with before has tries of its own, and needs none of those. Nothing depends on
whether an account exists: the same is counted and answered.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from starlette.types import Scope

from webapp.sessions.addresses import address_key, network_key
from webapp.sessions.buckets import MOST, Buckets
from webapp.sessions.devices import Devices
from webapp.settings import is_https

NETWORK_TIMES = 4
"""How many times as many tries as an address an IPv6 network of 48 bits has, however many addresses it uses."""


@dataclass(frozen=True, slots=True)
class Try:
    """One try, counted; or one too many, which is not to be made before `retry_after` seconds are over."""

    account: str
    """A keyed hash of what it is about, for the log; empty where that is nothing."""
    taken: tuple[tuple[Buckets, str], ...] = ()
    retry_after: float = 0.0

    def give_back(self) -> None:
        """It was none: the password was right, or nobody has looked at it."""
        for buckets, key in self.taken:
            buckets.give_back(key)


class Throttle:
    """
    Counts tries to sign in.

    `tries` are those of an account, and of a known browser; `per_address` those of an address, an IPv6 network of 64
    bits being one, and one of 48 bits having four times as many. All come back within `window` seconds. 0 turns either
    off.
    """

    def __init__(
        self,
        keys: Sequence[str],
        *,
        name: str,
        tries: int,
        per_address: int,
        window: float,
        https: bool | None = None,
        most: int = MOST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._devices = Devices(keys, name=name)
        self._https = https
        self._accounts = Buckets(tries, window, most=most, clock=clock)
        self._known = Buckets(tries, window, most=most, clock=clock)
        self._addresses = Buckets(per_address, window, most=most, clock=clock)
        self._networks = Buckets(per_address * NETWORK_TIMES, window, most=most, clock=clock)

    def __len__(self) -> int:
        return sum(map(len, (self._accounts, self._known, self._addresses, self._networks)))

    def begin(self, scope: Scope, account: str, *, is_guessed: bool = True) -> Try:
        """
        Count a try at an account, or say that it is one too many.

        A key that was pasted is its own account, so nobody guesses at that (`is_guessed`); without an account only
        the address counts.
        """
        # Upper and lower case are the same to some APIs, so they count together; a browser is known for one alone.
        tag = self._devices.tag(account.casefold()) if account else ""
        secure = is_https(self._https, scope["scheme"])
        device = self._devices.find(scope["headers"], account, secure=secure) if account else None
        if device is not None and not self._known.wait(device):
            return _taken(tag, [(self._known, device)])
        address, network = address_key(scope), network_key(scope)
        wanted = [(self._addresses, address), *([(self._networks, network)] if network != address else [])]
        if account and is_guessed:
            wanted.append((self._accounts, tag))
        wait = max(buckets.wait(key) for buckets, key in wanted)
        return Try(tag, retry_after=wait) if wait else _taken(tag, wanted)

    def digest(self, secret: str) -> str:
        """A keyed hash of what must be compared, and never be kept or told."""
        return self._devices.tag(secret)

    def welcome(self, scope: Scope, account: str) -> str:
        """The Set-Cookie header by which the browser of somebody who has signed in is known the next time."""
        path = quote(scope.get("root_path", "").rstrip("/")) + "/login"
        secure = is_https(self._https, scope["scheme"])
        return self._devices.write(scope["headers"], account, secure=secure, path=path)


def _taken(tag: str, wanted: list[tuple[Buckets, str]]) -> Try:
    for buckets, key in wanted:
        buckets.take(key)
    return Try(tag, tuple(wanted))
