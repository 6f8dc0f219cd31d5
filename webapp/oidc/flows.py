"""Where what browsers have begun is kept: by the browser that began it, and bounded."""

import time
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from webapp.settings import Settings

if TYPE_CHECKING:
    from webapp.store import Store

SECONDS = 10 * 60
MOST_OF_ONE = 8
MOST_OF_ADDRESS = 200
"""Many people share an address, but whoever begins without end pushes out nobody's but what came from their own."""
MOST_TOGETHER = 10_000

Value = Mapping[str, Any]
"""What JSON can hold, and as secret as what it holds."""


class Flow(NamedTuple):
    """What names something that was begun: the browser's id, what kind it is of, and the key that comes back."""

    browser: str
    kind: str
    key: str


class Flows(ABC):
    """All that is under way, each for ten minutes."""

    @abstractmethod
    async def keep(self, flow: Flow, value: Value, *, address: str) -> None:
        """Keep a value, in place of the oldest of its browser, its address, or all; `address` may be unknown, empty."""

    @abstractmethod
    async def knows(self, browser: str) -> bool:
        """Whether anything of this browser is under way."""

    @abstractmethod
    async def has(self, flow: Flow) -> bool:
        """Whether this is under way."""

    @abstractmethod
    async def take(self, flow: Flow) -> Value | None:
        """The value, once; None where there is none (any more), or none that can be read."""

    @abstractmethod
    async def of_browser(self, browser: str, kind: str) -> Sequence[Value]:
        """All of one kind that a browser has under way; they stay."""


class _Entry(NamedTuple):
    address: str
    until: float
    value: Value


class MemoryFlows(Flows):
    """In this process, the oldest first."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._entries: OrderedDict[Flow, _Entry] = OrderedDict()
        self._browsers: dict[str, OrderedDict[Flow, None]] = {}
        self._addresses: dict[str, OrderedDict[Flow, None]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    async def keep(self, flow: Flow, value: Value, *, address: str) -> None:
        """Keep it."""
        self._forget_old()
        self._drop(flow)
        self._entries[flow] = _Entry(address, self._clock() + SECONDS, value)
        for group, owner, most in self._groups(flow, address):
            theirs = group.setdefault(owner, OrderedDict())
            theirs[flow] = None
            if len(theirs) > most:
                self._drop(next(iter(theirs)))
        if len(self._entries) > MOST_TOGETHER:
            self._drop(next(iter(self._entries)))

    async def knows(self, browser: str) -> bool:
        """Whether there is something."""
        self._forget_old()
        return browser in self._browsers

    async def has(self, flow: Flow) -> bool:
        """Whether it's there."""
        self._forget_old()
        return flow in self._entries

    async def take(self, flow: Flow) -> Value | None:
        """The value, or None."""
        self._forget_old()
        entry = self._entries.get(flow)
        self._drop(flow)
        return entry.value if entry is not None else None

    async def of_browser(self, browser: str, kind: str) -> Sequence[Value]:
        """Those of the kind."""
        self._forget_old()
        return [self._entries[flow].value for flow in self._browsers.get(browser, ()) if flow.kind == kind]

    def _forget_old(self) -> None:
        # In the order in which they were kept, so in that of their ends.
        while self._entries and next(iter(self._entries.values())).until <= self._clock():
            self._drop(next(iter(self._entries)))

    def _drop(self, flow: Flow) -> None:
        entry = self._entries.pop(flow, None)
        if entry is None:
            return
        for group, owner, _ in self._groups(flow, entry.address):
            theirs = group[owner]
            del theirs[flow]
            if not theirs:
                del group[owner]

    def _groups(self, flow: Flow, address: str) -> Iterable[tuple[dict[str, OrderedDict[Flow, None]], str, int]]:
        """Whose it is, and how many they may have."""
        yield self._browsers, flow.browser, MOST_OF_ONE
        if address:
            yield self._addresses, address, MOST_OF_ADDRESS


def open_flows(settings: Settings, keys: Sequence[str], store: "Store | None") -> Flows:
    """Where the settings want it; `keys` seal and hide what a store holds."""
    if store is None:
        return MemoryFlows()
    from webapp.oidc.sharedflows import SharedFlows

    return SharedFlows(store, keys, prefix=settings.cookie_name)
