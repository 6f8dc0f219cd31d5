"""
What browsers have begun at somebody else's, kept here until they are back.

A browser is known by a random id in a cookie of its own, so nobody can have another's browser finish what they have
begun, which is how one would be signed in as somebody else without noticing (RFC 6749, 10.12). Each beginning is
finished once, and within minutes; several may be open at once, one in each tab. How many is bounded for a browser, for
an address, and for all together.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from webapp.sessions.cookie import mount_path, new_id, prefixed, set_cookie, values_in
from webapp.settings import is_https

SECONDS = 10 * 60
MOST_OF_ONE = 8
MOST_OF_ADDRESS = 200
"""Many people share an address, but whoever begins without end pushes out nobody's but what came from their own."""
MOST_TOGETHER = 10_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Entry:
    browser: str
    address: str
    until: float
    value: object


class Pending:
    """What all browsers have begun, the oldest first."""

    def __init__(self, name: str, *, https: bool | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._name = name
        self._https = https
        self._clock = clock
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._browsers: dict[str, OrderedDict[str, None]] = {}
        self._addresses: dict[str, OrderedDict[str, None]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def keep(
        self, cookie_header: str, key: str, value: object, *, scheme: str, root_path: str, address: str = ""
    ) -> str:
        """
        Keep a value under a key that comes back; returns the Set-Cookie header that the browser has to get.

        `cookie_header` is what it has sent; `address` is where it came from, empty where nobody knows.
        """
        self._forget_old()
        sent = self._sent(cookie_header, scheme, root_path)
        browser = next((each for each in sent if each in self._browsers), None) or new_id()
        self._drop(key)
        self._entries[key] = _Entry(browser, address, self._clock() + SECONDS, value)
        for group, owner, most in self._groups(browser, address):
            theirs = group.setdefault(owner, OrderedDict())
            theirs[key] = None
            if len(theirs) > most:
                self._drop(next(iter(theirs)))
        if len(self._entries) > MOST_TOGETHER:
            self._drop(next(iter(self._entries)))
        secure, path = is_https(self._https, scheme), mount_path(root_path)
        return set_cookie(self._name, browser, SECONDS, secure=secure, path=path)

    def has(self, key: str) -> bool:
        """Whether somebody, whoever it is, has begun something under this key."""
        return key in self._entries

    def take(self, cookie_header: str, key: str, kind: type[T], *, scheme: str, root_path: str) -> T | None:
        """What this very browser has begun under this key, once; None for any other, and where it took too long."""
        self._forget_old()
        entry = self._entries.get(key)
        sent = self._sent(cookie_header, scheme, root_path)
        if entry is None or entry.browser not in sent or not isinstance(entry.value, kind):
            return None
        self._drop(key)
        return entry.value

    def only(self, cookie_header: str, kind: type[T], *, scheme: str, root_path: str) -> T | None:
        """
        What this very browser has under way, if that is one thing of its kind; it stays.

        For answers that don't say what they answer. Another site can have a browser bring one, so none ends anything.
        """
        self._forget_old()
        sent = self._sent(cookie_header, scheme, root_path)
        keys = [key for browser in set(sent) for key in self._browsers.get(browser, ())]
        values = [entry.value for entry in map(self._entries.__getitem__, keys) if isinstance(entry.value, kind)]
        return values[0] if len(values) == 1 else None

    def _sent(self, cookie_header: str, scheme: str, root_path: str) -> list[str]:
        name = prefixed(self._name, secure=is_https(self._https, scheme), path=mount_path(root_path))
        return list(values_in(cookie_header, name))

    def _forget_old(self) -> None:
        # In the order in which they were kept, so in that of their ends.
        while self._entries and next(iter(self._entries.values())).until <= self._clock():
            self._drop(next(iter(self._entries)))

    def _drop(self, key: str) -> None:
        entry = self._entries.pop(key, None)
        if entry is None:
            return
        for group, owner, _ in self._groups(entry.browser, entry.address):
            theirs = group[owner]
            del theirs[key]
            if not theirs:
                del group[owner]

    def _groups(self, browser: str, address: str) -> Iterable[tuple[dict[str, OrderedDict[str, None]], str, int]]:
        """Whose an entry is, and how many they may have."""
        yield self._browsers, browser, MOST_OF_ONE
        if address:
            yield self._addresses, address, MOST_OF_ADDRESS
