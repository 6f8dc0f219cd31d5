"""
An ASGI app as the backend, in the same process.

`httpx.ASGITransport` won't do: it collects the whole body before it returns, so server-sent events never arrive and a
large download fills the memory, and it runs no lifespan, so the app's own start-up never happens.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextvars import Context
from typing import Any
from urllib.parse import unquote

import httpx

logger = logging.getLogger("webapp.client")

Message = MutableMapping[str, Any]
ASGIApp = Callable[
    [MutableMapping[str, Any], Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]

_Start = tuple[int, list[tuple[bytes, bytes]]]

_AHEAD = 8  # pieces of a body that the app may be ahead of its reader
_PATIENCE = 10.0  # seconds for the app's shutdown
_ASGI = {"version": "3.0", "spec_version": "2.3"}  # 2.3: Starlette then stops a stream as soon as its reader goes


class ASGIBackend(httpx.AsyncBaseTransport):
    """
    Serves `app` to the client, with its lifespan: started by the first call (or `start`), ended by `aclose`.

    Each request runs in a task and a context of its own, as in a server: it sees a disconnect when its answer is no
    longer wanted, waits when its reader is slow, and becomes a plain 500 when it fails.
    """

    def __init__(self, app: ASGIApp, *, client: tuple[str, int] = ("127.0.0.1", 0)) -> None:
        self._app = app
        self._client = client
        self._lifespan = _Lifespan(app)
        self._requests: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Run the app's start-up, once; RuntimeError when the app says that it failed."""
        await self._lifespan.start()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Serve one request; the response is there as soon as its headers are."""
        try:
            await self.start()
        except RuntimeError as error:
            raise httpx.ConnectError(str(error), request=request) from error
        exchange = _Exchange(request)
        scope = _scope(request, self._client, self._lifespan.state)
        task = asyncio.create_task(exchange.run(self._app, scope), name="webapp-asgi-request", context=Context())
        self._requests.add(task)
        task.add_done_callback(self._requests.discard)
        try:
            status, headers = await exchange.started
        except asyncio.CancelledError:
            exchange.disconnect()
            raise
        return httpx.Response(status, headers=headers, stream=_Stream(exchange), request=request)

    async def aclose(self) -> None:
        """End what still runs, then the app's lifespan."""
        running = list(self._requests)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await self._lifespan.stop()


def _scope(request: httpx.Request, client: tuple[str, int], state: dict[str, Any]) -> dict[str, Any]:
    url = request.url
    raw_path = url.raw_path.partition(b"?")[0]
    return {
        "type": "http",
        "asgi": _ASGI,
        "http_version": "1.1",
        "method": request.method,
        "scheme": url.scheme,
        "path": unquote(raw_path.decode("ascii")),
        "raw_path": raw_path,
        "root_path": "",
        "query_string": url.query,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "server": (url.host, url.port or (443 if url.scheme == "https" else 80)),
        "client": client,
        "state": state.copy(),
        "extensions": {},
    }


class _Exchange:
    """One request and its answer, between the app's task and the client's."""

    def __init__(self, request: httpx.Request) -> None:
        assert isinstance(request.stream, httpx.AsyncByteStream)
        self._head = request.method == "HEAD"
        self._body = aiter(request.stream)
        self._body_sent = False
        self._pieces: deque[bytes] = deque()
        self._readable, self._room, self._over = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._complete = self._finished = self._gone = False
        self.started: asyncio.Future[_Start] = asyncio.get_running_loop().create_future()

    async def run(self, app: ASGIApp, scope: dict[str, Any]) -> None:
        """The app's side, from first to last."""
        try:
            await app(scope, self._receive, self._send)
        except Exception:
            if not self._gone:
                logger.exception("The ASGI app failed")
        finally:
            if not self.started.done():
                self.started.set_result((500, [(b"content-type", b"text/plain; charset=utf-8")]))
                self._pieces.append(b"" if self._head else b"Internal Server Error")
                self._complete = True
            self._finished = True
            self._readable.set()

    async def _receive(self) -> Message:
        if not self._body_sent and not self._over.is_set():
            try:
                return {"type": "http.request", "body": await anext(self._body), "more_body": True}
            except StopAsyncIteration:
                self._body_sent = True
                return {"type": "http.request", "body": b"", "more_body": False}
        await self._over.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if self._gone:
            raise OSError("The client has gone.")
        if message["type"] == "http.response.start":
            headers = [(bytes(name), bytes(value)) for name, value in message.get("headers", ())]
            self.started.set_result((message["status"], headers))
        elif message["type"] == "http.response.body":
            await self._send_body(message.get("body", b""), more=message.get("more_body", False))

    async def _send_body(self, piece: bytes, *, more: bool) -> None:
        if piece and not self._head:
            self._pieces.append(bytes(piece))
        if not more:
            self._complete = True
            self._over.set()
        self._readable.set()
        while more and len(self._pieces) >= _AHEAD and not self._gone:
            self._room.clear()
            await self._room.wait()

    async def pieces(self) -> AsyncIterator[bytes]:
        """The client's side: the body as the app sends it."""
        while True:
            while self._pieces:
                piece = self._pieces.popleft()
                self._room.set()
                yield piece
            if self._complete:
                return
            if self._finished:
                raise httpx.RemoteProtocolError("The app ended its answer half-way.")
            self._readable.clear()
            await self._readable.wait()

    def disconnect(self) -> None:
        """The client has what it wants."""
        self._gone = True
        self._over.set()
        self._room.set()


class _Stream(httpx.AsyncByteStream):
    def __init__(self, exchange: _Exchange) -> None:
        self._exchange = exchange

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._exchange.pieces():
            yield piece

    async def aclose(self) -> None:
        self._exchange.disconnect()


class _Lifespan:
    """The app's start-up and shutdown, in one task as the specification wants."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._task: asyncio.Task[None] | None = None
        self._started: asyncio.Future[bool] | None = None
        self._ending = asyncio.Event()
        self._asked = False
        self.state: dict[str, Any] = {}

    async def start(self) -> None:
        if self._started is None:
            self._started = asyncio.get_running_loop().create_future()
            self._task = asyncio.create_task(self._run(self._started), name="webapp-asgi-lifespan", context=Context())
        if not await asyncio.shield(self._started):
            raise RuntimeError("The app's start-up failed; its log says why.")

    async def stop(self) -> None:
        if self._task is None:
            return
        self._ending.set()
        await asyncio.wait([self._task], timeout=_PATIENCE)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self, started: asyncio.Future[bool]) -> None:
        async def receive() -> Message:
            if not self._asked:
                self._asked = True
                return {"type": "lifespan.startup"}
            await self._ending.wait()
            return {"type": "lifespan.shutdown"}

        async def send(message: Message) -> None:
            if message["type"].endswith(".failed"):
                logger.error("The ASGI app's %s: %s", message["type"], message.get("message", ""))
            if message["type"].startswith("lifespan.startup.") and not started.done():
                started.set_result(message["type"] == "lifespan.startup.complete")

        try:
            await self._app({"type": "lifespan", "asgi": _ASGI, "state": self.state}, receive, send)
        except Exception:
            # Before it has answered, this is how an app says that it knows no lifespan.
            level = logging.ERROR if started.done() else logging.DEBUG
            logger.log(level, "The ASGI app's lifespan ended", exc_info=True)
        finally:
            if not started.done():
                started.set_result(True)
