"""A load generator: keeps a number of connections busy, each with one and the same request."""

import asyncio
import contextlib
import itertools
import time
from collections.abc import Iterator
from typing import cast

import httptools
import uvloop

PATIENCE = 180.0
"""Seconds for one run."""


class Crowd:
    """Visitors who are connected and have been answered once, as a server's visitors are but for a moment."""

    def __init__(self, runner: asyncio.Runner, visitors: "list[_Visitor]") -> None:
        self._runner = runner
        self._visitors = visitors

    def ask(self, total: int) -> list[float]:
        """
        Send so many requests, each connection its next when it has its answer; seconds to each answer's last byte.

        A connection that the server closed for not having been used is opened anew, and the request sent again, as
        browsers do; as often as there are visitors. RuntimeError for any answer but 200, or for connections that end
        early; TimeoutError where no answer comes.
        """
        self._runner.run(asyncio.sleep(0.01))  # so that those closed meanwhile are known
        for visitor in self._visitors:
            if visitor.gone:
                self._runner.run(visitor.come_back())
        return self._runner.run(_asked(self._visitors, total))


@contextlib.contextmanager
def crowd(port: int, *requests: bytes, connections: int) -> Iterator[Crowd]:
    """Connect; connections take turns at the requests there are. Raises what `Crowd.ask` raises."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        visitors: list[_Visitor] = []
        try:
            turns = itertools.islice(itertools.cycle(requests), connections)
            visitors.extend(runner.run(_connected(port, request)) for request in turns)
            runner.run(_asked(visitors, connections))
            yield Crowd(runner, visitors)
        finally:
            for visitor in visitors:
                visitor.leave()


def load(port: int, *requests: bytes, connections: int, total: int) -> list[float]:
    """What a crowd waits that asks so often."""
    with crowd(port, *requests, connections=connections) as visitors:
        return visitors.ask(total)


async def _connected(port: int, request: bytes) -> "_Visitor":
    visitor = _Visitor(port, request)
    await visitor.come_back()
    return visitor


async def _asked(visitors: "list[_Visitor]", total: int) -> list[float]:
    run = _Run(total, len(visitors), asyncio.get_running_loop().create_future())
    for visitor in visitors:
        visitor.join(run)
    async with asyncio.timeout(PATIENCE):
        await run.done
    return run.latencies


class _Run:
    """What all connections share."""

    def __init__(self, total: int, again: int, done: "asyncio.Future[None]") -> None:
        self.to_send = self.to_come = total
        self.again = again
        self.latencies: list[float] = []
        self.done = done

    def fail(self, why: str) -> None:
        if not self.done.done():
            self.done.set_exception(RuntimeError(why))


class _Visitor(asyncio.Protocol):
    """One connection: asks, waits for the whole answer, asks again."""

    def __init__(self, port: int, request: bytes) -> None:
        self._port = port
        self._request = request
        self._run: _Run | None = None
        self.gone = True
        self._waiting = False
        self._begun = False
        self._sent_at = 0.0

    async def come_back(self) -> None:
        """Connect."""
        await asyncio.get_running_loop().create_connection(lambda: self, "127.0.0.1", self._port)

    def join(self, run: _Run) -> None:
        """Take part in a run."""
        self._run = run
        if self.gone:
            run.fail("The connection was closed before the first request.")
        else:
            self._ask(run)

    def leave(self) -> None:
        """Hang up, whatever is still to come."""
        self._waiting = False
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none of asyncio's classes.
        self._transport = cast("asyncio.WriteTransport", transport)
        self._parser = httptools.HttpResponseParser(self)
        self.gone = False

    def connection_lost(self, error: Exception | None) -> None:
        self.gone = True
        if not self._waiting or self._run is None:
            return
        if self._run.again and not self._begun:
            self._run.again -= 1
            self._returning = asyncio.get_running_loop().create_task(self._ask_again())
            return
        self._fail("The connection was closed before all answers had come.")

    def data_received(self, data: bytes) -> None:
        self._begun = True
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(f"The answer isn't HTTP: {error}")

    def on_message_complete(self) -> None:
        """Called by the parser."""
        run = self._run
        status = self._parser.get_status_code()
        if run is None or status != 200:
            self._fail(f"The answer was {status}.")
            return
        self._waiting = False
        run.latencies.append(time.perf_counter() - self._sent_at)
        run.to_come -= 1
        if run.to_come == 0 and not run.done.done():
            run.done.set_result(None)
        self._ask(run)

    def _ask(self, run: _Run) -> None:
        if run.to_send:
            run.to_send -= 1
            self._waiting, self._begun = True, False
            self._sent_at = time.perf_counter()
            self._transport.write(self._request)

    async def _ask_again(self) -> None:
        """It goes on waiting, so its latency has both."""
        await self.come_back()
        self._transport.write(self._request)

    def _fail(self, why: str) -> None:
        if self._run is not None:
            self._run.fail(why)
