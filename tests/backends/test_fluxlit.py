"""`webapp run` on FluxLit's demo: an API under a path, with a JSON login and bearer tokens that nothing renews."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.backends.conftest import PASSWORD, USERNAME, browser_at
from tests.backends.relay import house_on, spoil_access
from tests.backends.walk import Walk, complaints, typed
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


async def test_a_wrong_item_is_told_at_its_field(demo: Browser) -> None:
    await demo.get("/items")

    refused = await Walk(demo).press("New item", {"body/title": "x" * 81, "body/done": True})

    assert refused.status == 422
    assert complaints(refused) == ["body/title"]
    assert typed(refused, "body/title") == "x" * 81


async def test_an_item_is_made_changed_and_deleted(demo: Browser, fluxlit: str) -> None:
    walk = Walk(demo)
    await demo.get("/items")
    made = await walk.press("New item", {"body/title": "Tea", "body/done": True})
    assert "Tea" in made.main
    async with httpx.AsyncClient(trust_env=False) as api:
        account = {"email": USERNAME, "password": PASSWORD}
        token = (await api.post(f"{fluxlit}/auth/login", json=account)).raise_for_status().json()["access_token"]
        api.headers["Authorization"] = f"Bearer {token}"

        async def held() -> Any:
            return (await api.get(f"{fluxlit}{made.path}")).json()

        assert (await held())["title"] == "Tea"
        assert (await held())["done"] is True
        await walk.press("Edit", {"body/title": "Green tea"})
        assert ((await held())["title"], (await held())["done"]) == ("Green tea", True)
        await demo.get(made.path)
        left = await walk.press("Delete")
        assert left.path == "/items"
        assert (await api.get(f"{fluxlit}{made.path}")).status_code == 404
