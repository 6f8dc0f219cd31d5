"""A way to a server on a socket that takes its time, tears what is sent into pieces, and now and then stands still."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

STALL = 1.5
"""Seconds that it stands still: longer than anybody waits."""
LATE = 0.003
"""Seconds by which any other piece is late, at most."""


@dataclass
class Way:
    """How it fares: the share of pieces before which it stands still."""

    stalls: float = 0.0


@contextlib.asynccontextmanager
async def jittery(path: Path, behind: Path, *, seed: int = 11) -> AsyncIterator[Way]:
    """Have whoever connects to `path` be served by what listens `behind` it."""
    way, chance, pumps = Way(), random.Random(seed), set[asyncio.Task[None]]()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while piece := await reader.read(chance.choice((7, 64, 4096))):
                await asyncio.sleep(STALL if chance.random() < way.stalls else chance.random() * LATE)
                writer.write(piece)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.transport.abort()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, onward = await asyncio.open_unix_connection(behind)
        both = {asyncio.create_task(pump(reader, onward)), asyncio.create_task(pump(there, writer))}
        pumps.update(both)
        for each in both:
            each.add_done_callback(pumps.discard)

    server = await asyncio.start_unix_server(relay, path)
    try:
        yield way
    finally:
        server.close()
        for each in pumps:
            each.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
