"""Being sent to and fro between a page and the sign-in: it ends, and says why; nobody else is stopped."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.pages.house import DEMO, demo_browser, scripted
from webapp.testing import Browser
from webapp.testing.answer import Answer

THINGS = {"/things": {"get": {"operationId": "things", "responses": {"200": {"description": "OK"}}}}}
TAKEN = httpx.Response(200, json={"access_token": "t", "token_type": "bearer"})
FORM = {"username": "ada", "password": "secret", "next": "/things"}


@pytest.fixture
async def refused() -> AsyncIterator[Browser]:
    """An API that takes a sign-in, and refuses whatever comes with it."""
    answers = {"POST /auth/token": TAKEN, "GET /things": httpx.Response(401)}
    async with scripted(answers, paths=THINGS) as browser:
        yield browser


async def test_an_api_that_refuses_its_own_sign_in_is_told_of_instead_of_a_fourth_round(refused: Browser) -> None:
    for _ in range(3):
        page = await refused.post("/login", FORM)
        assert page.path == "/login"
        assert page.status == 200

    page = await refused.post("/login", FORM)

    assert (page.path, page.status) == ("/things", 502)
    assert "doesn't accept its own sign-in" in page.main
    assert page.page.find("a[href='/login']") is not None

    # It's no trap: from here one may try again, and is told the same as long as nothing has changed.
    assert (await refused.get("/login")).status == 200
    assert "doesn't accept its own sign-in" in (await refused.post("/login", FORM)).main


async def test_whoever_was_stopped_gets_in_once_the_api_has_come_to_its_senses() -> None:
    things = httpx.Response(401)
    async with scripted({"POST /auth/token": TAKEN, "GET /things": things}, paths=THINGS) as browser:
        for _ in range(4):
            await browser.post("/login", FORM)
        things.status_code = 200

        page = await browser.post("/login", FORM)

    assert (page.path, page.status) == ("/things", 200)


async def test_a_part_of_a_page_is_told_so_too(refused: Browser) -> None:
    for _ in range(3):
        await refused.post("/login", FORM)
    await refused.post("/login", {**FORM, "next": "/-/account"})

    answer = await refused.htmx("GET", "/things")

    assert answer.status == 502
    assert answer.hx_redirect is None


async def _without_cookies(browser: Browser, form: dict[str, str]) -> Answer:
    """Sign in with a browser that keeps no cookie: where that leads, with the address of the form as Referer."""
    sign_in = browser.url or "/login"
    await browser.fetch("POST", "/login", headers=_form(), content=httpx.QueryParams(form).__str__().encode())
    browser.cookies.clear()
    headers = {"Referer": f"http://testserver{sign_in}", "Host": "testserver", "Sec-Fetch-Mode": "navigate"}
    answer = await browser.fetch("GET", form["next"], headers=headers)
    browser.cookies.clear()
    browser.url = answer.headers.get("location", browser.url)
    return answer


def _form() -> dict[str, str]:
    return {"Content-Type": "application/x-www-form-urlencoded", "Origin": "http://testserver"}


async def test_a_browser_that_keeps_no_cookies_is_told_so_instead_of_a_fourth_round() -> None:
    answers = {"POST /auth/token": TAKEN, "GET /things": httpx.Response(401)}
    async with scripted(answers, paths=THINGS) as browser:
        await browser.get("/things")
        statuses = [(await _without_cookies(browser, FORM)).status for _ in range(3)]
        told = await _without_cookies(browser, FORM)

    assert statuses == [303, 303, 303]
    assert told.status == 400
    assert "cookie" in told.text


async def test_opening_the_sign_in_however_often_is_fine() -> None:
    async with demo_browser() as browser:
        for _ in range(10):
            assert (await browser.get("/login")).status == 200
        for _ in range(10):
            stranger = browser.another()
            assert (await stranger.get("/projects")).path == "/login"
        await browser.try_sign_in(*DEMO)
        for _ in range(10):
            assert (await browser.get("/login?next=/projects")).path == "/projects"


async def test_signing_in_and_out_however_often_is_fine() -> None:
    async with demo_browser() as browser:
        for _ in range(6):
            assert (await browser.try_sign_in(*DEMO)).status == 200
            assert (await browser.sign_out()).path == "/login"


@pytest.mark.parametrize("number", ["99", "-1", "x", "9" * 500, ""])
async def test_a_round_that_somebody_wrote_into_an_address_stops_nobody(number: str) -> None:
    async with demo_browser() as browser:
        await browser.get(f"/login?next=/projects&round={number}")

        assert (await browser.try_sign_in(*DEMO)).path == "/projects"
