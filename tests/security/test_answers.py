"""Every kind of answer against one table of headers, with an API behind it that sends all it shouldn't."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tests.security.hostile import MARK, hostile_api
from webapp import Settings, create_app
from webapp.html.preloading import SOURCE
from webapp.pages.files import ALONE, PDF_ALONE, PICTURE_ALONE
from webapp.security.headers import CONTENT_SECURITY_POLICY
from webapp.testing import Answer, Browser

PUBLIC = "https://app.example.com"

ALWAYS = {
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "strict-transport-security": "max-age=31536000",
}
WINDOW = {
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
PAGE = CONTENT_SECURITY_POLICY.replace("script-src 'self'", f"script-src 'self' {SOURCE}")

HX = ("HX-Request", "HX-Request-Type", "HX-History-Restore-Request", "Cookie")
PACKED = (*HX, "Accept-Encoding")
OFFERED = (*PACKED, "Sec-Fetch-Dest")

TECHNICAL = frozenset({"content-length", "content-type", "content-encoding", "x-request-id"})

NAVIGATE = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate"}
SCRIPT = {**NAVIGATE, "Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "same-origin"}
PART = {**SCRIPT, "HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "div#list"}
STREAM = {**SCRIPT, "Accept": "text/event-stream"}
FOREIGN = {**NAVIGATE, "Sec-Fetch-Site": "cross-site"}
FORM = {**NAVIGATE, "Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Kind:
    """One kind of answer."""

    asked: str
    status: int
    cache: str = "no-store"
    vary: tuple[str, ...] = PACKED
    policy: str | None = PAGE
    window: bool = True
    more: tuple[str, ...] = ()
    """Headers of its own."""
    headers: tuple[tuple[str, str], ...] = tuple(NAVIGATE.items())
    content: bytes = b""

    @property
    def expected(self) -> dict[str, str | None]:
        """The security headers; None for one that must not be there."""
        window = WINDOW if self.window else dict.fromkeys(WINDOW)
        # Style sheets and scripts are the same for everybody, so whoever likes may load them.
        private = {} if self.policy else {"cross-origin-resource-policy": None}
        return {**ALWAYS, **private, **window, "cache-control": self.cache, "content-security-policy": self.policy}


def kind(asked: str, status: int, headers: dict[str, str] | None = None, **more: object) -> Kind:
    """One row of the table."""
    return Kind(asked, status, headers=tuple((headers or NAVIGATE).items()), **more)  # type: ignore[arg-type]


LOOSE = "private, no-cache"
FILE: dict[str, Any] = {"vary": ("Cookie",), "policy": ALONE, "more": ("content-disposition", "etag")}

STRANGERS = [
    kind("GET /login", 200, cache=LOOSE, vary=OFFERED, more=("etag",)),
    kind("HEAD /login", 200, cache=LOOSE, vary=OFFERED, more=("etag",)),
    kind("GET /login", 200, PART, cache=LOOSE, vary=OFFERED, window=False, more=("hx-retarget", "hx-reswap", "etag")),
    kind("POST /login", 401, FORM, cache=LOOSE, vary=OFFERED, content=b"username=a%40b.example&password=wrong"),
    kind("GET /nowhere", 404, cache=LOOSE, vary=OFFERED),
    kind("GET /books", 303, vary=HX, more=("location",)),
    kind("GET /books", 401, PART, vary=HX, window=False, more=("hx-redirect",)),
    kind("GET /-/files/dump", 303, vary=HX, more=("location",)),
    kind("POST /login", 403, FOREIGN, vary=("Sec-Fetch-Site", "Origin", "Cookie")),
    kind("OPTIONS /-/static/ui.css", 405, cache=LOOSE, vary=OFFERED, more=("allow",)),
    kind("GET /-/livez", 200, vary=("Cookie",)),
    kind("GET /-/readyz", 200, vary=("Cookie",)),
]
EVERYBODY = [
    kind("GET /-/static/ui.css", 200, cache="no-cache", vary=("Accept-Encoding",), policy=None, window=False,
         more=("etag",)),
    kind("HEAD /-/static/ui.css", 200, cache="no-cache", vary=("Accept-Encoding",), policy=None, window=False,
         more=("etag",)),
    kind("GET /-/static/app.js", 200, SCRIPT, cache="no-cache", vary=("Accept-Encoding",), policy=None,
         window=False, more=("etag",)),
    kind("GET /-/static/nothing.css", 404, vary=("Cookie",)),
]  # fmt: skip
SIGNED_IN = [
    kind("GET /", 200),
    kind("GET /books", 200),
    kind("HEAD /books", 200),
    kind("OPTIONS /books", 405, more=("allow",)),
    kind("POST /books", 405, more=("allow",)),
    kind("OPTIONS /-/static/ui.css", 405, more=("allow",)),
    kind("GET /books", 200, PART, window=False),
    kind("GET /books?genre=", 303, vary=("Cookie",), more=("location",)),
    kind("GET /books/1", 200),
    kind("GET /-/raw/books/1", 200),
    kind("GET /-/account", 200),
    kind("GET /-/operations", 200),
    kind("GET /-/operations/create-tool", 200),
    kind("POST /-/operations/create-tool", 303, FORM, vary=HX, more=("location", "set-cookie"),
         content=b"body%2Fname=Saw"),
    kind("POST /-/operations/nothing", 404, FORM, more=("set-cookie",)),
    kind("GET /-/choices/books?q=a", 200, SCRIPT, vary=HX, window=False),
    kind("GET /-/jump?q=books", 303, vary=("Cookie",), more=("location",)),
    kind("GET /-/jump?q=nothing", 404),
    kind("GET /login", 303, vary=("Cookie",), more=("location",)),
    kind("GET /nowhere", 404),
    kind("GET /nowhere", 404, PART, vary=HX, window=False, more=("hx-push-url", "hx-retarget", "hx-reswap")),
    kind("GET /..%2fx", 404),
    kind("GET /stats", 503, more=("retry-after",)),
    kind("GET /count", 502),
    kind("GET /anything", 502),
    kind("GET /-/files/dump", 200, **FILE),
    kind("HEAD /-/files/dump", 200, **FILE),
    kind("GET /-/inline/books/1/cover", 200, **{**FILE, "policy": PICTURE_ALONE}),
    kind("GET /-/inline/terms", 200, **{**FILE, "policy": PDF_ALONE}),
    kind("GET /-/files/books/1", 200, vary=("Cookie",), policy=ALONE, more=("content-disposition",)),
    kind("GET /-/export/books", 200, vary=("Cookie", "Accept-Encoding"), more=("content-disposition",)),
    kind("HEAD /-/export/books", 200, vary=("Cookie",), more=("content-disposition",)),
    kind("GET /-/export/books?format=json", 200, vary=("Cookie", "Accept-Encoding"), more=("content-disposition",)),
    kind("GET /-/events/feed", 200, vary=(*HX, "Accept", "Accept-Encoding")),
    kind("GET /-/events/feed", 200, STREAM, vary=("Accept", "Cookie"), window=False, more=("x-accel-buffering",)),
    kind("POST /-/operations/create-tool", 403, FOREIGN, vary=("Sec-Fetch-Site", "Origin", "Cookie")),
    kind("POST /logout", 303, FORM, vary=("Cookie",), more=("location", "set-cookie", "clear-site-data")),
]  # fmt: skip


async def _judge(browser: Browser, row: Kind) -> list[str]:
    method, _, path = row.asked.partition(" ")
    answer = await browser.fetch(method, path, headers=dict(row.headers), content=row.content or None)
    return [f"{row.asked} ({answer.status}): {complaint}" for complaint in _complaints(row, answer)]


def _complaints(row: Kind, answer: Answer) -> Iterator[str]:
    headers = answer.headers
    if answer.status != row.status:
        yield f"status {answer.status}, not {row.status}"
    for name, value in row.expected.items():
        if headers.get_list(name) != ([] if value is None else [value]):
            yield f"{name} is {headers.get_list(name)}, not {value!r}"
    vary = {each.strip() for each in headers.get("vary", "").split(",")}
    if vary != set(row.vary) and row.status != 304:
        yield f"Vary names {sorted(vary)}, not {sorted(row.vary)}"
    known = {name for name, value in row.expected.items() if value is not None} | TECHNICAL | {"vary", *row.more}
    if stray := set(headers) - known:
        yield f"has {sorted(stray)} besides"
    if missing := set(row.more) - set(headers):
        yield f"lacks {sorted(missing)}"
    if MARK in str(headers.multi_items()):
        yield "a header of the API's got through"
    if (cleared := headers.get("clear-site-data")) not in (None, '"storage", "prefetchCache"'):
        yield f"clears {cleared}"


async def test_every_kind_of_answer_has_the_headers_of_one_table(figure: Callable[[str], None]) -> None:
    app = create_app("http://api", transport=hostile_api().transport, settings=Settings(public_url=PUBLIC))
    wrong: list[str] = []
    async with Browser(app, base_url=PUBLIC, lint_except=["lang"]) as browser:
        for row in [*STRANGERS, *EVERYBODY]:
            wrong += await _judge(browser, row)
        await browser.sign_in()
        for row in [*EVERYBODY, *SIGNED_IN]:
            wrong += await _judge(browser, row)

    assert not wrong, "\n".join(wrong)
    rows = len(STRANGERS) + 2 * len(EVERYBODY) + len(SIGNED_IN)
    figure(f"{rows} kinds of answers have exactly the headers of the table; 0 headers of the API's got through")


@pytest.mark.parametrize("name", ["ui.css", "app.js"])
async def test_a_file_of_ours_that_is_known_already_answers_with_little(name: str) -> None:
    app = create_app("http://api", transport=hostile_api().transport, settings=Settings(public_url=PUBLIC))
    async with Browser(app, base_url=PUBLIC) as browser:
        first = await browser.fetch("GET", f"/-/static/{name}", headers=NAVIGATE)
        again = await browser.fetch(
            "GET", f"/-/static/{name}", headers={**NAVIGATE, "If-None-Match": first.headers["etag"]}
        )

    assert again.status == 304
    assert again.headers["x-content-type-options"] == "nosniff"
    assert again.headers["vary"] == "Accept-Encoding"
    assert again.headers["cache-control"] == "no-cache"


async def test_what_says_nothing_of_caches_is_kept_by_none() -> None:
    async def own(_: Request) -> Response:
        return PlainTextResponse("my own page")

    app = create_app("http://api", transport=hostile_api().transport, routes=[Route("/own", own)], settings=Settings())
    async with Browser(app) as browser:
        answer = await browser.fetch("GET", "/own")

    assert answer.headers["cache-control"] == "no-store"
    assert "Cookie" in answer.headers["vary"]
