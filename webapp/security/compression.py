"""Compression, where no other site can be listening."""

from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class CompressionMiddleware:
    """
    Compresses answers with gzip, but none that another site may have started.

    A page shows what was typed beside what is private, which is what BREACH needs; it also needs the victim's browser
    to load many pages at the attacker's will. Those loads are cross-site, and go out uncompressed.
    """

    def __init__(self, app: ASGIApp, *, minimum_size: int = 500, level: int = 6) -> None:
        self.app = app
        self._gzip = GZipMiddleware(app, minimum_size=minimum_size, compresslevel=level)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        own = scope["type"] == "http" and _asked_by_own(scope)
        if own:
            await self._gzip(scope, receive, _without_identity(send))
            return

        async def send_with_vary(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).add_vary_header("Accept-Encoding")
            await send(message)

        await self.app(scope, receive, _without_identity(send_with_vary))


def _asked_by_own(scope: Scope) -> bool:
    """Whether no other site can have started this: a page of ours did, or whoever typed the address."""
    return any(name == b"sec-fetch-site" and value in (b"same-origin", b"none") for name, value in scope["headers"])


def _without_identity(send: Send) -> Send:
    """Leaves out the encoding that is none: it only asks for an answer not to be compressed."""

    async def send_without(message: Message) -> None:
        if message["type"] == "http.response.start":
            none = (b"content-encoding", b"identity")
            message = {**message, "headers": [pair for pair in message["headers"] if tuple(pair) != none]}
        await send(message)

    return send_without
