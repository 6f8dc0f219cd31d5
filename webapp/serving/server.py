"""A server that says first that it is stopping, then finishes what it has begun, and then ends."""

import asyncio
import contextlib
import logging
import signal
import socket
import sys
from collections.abc import Callable, Iterator

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

logger = logging.getLogger("webapp.serving")

_LAST_SECONDS = 2.0
"""What closing sessions and connections may take of a process that has to end at once."""

_ECHO_SECONDS = 1.0
"""Within which a worker hears from a service manager and from the process that began it, and it means the same."""


def signals_heeded() -> list[signal.Signals]:
    """What tells a process to stop; a terminal's end does, unless it was started so as to outlive that (`nohup`)."""
    heeded = [signal.SIGTERM, signal.SIGINT]
    if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        heeded.append(signal.SIGHUP)
    return heeded


class Server(uvicorn.Server):
    """
    uvicorn's server, stopped in order.

    Told to stop (SIGTERM, SIGHUP) it calls `on_told`, by which whoever asks learns that it is no longer ready, and goes
    on serving for `delay` seconds, until nobody sends new requests. Then it calls `on_stop`, listens no more, and lets
    requests end for as long as the configuration's `timeout_graceful_shutdown`. SIGINT, from a keyboard, has no delay.
    A second signal ends everything at once. Whichever it was, this is no failure: the process may end with 0.
    """

    def __init__(
        self, config: uvicorn.Config, *, delay: float, on_told: Callable[[], None], on_stop: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._delay = delay
        self._on_told = on_told
        self._on_stop = on_stop
        self._told = False
        self._heard_at = float("-inf")
        self._echo = 0.0
        self.is_orphan = False
        """Whether the process that began this one is gone."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Be told to stop by signals while this lasts."""
        loop, heeded = asyncio.get_running_loop(), signals_heeded()
        try:
            for each in heeded:
                loop.add_signal_handler(each, self.stop, each)
        except (NotImplementedError, RuntimeError, ValueError):  # Windows, or another thread than the main one
            with super().capture_signals():
                yield
            return
        try:
            yield
        finally:
            for each in heeded:
                loop.remove_signal_handler(each)

    def stop(self, received: signal.Signals = signal.SIGTERM) -> None:
        """Begin to stop; told again, stop at once."""
        now = asyncio.get_running_loop().time()
        if self._told:
            if now - self._heard_at >= self._echo:
                self._end_at_once()
            return
        self._told, self._heard_at = True, now
        logger.info("stopping")
        self._on_told()
        if received != signal.SIGINT and self._delay:
            asyncio.get_running_loop().call_later(self._delay, self._exit)
        else:
            self._exit()

    def end_with(self, pipe: int) -> None:
        """
        Stop as if told to, unless it was told before, once nobody holds the other end of this pipe any more.

        Whoever holds it tells what it is told; where all processes are told by somebody else, too, that counts as once.
        """
        loop = asyncio.get_running_loop()
        self._echo = _ECHO_SECONDS

        def gone() -> None:
            loop.remove_reader(pipe)
            self.is_orphan = True
            if not self._told:
                logger.error("the process that began this one is gone")
                self.stop()

        loop.add_reader(pipe, gone)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen no more, and let what is under way end."""
        self._on_stop()
        await super().shutdown(sockets)
        if self.force_exit:  # uvicorn then leaves out the app's own end
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.lifespan.shutdown(), _LAST_SECONDS)

    def _exit(self) -> None:
        self.should_exit = True

    def _end_at_once(self) -> None:
        self.should_exit = self.force_exit = True
        for connection in list(self.server_state.connections):
            if connection.transport is not None:
                connection.transport.abort()
        for task in list(self.server_state.tasks):
            task.cancel()


class EndingQuietly:
    """A request that outlasts the time it was given ends in one line of the log, not in a traceback."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        except asyncio.CancelledError:
            if scope["type"] != "http":
                raise
            logger.warning("%s was cut off: the process had to end", scope["method"])
