"""Which writes another site started, by a table and at everything that writes."""

import logging
from collections.abc import Callable
from itertools import product
from typing import Any, NamedTuple

import httpx
import pytest
from starlette.types import Message

from tests.pages.workshop import ANSWERS, DOCUMENT, HAMMER, ID, LOGIN, PATHS, does, ref
from tests.security.asking import METHODS, app, ask
from webapp import Settings, create_app
from webapp.security import SAFE_METHODS, CrossOriginMiddleware
from webapp.testing import Answer, Browser, FakeAPI

PUBLIC = "https://app.example.com"
SITES = ("same-origin", "same-site", "cross-site", "none", None, "junk")
ORIGINS = {
    "good": PUBLIC,
    "http": "http://app.example.com",
    "other port": "https://app.example.com:8443",
    "sibling": "https://shop.example.com",
    "null": "null",
    "absent": None,
}
WRITING = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


class Cell(NamedTuple):
    """One kind of request."""

    site: str | None
    origin: str
    method: str
    cookie: bool

    @property
    def passes(self) -> bool:
        """The rules, as they are meant to be."""
        if self.method in ("GET", "HEAD"):
            return True  # nothing is done by these
        if self.site is not None:
            return self.site in ("same-origin", "none")
        if self.origin != "absent":
            return self.origin == "good"
        return not self.cookie

    @property
    def headers(self) -> dict[str, str]:
        """How a browser would say it."""
        given = {"Sec-Fetch-Site": self.site, "Origin": ORIGINS[self.origin]}
        return {name: value for name, value in given.items() if value is not None}


CELLS = [Cell(*each) for each in product(SITES, ORIGINS, WRITING, (True, False))]

ENDPOINTS = {
    "/login": b"username=ada%40example.com&password=secret",
    "/logout": b"",
    "/register": b"",
    "/-/operations/create-tool": b"body%2Fname=Saw",
    "/-/operations/change-tool?tool_id=7": b"body%2Fname=Saw",
    "/-/bulk/delete-tool": b"id=7&next=%2Ftools&go=1",
    "/-/account/devices/others": b"",
    "/tools": b"name=Saw",
}
DOES = {"/login", "/-/operations/create-tool", "/-/operations/change-tool?tool_id=7"}
"""What writes to the API at once."""


class Watched:
    """The workshop's API, and everything that it was asked."""

    def __init__(self) -> None:
        item = {**PATHS["/tools/{tool_id}"], "patch": does("changeTool", "Change tool", ref("Tool"), ref("Tool"), ID)}
        flow = {"type": "oauth2", "flows": {"password": {"scopes": {}, "tokenUrl": "/auth/token"}}}
        document: dict[str, Any] = {
            **DOCUMENT,
            "paths": {**LOGIN, **PATHS, "/tools/{tool_id}": item},
            "components": {**DOCUMENT["components"], "securitySchemes": {"password": flow}},
        }
        more = {"POST /tools": HAMMER, "PATCH /tools/{id}": HAMMER, "DELETE /tools/{id}": (204, None)}
        self._api = FakeAPI({**ANSWERS, **more}, document=document)
        self.asked: list[str] = []
        self.transport = httpx.MockTransport(self._handle)

    async def _handle(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.path}")
        return await self._api.transport.handle_async_request(request)


async def _send(browser: Browser, cell: Cell, path: str) -> Answer:
    headers = {"Content-Type": "application/x-www-form-urlencoded", **cell.headers}
    return await browser.fetch(cell.method, path, headers=headers, content=ENDPOINTS[path])


@pytest.mark.parametrize("path", ENDPOINTS)
async def test_the_table_of_432_holds_at_everything_that_writes(path: str, figure: Callable[[str], None]) -> None:
    api = Watched()
    application = create_app("http://api", transport=api.transport, settings=Settings(public_url=PUBLIC))
    wrong, refused, written = [], 0, 0
    async with Browser(application, base_url=PUBLIC) as ada:
        for cell in CELLS:
            if cell.cookie and not ada.cookies.get("__Host-webapp_session"):
                await ada.sign_in()
            before = len(api.asked)
            answer = await _send(ada if cell.cookie else ada.another(), cell, path)
            passed = not (answer.status == 403 and "was not done" in answer.text)
            done = api.asked[before:]
            refused += not passed
            written += any(not each.startswith("GET") for each in done)
            if passed is not cell.passes or (not passed and (done or "set-cookie" in answer.headers)):
                wrong.append((cell, answer.status, done))

    assert len(CELLS) == 432
    assert wrong == []
    assert refused == sum(not cell.passes for cell in CELLS)
    assert written > 0 or path not in DOES
    figure(f"432 of 432 cells as the rules say at {path}: {refused} refused, nothing of them done")


WITHOUT_PUBLIC_ORIGIN = (
    ("http://testserver", True),
    ("https://testserver", True),  # a proxy in front may speak https
    ("http://testserver:80", True),
    ("http://testserver:8080", False),
    ("http://sub.testserver", False),
    ("http://evil.example", False),
    ("http://testserver.evil.example", False),
    ("http://evil.example/testserver", False),
    ("http://evil.example#testserver", False),
    ("http://user@testserver", False),
    ("http://testserver, http://evil.example", False),
    ("ftp://testserver", False),
    ("null", False),
    ("", False),
    ("http://[", False),
    ("http://testserver:port", False),
)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("origin", "own"), WITHOUT_PUBLIC_ORIGIN)
async def test_the_host_header_stands_for_a_public_origin_that_nobody_gave(method: str, origin: str, own: bool) -> None:
    answer = await ask(app(CrossOriginMiddleware), method, {"Origin": origin})

    assert answer.status_code == (200 if own or method in SAFE_METHODS else 403)


@pytest.mark.parametrize(
    ("public", "origin", "own"),
    [
        ("https://app.example.com", "https://app.example.com", True),
        ("https://App.Example.com:443/", "https://app.example.com", True),
        ("https://app.example.com:8443", "https://app.example.com:8443", True),
        ("https://app.example.com:8443", "https://app.example.com", False),
        ("https://bücher.example", "https://xn--bcher-kva.example", True),
        ("https://[2001:db8::1]", "https://[2001:db8::1]", True),
        ("http://app.example.com", "https://app.example.com", False),
        ("https://app.example.com", "http://testserver", False),
        ("https://app.example.com", "https://app.example.com.evil.example", False),
    ],
)
async def test_the_public_origin_counts_where_it_is_configured_not_the_host_header(
    public: str, origin: str, own: bool
) -> None:
    answer = await ask(app(CrossOriginMiddleware, origin=public), "POST", {"Origin": origin})

    assert answer.status_code == (200 if own else 403)


@pytest.mark.parametrize(
    ("mount", "path", "passes"),
    [
        ({}, "/hook", True),
        ({"root_path": ""}, "/hook", True),
        ({"root_path": "/ui"}, "/ui/hook", True),
        ({"root_path": "/ui"}, "/hook/ui", False),
        ({}, "/hook/more", False),
        ({}, "/", False),
    ],
)
async def test_only_the_paths_that_other_servers_call_are_exempt(
    mount: dict[str, str], path: str, passes: bool
) -> None:
    reached: list[Any] = []

    async def inner(*connection: Any) -> None:
        reached.append(connection)

    async def receive() -> Message:
        return {"type": "http.request"}

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": path, "headers": [(b"sec-fetch-site", b"cross-site")], **mount}
    await CrossOriginMiddleware(inner, exempt=frozenset({"/hook"}))(scope, receive, send)

    assert reached == ([(scope, receive, send)] if passes else [])
    assert [each.get("status") for each in sent] == ([] if passes else [403, None])


@pytest.mark.parametrize(
    "scope", [{"type": "lifespan"}, {"type": "http", "method": "GET", "headers": [(b"origin", b"null")]}]
)
async def test_what_writes_nothing_passes_untouched(scope: dict[str, Any]) -> None:
    reached: list[Any] = []

    async def inner(*connection: Any) -> None:
        reached.append(connection)

    connection = scope, object(), object()
    await CrossOriginMiddleware(inner)(*connection)  # type: ignore[arg-type]

    assert reached == [connection]


async def test_a_refusal_says_what_happened_and_what_it_depends_on() -> None:
    guarded = app(CrossOriginMiddleware)
    foreign = await ask(guarded, "POST", {"Sec-Fetch-Site": "cross-site"})
    unsaid = await ask(guarded, "POST", {"Cookie": "webapp_session=x"})

    assert "another site" in foreign.text
    assert "header Origin" in unsaid.text
    for answer in (foreign, unsaid):
        assert answer.headers["vary"] == "Sec-Fetch-Site, Origin, Cookie"
        assert answer.headers["cache-control"] == "no-store"


async def test_an_operator_whose_proxy_changes_the_host_is_told_what_to_set(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        await ask(app(CrossOriginMiddleware), "POST", {"Origin": "https://app.example.com\r\x1b[2J"})

    (line,) = [record.getMessage() for record in caplog.records]
    assert "WEBAPP_PUBLIC_URL" in line
    assert line.isprintable()


@pytest.mark.parametrize(
    ("headers", "opens"),
    [
        ({"origin": "http://testserver"}, True),
        ({"origin": "http://evil.example"}, False),
        ({"origin": "null"}, False),
        ({"sec-fetch-site": "same-site", "origin": "http://testserver"}, False),
        ({"cookie": "webapp_session=x"}, False),
        ({}, True),
    ],
)
async def test_no_other_site_opens_a_websocket(headers: dict[str, str], opens: bool) -> None:
    reached = []

    async def inner(*connection: Any) -> None:
        reached.append(connection)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    raw = [(name.encode(), value.encode()) for name, value in {"host": "testserver", **headers}.items()]
    scope = {"type": "websocket", "headers": raw}
    await CrossOriginMiddleware(inner)(scope, receive, send)

    assert reached == ([(scope, receive, send)] if opens else [])
    assert sent == ([] if opens else [{"type": "websocket.close", "code": 1008}])
