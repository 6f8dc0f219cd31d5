"""Who is signed in, for an operator."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.pages.house import DEMO, demo_browser
from webapp import Settings
from webapp.errors import SettingsError
from webapp.testing import Browser
from webapp.testing.answer import Answer

TOKEN = "operators-token-of-32-characters"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with demo_browser(admin_token=TOKEN) as visitor:
        await visitor.try_sign_in(*DEMO)
        yield visitor


async def ask(browser: Browser, method: str, path: str = "", authorization: str = f"Bearer {TOKEN}") -> Answer:
    other = browser.another()
    return await other.fetch(method, f"/-/admin/sessions{path}", headers={"Authorization": authorization})


async def listed(browser: Browser, path: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((await ask(browser, "GET", path)).text)["sessions"]
    return found


async def test_an_operator_sees_who_is_signed_in_and_nothing_to_get_in_with(browser: Browser) -> None:
    answer = await ask(browser, "GET")
    (session,) = await listed(browser)

    assert set(session) == {"key", "owner", "user", "created_at", "seen_at", "address", "user_agent"}
    assert len(session["key"]) == 64
    assert session["user_agent"] == "Mozilla/5.0 (webapp.testing)"
    assert answer.headers["cache-control"] == "no-store"
    for cookie in browser.cookies:
        assert cookie.value.partition(".")[0] not in answer.text


async def test_an_operator_ends_one_session_at_once(browser: Browser) -> None:
    (session,) = await listed(browser)

    assert (await ask(browser, "DELETE", f"/{session['key']}")).status == 200
    told = await browser.get("/projects")
    assert told.path == "/login"
    assert "Your session has ended. Sign in to go on where you were." in told.main
    assert (await ask(browser, "DELETE", f"/{session['key']}")).status == 404


async def test_an_operator_ends_all_sessions_of_one_person(browser: Browser) -> None:
    await browser.another().try_sign_in(*DEMO)
    owner = (await listed(browser))[0]["owner"]

    assert len(await listed(browser, f"?owner={owner}")) == 2
    assert await listed(browser, "?owner=nobody") == []
    assert '"ended":2' in (await ask(browser, "DELETE", f"?owner={owner}")).text
    assert await listed(browser) == []
    assert (await ask(browser, "DELETE")).status == 422


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("authorization", ["", f"Basic {TOKEN}", "Bearer ", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}"])
async def test_whoever_has_not_the_token_gets_nothing(browser: Browser, method: str, authorization: str) -> None:
    answer = await ask(browser, method, "?owner=x", authorization)

    assert answer.status == 401
    assert "sessions" not in answer.text
    assert len(await listed(browser)) == 1


async def test_without_the_setting_there_is_nothing_not_even_for_those_who_are_signed_in() -> None:
    async with demo_browser() as browser:
        await browser.try_sign_in(*DEMO)
        for method in ("GET", "DELETE"):
            assert (await ask(browser, method, authorization="Bearer None")).status == 404
        assert (await browser.get("/-/admin/sessions")).status == 404


def test_a_short_token_stops_the_start_and_is_not_repeated() -> None:
    with pytest.raises(SettingsError, match="WEBAPP_ADMIN_TOKEN has fewer") as caught:
        Settings(admin_token="sesame-sesame")

    assert "sesame" not in str(caught.value)
    assert TOKEN not in repr(Settings(admin_token=TOKEN))
