"""`webapp run` on Directus: a document that differs by caller, answers wrapped in `data`, rotating refresh tokens."""

from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from tests.backends.conftest import backend, browser_at, frontend
from tests.backends.held import Held, always
from tests.backends.relay import house_on, spoil_access
from tests.backends.walk import Walk, complaints, typed

ACCOUNT = ("admin@example.com", "directus-pass-42")
TOKEN = "test-static-token-42"
ARTICLES = "/items/articles"
TITLE = f"Tea {uuid4().hex[:8]}"
"""What earlier runs left behind is none of this one's."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Directus, once its seven articles are there."""
    with backend("run-directus.sh", health=f"{ARTICLES}/7?access_token={TOKEN}") as url:
        yield url


@pytest.fixture(scope="module")
def held(url: str) -> Held:
    """What the API itself says."""
    return Held(url, always(Authorization=f"Bearer {TOKEN}"))


@pytest.fixture(scope="module")
def site(url: str) -> Iterator[str]:
    """Its frontend."""
    with frontend(url) as site:
        yield site


@pytest.fixture(scope="module")
async def walk(site: str) -> AsyncIterator[Walk]:
    """Somebody who is signed in."""
    async with browser_at(site) as browser:
        await browser.sign_in(*ACCOUNT)
        yield Walk(browser)


def articles(held: Held) -> list[Any]:
    """The articles of this run, as Directus has them."""
    return list(held(f"{ARTICLES}?{urlencode({'limit': -1, 'search': TITLE})}")["data"])


async def test_a_stranger_sees_none_of_the_articles(site: str) -> None:
    async with browser_at(site) as browser:
        home = await browser.get("/")

    assert ARTICLES not in home.links.values()


async def test_who_is_signed_in_finds_the_articles(walk: Walk) -> None:
    home = await walk.browser.get("/")
    assert ARTICLES in home.links.values()

    listed = await walk.browser.get(ARTICLES)

    assert "Article 1" in listed.page.one("#list").text


async def test_what_is_missing_is_told_at_its_field(walk: Walk) -> None:
    await walk.browser.get(ARTICLES)

    refused = await walk.press("New article", {"body/body": "Leaves.", "body/stars": "4"})

    assert refused.status == 422
    assert complaints(refused) == ["body/title"]
    assert typed(refused, "body/body") == "Leaves."


async def test_an_article_is_written_and_opened(walk: Walk, held: Held) -> None:
    made = await walk.send({"body/title": TITLE, "body/published": "true"})

    [article] = articles(held)
    assert made.path == f"{ARTICLES}/{article['id']}"
    assert TITLE in made.main
    assert (article["body"], article["stars"], bool(article["published"])) == ("Leaves.", 4, True)


async def test_an_article_is_changed(walk: Walk, held: Held) -> None:
    changed = await walk.press("Edit", {"body/stars": "5"})

    [article] = articles(held)
    assert changed.path == f"{ARTICLES}/{article['id']}"
    assert (article["title"], article["body"], article["stars"]) == (TITLE, "Leaves.", 5)


async def test_an_article_is_deleted(walk: Walk, held: Held) -> None:
    [article] = articles(held)
    await walk.browser.get(f"{ARTICLES}/{article['id']}")

    left = await walk.press("Delete")

    assert left.path == ARTICLES
    assert articles(held) == []


async def test_after_signing_out_the_articles_are_gone(site: str) -> None:
    async with browser_at(site) as browser:
        await browser.sign_in(*ACCOUNT)
        assert (await browser.get(ARTICLES)).status == 200
        await browser.sign_out()

        asked = await browser.get(ARTICLES)

    assert asked.path == "/login" or asked.status == 404
    assert "Article 1" not in asked.text


async def test_a_wrong_password_is_said_to_be_wrong(site: str) -> None:
    async with browser_at(site) as browser:
        answer = await browser.try_sign_in(ACCOUNT[0], "not-the-password")

    assert answer.status == 401
    assert "don't match an account" in answer.main


async def test_a_token_that_is_not_accepted_any_more_is_renewed(url: str) -> None:
    async with house_on(url) as house:
        await house.browser.sign_in(*ACCOUNT)
        await house.browser.get(ARTICLES)
        spoil_access(house.api, "/none")

        listed = await house.browser.get(ARTICLES)

    assert (listed.path, listed.status) == (ARTICLES, 200)
    assert "Article 1" in listed.page.one("#list").text


async def test_where_nothing_renews_it_the_session_is_lost(url: str) -> None:
    async with house_on(url) as house:
        await house.browser.sign_in(*ACCOUNT)
        await house.browser.get(ARTICLES)
        spoil_access(house.api, "/none")
        house.api.credentials.refresh_token = "spoiled"

        ended = await house.browser.get(ARTICLES)

    assert ended.path == "/login"
    assert "session has ended" in ended.main


async def test_what_one_may_not_see_ends_nothing(url: str) -> None:
    """Directus says the very same of what isn't there, what one may not see, and to whom it doesn't know."""
    async with house_on(url) as house:
        await house.browser.sign_in(*ACCOUNT)
        for _ in range(3):
            refused = await house.browser.get("/items/nothing_of_the_kind")
            assert refused.status in (403, 404)

        assert (await house.browser.get(ARTICLES)).status == 200
        assert not house.api.over
