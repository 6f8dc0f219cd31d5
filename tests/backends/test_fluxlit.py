"""`webapp run` on FluxLit's demo: an API under a path, with a JSON login and bearer tokens that nothing renews."""

from collections.abc import AsyncIterator

import pytest

from tests.backends.conftest import PASSWORD, USERNAME, browser_at
from tests.backends.relay import house_on, spoil_access
from webapp.testing import Browser


@pytest.fixture(scope="package")
async def demo(on_fluxlit: str) -> AsyncIterator[Browser]:
    """A browser that is signed in."""
    async with browser_at(on_fluxlit) as browser:
        await browser.sign_in(USERNAME, PASSWORD)
        yield browser


async def test_a_wrong_password_is_said_to_be_wrong(on_fluxlit: str) -> None:
    async with browser_at(on_fluxlit) as browser:
        answer = await browser.try_sign_in(USERNAME, "not-the-password")

    assert answer.status == 401
    assert "don't match an account" in answer.main


async def test_items_are_listed_and_opened(demo: Browser) -> None:
    home = await demo.get("/")
    assert "/items" in home.links.values()

    items = await demo.get("/items")
    assert "first" in items.page.one("#list").text

    item = await demo.get(items.page.one("#list tbody a").get("href"))
    assert item.path.startswith("/items/")
    assert "first" in item.main


async def test_the_account_says_who_is_signed_in(demo: Browser) -> None:
    account = await demo.get("/-/account")

    assert USERNAME in account.main
    assert "Demo User" in account.main


async def test_after_signing_out_nothing_private_is_left(on_fluxlit: str) -> None:
    async with browser_at(on_fluxlit) as browser:
        await browser.sign_in(USERNAME, PASSWORD)
        left = await browser.sign_out()
        asked = await browser.get("/-/account")

    assert left.path == "/login"
    assert asked.path == "/login"
    assert USERNAME not in asked.text


async def test_where_nothing_can_be_renewed_an_end_leads_to_the_login_page(fluxlit: str) -> None:
    async with house_on(fluxlit) as house:
        await house.browser.sign_in(USERNAME, PASSWORD)
        await house.browser.get("/-/account")
        spoil_access(house.api, "/none")

        ended = await house.browser.htmx("GET", "/-/account", target="devices")
        assert (ended.status, ended.hx_redirect) == (401, "/login?next=%2F-%2Faccount&why=ended")
        page = await house.browser.follow(ended)

    assert page.path == "/login"
    assert "session has ended" in page.main
