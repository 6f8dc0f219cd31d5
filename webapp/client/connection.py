"""
One connection to an API, which carries one exchange after the other: HTTP/1.1 as RFC 9112 has it, parsed by httptools.

That an answer has come as a whole takes no more than a future and a few callbacks. A connection is only used again if
nothing about it is in doubt: whatever a server sends beyond an answer could be taken for the next one.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Callable
from itertools import chain

import httptools
import httpx

Headers = list[tuple[bytes, bytes]]

_LARGEST_HEAD = 64 * 1024  # bytes; some policies and cookies need more than the 8 KB that most servers send at most
_LARGEST_GAP = 64 * 1024  # bytes that bring no body: extensions of chunks, trailers
_MOST_INTERIM = 20  # answers before the one that counts (RFC 9110, 15.2)
_AHEAD = 256 * 1024  # bytes of a body that may wait for their reader
_BODILESS = (204, 304)


class Lost(Exception):
    """The connection was gone before there was an answer."""


class Exchange:
    """
    A request that was sent, and its answer as it comes.

    `begun` is done once the answer's status and headers are there. Then the body is read once, by `pieces`, or taken by
    `whole` where all of it has come already. Whoever wants no more of it says so by `close`. A time-out that `timer`
    stands for lasts until the end of it all, or until it's taken away by `stay`.
    """

    __slots__ = (
        "_connection",
        "_held",
        "_pieces",
        "_waiting",
        "begun",
        "closed",
        "complete",
        "failure",
        "headers",
        "status",
        "timer",
    )

    def __init__(self, connection: "Connection", begun: "asyncio.Future[None]") -> None:
        self._connection: Connection | None = connection
        self.begun = begun
        self.status = 0
        self.headers: Headers = []
        self.complete = False
        self._pieces: deque[bytes] = deque()
        self._held = 0
        self._waiting: asyncio.Future[None] | None = None
        self.failure: Exception | None = None
        """Why no more of it will come."""
        self.timer: asyncio.TimerHandle | None = None
        self.closed: Callable[[], None] | None = None
        """Is told, once, that nobody wants any more of it."""

    def whole(self) -> bytes | None:
        """All of the body, if it is there already and nobody has read of it."""
        if not self.complete or self.failure is not None:
            return None
        return self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body as it comes; an error of httpx's where it breaks off."""
        while True:
            while self._pieces:
                piece = self._pieces.popleft()
                self._held -= len(piece)
                if self._held <= _AHEAD and self._connection is not None:
                    self._connection.read_on()
                yield piece
            if self.failure is not None:
                raise self.failure
            if self.complete:
                return
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting

    def close(self) -> None:
        """Want no more of it; what is still to come takes the connection with it."""
        if self._connection is not None:
            self._connection.abandon(self, httpx.ReadError("The rest of the answer was not wanted."))
        closed, self.closed = self.closed, None
        if closed is not None:
            closed()

    def stay(self) -> None:
        """Have no time-out any longer."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def time_out(self) -> None:
        """Give it up: it has taken too long."""
        if self._connection is not None:
            self._connection.abandon(self, httpx.ReadTimeout("The answer took too long."))

    # What the connection tells

    def begin(self, status: int, headers: Headers) -> None:
        """The answer begins."""
        self.status, self.headers = status, headers
        if not self.begun.done():  # else whoever waited for it has been cancelled
            self.begun.set_result(None)

    def add(self, piece: bytes) -> bool:
        """A piece of its body; says whether there are enough of them for the moment."""
        self._pieces.append(piece)
        self._held += len(piece)
        self._wake()
        return self._held > _AHEAD

    def end(self) -> None:
        """All of it was there."""
        self.complete, self._connection = True, None
        self.stay()
        self._wake()

    def fail(self, error: Exception) -> None:
        """No more of it will come."""
        self.failure, self._connection = error, None
        self.stay()
        if not self.begun.done():
            self.begun.set_exception(error)
        self._wake()

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)


class Connection(asyncio.Protocol):
    """
    A connection of a pool; `released` is told of the end of each exchange, and `lost` of that of the connection.

    After a connection that `is_usable` is released it may carry the next exchange.
    """

    def __init__(self, released: "Callable[[Connection], None]", lost: "Callable[[Connection], None]") -> None:
        self._released = released
        self._lost = lost
        self._parser = httptools.HttpResponseParser(self)
        # As lenient as browsers are: there are servers that end lines with LF, and some that fold headers.
        self._parser.set_dangerous_leniencies(
            lenient_headers=True, lenient_optional_cr_before_lf=True, lenient_spaces_after_chunk_size=True
        )
        self._transport: asyncio.Transport
        self._exchange: Exchange | None = None
        self._is_head = False
        self._headers: Headers = []
        self._in_head = False
        self._unused = 0  # bytes that have come since the last that were of use
        self._interim = 0
        self._until_close = False
        self._sending: asyncio.Task[None] | None = None
        self._writable: asyncio.Future[None] | None = None
        self._paused = False
        self.is_usable = True
        self.idle_since = 0.0

    # What the pool does

    def begin(self, method: str, head: bytes, body: bytes | AsyncIterable[bytes], *, chunked: bool) -> Exchange:
        """Send a request; one whose body comes in pieces is sent while its answer may be there already."""
        loop = asyncio.get_running_loop()
        self._exchange = exchange = Exchange(self, loop.create_future())
        self._is_head = method == "HEAD"
        self._interim = self._unused = 0
        self._until_close = False
        if self._transport.is_closing():
            self._fail(Lost())
        elif isinstance(body, bytes):
            self._transport.write(head + body if body else head)
        else:
            self._transport.write(head)
            self._sending = loop.create_task(self._send(body, chunked=chunked))
        return exchange

    def close(self) -> None:
        """Close it, which nothing is under way on."""
        self.is_usable = False
        self._transport.close()

    def abort(self) -> None:
        """Close it at once, whatever is under way."""
        self._give_up(httpx.ReadError("The pool was closed."))

    def abandon(self, exchange: Exchange, error: Exception) -> None:
        """Give up an exchange and the connection that it is on."""
        if exchange is self._exchange:
            self._give_up(error)

    def read_on(self) -> None:
        """There is room for more of the body."""
        if self._paused:
            self._paused = False
            self._transport.resume_reading()

    # What the transport calls

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The connection is there."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Something has come; what comes unasked for ends the connection."""
        if self._exchange is None:
            self.close()
            return
        self._unused += len(data)
        exchange = self._exchange
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            failure = httpx.RemoteProtocolError("The answer isn't HTTP.")
            failure.__cause__ = error
            self._give_up(failure)
            exchange.fail(failure)  # also if it was complete: its length is not what it said
            return
        if self._unused > _LARGEST_GAP:
            self._give_up(httpx.RemoteProtocolError("More headers, trailers or extensions than anybody sends."))

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self.is_usable = False
        self.resume_writing()
        if self._exchange is not None:
            if self._until_close and exc is None:
                self._end_exchange()
            elif self._exchange.status:
                self._fail(httpx.ReadError("The answer was cut short."))
            else:
                self._fail(Lost())
        self._lost(self)

    def pause_writing(self) -> None:
        """The server is slower than the body that is sent."""
        self._writable = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        """It has caught up."""
        if self._writable is not None and not self._writable.done():
            self._writable.set_result(None)
        self._writable = None

    # What the parser calls

    def on_message_begin(self) -> None:
        """An answer begins; one that nobody asked for could be taken for that to the next request."""
        if self._exchange is None:
            raise ValueError("Nobody has asked for another answer.")
        self._headers = []
        self._in_head = True

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header, but none of the trailers."""
        if self._in_head:
            self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Tell of the answer, unless it's only an informational one."""
        assert self._exchange is not None
        self._in_head = False
        headers, status = self._headers, self._parser.get_status_code()
        written = b"".join(chain.from_iterable(headers))
        if len(written) > _LARGEST_HEAD or b"\0" in written:
            raise ValueError("These headers are more than anybody sends, or none.")
        self._unused = 0
        if status < 200:
            self._interim += 1
            if self._interim > _MOST_INTERIM:
                raise ValueError("More informational answers than anybody sends.")
            return
        framing = {name: value for name, value in headers if name in _FRAMING}
        if framing.get(b"transfer-encoding", b"chunked").lower() != b"chunked":
            raise ValueError("Nobody has asked for this transfer coding.")
        bodiless = self._is_head or status in _BODILESS
        self._until_close = not framing and not bodiless
        # After an error that it didn't foresee uvicorn closes the connection, without saying so in its answer; a write
        # that were sent on it at once would be lost. And a body where none may be would be taken for the next answer.
        if status >= 500 or self._is_head or (bodiless and framing not in _NO_BODY):
            self.is_usable = False
        self._exchange.begin(status, headers)
        if self._is_head:
            self._end_exchange()

    def on_body(self, body: bytes) -> None:
        """Hand on a piece of the body."""
        self._unused = 0
        if self._exchange is not None and self._exchange.add(body) and not self._paused:
            self._paused = True
            self._transport.pause_reading()

    def on_message_complete(self) -> None:
        """The answer is there."""
        if self._exchange is not None and self._exchange.status:
            self.is_usable = self.is_usable and self._parser.should_keep_alive()
            self._end_exchange()

    # The end

    def _end_exchange(self) -> None:
        exchange, self._exchange = self._exchange, None
        assert exchange is not None
        self._unused = 0
        if self._sending is not None:
            # It was answered before it was sent as a whole, and what is left would be taken for another request.
            self.is_usable = False
            self._sending.cancel()
        self.read_on()
        exchange.end()
        if not self.is_usable:
            self._transport.close()
        self._released(self)

    def _give_up(self, error: Exception) -> None:
        self.is_usable = False
        self._transport.abort()
        self._fail(error)

    def _fail(self, error: Exception) -> None:
        exchange, self._exchange = self._exchange, None
        if self._sending is not None:
            self._sending.cancel()
        if exchange is not None:
            exchange.fail(error)
            self._released(self)

    async def _send(self, body: AsyncIterable[bytes], *, chunked: bool) -> None:
        try:
            async for piece in body:
                if piece:
                    self._transport.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
                if self._writable is not None:
                    await self._writable
                if self._transport.is_closing():
                    return
            if chunked:
                self._transport.write(b"0\r\n\r\n")
            self._sending = None
        except Exception as error:
            self._sending = None
            if self._exchange is not None:
                self._give_up(httpx.WriteError("The body broke off.") if self._exchange.status else error)


_FRAMING = frozenset((b"content-length", b"transfer-encoding"))
_NO_BODY: tuple[dict[bytes, bytes], ...] = ({}, {b"content-length": b"0"})
