"""No write that another site started reaches the app."""

import logging
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

logger = logging.getLogger("webapp")

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
DECIDED_BY = "Sec-Fetch-Site, Origin, Cookie"

FOREIGN = "This was sent from another site, so it was not done.\n"
UNSAID = (
    "This was sent with a cookie, but without saying from where, so it was not done. "
    "A browser says it in the header Origin; a program with a cookie has to as well.\n"
)

_PORTS = {"http": 80, "https": 443}


class CrossOriginMiddleware:
    """
    Stops a write that another site started, the sign-in included, and a WebSocket that one opens.

    Fetch Metadata decides; `same-site` counts as foreign, since sub-domains aren't ours. Where a browser sends none
    of it (old ones, and all over plain http), the Origin header does, and `null` is nobody's. A request with neither
    is no browser of these days: it may pass without a cookie, by which nobody could be abused, and not with one. See
    OWASP's sheet on CSRF; Go's http.CrossOriginProtection decides alike, but for the last.

    `origin` is the public one, compared with its scheme and port. Without it the Host header stands for it, whose
    scheme nobody knows behind a proxy. `exempt` are paths, below where the app is mounted, that other servers call and
    that believe no cookie.
    """

    def __init__(self, app: ASGIApp, *, origin: str | None = None, exempt: frozenset[str] = frozenset()) -> None:
        self.app = app
        self._exempt = exempt
        self._origin = _parsed(origin) if origin else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._check_websocket(scope, receive, send)
            return
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS:
            await self.app(scope, receive, send)
            return
        reason = self._reason(Headers(scope=scope))
        if reason is None or scope["path"].removeprefix(scope.get("root_path", "")) in self._exempt:
            await self.app(scope, receive, send)
            return
        refusal = PlainTextResponse(reason, 403, {"Cache-Control": "no-store", "Vary": DECIDED_BY})
        await refusal(scope, receive, send)

    async def _check_websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._reason(Headers(scope=scope)) is None:
            await self.app(scope, receive, send)
            return
        # Closing it before it is accepted is a 403.
        await send({"type": "websocket.close", "code": 1008})

    def _reason(self, headers: Headers) -> str | None:
        """Why a request is refused; None where it isn't."""
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None:
            return None if site in ("same-origin", "none") else FOREIGN
        if origin is None:
            return UNSAID if "cookie" in headers else None
        if self._is_own(origin, headers.get("host", "")):
            return None
        # An operator who forgot to say where the site is finds out by this.
        known = "WEBAPP_PUBLIC_URL" if self._origin else f"its Host {headers.get('host')!r} (is WEBAPP_PUBLIC_URL set?)"
        logger.warning("a write from %.200r was refused, which differs from %s", origin, known)
        return FOREIGN

    def _is_own(self, origin: str, host: str) -> bool:
        sent = _parsed(origin)
        if sent is None or self._origin is not None:
            return sent is not None and sent == self._origin
        return sent == _parsed(f"{sent[0]}://{host}")


def _parsed(origin: str) -> tuple[str, str, int] | None:
    """Scheme, host and port of an origin as browsers compare them (RFC 6454, 4); None for what is none, as `null`."""
    try:
        parts = urlsplit(origin)
        host, port = parts.hostname or "", parts.port
        host = host if host.isascii() else host.encode("idna").decode()
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not host or "@" in parts.netloc or any((parts.path.strip("/"), parts.query)):
        return None
    return parts.scheme, host, _PORTS[parts.scheme] if port is None else port
