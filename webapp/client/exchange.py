"""A request that was sent, and its answer as it comes."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Protocol

import httpx

Headers = list[tuple[bytes, bytes]]

_AHEAD = 256 * 1024  # bytes of a body that may wait for their reader


class Carrier(Protocol):
    """The connection that it is on."""

    def read_on(self) -> None:
        """There is room for more of the body."""

    def abandon(self, exchange: "Exchange", error: Exception) -> None:
        """Give it up for this reason, and the connection with it."""


class Place(Protocol):
    """What somebody has of the pool for it."""

    def give_back(self) -> None:
        """Its connection isn't needed any more."""

    def stay(self) -> None:
        """Have it for as long as somebody takes to read on; an APIError where there is no room for that."""


class Exchange:
    """
    A request that was sent, and its answer as it comes.

    `begun` is done once the answer's status and headers are there. Then the body is read once, by `pieces`, or taken by
    `whole` where all of it has come already. Whoever wants no more of it says so by `close`. A time-out that `timer`
    stands for lasts until the end of it all, or until it's taken away by `stay`.
    """

    __slots__ = (
        "_connection",
        "_held",
        "_pieces",
        "_waiting",
        "begun",
        "complete",
        "failure",
        "headers",
        "place",
        "status",
        "timer",
    )

    def __init__(self, connection: Carrier, begun: "asyncio.Future[None]") -> None:
        self._connection: Carrier | None = connection
        self.begun = begun
        self.status = 0
        self.headers: Headers = []
        self.complete = False
        self._pieces: deque[bytes] = deque()
        self._held = 0
        self._waiting: asyncio.Future[None] | None = None
        self.failure: Exception | None = None
        """Why no more of it will come."""
        self.timer: asyncio.TimerHandle | None = None
        self.place: Place | None = None

    def whole(self) -> bytes | None:
        """All of the body, if it is there already and nobody has read of it."""
        if not self.complete or self.failure is not None:
            return None
        return self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body as it comes; an error of httpx's where it breaks off."""
        while True:
            while self._pieces:
                piece = self._pieces.popleft()
                self._held -= len(piece)
                if self._held <= _AHEAD and self._connection is not None:
                    self._connection.read_on()
                yield piece
            if self.failure is not None:
                raise self.failure
            if self.complete:
                return
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting

    def close(self) -> None:
        """Want no more of it; what is still to come takes the connection with it."""
        if self._connection is not None:
            self._connection.abandon(self, httpx.ReadError("The rest of the answer was not wanted."))
        self._let_go()

    def hold(self, place: Place) -> None:
        """Have a place in the pool for as long as it has the connection."""
        self.place = place
        if self._connection is None:
            self._let_go()

    def stay(self) -> None:
        """Have no time-out any longer."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def time_out(self) -> None:
        """Give it up: it has taken too long."""
        if self._connection is not None:
            self._connection.abandon(self, httpx.ReadTimeout("The answer took too long."))

    # What the connection tells

    def begin(self, status: int, headers: Headers) -> None:
        """The answer begins."""
        self.status, self.headers = status, headers
        if not self.begun.done():  # else whoever waited for it has been cancelled
            self.begun.set_result(None)

    def add(self, piece: bytes) -> bool:
        """A piece of its body; says whether there are enough of them for the moment."""
        self._pieces.append(piece)
        self._held += len(piece)
        self._wake()
        return self._held > _AHEAD

    def end(self) -> None:
        """All of it was there."""
        self.complete = True
        self._let_go()
        self._wake()

    def fail(self, error: Exception) -> None:
        """No more of it will come."""
        self.failure = error
        self._let_go()
        if not self.begun.done():
            self.begun.set_exception(error)
        self._wake()

    def _let_go(self) -> None:
        self._connection = None
        self.stay()
        place, self.place = self.place, None
        if place is not None:
            place.give_back()

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)
