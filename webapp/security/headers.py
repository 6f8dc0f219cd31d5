"""The headers that tell browsers what a page may do, and who may look at it."""

from collections.abc import Mapping, Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from webapp.security.varying import add_vary
from webapp.settings import is_https

Headers = tuple[tuple[bytes, bytes], ...]

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Without inline script and style, and nothing from other hosts: no page tells one of them that it was looked at."""


class SecurityHeadersMiddleware:
    """
    Adds the headers that every answer of ours carries; HSTS only over https.

    A header that an answer has already stays. What says nothing about caches is `no-store`: answers are somebody's own
    unless they say otherwise. `sources` are what a directive of the policy allows besides, by its name; the function
    of that name makes them.
    """

    def __init__(
        self, app: ASGIApp, *, https: bool | None = None, sources: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self.app = app
        self._https = https
        policy = CONTENT_SECURITY_POLICY
        for directive, further in (sources or {}).items():
            policy = policy.replace(f"{directive} 'self'", " ".join([f"{directive} 'self'", *further]))
        plain = ((b"content-security-policy", policy.encode()), *_HEADERS)
        self._added = {https: _by_asker((*plain, _HSTS) if https else plain) for https in (False, True)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        https = is_https(self._https, scope["scheme"])
        for_documents, for_parts = self._added[https][dict(scope["headers"]).get(b"sec-fetch-dest") == b"empty"]

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message["headers"])
                present = dict(headers)
                lean = present.get(b"content-type", b"").startswith(_SUBRESOURCES)
                headers += [pair for pair in (for_parts if lean else for_documents) if pair[0] not in present]
                if not lean:
                    _say_what_it_varies_by(headers, present)
                message["headers"] = headers
            await send(message)

        await self.app(scope, receive, send_with_headers)


def sources(image_hosts: Sequence[str], scripts: Sequence[str] = ()) -> dict[str, Sequence[str]]:
    """What a policy allows besides: pictures of hosts, by https (`*` is any), and scripts by their hashes."""
    pictures = ["https:"] if "*" in image_hosts else [f"https://{host}" for host in image_hosts]
    return {"img-src": pictures, "script-src": scripts}


def _by_asker(headers: Headers) -> tuple[tuple[Headers, Headers], tuple[Headers, Headers]]:
    """The headers for documents and those for their parts: as a window asks for them, then as a script does."""
    # A script asks for a part of a page: there is no window that these could speak of.
    by_script = tuple(pair for pair in headers if pair[0] not in _FOR_WINDOWS)
    of_parts = tuple(pair for pair in headers if pair[0] not in _FOR_DOCUMENTS)
    return (headers, of_parts), (by_script, of_parts)


def _say_what_it_varies_by(headers: list[tuple[bytes, bytes]], present: dict[bytes, bytes]) -> None:
    further = [] if b"cookie" in present.get(b"vary", b"").lower() else [b"Cookie"]
    if b"no-store" not in present.get(b"cache-control", b"no-store"):
        further.append(b"Sec-Fetch-Dest")  # what governs windows is left out for scripts
    if further:
        add_vary(headers, b", ".join(further))


_HEADERS: Headers = (
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
