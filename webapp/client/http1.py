"""
One HTTP/1.1 connection from the client's side: a request goes out, its answer comes in, then perhaps another.

Bytes that nobody has asked for, before an answer or after its end, end the connection: they would be taken for the
answer to the next request, which is somebody else's.
"""

import asyncio
import select
from collections.abc import AsyncIterator
from typing import Protocol, cast

import httptools
import httpx

from webapp.client.upload import Upload

LARGEST_HEAD = 96 * 1024
"""Bytes; one line of 64 KB is more than any cookie or policy needs."""
MOST_INTERIM = 20
"""Informational answers before the one that counts (RFC 9110, 15.2)."""

_PATIENCE = 5.0  # seconds for the rest of a request that has been answered already
_AHEAD = 256 * 1024  # bytes of a body that may have come before its reader has taken any


class Owner(Protocol):
    """Whoever keeps connections."""

    def release(self, connection: "Connection") -> None:
        """An exchange is over, and the connection good for another."""

    def lost(self, connection: "Connection") -> None:
        """A connection has ended."""


class Incoming(httpx.AsyncByteStream):
    """An answer as it comes: `status` and `headers` once `begun` returns, then the pieces of its body."""

    __slots__ = ("_connection", "_error", "_pieces", "_waiter", "complete", "headers", "size", "status")

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._error: Exception | None = None
        self._pieces: list[bytes] = []
        self._waiter: asyncio.Future[None] | None = None
        self.size = 0
        """Bytes that wait for their reader."""
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.complete = False

    async def begun(self) -> None:
        """Wait for the headers."""
        while not self.status:
            await self._change()
        if isinstance(self._error, httpx.RemoteProtocolError):
            raise self._error

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            if self._pieces:
                pieces, self._pieces, self.size = self._pieces, [], 0
                self._connection.go_on(self)
                yield pieces[0] if len(pieces) == 1 else b"".join(pieces)
            elif self.complete:
                return
            else:
                await self._change()

    async def aclose(self) -> None:
        """Want no more of it: a connection on which more would come can't be used again."""
        await self._connection.leave(self)

    def add(self, piece: bytes) -> None:
        """A piece of the body has come."""
        self._pieces.append(piece)
        self.size += len(piece)
        self.tell()

    def fail(self, error: Exception) -> None:
        """No more of it comes, and that isn't its end."""
        if not self.complete:
            self._error = self._error or error
            self.tell()

    def refuse(self, cause: Exception) -> None:
        """What came isn't HTTP, or is more than an answer: its end isn't where it seemed to be."""
        self.complete = False
        self._error = httpx.RemoteProtocolError("The answer isn't HTTP.")
        self._error.__cause__ = cause
        self.tell()

    def tell(self) -> None:
        """Something has changed."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def _change(self) -> None:
        if self._error is not None:
            raise self._error
        self._waiter = asyncio.get_running_loop().create_future()
        await self._waiter


class Connection(asyncio.Protocol):
    """
    A connection, owned by a pool.

    After an answer of 500 or more it isn't used again: after an error that it didn't foresee uvicorn closes the
    connection, without saying so in its answer; a write that were sent on it at once would be lost.
    """

    def __init__(self, owner: Owner, origin: tuple[str, str, int]) -> None:
        self._owner = owner
        self.origin = origin
        self.idle_since = 0.0
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._parser: httptools.HttpResponseParser | None = self._new_parser()
        self._incoming: Incoming | None = None
        self._latest: Incoming | None = None
        self._upload: Upload | None = None
        self._bodiless = self._reusable = self._until_end = self._ended = self._paused = False
        self._head_size = self._interim = 0

    @property
    def usable(self) -> bool:
        """Whether a request can be sent on it."""
        return not self._transport.is_closing()

    @property
    def has_unread(self) -> bool:
        """Whether its end, or what nobody has asked for, has come and wasn't looked at yet."""
        if not hasattr(select, "poll"):
            return False  # Windows: the loop tells a moment later
        poll = select.poll()
        poll.register(self._transport.get_extra_info("socket").fileno(), select.POLLIN)
        return bool(poll.poll(0))

    def send(self, head: bytes, *, bodiless: bool, upload: Upload | None = None) -> Incoming:
        """Send a request, and the body that isn't in its `head`; to a `bodiless` one (HEAD) the answer has no body."""
        if self.closed.done():
            raise httpx.ReadError("The connection was lost.")
        self._incoming = self._latest = incoming = Incoming(self)
        self._bodiless = bodiless
        self._until_end = False
        self._head_size = self._interim = 0
        self._transport.write(head)
        if upload is not None:
            self._upload = upload
            upload.begin(self._transport, self._uploaded)
        return incoming

    def go_on(self, incoming: Incoming) -> None:
        """The reader has taken what there was."""
        if self._paused and incoming is self._incoming and self.usable:
            self._paused = False
            self._transport.resume_reading()

    async def leave(self, incoming: Incoming) -> None:
        """Nobody reads this answer any more."""
        if incoming is not self._latest:
            return
        upload = self._upload
        if incoming.complete and incoming.status < 400 and upload is not None:
            try:
                await upload.ended()  # what is accepted already is sent to its end
            except asyncio.CancelledError:
                self.abort()
                raise
        if incoming is self._incoming or (upload is not None and self._upload is upload):
            self.abort()

    def abort(self) -> None:
        """End it at once."""
        if self._upload is not None:
            self._upload.cancel()
        self._transport.abort()

    # What the transport calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is open."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are none of asyncio's classes

    def data_received(self, data: bytes) -> None:
        """Some of an answer has come."""
        incoming, parser = self._incoming, self._parser
        if incoming is None or parser is None:
            self.abort()
            return
        try:
            if incoming.status:
                self._head_size += len(data)  # unless some of it is body: trailers are a head, too
            parser.feed_data(data)
            if not incoming.complete:
                self._count(0 if incoming.status else len(data))
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            incoming.refuse(error)
            self._incoming = None
            self.abort()
            return
        if incoming.complete:
            self._incoming = None
            self._settle()
        elif incoming.size > _AHEAD and not self._paused:
            self._paused = True
            self._transport.pause_reading()

    def eof_received(self) -> None:
        """Nothing more comes: some answers end so."""
        self._ended = True

    def connection_lost(self, exc: Exception | None) -> None:
        """It has ended, by whoever's doing."""
        incoming, self._incoming, self._parser = self._incoming, None, None
        if incoming is not None and self._until_end and self._ended and exc is None:
            incoming.complete = True
            incoming.tell()
        elif incoming is not None:
            failure = httpx.ReadError("The connection was lost.")
            failure.__cause__ = exc
            incoming.fail(failure)
        if self._upload is not None:
            self._upload.cancel()
        self.closed.set_result(None)
        self._owner.lost(self)

    def pause_writing(self) -> None:
        """The API is slower than what is sent."""
        if self._upload is not None:
            self._upload.pause()

    def resume_writing(self) -> None:
        """The API has caught up."""
        if self._upload is not None:
            self._upload.resume()

    # What the parser calls

    def on_message_begin(self) -> None:
        """An answer begins, of which there is one."""
        if self._incoming is None or self._incoming.complete:
            raise ValueError("more than one answer")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header, but no trailer."""
        assert self._incoming is not None
        if not self._incoming.status:
            self._incoming.headers.append((name, value))
            self._count(len(name) + len(value))

    def on_headers_complete(self) -> None:
        """The answer is known but for its body, unless it's an informational one."""
        incoming, parser = self._incoming, self._parser
        assert incoming is not None
        assert parser is not None
        status = parser.get_status_code()
        if status < 200:
            self._interim += 1
            if status < 100 or status == 101 or self._interim > MOST_INTERIM:
                raise ValueError("informational answers that nobody asked for")
            incoming.headers.clear()
            self._head_size = 0
            return
        keep_alive = parser.should_keep_alive()
        self._reusable = keep_alive and status < 500
        self._until_end = not keep_alive and not any(name.lower() in _FRAMING for name, _ in incoming.headers)
        incoming.status = status
        if self._bodiless:
            # The parser doesn't know what was asked, and would wait for a body.
            incoming.complete = True
            self._parser = self._new_parser()
        incoming.tell()

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        assert self._incoming is not None
        if self._incoming.complete:
            raise ValueError("more than was asked for")
        self._head_size = 0
        self._incoming.add(body)

    def on_message_complete(self) -> None:
        """The end of the answer; of an informational one, that of nothing."""
        incoming = self._incoming
        assert incoming is not None
        if incoming.status:
            incoming.complete = True
            incoming.tell()

    # Between the two

    def _count(self, size: int) -> None:
        self._head_size += size
        if self._head_size > LARGEST_HEAD:
            raise httptools.HttpParserError("The head is too large.")

    def _uploaded(self, error: Exception | None) -> None:
        """The request has been sent to its end, or can't be."""
        self._upload = None
        if error is not None:
            if self._incoming is not None:
                self._incoming.fail(error)
                self._incoming = None
            self._transport.abort()
        elif self._incoming is None:
            self._settle()

    def _settle(self) -> None:
        """An answer has come to its end."""
        if self._upload is not None:
            return
        unsent = self._transport.get_write_buffer_size()
        if self._reusable and self.usable and not unsent:
            self._owner.release(self)
            return
        self._transport.close()
        if unsent:  # which may never be taken, and would hold a place for ever
            asyncio.get_running_loop().call_later(_PATIENCE, self._transport.abort)

    def _new_parser(self) -> httptools.HttpResponseParser:
        parser = httptools.HttpResponseParser(self)
        # What some servers do wrong, and what nobody can misread.
        parser.set_dangerous_leniencies(
            lenient_headers=True, lenient_optional_cr_before_lf=True, lenient_spaces_after_chunk_size=True
        )
        return parser


_FRAMING = (b"content-length", b"transfer-encoding")
