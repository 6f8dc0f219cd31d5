"""What protects browsers: no writes started by other sites, strict headers, compression only where it is safe."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class CrossOriginMiddleware:
    """
    Stops a write that another site started, the sign-in included.

    Fetch Metadata decides, the Origin header where a browser sends none of it, and a client that sends neither is no
    browser, so it has no cookie to abuse (OWASP's CSRF sheet; Go's http.CrossOriginProtection decides the same way).
    `same-site` counts as foreign: sub-domains aren't ours. `origin` is the public one; the Host header's if None.
    """

    def __init__(self, app: ASGIApp, *, origin: str | None = None) -> None:
        self.app = app
        self._host = urlsplit(origin).netloc if origin else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS or not self._foreign(Headers(scope=scope)):
            await self.app(scope, receive, send)
            return
        refusal = PlainTextResponse("This was sent from another site, so it was not done.\n", 403)
        refusal.headers["Vary"] = "Sec-Fetch-Site, Origin"
        await refusal(scope, receive, send)

    def _foreign(self, headers: Headers) -> bool:
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site not in ("same-origin", "none")
        origin = headers.get("origin")
        return origin is not None and _host_of(origin) != (self._host or headers.get("host"))


def _host_of(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


class SecurityHeadersMiddleware:
    """Adds the headers that every answer of ours carries; HSTS only over https."""

    def __init__(self, app: ASGIApp, *, https: bool | None = None) -> None:
        self.app = app
        self._https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        https = scope["scheme"] == "https" if self._https is None else self._https
        added = _HTTPS_HEADERS if https else _HEADERS
        if _header(scope, b"sec-fetch-dest") == b"empty":
            # A script asked for a part of a page: there is no window that these could speak of.
            added = tuple(pair for pair in added if pair[0] not in _FOR_WINDOWS)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = dict(message["headers"])
                lean = present.get(b"content-type", b"").startswith(_SUBRESOURCES)
                message["headers"] = [
                    *message["headers"],
                    *(pair for pair in added if pair[0] not in present and not (lean and pair[0] in _FOR_DOCUMENTS)),
                ]
            await send(message)

        await self.app(scope, receive, send_with_headers)


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
        own = scope["type"] == "http" and _header(scope, b"sec-fetch-site") in (b"same-origin", b"none")
        if own:
            await self._gzip(scope, receive, _without_identity(send))
            return

        async def send_with_vary(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).add_vary_header("Accept-Encoding")
            await send(message)

        await self.app(scope, receive, _without_identity(send_with_vary))


def _without_identity(send: Send) -> Send:
    """Leaves out the encoding that is none: it only asks for an answer not to be compressed."""

    async def send_without(message: Message) -> None:
        if message["type"] == "http.response.start":
            none = (b"content-encoding", b"identity")
            message = {**message, "headers": [pair for pair in message["headers"] if tuple(pair) != none]}
        await send(message)

    return send_without


def _header(scope: Scope, wanted: bytes) -> bytes | None:
    for name, value in scope["headers"]:
        if name == wanted:
            return bytes(value)
    return None


_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
_FOR_WINDOWS = frozenset({b"cross-origin-opener-policy", b"permissions-policy"})
_FOR_DOCUMENTS = frozenset({b"content-security-policy", b"cross-origin-opener-policy", b"permissions-policy"})
_SUBRESOURCES = (b"text/css", b"text/javascript")
"""Types that a browser never shows as a document, so what governs documents would only be bytes."""
_HTTPS_HEADERS = (*_HEADERS, (b"strict-transport-security", b"max-age=31536000"))
