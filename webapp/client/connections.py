"""The pool's connections: which are open, who has one, and who is waiting."""

import asyncio
import math
import re
import ssl
from collections.abc import AsyncIterable
from typing import NamedTuple

import httpx

from webapp.client.arrived import ArrivedStream
from webapp.client.connection import Connection, Lost
from webapp.client.dialing import Dialer, Origin
from webapp.client.exchange import Exchange, Headers
from webapp.client.patience import Patience, in_turn
from webapp.client.writing import FETCHES

PATIENCE = "webapp.patience"
"""The extension of a request that holds its Patience."""

_FIRST_LINE = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+ [!-~]+ HTTP/1\.1")


class Sending(NamedTuple):
    """A request as it goes out, with all the headers that it takes, given up when whoever asks has no more patience."""

    method: str
    origin: Origin
    target: str
    headers: Headers
    body: bytes | AsyncIterable[bytes]
    connect_timeout: float | None
    patience: Patience | None = None

    @property
    def deadline(self) -> float | None:
        """The loop's time when it is given up, as far as that is known by now."""
        return None if self.patience is None else self.patience.deadline


class Connections(httpx.AsyncBaseTransport):
    """
    At most `limit` exchanges at once, the others in the order they came.

    A connection is kept for `keepalive` seconds after an exchange. A write is sent exactly once, on one that was in use
    within half of that: on a busy machine a server closes what it has kept for long late, with what has just arrived.
    What only reads is sent again, once, where the connection was lost before there was an answer: one that the server
    has just closed looks the same. Of httpx's time-outs that for connecting is kept; whoever asks keeps an eye on the
    others.
    """

    def __init__(self, limit: int, keepalive: float, verify: ssl.SSLContext | None) -> None:
        self._places = asyncio.Semaphore(limit)
        self._keepalive = keepalive
        self._dialer = Dialer(verify)
        self._open: dict[Connection, Origin] = {}
        self._idle: dict[Origin, list[Connection]] = {}
        self._sweep: asyncio.TimerHandle | None = None
        self._is_closed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, as soon as its headers are there; it's to be read or closed."""
        return response_of(await self.send(sending_of(request)), request)

    async def send(self, sending: Sending) -> Exchange:
        """
        The exchange, once its answer's headers are there; it's to be read or closed.

        It is httpx.PoolTimeout where its turn didn't come in time, and after the deadline a TimeoutError where there
        was no connection, and httpx.ReadTimeout where it was sent by then.
        """
        head, length = _head(sending)
        again = sending.method in FETCHES and isinstance(sending.body, bytes)
        while True:
            connection = await self._take(sending)
            exchange = connection.begin(sending.method, head, sending.body, length)
            if (deadline := sending.deadline) is not None:
                exchange.timer = asyncio.get_running_loop().call_at(deadline, exchange.time_out)
            try:
                await exchange.begun
            except Lost as error:
                if not again:
                    raise httpx.ReadError("The connection was lost.") from error
                again = False
            except BaseException:
                exchange.close()
                raise
            else:
                if isinstance(exchange.failure, httpx.RemoteProtocolError):
                    raise exchange.failure  # what came right after the headers tells that they are not to be believed
                return exchange

    async def aclose(self) -> None:
        """Close all connections, whatever is under way on them."""
        self._is_closed = True
        if self._sweep is not None:
            self._sweep.cancel()
        for connection in list(self._open):
            connection.abort()
        await asyncio.sleep(0)  # they are gone in the loop's next turn

    async def _take(self, sending: Sending) -> Connection:
        if self._is_closed:
            raise RuntimeError("This pool is closed.")
        if self._places.locked():
            try:
                async with in_turn(sending.patience):
                    await self._places.acquire()
            except TimeoutError:
                raise httpx.PoolTimeout("All connections are in use.") from None
        else:
            await self._places.acquire()
        try:
            return self._unused(sending) or await self._dialled(sending)
        except BaseException:
            self._places.release()
            raise

    async def _dialled(self, sending: Sending) -> Connection:
        self._check_open()
        async with asyncio.timeout_at(sending.deadline):
            connection = await self._dialer.dial(sending.origin, self._connection, sending.connect_timeout)
        if not connection.is_usable:
            raise httpx.ConnectError("The connection was closed as soon as it was made.")
        try:
            self._check_open()
        except httpx.ReadError:
            connection.abort()
            raise
        self._open[connection] = sending.origin
        return connection

    def _check_open(self) -> None:
        """Tell whoever has waited, for a place or a connection, that the pool was closed meanwhile."""
        if self._is_closed:
            raise httpx.ReadError("The pool was closed.")

    def _unused(self, sending: Sending) -> Connection | None:
        """The connection there that was used last, if that isn't long ago."""
        idle = self._idle.get(sending.origin)
        kept = self._keepalive if sending.method in FETCHES else self._keepalive / 2
        oldest = asyncio.get_running_loop().time() - kept
        while idle:
            connection = idle.pop()
            if connection.is_usable and connection.idle_since > oldest and connection.is_quiet():
                return connection
            connection.close()
        return None

    def _connection(self) -> Connection:
        return Connection(self._released, self._lost)

    def _released(self, connection: Connection) -> None:
        self._places.release()
        if connection.is_usable:
            loop = asyncio.get_running_loop()
            connection.idle_since = loop.time()
            self._idle.setdefault(self._open[connection], []).append(connection)
            if self._sweep is None:
                self._sweep = loop.call_later(self._keepalive, self._close_idle)

    def _lost(self, connection: Connection) -> None:
        origin = self._open.pop(connection, None)
        idle = self._idle.get(origin, []) if origin is not None else []
        if connection in idle:
            idle.remove(connection)

    def _close_idle(self) -> None:
        """Close what nobody has used for long, and look again when the next is due."""
        loop = asyncio.get_running_loop()
        oldest, next_due = loop.time() - self._keepalive, math.inf
        for origin, idle in list(self._idle.items()):
            while idle and idle[0].idle_since <= oldest:  # the first is the one that was used least lately
                idle.pop(0).close()
            if idle:
                next_due = min(next_due, idle[0].idle_since + self._keepalive)
            else:
                del self._idle[origin]
        self._sweep = loop.call_at(next_due, self._close_idle) if next_due < math.inf else None


def sending_of(request: httpx.Request) -> Sending:
    """What a request of httpx's amounts to."""
    url = request.url
    if url.scheme not in ("http", "https"):
        raise httpx.UnsupportedProtocol("This is neither http nor https.")
    connecting = request.extensions.get("timeout", {}).get("connect")
    target, patience = url.raw_path.decode("ascii"), request.extensions.get(PATIENCE)
    return Sending(request.method, Origin.of(url), target, request.headers.raw, _body(request), connecting, patience)


def response_of(exchange: Exchange, request: httpx.Request) -> httpx.Response:
    """The answer to a request as one of httpx's."""
    stream = ArrivedStream(exchange)
    return httpx.Response(exchange.status, headers=exchange.headers, stream=stream, request=request)


def _body(request: httpx.Request) -> bytes | AsyncIterable[bytes]:
    try:
        content = request.content
    except httpx.RequestNotRead:
        pass
    else:
        # A stream that was read meanwhile still says that it comes in chunks.
        if request.method in ("GET", "HEAD") or "transfer-encoding" not in request.headers:
            return content
    assert isinstance(request.stream, httpx.AsyncByteStream)
    return request.stream


def _head(sending: Sending) -> tuple[bytes, int | None]:
    """The first line and the headers, and of a body that comes in pieces how long it is, where that is known."""
    headers, length = sending.headers, None
    if not isinstance(sending.body, bytes):
        length = _length(headers)
        if length is None and not any(name.lower() == b"transfer-encoding" for name, _ in headers):
            headers = [*headers, (b"transfer-encoding", b"chunked")]
    first = f"{sending.method} {sending.target} HTTP/1.1".encode("ascii", "replace")
    head = b"\r\n".join([first, *[b"%b: %b" % pair for pair in headers], b"", b""])
    # Whoever asks has seen to it already; but a line too many would be another request.
    ends = len(headers) + 2
    if head.count(b"\n") != ends or head.count(b"\r") != ends or b"\0" in head or not _FIRST_LINE.fullmatch(first):
        raise httpx.LocalProtocolError("A header, or the address, would break out of its line.")
    return head, length


def _length(headers: Headers) -> int | None:
    """What `Content-Length` says."""
    for name, value in headers:
        if name.lower() == b"content-length":
            if not value.isdigit():
                raise httpx.LocalProtocolError("This is no Content-Length.")
            return int(value)
    return None
