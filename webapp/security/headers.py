"""The headers that tell browsers what a page may do, and who may look at it."""

from collections.abc import Mapping, Sequence

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Without inline script and style, and nothing from other hosts: no page tells one of them that it was looked at."""


class SecurityHeadersMiddleware:
    """
    Adds the headers that every answer of ours carries; HSTS only over https.

    A header that an answer has already stays. What says nothing about caches is `no-store`: answers are somebody's own
    unless they say otherwise. `images` are sources that pictures may come from besides, as `image_sources` makes them.
    """

    def __init__(self, app: ASGIApp, *, https: bool | None = None, images: Sequence[str] = ()) -> None:
        self.app = app
        self._https = https
        policy = CONTENT_SECURITY_POLICY.replace("img-src 'self' data:", " ".join(["img-src 'self' data:", *images]))
        self._headers = ((b"content-security-policy", policy.encode()), *_HEADERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        https = scope["scheme"] == "https" if self._https is None else self._https
        added = (*self._headers, _HSTS) if https else self._headers
        if _asked_by_script(scope):
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
                if not lean:
                    _say_what_it_varies_by(message, present)
            await send(message)

        await self.app(scope, receive, send_with_headers)


def image_sources(hosts: Sequence[str]) -> tuple[str, ...]:
    """The sources of a policy for the hosts of a setting: `*` is any, and all of them by https."""
    return ("https:",) if "*" in hosts else tuple(f"https://{host}" for host in hosts)


def _say_what_it_varies_by(message: Message, present: Mapping[bytes, bytes]) -> None:
    vary = MutableHeaders(scope=message)
    if b"cookie" not in present.get(b"vary", b"").lower():
        vary.add_vary_header("Cookie")
    if b"no-store" not in present.get(b"cache-control", b"no-store"):
        vary.add_vary_header("Sec-Fetch-Dest")  # what governs windows is left out for scripts


def _asked_by_script(scope: Scope) -> bool:
    return any(name == b"sec-fetch-dest" and value == b"empty" for name, value in scope["headers"])


_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
_HSTS = (b"strict-transport-security", b"max-age=31536000")
_FOR_WINDOWS = frozenset({b"x-frame-options", b"cross-origin-opener-policy", b"permissions-policy", b"referrer-policy"})
_FOR_DOCUMENTS = frozenset({b"content-security-policy", b"cross-origin-resource-policy", *_FOR_WINDOWS})
_SUBRESOURCES = (b"text/css", b"text/javascript")
"""Types that a browser never shows as a document, so what governs documents would only be bytes."""
