"""A key that is configured for everybody: nobody signs in for it, nobody sees it, and what is wrong with it is said."""

import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from tests.pages.library import AUTHOR, get
from webapp import Settings, create_app
from webapp.testing import Browser, FakeAPI, Received

SECRET = "k-of-the-operator/42"
AUTHORS = [{"id": 7, "name": "Ann Ash"}]
SCHEMES: Mapping[str, Any] = {
    "header": {"type": "apiKey", "in": "header", "name": "X-Gate"},
    "query": {"type": "apiKey", "in": "query", "name": "appid"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "gate"},
    "bearer": {"type": "http", "scheme": "bearer"},
    "none": None,
}


def found(received: Received) -> dict[str, str]:
    """Where the key was in a request."""
    sent = {
        "X-Gate": received.headers.get("x-gate", ""),
        "X-API-Key": received.headers.get("x-api-key", ""),
        "Authorization": received.headers.get("authorization", "").removeprefix("Bearer "),
        "?appid": received.query.get("appid", ""),
        "gate=": received.headers.get("cookie", "").removeprefix("gate="),
    }
    return {name: value for name, value in sent.items() if value}


def gated(name: str, **more: Any) -> FakeAPI:
    """An API that answers whoever has the key, anywhere, and repeats all that it was sent."""

    def answer(received: Received) -> Any:
        if SECRET not in found(received).values():
            return 401, {"detail": f"Who are you? Not {received.headers}"}
        told = {**received.headers, **received.query}
        headers = {"Link": f'</authors?appid={SECRET}&offset=1>; rel="next"', "X-Echo": SECRET}
        return httpx.Response(200, json=[{**AUTHORS[0], "told": told, "plain": f"({SECRET})"}], headers=headers)

    scheme = SCHEMES[name]
    security: dict[str, Any] = {"security": [{name: []}]} if scheme else {}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Authors", "version": "1"},
        "paths": {"/authors": get({"type": "array", "items": AUTHOR}, **security)},
        "components": {"securitySchemes": {name: scheme} if scheme else {}},
    }
    return FakeAPI({"GET /authors": answer, **more}, accounts=None, document=document)


@asynccontextmanager
async def visit(api: FakeAPI, key: str = SECRET, config: Mapping[str, Any] | None = None) -> AsyncIterator[Browser]:
    app = create_app("http://api", transport=api.transport, settings=Settings(api_key=key), config=config)
    async with Browser(app) as browser:
        yield browser


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("header", "X-Gate"),
        ("query", "?appid"),
        ("cookie", "gate="),
        ("bearer", "Authorization"),
        ("none", "X-API-Key"),
    ],
)
async def test_it_goes_where_the_document_wants_it_and_nobody_signs_in(name: str, place: str) -> None:
    api = gated(name)
    async with visit(api) as browser:
        page = await browser.get("/authors")
        login = await browser.get("/login")

    assert page.status == 200
    assert "Ann Ash" in page.main
    assert found(api.requests[-1]) == {place: SECRET}
    assert "/login" not in page.links.values()
    assert login.status == 404


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ({"key": "X-API-Key"}, "X-API-Key"),
        ({"key": "appid", "key_in": "query"}, "?appid"),
        ({"key": "Authorization", "scheme": "Bearer"}, "Authorization"),
        ({"kind": "bearer"}, "Authorization"),
    ],
)
async def test_a_line_of_configuration_puts_it_right(said: Mapping[str, str], place: str) -> None:
    api = gated("header")
    async with visit(api, config={"login": said}) as browser:
        page = await browser.get("/authors")

    assert "Ann Ash" in page.main
    assert found(api.requests[-1]) == {place: SECRET}


@pytest.mark.parametrize("name", SCHEMES)
async def test_it_is_on_no_page_in_no_log_and_in_no_command(
    name: str, caplog: pytest.LogCaptureFixture, figure: Callable[[str], None]
) -> None:
    caplog.set_level(logging.DEBUG)
    async with visit(gated(name)) as browser:
        paths = ("/", "/authors", "/-/raw/authors", "/-/export/authors?format=csv", "/-/operations", "/nothing")
        pages = [await browser.get(path) for path in paths]
    seen = "".join(f"{page.text}{page.url}{page.headers}" for page in pages) + caplog.text
    hits = seen.count(SECRET) + seen.count("k-of-the-operator")

    assert "Ann Ash" in pages[1].main
    assert "$" in pages[2].page.one("#curl").text  # a variable in its place
    assert hits == 0
    figure(f"WEBAPP_API_KEY in the {name}: {hits} hits on {len(pages)} pages and in the log")


async def test_a_key_that_is_refused_is_the_operators_problem_and_no_reason_to_sign_in() -> None:
    async with visit(gated("header"), key="not-the-key-at-all") as browser:
        page = await browser.get("/authors")
        part = await browser.htmx("GET", "/authors", target="list")

    assert (page.status, page.path) == (502, "/authors")
    assert page.page.one("h1").text == part.page.one("h1").text == "This site's key isn't accepted"
    assert "doesn't accept the key that this site is configured with" in page.main
    assert "Try again" not in page.text + part.text
    assert "/login" not in page.links.values()
    assert part.hx_redirect is None
    assert "not-the-key-at-all" not in page.text + part.text


async def test_whoever_can_sign_in_besides_is_sent_to_do_so() -> None:
    api = FakeAPI({"GET /authors": AUTHORS})
    async with visit(api) as browser:
        login = await browser.get("/authors")
        await browser.sign_in()
        page = await browser.get("/authors")

    assert login.path == "/login"
    assert "Ann Ash" in page.main
    assert api.requests[-1].headers["x-api-key"] == SECRET


async def test_a_document_that_only_the_key_gets_is_had_with_it() -> None:
    api = gated("header")
    document = api.document

    def guarded(received: Received) -> Any:
        return document if found(received) else (401, {"detail": "Who are you?"})

    api.answers["GET /openapi.json"] = guarded
    async with visit(api, config={"login": {"key": "X-Gate"}}) as browser:
        home = await browser.get("/")
        page = await browser.get("/authors")

    assert home.page.find("a[href='/authors']") is not None
    assert "Ann Ash" in page.main
