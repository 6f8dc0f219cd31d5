"""The primary of several servers, by the word of sentinels."""

import asyncio
from collections.abc import Sequence
from typing import Any

from redis.asyncio import Sentinel, SentinelConnectionPool
from redis.asyncio.sentinel import MasterNotFoundError


class Sentinels:
    """
    Asks all sentinels at once which server is the primary, and believes the first that knows.

    redis-py's own asks one after the other, so one that hangs has used up a question's time before the next is asked.
    `options` are those of a connection to each.
    """

    def __init__(self, addresses: Sequence[tuple[str, int]], options: dict[str, Any]) -> None:
        self._each = [Sentinel([address], sentinel_kwargs=options) for address in addresses]  # type: ignore[no-untyped-call]
        self._asking: asyncio.Task[tuple[str, int]] | None = None

    async def discover_master(self, service_name: str) -> tuple[str, int]:
        """Its address, for all who ask at the moment; MasterNotFoundError where no sentinel knows."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask(service_name), name="webapp-sentinels")
            self._asking.add_done_callback(_retrieve)
        return await asyncio.shield(self._asking)

    async def aclose(self) -> None:
        """Close the connections to them."""
        if self._asking is not None:
            self._asking.cancel()
        for each in self._each:
            await each.aclose()

    async def _ask(self, name: str) -> tuple[str, int]:
        asked = [asyncio.create_task(each.discover_master(name)) for each in self._each]
        why = ""
        try:
            for answer in asyncio.as_completed(asked):
                try:
                    host, port = await answer
                    return str(host), int(port)
                except MasterNotFoundError as error:
                    why = str(error).rpartition(" - ")[2]
        finally:
            for task in asked:
                task.cancel()
            await asyncio.gather(*asked, return_exceptions=True)
        raise MasterNotFoundError(f"no sentinel knows a primary called {name!r} that is up ({why})")


class SentinelPool(SentinelConnectionPool):
    """Connections to the primary; closed together with those to the sentinels."""

    async def aclose(self) -> None:
        """Close them all."""
        await super().aclose()
        await self.sentinel_manager.aclose()


def _retrieve(asked: "asyncio.Task[tuple[str, int]]") -> None:
    # Whoever has asked may have given up meanwhile.
    if not asked.cancelled():
        asked.exception()
