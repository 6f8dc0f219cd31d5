"""Compression, where no other site can be listening."""

import re
from collections.abc import Sequence
from functools import lru_cache

import anyio.to_thread
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from webapp.codings import Chooser, Coding, Packer, page_codings
from webapp.security.varying import add_vary

SMALLEST = 500
"""Bytes. What is smaller fits in one packet with its headers, packed or not."""
LARGE = 128 * 1024
"""Bytes. To pack as much takes milliseconds, in which the others shouldn't have to wait."""

_TEXT = re.compile(r"(?:text/(?!event-stream)|[\w.-]+/(?:[\w.-]+\+)?(?:json|xml|javascript)\b|application/x-ndjson)")

_NO_CODING = (b"content-encoding", b"identity")
"""Only asks for an answer to be left alone, and isn't sent."""

Headers = list[tuple[bytes, bytes]]


class CompressionMiddleware:
    """
    Packs answers in what the browser takes, but none that another site may have started.

    A page shows what was typed beside what is private, which is what BREACH needs; it also needs the victim's browser
    to load many pages at the attacker's will. Those loads are cross-site, and go out as they are.

    Pieces of an answer go out as they come. Left alone are parts of a file (206), what says `identity` for its coding,
    events, and what is no text. An ETag that goes along gets weak, for it was of other bytes (RFC 9110, 8.8.3.3).
    """

    def __init__(self, app: ASGIApp, *, offered: Sequence[Coding] | None = None) -> None:
        self.app = app
        self._chooser = Chooser(page_codings() if offered is None else offered)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        await self.app(scope, receive, _Sending(send, self._coding(scope)))

    def _coding(self, scope: Scope) -> Coding | None:
        own, accepted = False, ""
        for name, value in scope["headers"]:
            if name == b"accept-encoding":
                accepted = f"{accepted},{value.decode('latin-1')}" if accepted else value.decode("latin-1")
            elif name == b"sec-fetch-site":
                # No other site can have started it: a page of ours did, or whoever typed the address.
                own = value in (b"same-origin", b"none")
        return self._chooser.choose(accepted) if own else None


class _Sending:
    """Where one answer goes through: its start waits for the first of its body, which says how large it is."""

    __slots__ = ("_coding", "_packer", "_send", "_start")

    def __init__(self, send: Send, coding: Coding | None) -> None:
        self._send = send
        self._coding = coding
        self._start: Message | None = None
        self._packer: Packer | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if _is_packable(message):
                self._start = message
                return
            message["headers"] = [pair for pair in message["headers"] if tuple(pair) != _NO_CODING]
        elif message["type"] == "http.response.body":
            if self._start is not None:
                await self._begin(self._start, message)
            elif self._packer is not None:
                message["body"] = await _packed(self._packer, message)
        await self._send(message)

    async def _begin(self, start: Message, message: Message) -> None:
        self._start = None
        whole = not message.get("more_body", False)
        if not whole or len(message.get("body", b"")) >= SMALLEST:
            length = None
            if self._coding is not None and whole:
                message["body"] = await _pack(self._coding, message["body"])
                length = len(message["body"])
            elif self._coding is not None:
                self._packer = self._coding.packer()
                message["body"] = await _packed(self._packer, message)
            start["headers"] = _described(start["headers"], self._coding, length)
        await self._send(start)


async def _pack(coding: Coding, content: bytes) -> bytes:
    return await anyio.to_thread.run_sync(coding.pack, content) if len(content) >= LARGE else coding.pack(content)


async def _packed(packer: Packer, message: Message) -> bytes:
    piece, last = message.get("body", b""), not message.get("more_body", False)
    return await anyio.to_thread.run_sync(packer, piece, last) if len(piece) >= LARGE else packer(piece, last)


def _is_packable(start: Message) -> bool:
    if start["status"] in (204, 206, 304):
        return False
    packable = False
    for name, value in start["headers"]:
        if name == b"content-encoding" or (name == b"cache-control" and b"no-transform" in value):
            return False
        if name == b"content-type":
            packable = _is_text(bytes(value))
    return packable


@lru_cache(maxsize=64)
def _is_text(content_type: bytes) -> bool:
    return _TEXT.match(content_type.decode("latin-1").lower()) is not None


def _described(headers: Headers, coding: Coding | None, length: int | None) -> Headers:
    """The headers of an answer that is packed so, or that might have been; `length` is None for one in pieces."""
    described: Headers = []
    varies = False
    for name, value in headers:
        varies = varies or (name == b"vary" and b"accept-encoding" in value.lower())
        if coding is None or name not in (b"content-length", b"etag"):
            described.append((name, value))
        elif name == b"etag":
            described.append((name, value if value.startswith(b"W/") else b"W/" + value))
    if not varies:
        add_vary(described, b"Accept-Encoding")
    if coding is not None:
        described.append((b"content-encoding", coding.name.encode()))
    if length is not None:
        described.append((b"content-length", b"%d" % length))
    return described
