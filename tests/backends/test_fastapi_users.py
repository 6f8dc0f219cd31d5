"""`webapp run` on fastapi-users: items without a list, codes instead of sentences, oneself to be changed."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.backends.conftest import backend, browser_at, frontend
from tests.backends.held import Held, bearer
from tests.backends.processes import wait_until
from tests.backends.relay import house_on, spoil_access
from tests.backends.walk import Walk, complaints, typed

ACCOUNT = ("king@example.com", "king-arthur-42")


def held_as(url: str, username: str, password: str) -> Held:
    """What the API itself says to somebody."""
    return Held(url, bearer("/auth/jwt/login", "data", username=username, password=password))


def is_king(url: str) -> bool:
    """Whether the superuser is there and one."""
    try:
        return bool(held_as(url, *ACCOUNT)("/users/me")["is_superuser"])
    except httpx.HTTPStatusError:
        return False


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The example app of fastapi-users."""
    with backend("run-fastapi-users.sh", health="/openapi.json") as url:
        # The script makes its users once the app is up.
        wait_until(lambda: is_king(url), within=60)
        yield url


@pytest.fixture(scope="module")
def site(url: str) -> Iterator[str]:
    """Its frontend."""
    with frontend(url) as site:
        yield site


@pytest.fixture(scope="module")
async def walk(site: str) -> AsyncIterator[Walk]:
    """The superuser, signed in."""
    async with browser_at(site) as browser:
        await browser.sign_in(*ACCOUNT)
        yield Walk(browser)


@pytest.fixture(scope="module")
def held(url: str) -> Held:
    """What the API itself says to the superuser."""
    return held_as(url, *ACCOUNT)


@pytest.fixture(scope="module")
def squire(url: str) -> Any:
    """Another user."""
    user = {"email": f"squire-{uuid4().hex[:8]}@example.com", "password": "squire-pass-42"}
    return httpx.post(f"{url}/auth/register", json=user, trust_env=False).raise_for_status().json()


async def test_a_wrong_password_is_said_to_be_wrong(site: str) -> None:
    async with browser_at(site) as browser:
        answer = await browser.try_sign_in(ACCOUNT[0], "not-the-password")

    assert answer.status == 401
    assert "don't match an account" in answer.main


async def test_somebody_signs_up_and_a_taken_address_is_refused_in_words(site: str) -> None:
    async with browser_at(site) as browser:
        await browser.get("/register")
        refused = await browser.submit("form[action='/register']", email=ACCOUNT[0], password="other-pass-42")
        assert "already exists" in refused.main
        email = f"page-{uuid4().hex[:8]}@example.com"
        await browser.submit("form[action='/register']", email=email, password="page-pass-42")
        await browser.sign_in(email, "page-pass-42")

        assert email in (await browser.get("/-/account")).main


async def test_a_user_is_opened_by_id_from_home(walk: Walk, squire: Any) -> None:
    await walk.browser.get("/")

    user = await walk.press("Open user by ID", {"path/id": squire["id"]})

    assert user.path == f"/users/{squire['id']}"
    assert squire["email"] in user.main


async def test_a_wrong_address_is_told_at_its_field(walk: Walk, squire: Any) -> None:
    await walk.browser.get(f"/users/{squire['id']}")

    refused = await walk.press("Edit", {"body/email": "no address"})

    assert refused.status == 422
    assert complaints(refused) == ["body/email"]
    assert typed(refused, "body/email") == "no address"


async def test_a_user_is_changed_and_the_password_is_left_alone(walk: Walk, held: Held, url: str, squire: Any) -> None:
    changed = await walk.send({"body/email": f"new-{squire['email']}"})

    assert changed.path == f"/users/{squire['id']}"
    assert held(changed.path)["email"] == f"new-{squire['email']}"
    assert held_as(url, f"new-{squire['email']}", "squire-pass-42")("/users/me")["id"] == squire["id"]


async def test_a_taken_address_is_refused_in_words(walk: Walk, squire: Any) -> None:
    await walk.browser.get(f"/users/{squire['id']}")

    refused = await walk.press("Edit", {"body/email": ACCOUNT[0]})

    assert refused.status == 400
    assert "already exists" in refused.main


async def test_a_user_is_deleted(walk: Walk, held: Held, squire: Any) -> None:
    await walk.browser.get(f"/users/{squire['id']}")

    await walk.press("Delete")

    assert not held.has(f"/users/{squire['id']}")


async def test_a_token_that_is_not_accepted_any_more_is_a_lost_session(url: str) -> None:
    async with house_on(url) as house:
        await house.browser.sign_in(*ACCOUNT)
        await house.browser.get("/-/account")
        spoil_access(house.api, "/none")

        ended = await house.browser.get("/-/account")

    assert ended.path == "/login"
    assert "session has ended" in ended.main


async def test_a_cookie_that_comes_with_a_204_is_a_sign_in_too(url: str, tmp_path: Path) -> None:
    config = tmp_path / "webapp.toml"
    config.write_text('[login]\nkind = "form"\npath = "/auth/cookie/login"\nsign_out = "POST /auth/cookie/logout"\n')
    with frontend(url, "--config", str(config)) as site:
        async with browser_at(site) as browser:
            wrong = await browser.try_sign_in(ACCOUNT[0], "not-the-password")
            await browser.sign_in(*ACCOUNT)
            account = await browser.get("/-/account")
            left = await browser.sign_out()
            asked = await browser.get("/-/account")

    assert "don't match an account" in wrong.main
    assert ACCOUNT[0] in account.main
    assert left.path == "/login"
    assert asked.path == "/login"


async def test_one_changes_oneself(walk: Walk, url: str) -> None:
    # The last: nobody signs in with the old password afterwards.
    await walk.succeed("PATCH /users/me", {"body/password": "queen-guinevere-42"})

    assert held_as(url, ACCOUNT[0], "queen-guinevere-42")("/users/me")["email"] == ACCOUNT[0]
