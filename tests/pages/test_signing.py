"""Signing in without an operation for it: basic, tokens and keys; and with one that the document only hints at."""

import logging
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from tests.pages.house import scripted
from tests.pages.library import AUTHOR, get
from webapp import Settings, create_app
from webapp.testing import Browser, FakeAPI, Received

Schemes = Mapping[str, Any]
BASIC = {"type": "http", "scheme": "basic"}
BEARER = {"type": "http", "scheme": "bearer", "description": "From **your** settings."}
KEY = {"type": "apiKey", "in": "header", "name": "X-Key"}
IN_QUERY = {"type": "apiKey", "in": "query", "name": "appid"}
ADA = "Basic " + b64encode(b"ada:sesame").decode()
AUTHORS = [{"id": 7, "name": "Ann Ash"}]


def document(schemes: Schemes, **more: Any) -> dict[str, Any]:
    """Authors, for those who are signed in."""
    security: dict[str, Any] = {"security": [{name: []} for name in schemes]} if schemes else {}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Authors", "version": "1"},
        "paths": {"/authors": get({"type": "array", "items": AUTHOR}, **security, **more)},
        "components": {"securitySchemes": schemes},
    }


def api(known: Mapping[str, str], schemes: Schemes, *, refusal: int = 401) -> FakeAPI:
    """An API that answers whoever sends one of these headers, or the query parameter `?name`."""

    def answer(received: Received) -> Any:
        sent = {**received.headers, **{f"?{name}": value for name, value in received.query.items()}}
        ok = any(sent.get(name) == value for name, value in known.items())
        return AUTHORS if ok else (refusal, {"detail": "Who are you?"})

    return FakeAPI({"GET /authors": answer}, accounts=None, document=document(schemes))


def asked(fake: FakeAPI) -> list[Received]:
    """What was asked of the API but its document."""
    return [each for each in fake.requests if each.path == "/authors"]


@asynccontextmanager
async def visit(fake: FakeAPI) -> AsyncIterator[Browser]:
    async with Browser(create_app("http://api", transport=fake.transport, settings=Settings())) as browser:
        yield browser


async def test_basic_is_asked_for_tried_and_kept() -> None:
    async with visit(api({"authorization": ADA}, {"basic": BASIC})) as browser:
        login = await browser.get("/authors")
        wrong = await browser.post(
            "/login", {"with": "basic", "username": "ada", "password": "nope", "next": "/authors"}
        )
        page = await browser.post(
            "/login", {"with": "basic", "username": "ada", "password": "sesame", "next": "/authors"}
        )

    assert login.url == "/login?next=%2Fauthors"
    assert wrong.status == 401
    assert "don't match" in wrong.main
    assert "nope" not in wrong.text
    assert page.url == "/authors"
    assert "Ann Ash" in page.main


async def test_a_token_is_pasted_with_or_without_what_stands_before_it() -> None:
    async with visit(api({"authorization": "Bearer t-1"}, {"bearer": BEARER})) as browser:
        login = await browser.get("/login?next=/authors")
        wrong = await browser.post("/login", {"token": "t-2", "next": "/authors"})
        page = await browser.post("/login", {"token": " Bearer t-1 ", "next": "/authors"})

    assert login.page.find("input[name=username]") is None
    assert login.page.one("input[name=token]").get("type") == "password"
    assert "From your settings." in login.main
    assert wrong.status == 401
    assert "doesn't accept this token" in wrong.main
    assert "t-2" not in wrong.text
    assert "Ann Ash" in page.main


@pytest.mark.parametrize(("scheme", "place"), [(KEY, "x-key"), (IN_QUERY, "?appid")])
async def test_a_key_is_pasted_and_never_seen_again(
    scheme: dict[str, Any], place: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    linking = api({place: "k-very-secret"}, {"key": scheme})
    answer = linking.answers["GET /authors"]
    own = f"&{place[1:]}=k-very-secret" if place.startswith("?") else ""
    next_page = {"Link": f'</authors?offset=1{own}>; rel="next"'}
    linking.answers["GET /authors"] = lambda received: (
        httpx.Response(200, json=AUTHORS, headers=next_page) if answer(received) == AUTHORS else answer(received)
    )
    async with visit(linking) as browser:
        wrong = await browser.post("/login", {"key-1": "k-wrong-secret", "next": "/authors"})
        page = await browser.post("/login", {"key-1": "k-very-secret", "next": "/authors"})

    assert wrong.status == 401
    assert "doesn't accept this key" in wrong.main
    assert "Ann Ash" in page.main
    assert page.page.one("a[rel=next]").get("href") == "/authors?offset=1"
    assert "secret" not in page.text + wrong.text + caplog.text


async def test_several_ways_are_a_choice() -> None:
    async with visit(api({"x-key": "k-1"}, {"basic": BASIC, "key": KEY, "bearer": BEARER})) as browser:
        login = await browser.get("/login?next=/authors")
        other = await browser.get(login.links["Sign in with an API key"])
        page = await browser.post("/login", {"with": "api-key-x-key", "key-1": "k-1", "next": "/authors"})

    assert login.page.find("input[name=password]") is not None
    assert "Sign in with an access token" in login.links
    assert other.page.one("input[name=with]").get("value") == "api-key-x-key"
    assert other.page.one("input[name=key-1]").get("type") == "password"
    assert other.links["Sign in with username and password"] == "/login?with=basic&next=%2Fauthors"
    assert "Ann Ash" in page.main


@pytest.mark.parametrize("typed", [{}, {"with": "basic", "username": "ada"}, {"with": "api-key-x-key"}])
async def test_what_is_missing_is_asked_for_without_a_call(typed: dict[str, str]) -> None:
    fake = api({}, {"bearer": BEARER, "basic": BASIC, "key": KEY})
    async with visit(fake) as browser:
        page = await browser.post("/login", typed)

    assert page.status == 422
    assert not asked(fake)


async def test_what_could_break_out_of_a_header_is_refused() -> None:
    fake = api({}, {"key": KEY})
    async with visit(fake) as browser:
        page = await browser.post("/login", {"key-1": "k\r\nX-Admin: 1", "next": "/authors"})

    assert page.status == 422
    assert "can't be sent" in page.main
    assert not asked(fake)


async def test_whoever_an_api_does_not_know_and_tells_so_with_a_403_is_led_to_sign_in() -> None:
    async with visit(api({"x-key": "k-1"}, {"key": KEY}, refusal=403)) as browser:
        login = await browser.get("/authors")
        wrong = await browser.post("/login", {"key-1": "k-2", "next": "/authors"})
        page = await browser.post("/login", {"key-1": "k-1", "next": "/authors"})

    assert login.path == "/login"
    assert wrong.status == 401
    assert "Ann Ash" in page.main


async def test_whoever_is_known_but_not_allowed_is_signed_in_all_the_same() -> None:
    fake = FakeAPI(
        {"GET /authors": lambda received: (403 if "x-key" in received.headers else 401, {"detail": "No"})},
        accounts=None,
        document=document({"key": KEY}),
    )
    async with visit(fake) as browser:
        page = await browser.post("/login", {"key-1": "k-1", "next": "/authors"})

    assert page.status == 403
    assert page.url == "/authors"


async def test_where_the_document_keeps_the_sign_in_to_itself_the_usual_ways_are_offered() -> None:
    async with visit(api({"authorization": ADA}, {})) as browser:
        login = await browser.get("/authors")
        wrong = await browser.post("/login", {"with": "basic", "username": "ada", "password": "no", "next": "/authors"})
        page = await browser.post(
            "/login", {"with": "basic", "username": "ada", "password": "sesame", "next": "/authors"}
        )
        await browser.sign_out()
        unasked = await browser.get("/login")

    assert login.url == "/login?next=%2Fauthors&with=basic"
    assert "Sign in with an access token" in login.links
    assert wrong.status == 401
    assert "Ann Ash" in page.main
    assert unasked.status == 404


async def test_two_who_come_with_different_keys_are_two() -> None:
    fake = FakeAPI({"GET /authors": AUTHORS}, accounts=None, document=document({"key": KEY}))
    app = create_app("http://api", transport=fake.transport, settings=Settings(max_sessions_per_user=1))
    async with Browser(app) as one, Browser(app) as other:
        await one.post("/login", {"key-1": "k-1", "next": "/authors"})
        await other.post("/login", {"key-1": "k-2", "next": "/authors"})
        await one.get("/authors")

    assert [each.headers["x-key"] for each in asked(fake)] == ["k-1", "k-1", "k-2", "k-2", "k-1"]


async def test_a_login_that_is_no_form_gets_json_where_nobody_says_which() -> None:
    token = {"POST /auth/token": httpx.Response(422, json={"detail": []})}
    tried: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/openapi.json":
            return httpx.Response(200, json=hinted)
        if request.url.path == "/auth/token":
            tried.append(request.content)
            if not request.content.startswith(b"{"):
                return token["POST /auth/token"]
            return httpx.Response(201, json={"access_token": "t-1"})
        return httpx.Response(200 if request.headers.get("authorization") == "Bearer t-1" else 401, json=AUTHORS)

    flow = {"type": "oauth2", "flows": {"password": {"scopes": {}, "tokenUrl": "/auth/token"}}}
    hinted = document({"flow": flow})
    async with Browser(create_app("http://api", transport=httpx.MockTransport(answer), settings=Settings())) as browser:
        page = await browser.post("/login", {"username": "ada", "password": "sesame", "next": "/authors"})

    assert "Ann Ash" in page.main
    assert tried[1] == b'{"username":"ada","password":"sesame"}'


async def test_a_wrong_password_is_never_tried_twice() -> None:
    async with scripted({"POST /auth/token": httpx.Response(401, json={"detail": "no"})}) as browser:
        page = await browser.try_sign_in("ada@example.com", "sesame-open")

    assert page.status == 401


async def test_a_token_is_sent_the_way_the_document_says_in_prose() -> None:
    scheme = {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Token <key>"}
    async with visit(api({"authorization": "Token t-1"}, {"token": scheme})) as browser:
        page = await browser.post("/login", {"token": "t-1", "next": "/authors"})

    assert "Ann Ash" in page.main


async def test_while_the_api_is_down_nobody_is_told_that_a_key_is_wrong() -> None:
    fake = FakeAPI({"GET /authors": httpx.ConnectError("down")}, accounts=None, document=document({"key": KEY}))
    async with visit(fake) as browser:
        page = await browser.post("/login", {"key-1": "k-1"})

    assert page.status == 503
    assert "not checked" in page.main


PASSWORD = {"type": "oauth2", "flows": {"password": {"tokenUrl": "/auth/token", "scopes": {}}}}


async def test_two_ways_that_take_a_name_and_a_password_are_told_apart() -> None:
    schemes = {"user": PASSWORD, "vault": BASIC}
    async with visit(api({"authorization": ADA}, schemes)) as browser:
        first = await browser.get("/login")
        other = await browser.get("/login?with=basic")

    assert "Sign in with username and password (HTTP basic)" in first.links
    assert "Sign in with username and password" in other.links


async def test_the_first_secret_has_the_focus_and_a_refusal_is_read_with_each() -> None:
    async with visit(api({"x-key": "k3y"}, {"key": KEY})) as browser:
        login = await browser.get("/login?next=/authors")
        wrong = await browser.submit("form[action='/login']", **{"key-1": "no"})

    assert [each.get("name") for each in login.page.all("[autofocus]")] == ["key-1"]
    assert login.page.one("[name=key-1]").get("aria-describedby") == ""
    assert [each.get("id") for each in wrong.page.all("[autofocus]")] == ["error"]
    assert wrong.page.one("[name=key-1]").get("aria-describedby") == "error"


async def test_a_name_that_is_sent_along_with_a_key_is_nobodys() -> None:
    def answer(received: Received) -> Any:
        return AUTHORS

    fake = FakeAPI({"GET /authors": answer}, accounts=None, document=document({"key": KEY}))
    async with visit(fake) as browser:
        await browser.post("/login", {"key-1": "junk", "username": "victim", "next": "/authors"})
        account = await browser.get("/-/account")

    assert (account.status, account.path) == (200, "/-/account")
    assert "victim" not in account.text
    assert not any("device" in cookie.name for cookie in browser.cookies)
