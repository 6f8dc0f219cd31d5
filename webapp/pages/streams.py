"""How many streams of events and exports are under way: each holds connections, to the browser and to the API."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from starlette.requests import Request

from webapp.errors import RateLimited

MOST_OF_ONE = 6
"""Streams and exports of one session, or of one address that isn't signed in, in one process."""
MOST = 500
"""Those of all together."""


class Streams:
    """Counts the streams and exports that are under way, and ends the streams when the process does."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()
        self._endings: set[Callable[[], None]] = set()
        self.stopped = False

    def stop(self) -> None:
        """End the streams of events: they would go on for as long as they are let."""
        self.stopped = True
        for end in tuple(self._endings):
            end()

    @contextmanager
    def ended_by(self, end: Callable[[], None]) -> Iterator[None]:
        """Call `end` if the streams are stopped in the meantime."""
        self._endings.add(end)
        try:
            yield
        finally:
            self._endings.discard(end)

    @contextmanager
    def one_more(self, request: Request) -> Iterator[None]:
        """Count one for as long as it is open; RateLimited where that would be too many."""
        key = request.state.session.key or (request.client.host if request.client else "")
        if self._open[key] >= MOST_OF_ONE or self._open.total() >= MOST:
            raise RateLimited("Too many streams and exports are under way. End another one first.")
        self._open[key] += 1
        try:
            yield
        finally:
            self._open[key] -= 1
            if not self._open[key]:
                del self._open[key]
