"""
One connection to an API, which carries one exchange after the other: HTTP/1.1 as RFC 9112 has it, parsed by httptools.

That an answer has come as a whole takes no more than a future and a few callbacks. A connection is only used again if
nothing about it is in doubt: whatever a server sends beyond an answer could be taken for the next one.
"""

import asyncio
import select
import ssl
import sys
from collections.abc import AsyncIterable, AsyncIterator, Callable
from itertools import chain

import httptools
import httpx

from webapp.client.exchange import Exchange, Headers

_LARGEST_HEAD = 64 * 1024  # bytes; some policies and cookies need more than the 8 KB that most servers send at most
_LARGEST_GAP = 64 * 1024  # bytes that bring no body: extensions of chunks, trailers
_MOST_INTERIM = 20  # answers before the one that counts (RFC 9110, 15.2)
_BODILESS = (204, 304)


class Lost(Exception):
    """The connection was gone before there was an answer."""


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
        self._watch: select.poll | None = None
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

    def is_quiet(self) -> bool:
        """
        Whether nothing has come since the last answer, not even the connection's end.

        The loop tells of neither before it comes to read them, and a write would be lost with a connection that the
        server has closed meanwhile.
        """
        return not (self._transport.is_closing() or (self._watch is not None and self._watch.poll(0)))

    def begin(
        self, method: str, head: bytes, body: bytes | AsyncIterable[bytes], length: int | None = None
    ) -> Exchange:
        """
        Send a request; one whose body comes in pieces is sent while its answer may be there already.

        The pieces are `length` bytes together, or go out in chunks.
        """
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
            self._sending = loop.create_task(self._send(body, length))
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
        if sys.platform != "win32":  # where there is no poll
            self._watch = select.poll()
            self._watch.register(transport.get_extra_info("socket").fileno(), select.POLLIN)

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
            if self._until_close and exc is None and _has_ended(self._transport):
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
            self._headers.append((name.lower().rstrip(), value))

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
            self._pass_over(status)
            return
        self._judge(status, headers)
        self._exchange.begin(status, [(name, value.rstrip(b" \t")) for name, value in headers])
        if self._is_head:
            self._end_exchange()

    def _pass_over(self, status: int) -> None:
        self._interim += 1
        if status < 100 or status == 101:
            raise ValueError("No status, or a switch to a protocol that nobody has asked for.")
        if self._interim > _MOST_INTERIM:
            raise ValueError("More informational answers than anybody sends.")

    def _judge(self, status: int, headers: Headers) -> None:
        """Find out how the body ends, and whether the connection may be used again after it."""
        framing = {name: value for name, value in headers if name in _FRAMING}
        # By the letter, as the parser reads it: with anything around it the body would be taken as it is on the wire.
        if any(value.lower() != b"chunked" for name, value in headers if name == b"transfer-encoding"):
            raise ValueError("Nobody has asked for this transfer coding.")
        bodiless = self._is_head or status in _BODILESS
        self._until_close = not framing and not bodiless
        # After an error that it didn't foresee uvicorn closes the connection, without saying so in its answer; a write
        # that were sent on it at once would be lost. And a body where none may be would be taken for the next answer.
        if status >= 500 or self._is_head or (bodiless and framing not in _NO_BODY):
            self.is_usable = False
        if b"transfer-encoding" in framing and self._parser.get_http_version() == "1.0":
            self.is_usable = False  # whoever passed that on may not know what it is (RFC 9112, 6.1)

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
        self.read_on()
        exchange.end()
        if not self._is_all_sent():
            # It was answered before that, and what is left would be taken for another request, or never be.
            self.is_usable = False
            self._stop_sending()
            self._transport.abort()
        elif not self.is_usable:
            self._transport.close()
        self._released(self)

    def _is_all_sent(self) -> bool:
        closing = self._transport.is_closing()
        return self._sending is None and (closing or not self._transport.get_write_buffer_size())

    def _stop_sending(self) -> None:
        if self._sending is not None:
            self._sending.cancel()

    def _give_up(self, error: Exception) -> None:
        self.is_usable = False
        self._transport.abort()
        self._fail(error)

    def _fail(self, error: Exception) -> None:
        exchange, self._exchange = self._exchange, None
        self._stop_sending()
        if exchange is not None:
            exchange.fail(error)
            self._released(self)

    async def _send(self, body: AsyncIterable[bytes], length: int | None) -> None:
        chunked = length is None
        try:
            async for piece in body if length is None else _measured(body, length):
                if self._transport.is_closing():
                    return
                if piece:
                    self._transport.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
                if self._writable is not None:
                    await self._writable
            if chunked and not self._transport.is_closing():
                self._transport.write(b"0\r\n\r\n")
            self._sending = None
        except Exception as error:
            self._sending = None
            if self._exchange is not None:
                self._give_up(httpx.WriteError("The body broke off.") if self._exchange.status else error)


async def _measured(body: AsyncIterable[bytes], length: int) -> AsyncIterator[bytes]:
    """The pieces, while they are no more than was promised: what is beyond would be taken for another request."""
    left = length
    async for piece in body:
        left -= len(piece)
        if left < 0:
            raise httpx.LocalProtocolError("The body is longer than its Content-Length.")
        yield piece
    if left:
        raise httpx.LocalProtocolError("The body is shorter than its Content-Length.")


def _has_ended(transport: asyncio.Transport) -> bool:
    """
    Whether the server itself has ended a connection that is gone.

    Over TLS anybody on the way could have, where it hasn't said so (RFC 9112, 9.8); nobody else can tell.
    """
    tls = transport.get_extra_info("ssl_object")
    try:
        return tls is None or tls.read(1) == b""
    except ssl.SSLZeroReturnError:
        return True
    except ssl.SSLError:
        return False


_FRAMING = frozenset((b"content-length", b"transfer-encoding"))
_NO_BODY: tuple[dict[bytes, bytes], ...] = ({}, {b"content-length": b"0"})
