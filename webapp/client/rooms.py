"""Places for so many at once, some of which only those may have who soon leave."""

import asyncio
from collections import deque
from contextlib import suppress

Waiting = deque[tuple[int, "asyncio.Future[None]"]]


class Room:
    """
    Places for `limit`, of which three quarters at most are for what lasts.

    Whoever finds none waits for one in the order they came; but where there is none for what lasts, only that waits.
    """

    __slots__ = ("_lasting", "_limit", "_most_lasting", "_taken", "_turn", "_waiting")

    def __init__(self, limit: int) -> None:
        self._limit, self._most_lasting = limit, max(1, limit * 3 // 4)
        self._taken = self._lasting = self._turn = 0
        self._waiting: tuple[Waiting, Waiting] | None = None
        """With their turns: those who soon leave, and those who last."""

    @property
    def is_empty(self) -> bool:
        """Whether nobody has a place, and so nobody waits for one."""
        return not self._taken

    @property
    def has_all_that_last(self) -> bool:
        """Whether there is no place more for what lasts."""
        return self._lasting >= self._most_lasting

    def enter(self, lasts: bool) -> bool:
        """Take a place if there is one; says whether there was."""
        if self._taken >= self._limit or (lasts and self._lasting >= self._most_lasting):
            return False
        self._taken += 1
        self._lasting += lasts
        return True

    async def wait(self, lasts: bool) -> None:
        """Take a place once it's one's turn."""
        if self.enter(lasts):
            return
        self._turn += 1
        self._waiting = self._waiting or (deque(), deque())
        waiting, mine = self._waiting[lasts], (self._turn, asyncio.get_running_loop().create_future())
        waiting.append(mine)
        try:
            await mine[1]
        except asyncio.CancelledError:
            if mine[1].cancelled():
                with suppress(ValueError):
                    waiting.remove(mine)
            else:
                self.leave(lasts)  # it has just been one's turn
            raise

    def stay(self) -> None:
        """Have what was to leave soon last."""
        self._lasting += 1

    def leave(self, lasts: bool) -> None:
        """Give a place to whoever is next."""
        self._taken -= 1
        self._lasting -= lasts
        while self._waiting is not None and (following := self._next(*self._waiting)) is not None:
            _, waiter = self._waiting[following].popleft()
            if not waiter.done():
                self.enter(following)
                waiter.set_result(None)

    def _next(self, brief: Waiting, lasting: Waiting) -> bool | None:
        """Whether whoever may come in next will last; None where nobody may."""
        if self._taken >= self._limit:
            return None
        if lasting and self._lasting < self._most_lasting and not (brief and brief[0] < lasting[0]):
            return True
        return False if brief else None
