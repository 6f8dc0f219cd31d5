"""`webapp run` on Apache Airflow: a large document, lists in wrappers, a PATCH that wants more than what changed."""

from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.backends.conftest import backend, browser_at, frontend
from tests.backends.held import Held, bearer
from tests.backends.relay import house_on, spoil_access
from tests.backends.walk import Walk, complaints, typed

ACCOUNT = ("admin", "admin-pass-42")
POOLS = "/api/v2/pools"
POOL = f"tea-{uuid4().hex[:8]}"
"""What earlier runs left behind is none of this one's."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Airflow's API server."""
    with backend("run-airflow.sh", health="/openapi.json") as url:
        yield url


@pytest.fixture(scope="module")
async def walk(url: str) -> AsyncIterator[Walk]:
    """Somebody who is signed in."""
    with frontend(url) as site:
        async with browser_at(site) as browser:
            await browser.sign_in(*ACCOUNT)
            yield Walk(browser)


@pytest.fixture(scope="module")
def held(url: str) -> Held:
    """What the API itself says."""
    return Held(url, bearer("/auth/token", username=ACCOUNT[0], password=ACCOUNT[1]))


def pool(held: Held) -> Any:
    """The pool as Airflow has it."""
    return held(f"{POOLS}/{POOL}")


async def test_the_pools_are_a_click_away_from_home(walk: Walk) -> None:
    await walk.browser.get("/")

    pools = await walk.browser.click("Pools")

    assert pools.path == POOLS
    assert "default_pool" in pools.page.one("#list").text


async def test_a_wrong_value_is_told_at_its_field(walk: Walk) -> None:
    await walk.browser.get(POOLS)

    refused = await walk.press("New pool", {"body/name": POOL, "body/slots": "-7", "body/description": "For tea"})

    assert refused.status == 422
    assert complaints(refused) == ["body/slots"]
    assert typed(refused, "body/name") == POOL
    assert typed(refused, "body/description") == "For tea"


async def test_a_pool_is_made_and_opened(walk: Walk, held: Held) -> None:
    made = await walk.send({"body/slots": "7"})

    assert made.path == f"{POOLS}/{POOL}"
    assert "For tea" in made.main
    assert (pool(held)["slots"], pool(held)["description"]) == (7, "For tea")
    pools = await walk.browser.get(POOLS)
    assert (await walk.browser.get(pools.links[POOL])).path == f"{POOLS}/{POOL}"


async def test_a_pool_is_changed_though_airflow_wants_all_of_it(walk: Walk, held: Held) -> None:
    refused = await walk.press("Edit", {"body/slots": "9"})
    # Its change calls the name otherwise, so only a person can tell.
    assert complaints(refused) == ["body/pool"]
    changed = await walk.send({"body/pool": POOL})

    assert (changed.status, changed.path) == (200, f"{POOLS}/{POOL}")
    assert (pool(held)["slots"], pool(held)["description"]) == (9, "For tea")


async def test_a_name_that_is_taken_is_refused_in_words(walk: Walk) -> None:
    await walk.browser.get(POOLS)

    refused = await walk.press("New pool", {"body/name": POOL, "body/slots": "1"})

    assert refused.status == 409
    assert "Unique constraint violation" in refused.main
    assert typed(refused, "body/name") == POOL


async def test_a_pool_is_deleted(walk: Walk, held: Held) -> None:
    await walk.browser.get(f"{POOLS}/{POOL}")

    left = await walk.press("Delete")

    assert left.path == POOLS
    assert POOL not in left.page.one("#list").text
    assert not held.has(f"{POOLS}/{POOL}")


async def test_a_variable_keeps_what_a_change_does_not_touch(walk: Walk, held: Held) -> None:
    key = f"{POOL}-leaf"
    await walk.succeed("POST /api/v2/variables", {"body/key": key, "body/value": '{"sorts": [1, 2]}'})
    path = f"/api/v2/variables/{key}"
    await walk.browser.get(path)

    await walk.press("Edit", {"body/description": "Sorts of tea"})

    variable = held(path)
    assert variable["description"] == "Sorts of tea"
    assert variable["value"] == '{"sorts": [1, 2]}'
    await walk.browser.get(path)
    await walk.press("Delete")
    assert not held.has(path)


async def test_a_wrong_password_is_said_to_be_wrong(url: str) -> None:
    async with house_on(url) as house:
        answer = await house.browser.try_sign_in(ACCOUNT[0], "not-the-password")

    assert answer.status == 401
    assert "don't match an account" in answer.main


async def test_a_token_that_is_not_accepted_any_more_is_a_lost_session(url: str) -> None:
    """Airflow says 403 to a token that it can't read, as it does to those who may not."""
    async with house_on(url) as house:
        await house.browser.sign_in(*ACCOUNT)
        await house.browser.get(POOLS)
        spoil_access(house.api, "/none")

        ended = await house.browser.get(POOLS)

    assert (ended.path, ended.status) == ("/login", 200)
    assert "session has ended" in ended.main


async def test_after_signing_out_the_pools_are_gone(url: str) -> None:
    async with house_on(url) as house:
        await house.browser.sign_in(*ACCOUNT)
        await house.browser.sign_out()

        asked = await house.browser.get(POOLS)

    assert asked.path == "/login"
    assert "default_pool" not in asked.text
