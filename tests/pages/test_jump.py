"""The top bar's way to any page by name."""

from collections.abc import AsyncIterator

import pytest

from tests.pages.house import DEMO, demo_browser
from webapp.testing import Browser


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with demo_browser() as visitor:
        await visitor.try_sign_in(*DEMO)
        yield visitor


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("Projects", "/projects"),
        ("projects", "/projects"),
        ("proj", "/projects"),
        ("home", "/"),
        ("all op", "/-/operations"),
        ("Account", "/-/account"),
        ("", "/"),
        (" ", "/"),
    ],
)
async def test_a_name_or_its_beginning_leads_to_its_page(browser: Browser, typed: str, path: str) -> None:
    assert (await browser.get(f"/-/jump?q={typed}")).url == path


async def test_what_only_an_operation_is_called_leads_to_the_search_for_it(browser: Browser) -> None:
    page = await browser.get("/-/jump?q=archive project")

    assert page.url == "/-/operations?q=archive+project"
    assert "/projects/{project_id}/archive" in page.main


async def test_a_name_that_no_page_has_is_a_404_page_that_repeats_it_as_text(browser: Browser) -> None:
    page = await browser.get("/-/jump?q=<b>nothing</b>")

    assert page.status == 404
    assert "<b>nothing</b>" in page.main
    assert page.page.find("main b") is None
