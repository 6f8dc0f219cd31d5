"""uvicorn's HTTP protocol with what it lacks at the edge: strict heads, deadlines, and limits to what is held."""

import asyncio
import logging
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from webapp.serving.head import MOST_BYTES, TOO_LARGE, UNREADABLE, Refusal, has_body, refusal_of

logger = logging.getLogger("webapp.serving")

HEAD_SECONDS = 10.0
"""From a connection's beginning, or a request's first byte, to the end of its head."""
BODY_SECONDS = 10.0
"""What a body may take, and one second more for every so many bytes that have come."""
BODY_RATE = 500
TAKING_SECONDS = 60.0
"""How long a browser may take nothing of an answer that waits for it."""
LINGERING_SECONDS = 2.0
"""How long a refused client may go on sending: a connection closed under it would take the answer away."""

_LATE = Refusal(408, "The request came too slowly.")
_BUSY = Refusal(503, "There are too many connections just now. Please try again in a moment.")
_UPGRADED_BODY = Refusal(400, "A request to change the protocol has no body.")


class HTTPProtocol(HttpToolsProtocol):
    """
    One connection of a browser or a proxy.

    `limit_concurrency` of uvicorn's configuration is the number of connections from which on new ones get a 503.
    Give the class to any uvicorn as its `http`: `uvicorn --http webapp.serving:HTTPProtocol`.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._most, self.limit_concurrency = self.limit_concurrency, None
        self._busy = False
        self._part = ""  # of a request that is being received: its "head", its "body", or none
        self._unused = 0  # bytes that have come since the last that were of use
        self._received = self._elapsed = 0
        self._refusal: Refusal | None = None
        self._last = False  # nothing that comes is read any more
        self._watched = ""
        self._watch: asyncio.TimerHandle | None = None
        self._taking: asyncio.TimerHandle | None = None
        self._waiting = 0

    # What the transport calls

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._busy = self._most is not None and len(self.connections) > self._most
        self._keep_watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget everything."""
        self._watch_for("")
        self._stop_taking()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, as far as this makes sense."""
        self._unset_keepalive_if_required()
        if self._last:
            return
        self._unused += len(data)
        self._received += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            if self._should_upgrade():
                self._watch_for("")
                self.handle_websocket_upgrade()
                return
            self._last = True
        except httptools.HttpParserError:
            self._refuse(self._refusal or UNREADABLE)
            return
        if self._part and self._unused > MOST_BYTES:
            self._refuse(TOO_LARGE if self._part == "head" else UNREADABLE)
            return
        self._keep_watch()

    def eof_received(self) -> None:
        """Nothing more comes; a client that was refused has read why."""
        if self._last:
            self.transport.close()

    def pause_writing(self) -> None:
        """The browser is slower than the answer: wait, but not for ever."""
        super().pause_writing()
        self._waiting = self.transport.get_write_buffer_size()
        self._taking = self.loop.call_later(TAKING_SECONDS, self._check_taking)

    def resume_writing(self) -> None:
        """The browser has caught up."""
        self._stop_taking()
        super().resume_writing()

    # What the parser calls

    def on_message_begin(self) -> None:
        """A request begins."""
        self._part = "head"
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header, but none of the trailers: they would be taken for headers that a proxy has let through."""
        if self._part == "head":
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Answer the request, if its head is in order."""
        self._part = "body"
        self._received = self._elapsed = 0
        method, version = self.parser.get_method(), self.parser.get_http_version()
        refusal = _BUSY if self._busy else refusal_of(method, version, self.url, self.headers)
        upgrade = self.parser.should_upgrade()
        if refusal is None and upgrade and has_body(self.headers):
            refusal = _UPGRADED_BODY
        if refusal is not None:
            self._part = "head"
            self._refusal = refusal
            raise ValueError(refusal.reason)
        super().on_headers_complete()
        if upgrade and not self._should_upgrade():
            # Answered as if it had not asked for another protocol, and not read on: it isn't said what follows.
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        """Hand on a piece of the body."""
        self._unused = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request has been received."""
        self._part = ""
        self._unused = 0
        super().on_message_complete()

    # Time

    def _keep_watch(self) -> None:
        idle = not self._part and (self.cycle is None or self.cycle.response_complete)
        self._watch_for("head" if idle else self._part)

    def _watch_for(self, part: str) -> None:
        if part == self._watched:
            return
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        self._watched = part
        if part == "head":
            self._watch = self.loop.call_later(HEAD_SECONDS, self._be_late)
        elif part == "body":
            self._watch = self.loop.call_later(1.0, self._check_body)

    def _be_late(self) -> None:
        if self._part:
            self._refuse(_LATE)
        else:
            self.transport.close()  # nothing has come, so there is nothing to answer

    def _check_body(self) -> None:
        if not self.flow.read_paused:  # else it is ours to read on
            self._elapsed += 1
        if self._elapsed > BODY_SECONDS + self._received / BODY_RATE:
            self._refuse(_LATE)
            return
        self._watch = self.loop.call_later(1.0, self._check_body)

    def _check_taking(self) -> None:
        waiting = self.transport.get_write_buffer_size()
        if waiting >= self._waiting:
            self.transport.abort()
            return
        self._waiting = waiting
        self._taking = self.loop.call_later(TAKING_SECONDS, self._check_taking)

    def _stop_taking(self) -> None:
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None

    # Refusals

    def _refuse(self, refusal: Refusal) -> None:
        """End the connection: with the refusal, or after the answers to what came before."""
        self._watch_for("")
        self._last = True
        if self.transport.is_closing():
            return
        cycle = self.cycle
        if cycle is None or cycle.response_complete:
            self._answer(refusal)
        elif self._part == "head":
            cycle.keep_alive = False  # the last one that is answered
            self.flow.pause_reading()
        elif cycle.response_started or self.pipeline:
            self.transport.close()
        else:
            cycle.disconnected = True
            cycle.message_event.set()
            self._answer(refusal)

    def _answer(self, refusal: Refusal) -> None:
        request_id = uuid4().hex
        logger.info(
            "refused %s: %d %s",
            self.client[0] if self.client else "a client",
            *refusal,
            extra={"request_id": request_id},
        )
        body = f"{refusal.reason}\n".encode()
        head = (
            f"HTTP/1.1 {refusal.status} {HTTPStatus(refusal.status).phrase}\r\n"
            f"content-type: text/plain; charset=utf-8\r\ncontent-length: {len(body)}\r\n"
            f"cache-control: no-store\r\nx-request-id: {request_id}\r\nconnection: close\r\n"
            + ("retry-after: 5\r\n" if refusal.status == 503 else "")
        )
        dates = b"".join(name + b": " + value + b"\r\n" for name, value in self.server_state.default_headers)
        self.transport.write(head.encode() + dates + b"\r\n" + body)
        if not self.transport.can_write_eof():
            self.transport.close()
            return
        self.transport.write_eof()
        self.loop.call_later(LINGERING_SECONDS, self.transport.close)
