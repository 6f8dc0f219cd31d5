"""How many streams of events and exports are under way: each holds connections, to the browser and to the API."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from starlette.requests import Request

from webapp.errors import RateLimited
from webapp.sessions import Session

EVENTS = "text/event-stream"
MOST_OF_ONE = 4
"""
Streams and exports of one session, or of one visitor who isn't signed in, in one process.

Fewer than the six connections that a browser has to a host: its pages need some as well.
"""
MOST = 500
"""Those of all together, where they hold no connections to the API."""


class Streams:
    """
    Counts the streams and exports that are under way, and ends the streams when the process does.

    Each holds one of the `connections` to the API for as long as it's watched, so they get half of these: whoever has
    a few sessions would otherwise need no more than some pages left open to keep everybody out. All sessions of one
    owner get a quarter of that, or as many as one session, so that nobody keeps others from theirs.
    """

    def __init__(self, connections: int | None = None) -> None:
        self._most = MOST if connections is None else max(1, min(MOST, connections // 2))
        self._most_of_owner = max(MOST_OF_ONE, self._most // 4)
        self._open: Counter[str] = Counter()
        self._of_owners: Counter[str] = Counter()
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
        session: Session = request.state.session
        owner = session.api.credentials.counted_as
        key = session.key or owner
        if self._open[key] >= MOST_OF_ONE or self._of_owners[owner] >= self._most_of_owner:
            raise RateLimited("Too many streams and exports are under way. End another one first.")
        if self._open.total() >= self._most:
            # No 503: that would have a proxy take the whole process for gone.
            raise RateLimited("Too many streams and exports of others are under way. Please try again later.")
        counted = (self._open, key), (self._of_owners, owner)
        for counter, name in counted:
            counter[name] += 1
        try:
            yield
        finally:
            for counter, name in counted:
                counter[name] -= 1
                if not counter[name]:
                    del counter[name]
