"""The connections to the API, kept for the next call."""

import asyncio
import ssl
from collections import deque

import httpx

from webapp.client.http1 import Connection
from webapp.client.reaching import reach
from webapp.client.upload import Upload

Origin = tuple[str, str, int]

_PORTS = {"http": 80, "https": 443}
_PATIENCE = 1.0  # seconds for connections to end


class Pool(httpx.AsyncBaseTransport):
    """
    At most `limit` connections; who finds all of them taken waits for one, in the order they came.

    It decodes nothing, follows no redirect, keeps no cookie, and takes nothing from the environment. What is sent is
    sent once, but for reads without an answer, which are sent once more.
    """

    def __init__(self, limit: int, keepalive: float, verify: ssl.SSLContext | None) -> None:
        self._limit = limit
        self._keepalive = keepalive
        self._verify = verify
        self._all: set[Connection] = set()
        self._idle: dict[Origin, deque[Connection]] = {}
        self._places = 0
        """Connections that are open or being made."""
        self._waiters: deque[tuple[Origin, asyncio.Future[Connection | None]]] = deque()
        self._sweep: asyncio.TimerHandle | None = None
        self._closed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer once its headers are there; closing it without reading it to its end costs its connection."""
        url = request.url
        origin = (url.scheme, url.raw_host.decode("ascii"), url.port or _PORTS[url.scheme])
        head, upload = _outgoing(request)
        again = upload is None and request.method in ("GET", "HEAD")
        while True:
            connection = await self._take(origin, request.extensions.get("timeout", {}).get("connect"))
            try:
                incoming = connection.send(head, bodiless=request.method == "HEAD", upload=upload)
                await incoming.begun()
            except httpx.ReadError:
                if not again:
                    raise
                again = False
            except BaseException:
                connection.abort()
                raise
            else:
                return httpx.Response(incoming.status, headers=incoming.headers, stream=incoming)

    async def aclose(self) -> None:
        """End all connections, whatever is under way on them."""
        self._closed = True
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None
        ending = [connection.closed for connection in self._all]
        for connection in list(self._all):
            connection.abort()
        if ending:
            await asyncio.wait(ending, timeout=_PATIENCE)

    # What connections tell

    def release(self, connection: Connection) -> None:
        """A connection is good for another request."""
        if self._closed:
            connection.abort()
            return
        while self._waiters:
            origin, waiter = self._waiters.popleft()
            if waiter.done():
                continue
            if origin == connection.origin:
                waiter.set_result(connection)
                return
            self._waiters.appendleft((origin, waiter))
            connection.abort()  # and its place goes to whoever waits
            return
        loop = asyncio.get_running_loop()
        connection.idle_since = loop.time()
        self._idle.setdefault(connection.origin, deque()).append(connection)
        if self._sweep is None:
            self._sweep = loop.call_later(self._keepalive, self._drop_unused)

    def lost(self, connection: Connection) -> None:
        """A connection has ended, and left its place; one still being made, whose making then fails, has none yet."""
        if connection not in self._all:
            return
        self._all.discard(connection)
        kept = self._idle.get(connection.origin)
        if kept is not None and connection in kept:
            kept.remove(connection)
            if not kept:
                del self._idle[connection.origin]
        self._give_place()

    # Places

    async def _take(self, origin: Origin, seconds: float | None) -> Connection:
        """A connection of one's own: one that was kept, or a new one, as soon as there is a place for it."""
        if self._closed:
            raise RuntimeError("This pool is closed.")
        kept = self._idle.get(origin)
        while kept:
            connection = kept.pop()
            if not kept:
                del self._idle[origin]
            if connection.usable and not self._is_old(connection) and not connection.has_unread:
                return connection
            connection.abort()
        if self._places >= self._limit:
            handed = await self._wait(origin)
            if handed is not None and handed.usable:
                return handed
            if handed is not None:
                return await self._take(origin, seconds)
        else:
            self._places += 1
        try:
            connection = await reach(origin, lambda: Connection(self, origin), verify=self._tls(), seconds=seconds)
        except BaseException:
            self._give_place()
            raise
        if connection.closed.done():
            self._give_place()
        else:
            self._all.add(connection)
        return connection

    async def _wait(self, origin: Origin) -> Connection | None:
        """Wait for a connection, or (None) for a place for a new one."""
        waiter: asyncio.Future[Connection | None] = asyncio.get_running_loop().create_future()
        self._waiters.append((origin, waiter))
        for other in self._idle.values():
            other[0].abort()  # one that is kept for another origin makes room
            break
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                self._give_back(waiter.result())
            raise

    def _give_back(self, handed: Connection | None) -> None:
        if handed is None:
            self._give_place()
        elif handed.usable:
            self.release(handed)

    def _give_place(self) -> None:
        while self._waiters:
            _, waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return
        self._places -= 1

    def _drop_unused(self) -> None:
        """End what nobody has used for a while."""
        for kept in self._idle.values():
            for connection in kept:  # its end is told to `lost` only when the loop gets to it
                if self._is_old(connection):
                    connection.abort()
        loop = asyncio.get_running_loop()
        self._sweep = loop.call_later(self._keepalive, self._drop_unused) if self._idle else None

    def _is_old(self, connection: Connection) -> bool:
        return asyncio.get_running_loop().time() - connection.idle_since >= self._keepalive

    def _tls(self) -> ssl.SSLContext:
        if self._verify is None:
            self._verify = ssl.create_default_context()
            self._verify.set_alpn_protocols(["http/1.1"])
        return self._verify


def _outgoing(request: httpx.Request) -> tuple[bytes, Upload | None]:
    """A request's first line and headers, with the body where that is there already."""
    headers = request.headers.raw
    lines = [b"%b %b HTTP/1.1" % (request.method.encode("ascii"), request.url.raw_path)]
    lines += [name + b": " + value for name, value in headers]
    try:
        content = request.content
    except httpx.RequestNotRead:
        content = None
    length, chunked = request.headers.get("content-length"), "transfer-encoding" in request.headers
    if content is None and length is None and not chunked:
        chunked = True
        lines.append(b"transfer-encoding: chunked")
    elif content and length is None:
        length = str(len(content))
        lines.append(b"content-length: " + length.encode())
    head = b"\r\n".join([*lines, b"", b""])
    if head.count(b"\n") != len(lines) + 1 or head.count(b"\r") != len(lines) + 1 or b"\0" in head:
        raise httpx.LocalProtocolError("A header would break out of its line.")
    if (chunked and (length is not None or content is not None)) or (
        content is not None and length is not None and length != str(len(content))
    ):
        raise httpx.LocalProtocolError("The headers don't say how long the body is.")
    if content is not None:
        return head + content, None
    assert isinstance(request.stream, httpx.AsyncByteStream)
    return head, Upload(request.stream, None if length is None else int(length))
