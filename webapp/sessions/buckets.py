"""How many tries somebody has left: token buckets, one number for each."""

import time
from abc import ABC, abstractmethod
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Sequence
from typing import NamedTuple

MOST = 100_000
"""Buckets of a kind that are remembered; the longest untouched are forgotten first."""


class Bucket(NamedTuple):
    """Holds `tries`, which come back evenly within `window` seconds; `key` is whose it is, of those of its `kind`."""

    kind: str
    key: str
    tries: int
    window: float

    @property
    def each(self) -> float:
        """Seconds until one try is back."""
        return self.window / self.tries


class Buckets(ABC):
    """
    Where tries are counted. Buckets of 0 tries have no limit, and are not to be asked for.

    All that is kept of a bucket is when it will be full (the generic cell rate algorithm); a full one is not kept.
    """

    @abstractmethod
    async def take(self, wanted: Sequence[Bucket]) -> float:
        """Use up a try of each, at once; or of none, and say how many seconds it takes until each has one. Else 0."""

    @abstractmethod
    async def give_back(self, taken: Sequence[Bucket]) -> None:
        """Take a try back, of each, that wasn't one."""


class MemoryBuckets(Buckets):
    """Counts for this process; `most` of each kind are remembered."""

    def __init__(self, *, most: int = MOST, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._kinds: defaultdict[str, OrderedDict[str, float]] = defaultdict(OrderedDict)

    def __len__(self) -> int:
        return sum(map(len, self._kinds.values()))

    async def take(self, wanted: Sequence[Bucket]) -> float:
        """Use up a try of each, or of none."""
        now = self._clock()
        wait = max((self._wait(bucket, now) for bucket in wanted), default=0.0)
        # What sums of fractions leave over is no time to wait.
        if wait > 1e-6:
            return wait
        for bucket in wanted:
            full_at = self._kinds[bucket.kind]
            full_at[bucket.key] = max(full_at.get(bucket.key, now), now) + bucket.each
            full_at.move_to_end(bucket.key)
            self._forget(full_at, now)
        return 0.0

    async def give_back(self, taken: Sequence[Bucket]) -> None:
        """Take them back."""
        for bucket in taken:
            full_at = self._kinds[bucket.kind]
            if bucket.key in full_at:
                full_at[bucket.key] -= bucket.each
                if full_at[bucket.key] <= self._clock():
                    del full_at[bucket.key]

    def _wait(self, bucket: Bucket, now: float) -> float:
        full_at = self._kinds[bucket.kind]
        if bucket.key not in full_at:
            return 0.0
        # Whoever goes on trying stays in the table.
        full_at.move_to_end(bucket.key)
        return full_at[bucket.key] - now - (bucket.tries - 1) * bucket.each

    def _forget(self, full_at: OrderedDict[str, float], now: float) -> None:
        while full_at and (next(iter(full_at.values())) <= now or len(full_at) > self._most):
            full_at.popitem(last=False)
