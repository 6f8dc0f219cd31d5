"""Requests at a steady rate, by visitors who wait for their answers."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

Ask = Callable[[int, int], Awaitable[tuple[int, str]]]
"""Has a visitor, who has asked so often, ask once more: the answer's status, and what is wrong with it, if anything."""


@dataclass
class Load:
    """So many requests a second by so many visitors in turn, each answered within `patience` seconds."""

    ask: Ask
    visitors: int
    rate: float
    patience: float
    asked: list[tuple[float, float, int]] = field(default_factory=list)
    """When each began, how long it took, and its status."""
    wrong: list[str] = field(default_factory=list)
    done: bool = False

    async def run(self) -> None:
        """Until it's `done`; TimeoutError for an answer that doesn't come."""
        await asyncio.gather(*(self._visit(number) for number in range(self.visitors)))

    async def _visit(self, visitor: int) -> None:
        """Ask at one's own pace; whoever waits for an answer asks nothing else meanwhile, as people do."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(visitor / self.rate)
        began, number = loop.time(), 0
        while not self.done:
            asked = loop.time()
            async with asyncio.timeout(self.patience):
                status, complaint = await self.ask(visitor, number)
            self.asked.append((asked, loop.time() - asked, status))
            if complaint:
                self.wrong.append(complaint)
            number += 1
            await asyncio.sleep(max(0.0, began + number * self.visitors / self.rate - loop.time()))

    def since(self, moment: float, until: float) -> list[tuple[float, float, int]]:
        """What was asked in between."""
        return [each for each in self.asked if moment <= each[0] < until]
