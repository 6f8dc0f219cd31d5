"""How many may do the same thing at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_PATIENCE = 10.0


class Turns:
    """At most `limit` at once, the others in the order they came; none of them waits longer than `patience` seconds."""

    __slots__ = ("_patience", "_places")

    def __init__(self, limit: int, *, patience: float | None = None) -> None:
        self._places = asyncio.Semaphore(limit)
        self._patience = _PATIENCE if patience is None else patience

    @property
    def all_taken(self) -> bool:
        """Whether the next one would have to wait."""
        return self._places.locked()

    @asynccontextmanager
    async def take(self) -> AsyncIterator[bool]:
        """Wait for a turn, which lasts for the block; False says that none came in time."""
        try:
            async with asyncio.timeout(self._patience):
                await self._places.acquire()
        except TimeoutError:
            yield False
            return
        try:
            yield True
        finally:
            self._places.release()
