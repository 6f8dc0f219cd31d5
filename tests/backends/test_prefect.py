"""`webapp run` on Prefect: lists that only a POST gives, and a sign-in that the document says nothing about."""

import base64
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.backends.conftest import backend, browser_at, frontend
from tests.backends.held import Held, always
from tests.backends.walk import Walk, complaints, typed

ACCOUNT = ("admin", "prefect-pass-42")
NAME = f"tea_{uuid4().hex[:8]}"
"""What earlier runs left behind is none of this one's."""

CONFIG = """
[login]
kind = "basic"
"""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Prefect's server; its API lies under /api, its document beside that."""
    with backend("run-prefect.sh", health="/openapi.json") as url:
        yield url


@pytest.fixture(scope="module")
def site(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its frontend, told how to sign in."""
    config: Path = tmp_path_factory.mktemp("prefect") / "webapp.toml"
    config.write_text(CONFIG, encoding="utf-8")
    with frontend(f"{url}/api", "--openapi", f"{url}/openapi.json", "--config", str(config)) as site:
        yield site


@pytest.fixture(scope="module")
async def walk(site: str) -> AsyncIterator[Walk]:
    """Somebody who is signed in."""
    async with browser_at(site) as browser:
        await browser.sign_in(*ACCOUNT)
        yield Walk(browser)


@pytest.fixture(scope="module")
def held(url: str) -> Held:
    """What the API itself says."""
    basic = base64.b64encode(":".join(ACCOUNT).encode()).decode()
    return Held(f"{url}/api", always(Authorization=f"Basic {basic}"))


async def test_a_wrong_password_is_said_to_be_wrong(site: str) -> None:
    async with browser_at(site) as browser:
        sent_away = await browser.get("/variables")
        assert sent_away.path == "/login"
        answer = await browser.try_sign_in(ACCOUNT[0], "not-the-password")

    assert answer.status == 401
    assert "don't match an account" in answer.main


async def test_a_wrong_password_is_said_to_be_wrong_from_home_too(site: str) -> None:
    """Nothing that Prefect's document names tells who is signed in, so a list is asked."""
    async with browser_at(site) as browser:
        await browser.get("/login?next=/")
        answer = await browser.submit("form[action='/login']", username=ACCOUNT[0], password="not-the-password")
        assert answer.status == 401
        assert "don't match an account" in answer.main
        home = await browser.submit("form[action='/login']", username=ACCOUNT[0], password=ACCOUNT[1])

        assert home.path == "/"
        assert (await browser.get("/variables")).status == 200


async def test_after_signing_out_nothing_is_listed(site: str) -> None:
    async with browser_at(site) as browser:
        await browser.sign_in(*ACCOUNT)
        assert (await browser.get("/variables")).path == "/variables"
        await browser.sign_out()

        assert (await browser.get("/variables")).path == "/login"


async def test_a_list_that_only_a_post_gives_is_a_click_away_from_home(walk: Walk) -> None:
    await walk.browser.get("/")

    listed = await walk.browser.click("Variables")

    assert listed.status == 200
    assert listed.page.find("#list") is not None


async def test_a_wrong_value_is_told_at_its_field(walk: Walk) -> None:
    await walk.browser.get("/")
    await walk.browser.click("Variables")

    refused = await walk.press("New variable", {"body/name": "Not A Name", "body/value": "oolong"})

    assert refused.status == 422
    assert complaints(refused) == ["body/name"]
    assert typed(refused, "body/value") == "oolong"


async def test_a_variable_is_made_and_found_in_the_list(walk: Walk, held: Held) -> None:
    made = await walk.send({"body/name": NAME})

    variable = held(f"/variables/name/{NAME}")
    assert variable["value"] == "oolong"
    assert made.path == f"/variables/{variable['id']}"
    await walk.browser.get("/")
    listed = await walk.browser.click("Variables")
    assert (await walk.browser.get(listed.links[NAME])).path == f"/variables/{variable['id']}"


async def test_a_name_that_is_taken_is_refused_in_words(walk: Walk) -> None:
    await walk.browser.get("/")
    await walk.browser.click("Variables")

    refused = await walk.press("New variable", {"body/name": NAME, "body/value": "assam"})

    assert refused.status == 409
    assert "already exists" in refused.main


async def test_a_variable_is_changed_by_a_patch_that_answers_nothing(walk: Walk, held: Held) -> None:
    path = f"/variables/{held(f'/variables/name/{NAME}')['id']}"
    await walk.browser.get(path)

    changed = await walk.press("Edit", {"body/value": "darjeeling"})

    assert changed.path == path
    assert "darjeeling" in changed.main
    assert held(path)["value"] == "darjeeling"
    assert held(path)["name"] == NAME


async def test_a_variable_is_deleted(walk: Walk, held: Held) -> None:
    path = f"/variables/{held(f'/variables/name/{NAME}')['id']}"
    await walk.browser.get(path)

    await walk.press("Delete")

    assert not held.has(path)
