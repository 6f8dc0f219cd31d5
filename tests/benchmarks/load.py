"""A load generator: keeps a number of connections busy with one and the same request."""

import asyncio
import time
from typing import cast

import httptools
import uvloop

PATIENCE = 120.0
"""Seconds for all of it."""


def load(port: int, request: bytes, *, connections: int, total: int) -> list[float]:
    """
    Send `request` `total` times, `connections` at once, and say how many seconds each answer took to its last byte.

    RuntimeError for any answer but 200, or for a connection that ends early; TimeoutError where none comes.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_load(port, request, connections, total))


async def _load(port: int, request: bytes, connections: int, total: int) -> list[float]:
    loop = asyncio.get_running_loop()
    run = _Run(request, total, loop.create_future())
    transports = []
    try:
        for _ in range(connections):
            transport, _ = await loop.create_connection(lambda: _Visitor(run), "127.0.0.1", port)
            transports.append(transport)
        async with asyncio.timeout(PATIENCE):
            await run.done
    finally:
        for transport in transports:
            transport.close()
    return run.latencies


class _Run:
    """What all connections share."""

    def __init__(self, request: bytes, total: int, done: "asyncio.Future[None]") -> None:
        self.request = request
        self.to_send = self.to_come = total
        self.latencies: list[float] = []
        self.done = done

    def fail(self, why: str) -> None:
        if not self.done.done():
            self.done.set_exception(RuntimeError(why))


class _Visitor(asyncio.Protocol):
    """One connection: asks, waits for the whole answer, asks again."""

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none of asyncio's classes.
        self._transport = cast("asyncio.WriteTransport", transport)
        self._parser = httptools.HttpResponseParser(self)
        self._ask()

    def connection_lost(self, error: Exception | None) -> None:
        self._run.fail("The connection was closed before all answers had come.")

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._run.fail(f"The answer isn't HTTP: {error}")

    def on_message_complete(self) -> None:
        """Called by the parser."""
        run = self._run
        run.latencies.append(time.perf_counter() - self._sent_at)
        status = self._parser.get_status_code()
        if status != 200:
            run.fail(f"The answer was {status}.")
            return
        run.to_come -= 1
        if run.to_come == 0 and not run.done.done():
            run.done.set_result(None)
        self._ask()

    def _ask(self) -> None:
        if self._run.to_send:
            self._run.to_send -= 1
            self._sent_at = time.perf_counter()
            self._transport.write(self._run.request)
