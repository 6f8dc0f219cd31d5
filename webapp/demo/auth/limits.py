"""How often one address may try."""

import threading
from collections import deque
from collections.abc import Callable

WINDOW = 60.0
MAX_ADDRESSES = 10_000


class RateLimit:
    """So many tries of one address within any minute."""

    def __init__(self, tries: int, clock: Callable[[], float]) -> None:
        self._tries = tries
        self._clock = clock
        self._recent: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def allows(self, address: str) -> bool:
        """Whether this try is still one of them; one that isn't doesn't count."""
        now = self._clock()
        with self._lock:
            if len(self._recent) >= MAX_ADDRESSES and address not in self._recent:
                self._forget(now)
            recent = self._recent.setdefault(address, deque())
            while recent and recent[0] <= now - WINDOW:
                recent.popleft()
            if len(recent) >= self._tries:
                return False
            recent.append(now)
            return True

    def _forget(self, now: float) -> None:
        self._recent = {address: times for address, times in self._recent.items() if times and times[-1] > now - WINDOW}
