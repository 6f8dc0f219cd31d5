"""How long a call may take."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

IN_TURN = 0.75
"""Which part of its time-out a call may wait for its turn."""


class Patience:
    """
    How long a call may take: `seconds` from when it is sent, and before that three quarters of these to wait its turn.

    If waiting took of the time for the answer, what is sent late would be given up while the API is at it, and of a
    write nobody knew whether it was done. Whoever has a time-out of their own (`kept_by`) has no `deadline` here; that
    is put off instead.
    """

    __slots__ = ("_in_turn", "_kept_by", "deadline")

    def __init__(self, seconds: float, kept_by: asyncio.Timeout | None = None) -> None:
        self.deadline = None if kept_by is not None else asyncio.get_running_loop().time() + seconds
        self._in_turn = IN_TURN * seconds
        self._kept_by = kept_by

    @asynccontextmanager
    async def waiting(self) -> AsyncIterator[None]:
        """While it isn't its turn; TimeoutError where that doesn't come in time, which is for all of its waits."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with asyncio.timeout_at(began + self._in_turn):
            yield
        waited = loop.time() - began
        self._in_turn -= waited
        if self.deadline is not None:
            self.deadline += waited
        if self._kept_by is not None and (when := self._kept_by.when()) is not None:
            self._kept_by.reschedule(when + waited)


@asynccontextmanager
async def in_turn(patience: Patience | None) -> AsyncIterator[None]:
    """The same, where there may be no end to it."""
    if patience is None:
        yield
        return
    async with patience.waiting():
        yield
