"""A part of the pool for strangers, so that they can't take all of it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

import httpx

from webapp.client.connections import Connections, Sending
from webapp.client.exchange import Exchange

T = TypeVar("T")

STRANGER = "webapp.stranger"
"""The extension of a request that is made for nobody who has signed in, nor to sign in."""


class Share(httpx.AsyncBaseTransport):
    """
    A pool of which strangers never hold more than `strangers` connections, from asking to an answer's last byte.

    Whoever has a slow operation that needs no sign-in would otherwise need no more than a loop to keep everybody out.
    Those beyond the share wait in the order they came, for as long as their call's time-out lets them.
    """

    def __init__(self, pool: Connections, strangers: int) -> None:
        self.pool = pool
        self._places = asyncio.Semaphore(strangers)

    async def send(self, sending: Sending) -> Exchange:
        """The pool's exchange for a stranger, in its turn; for others there is the pool."""
        async with asyncio.timeout_at(sending.deadline):
            await self._places.acquire()
        exchange = await self._held(self.pool.send(sending))
        exchange.closed = self._places.release
        return exchange

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The pool's answer, in its turn."""
        if STRANGER not in request.extensions:
            return await self.pool.handle_async_request(request)
        await self._places.acquire()
        response = await self._held(self.pool.handle_async_request(request))
        assert isinstance(response.stream, httpx.AsyncByteStream)
        response.stream = _Held(response.stream, self._places.release)
        return response

    async def _held(self, asked: Awaitable[T]) -> T:
        """What the pool gives, with a place that was taken for it; that is given back at once if it fails."""
        try:
            return await asked
        except BaseException:
            self._places.release()
            raise

    async def aclose(self) -> None:
        """Close the pool."""
        await self.pool.aclose()


class _Held(httpx.AsyncByteStream):
    """An answer's body, and a place that is held until it's closed."""

    def __init__(self, stream: httpx.AsyncByteStream, release: Callable[[], None]) -> None:
        self._stream = stream
        self._release: Callable[[], None] | None = release

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            yield chunk

    async def aclose(self) -> None:
        try:
            await self._stream.aclose()
        finally:
            release, self._release = self._release, None
            if release is not None:
                release()
