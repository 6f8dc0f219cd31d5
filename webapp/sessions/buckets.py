"""How many tries somebody has left: a bounded table of token buckets, one number for each."""

import time
from collections import OrderedDict
from collections.abc import Callable

MOST = 100_000
"""Buckets that are remembered; the longest untouched are forgotten first."""


class Buckets:
    """
    A bucket of `tries` for each key, which fill up again evenly within `window` seconds; 0 tries for no limit.

    All that is kept of a bucket is when it will be full (the generic cell rate algorithm); a full one is not kept.
    """

    def __init__(
        self, tries: int, window: float, *, most: int = MOST, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._tries = tries
        self._each = window / tries if tries else 0.0
        self._most = most
        self._clock = clock
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._full_at)

    def wait(self, key: str) -> float:
        """Seconds until there is a try left; 0 if there is one."""
        full_at = self._full_at.get(key)
        if full_at is None:
            return 0.0
        # Whoever goes on trying stays in the table.
        self._full_at.move_to_end(key)
        left = full_at - self._clock() - (self._tries - 1) * self._each
        # What sums of fractions leave over is no time to wait.
        return left if left > 1e-6 else 0.0

    def take(self, key: str) -> None:
        """Use a try up."""
        if not self._tries:
            return
        now = self._clock()
        self._full_at[key] = max(self._full_at.get(key, now), now) + self._each
        self._full_at.move_to_end(key)
        self._forget(now)

    def give_back(self, key: str) -> None:
        """Take a try back that wasn't one."""
        if key in self._full_at:
            self._full_at[key] -= self._each
            if self._full_at[key] <= self._clock():
                del self._full_at[key]

    def _forget(self, now: float) -> None:
        while self._full_at and (next(iter(self._full_at.values())) <= now or len(self._full_at) > self._most):
            self._full_at.popitem(last=False)
