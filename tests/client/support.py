"""APIs that behave as a test says: in process, or on a socket where the wire itself matters."""

import asyncio
import contextlib
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx

from webapp.client import APIClient

Handler = Callable[[httpx.Request], httpx.Response | Awaitable[httpx.Response]]
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Clock:
    """A clock that stands still until it's told to move on."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


def client(handler: Handler, base_url: str = "http://api.test", **options: Any) -> APIClient:
    """A client of an API that is one function."""
    return APIClient(base_url, transport=httpx.MockTransport(handler), **options)  # type: ignore[arg-type]


def answering(*args: Any, **kwargs: Any) -> APIClient:
    """A client of an API that always answers the same."""
    return client(lambda _: httpx.Response(*args, **kwargs))


def body(request: httpx.Request) -> Any:
    """The JSON that was sent."""
    return json.loads(request.content)


@contextlib.asynccontextmanager
async def listening(talk: Talk, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """A server that says whatever `talk` says, on a host name, since cookies of addresses are special to some."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            # Cancelled below where a client left just before; asyncio's streams would take that for a failure.
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await talk(reader, writer)
        finally:
            tasks.discard(task)
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    try:
        yield f"{'https' if tls else 'http'}://localhost:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def read_head(reader: asyncio.StreamReader) -> tuple[str, list[tuple[str, str]]]:
    """A request's first line and headers."""
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")[:-2]
    return first, [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
