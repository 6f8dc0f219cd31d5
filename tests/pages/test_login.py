"""Signing in and out, on the demo API and on APIs that misbehave."""

import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.pages.house import DEMO, demo_browser, scripted
from webapp.testing import Browser


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with demo_browser() as visitor:
        yield visitor


async def test_the_login_page_asks_for_a_name_and_a_password(browser: Browser) -> None:
    page = await browser.get("/login")

    assert page.status == 200
    assert page.page.one("input[name=password]").get("autocomplete") == "current-password"
    assert "Cache-Control" in page.headers


async def test_signing_in_leads_where_one_wanted_to_go(browser: Browser) -> None:
    await browser.get("/projects?status=active")

    page = await browser.try_sign_in(*DEMO)

    assert page.status == 200
    assert page.url == "/projects?status=active"
    assert "Projects" in page.main


async def test_a_wrong_password_is_a_401_that_keeps_the_name_and_never_the_password(browser: Browser) -> None:
    page = await browser.try_sign_in("demo@example.com", "hunter2-wrong")

    assert page.status == 401
    assert "don't match" in page.main
    assert page.page.one("input[name=username]").get("value") == "demo@example.com"
    assert "hunter2-wrong" not in page.text
    assert browser.cookies.header("/") in (None, "")


async def test_a_disabled_account_is_told_so(browser: Browser) -> None:
    page = await browser.try_sign_in("disabled@example.com", "disabled-pass-123")

    assert page.status == 403
    assert "disabled" in page.main


async def test_an_empty_form_is_a_422_without_a_call_to_the_api(browser: Browser) -> None:
    page = await browser.try_sign_in("", "")

    assert page.status == 422
    assert "your password" in page.main


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (httpx.Response(423, json={"detail": "Account locked until noon."}), 423, "locked until noon"),
        (httpx.Response(423), 423, "locked"),
        (httpx.Response(429, json={"detail": "slow down"}, headers={"Retry-After": "60"}), 429, "60 seconds"),
        (httpx.Response(429), 429, "Try again later"),
        (httpx.Response(503), 503, "can't be reached"),
        (httpx.Response(500, text="Internal Server Error"), 502, "can't be used"),
        (httpx.Response(200, text="<html>", headers={"Content-Type": "application/json"}), 502, "can't be used"),
        (httpx.Response(400, json={"detail": "Verify your address first."}), 400, "Verify your address"),
        (httpx.Response(400, json={"detail": "LOGIN_BAD_CREDENTIALS"}), 401, "don't match an account"),
        (httpx.Response(400, json={"error": "invalid_grant"}), 401, "don't match an account"),
        (httpx.Response(404, json={"detail": "User not found"}), 401, "don't match an account"),
        (httpx.Response(400, json={"detail": "No such user."}), 401, "don't match an account"),
        (httpx.Response(403), 403, "can't sign in"),
        (httpx.Response(200, json={"hello": "world"}), 400, "nothing to be recognised by"),
        (httpx.ConnectError("refused"), 503, "can't be reached"),
        (httpx.ReadTimeout("slow"), 503, "can't be reached"),
    ],
)
async def test_each_refusal_has_its_own_status_and_words(answer: Any, status: int, words: str) -> None:
    async with scripted({"POST /auth/token": answer}) as browser:
        page = await browser.try_sign_in("ada@example.com", "sesame-open")

    assert page.status == status
    assert words in page.main
    assert "sesame-open" not in page.text
    if status == 429 and "60" in words:
        assert page.headers["retry-after"] == "60"


async def test_whoever_is_in_already_goes_on(browser: Browser) -> None:
    await browser.try_sign_in(*DEMO)

    page = await browser.get("/login?next=/projects")

    assert page.url == "/projects"


@pytest.mark.parametrize("evil", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"])
async def test_next_never_leaves_the_site(browser: Browser, evil: str) -> None:
    await browser.get(f"/login?next={evil}")

    page = await browser.try_sign_in(*DEMO)

    assert page.url == "/"


async def test_signing_out_ends_the_session_at_the_api_too(browser: Browser) -> None:
    await browser.try_sign_in(*DEMO)

    page = await browser.sign_out()

    assert page.history[0].headers["clear-site-data"] == '"storage", "prefetchCache"'
    assert "signed out" in page.main
    assert (await browser.get("/projects")).path == "/login"


async def test_a_stranger_may_sign_out_too(browser: Browser) -> None:
    assert (await browser.sign_out()).path == "/login"


async def test_a_page_that_needs_a_sign_in_leads_there_and_htmx_is_told_in_a_header(browser: Browser) -> None:
    await browser.get("/")
    whole = await browser.get("/projects?sort=name")
    browser.url = "/projects?sort=name"
    part = await browser.htmx("GET", "/projects?q=x")
    restored = await browser.restore("/projects?sort=name")

    assert whole.url == "/login?next=%2Fprojects%3Fsort%3Dname"
    for answer in (part, restored):
        assert answer.status == 401
        assert answer.hx_redirect is not None
        assert answer.hx_redirect.startswith("/login?next=%2Fprojects%3Fsort%3Dname")
        assert "password" not in answer.text


async def test_an_api_without_a_sign_in_says_so() -> None:
    async with scripted({}, sign_in=False) as browser:
        page = await browser.get("/login")

    assert page.status == 404
    assert "how to sign in" in page.main


async def test_a_sign_in_page_comes_back_by_itself_when_the_api_is_down() -> None:
    async with scripted({"GET /openapi.json": httpx.ConnectError("refused")}) as browser:
        page = await browser.get("/login")

    assert page.status == 503
    assert page.headers["retry-after"]


ME = {"/auth/me": {"get": {"operationId": "me", "responses": {"200": {"description": "OK"}}}}}


async def test_a_cookie_that_says_nothing_about_anybody_is_no_sign_in() -> None:
    refused = httpx.Response(200, json={"ok": False}, headers={"Set-Cookie": "balancer=7; Path=/"})
    answers = {"POST /auth/token": refused, "GET /auth/me": httpx.Response(401)}
    async with scripted(answers, paths=ME) as browser:
        page = await browser.try_sign_in("ada@example.com", "sesame-open")

    assert page.status == 401
    assert "don't match" in page.main
    assert not list(browser.cookies)


async def test_a_token_that_the_api_doesnt_accept_is_no_wrong_password(caplog: pytest.LogCaptureFixture) -> None:
    given = httpx.Response(200, json={"access_token": "t0ken", "token_type": "bearer"})
    answers = {"POST /auth/token": given, "GET /auth/me": httpx.Response(401)}
    with caplog.at_level(logging.WARNING):
        async with scripted(answers, paths=ME) as browser:
            pages = [await browser.try_sign_in("ada@example.com", "sesame-open") for _ in range(12)]

    assert {page.status for page in pages} == {502}
    assert "The API took your name and password, but doesn't accept the sign-in that it gave" in pages[-1].main
    assert pages[-1].page.one("[name=username]").attributes["value"] == "ada@example.com"
    assert not list(browser.cookies)
    assert "TokenRefused" in caplog.text


async def test_signing_in_again_ends_the_session_before_at_the_api(browser: Browser) -> None:
    await browser.try_sign_in(*DEMO)
    await browser.post("/login", {"username": DEMO[0], "password": DEMO[1], "next": "/-/account"})

    page = await browser.get("/-/account")

    assert [each.text for each in page.page.all("#devices h3")] == ["webapp.testing (webapp) This browser"]


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("multipart/form-data; boundary=x", b"--x", 415),
        ("application/x-www-form-urlencoded", b"username=" + b"a" * 70_000, 413),
        ("application/x-www-form-urlencoded", b"&".join(b"a=1" for _ in range(200)), 400),
        ("application/x-www-form-urlencoded", b"username=\xff", 400),
    ],
)
async def test_what_is_no_sign_in_form_is_refused_before_it_is_stored_anywhere(
    browser: Browser, content_type: str, body: bytes, status: int
) -> None:
    answer = await browser.fetch("POST", "/login", headers={"Content-Type": content_type}, content=body)

    assert answer.status == status
