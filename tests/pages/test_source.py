"""The answer behind a page, as JSON."""

from collections.abc import AsyncIterator

import pytest

from tests.pages.house import DEMO, demo_browser
from webapp.testing import Browser


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with demo_browser() as visitor:
        await visitor.try_sign_in(*DEMO)
        yield visitor


async def test_a_list_leads_to_its_answer_and_back_with_the_same_query(browser: Browser) -> None:
    await browser.get("/issues?status=closed&size=2")
    source = await browser.click("Raw JSON, curl")

    assert source.url == "/-/raw/issues?status=closed&size=2"
    assert '"status": "closed"' in source.page.one("pre").raw_text
    assert source.page.one("pre").raw_text.count('"title"') == 2
    assert (await browser.click("Issues")).url


async def test_an_item_has_one_too(browser: Browser) -> None:
    source = await browser.get("/-/raw/projects/1")

    assert source.page.one("h1").text == "Projects as JSON"
    assert '"id": 1' in source.page.one("pre").raw_text


@pytest.mark.parametrize(
    "path", ["/-/raw/nothing", "/-/raw/", "/-/raw/activity/stream", "/-/raw/projects/%2e%2e/users"]
)
async def test_what_has_no_page_has_no_answer_to_show(browser: Browser, path: str) -> None:
    assert (await browser.fetch("GET", path)).status == 404


async def test_strangers_are_sent_to_sign_in(browser: Browser) -> None:
    assert (await browser.another().get("/-/raw/issues")).url == "/login?next=%2F-%2Fraw%2Fissues"
