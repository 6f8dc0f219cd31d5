"""Every route there is, those to come included: what it answers with, and that no other site starts it."""

import re
from collections.abc import Callable, Iterator

from starlette.routing import Route

from tests.security.hostile import MARK, hostile_api
from tests.security.test_answers import ALWAYS, FORM, NAVIGATE, PUBLIC, TECHNICAL, WINDOW
from webapp import Settings, create_app
from webapp.pages.first import first_routes
from webapp.pages.leaving import BACKCHANNEL
from webapp.pages.routes import own_routes
from webapp.security import SAFE_METHODS
from webapp.testing import Answer, Browser

PLACES = {"slug": "create-tool", "resource": "books", "device": "1", "key": "abc", "name": "ui.css", "path": "books/1"}
OURS = frozenset(
    {
        *ALWAYS,
        *WINDOW,
        *TECHNICAL,
        "cache-control",
        "content-security-policy",
        "vary",
        "location",
        "set-cookie",
        "allow",
        "clear-site-data",
        "content-disposition",
        "etag",
        "retry-after",
        "www-authenticate",
        "hx-redirect",
        "hx-push-url",
    }
)
"""Every header that any of our answers has."""
FOREIGN = (
    {"Sec-Fetch-Site": "cross-site", "Origin": PUBLIC},
    {"Sec-Fetch-Site": "same-site", "Origin": "https://shop.example.com"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://app.example.com"},
    {"Origin": "null"},
)


OF_SERVERS = {BACKCHANNEL}
"""Called by other servers, who prove who they are by what they send; a cookie counts for nothing there."""


def routes() -> Iterator[tuple[str, str]]:
    """Method and a path of each route."""
    for route in own_routes(first_routes(lambda *_: None)):  # type: ignore[arg-type]
        assert isinstance(route, Route)
        path = re.sub(r"\{(\w+)(:\w+)?\}", lambda place: PLACES[place[1]], route.path)
        for method in sorted(route.methods or {"GET"}):
            yield method, path


def _complaints(answer: Answer, *, signed_in: bool) -> Iterator[str]:
    headers = answer.headers
    for name, value in (ALWAYS | WINDOW).items():
        if headers.get_list(name) != [value]:
            yield f"{name} is {headers.get_list(name)}"
    if "frame-ancestors 'none'" not in headers.get("content-security-policy", ""):
        yield "can be framed"
    if (
        "unsafe-eval" in headers["content-security-policy"]
        or "script-src 'unsafe" in headers["content-security-policy"]
    ):
        yield "lets scripts in"
    if signed_in and headers.get("cache-control") != "no-store":
        yield f"may be stored: {headers.get('cache-control')}"
    if "Cookie" not in headers.get("vary", ""):
        yield f"doesn't vary by cookie: {headers.get('vary')}"
    if stray := set(headers) - OURS:
        yield f"has {sorted(stray)} besides"
    if MARK in str(headers.multi_items()):
        yield "a header of the API's got through"


async def test_every_route_answers_with_headers_that_protect(figure: Callable[[str], None]) -> None:
    app = create_app(
        "http://api", transport=hostile_api().transport, settings=Settings(public_url=PUBLIC, metrics=True)
    )
    wrong: list[str] = []
    asked = 0
    async with Browser(app, base_url=PUBLIC) as browser:
        for signed_in in (False, True):
            for method, path in routes():
                if path.startswith("/-/static/"):
                    continue  # what governs documents is left out there
                if signed_in and not browser.cookies.get("__Host-webapp_session"):
                    await browser.sign_in()
                headers = NAVIGATE if method in SAFE_METHODS else FORM
                answer = await browser.fetch(method, path, headers=headers)
                asked += 1
                told = _complaints(answer, signed_in=signed_in and path not in ("/login", "/register"))
                wrong += [f"{method} {path} ({answer.status}, signed in: {signed_in}): {each}" for each in told]

    assert not wrong, "\n".join(wrong)
    figure(f"{asked} answers of all routes, to strangers and to somebody who is in: all with every header")


async def test_no_other_site_starts_anything_at_any_route(figure: Callable[[str], None]) -> None:
    api = hostile_api()
    app = create_app("http://api", transport=api.transport, settings=Settings(public_url=PUBLIC))
    wrong: list[str] = []
    tried = 0
    async with Browser(app, base_url=PUBLIC) as browser:
        await browser.sign_in()
        api.requests.clear()
        for method, path in routes():
            for headers in FOREIGN if method not in SAFE_METHODS and path not in OF_SERVERS else ():
                answer = await browser.fetch(method, path, headers={"Content-Type": FORM["Content-Type"], **headers})
                tried += 1
                if answer.status != 403 or "set-cookie" in answer.headers:
                    wrong.append(f"{method} {path}: {answer.status} for {headers}")

    assert not wrong, "\n".join(wrong)
    assert api.requests == []
    assert tried >= 5 * 10
    figure(f"{tried} foreign writes at all routes: {tried} refused, the API was asked nothing")
