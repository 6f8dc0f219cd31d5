"""A page that is asked for while its link is still being pressed."""

import asyncio
import re
from collections.abc import Iterator

import pytest
from playwright.async_api import Locator, Page, expect
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.browser.conftest import Live, NewContext, sign_in
from tests.browser.test_journeys import ROWS
from tests.serving import serve
from webapp.app import create_app
from webapp.html.preloading import RULES, SOURCE

ROW = "#list tbody tr:first-child a >> nth=0"


class Asked:
    """What was asked of the frontend: paths, and those ahead of their time."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.paths: list[str] = []
        self.ahead: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.paths.append(scope["path"])
            if dict(scope["headers"]).get(b"sec-purpose", b"").startswith(b"prefetch"):
                self.ahead.append(scope["path"])
        await self._app(scope, receive, send)

    async def is_ahead(self, path: str) -> None:
        """Wait until a page was asked for ahead."""
        async with asyncio.timeout(10):
            while path not in self.ahead:
                await asyncio.sleep(0.01)


@pytest.fixture(scope="module")
def site(live: Live) -> Iterator[tuple[str, Asked]]:
    """A frontend that notes what it's asked."""
    asked = Asked(create_app(live.api))
    with serve(asked) as url:
        yield url, asked


@pytest.fixture
async def issues(new_context: NewContext, site: tuple[str, Asked]) -> tuple[Page, Asked]:
    """The list of issues, and what was asked since it's there."""
    url, asked = site
    page = await (await new_context()).new_page()
    await page.goto(url + "/login")
    await sign_in(page)
    await page.goto(url + "/issues")
    await expect(page.locator(ROWS)).to_have_count(25)
    asked.paths.clear()
    asked.ahead.clear()
    return page, asked


async def press(page: Page, link: Locator) -> None:
    """Put the mouse on a link, and its button down."""
    await link.hover()
    await page.mouse.down()


async def test_the_page_is_on_its_way_before_the_link_is_released_and_asked_for_once(
    issues: tuple[Page, Asked],
) -> None:
    page, asked = issues
    path = await page.locator(ROW).get_attribute("href") or ""
    await press(page, page.locator(ROW))
    await asked.is_ahead(path)
    assert page.url.endswith("/issues")

    await page.mouse.up()

    await expect(page).to_have_url(re.compile(path + "$"))
    await expect(page.locator("h1")).to_be_visible()
    assert asked.paths.count(path) == 1


async def test_nothing_is_asked_for_what_merely_lies_under_the_mouse(issues: tuple[Page, Asked]) -> None:
    page, asked = issues
    await page.locator(ROW).hover()
    # What is pressed after it is asked for, so what was hovered over would have been before.
    await press(page, page.locator("#side a", has_text="Projects").first)
    await asked.is_ahead("/projects")

    assert asked.ahead == ["/projects"]


@pytest.mark.parametrize(
    "selector",
    [
        "#list thead a >> nth=0",  # htmx fetches what these lead to
        ".pager a[rel=next]",
        "a[href*='/-/export/'] >> nth=0",  # a file
        "#side a[href$='/-/operations']",  # our own address
        "a.skip",  # a place on this page
    ],
)
async def test_nothing_is_made_ahead_that_would_be_fetched_again_or_is_no_page(
    issues: tuple[Page, Asked], selector: str
) -> None:
    page, asked = issues
    link = page.locator(selector)
    # Menus and what's off screen have no place to be pressed at; the event is the same there.
    await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    if selector == "a.skip":
        await link.focus()
    await press(page, link)
    await page.mouse.move(0, 0)
    await page.mouse.up()
    await press(page, page.locator("#side a", has_text="Projects").first)
    await asked.is_ahead("/projects")

    assert asked.ahead == ["/projects"]


async def test_what_was_made_ahead_is_not_shown_once_somebody_has_signed_out(issues: tuple[Page, Asked]) -> None:
    page, asked = issues
    await press(page, page.locator(ROW))
    await asked.is_ahead(await page.locator(ROW).get_attribute("href") or "")
    await page.mouse.move(0, 0)
    await page.mouse.up()
    other = await page.context.new_page()
    await other.goto(page.url)
    await other.locator(".user").click()
    await other.get_by_role("button", name="Sign out").click()
    await expect(other).to_have_url(re.compile("/login"))

    await page.locator(ROW).click()

    await expect(page).to_have_url(re.compile("/login"))


async def test_the_policy_allows_these_rules_and_no_other_script_in_a_page(issues: tuple[Page, Asked]) -> None:
    page, _ = issues
    answer = await page.reload()

    assert answer is not None
    assert f"script-src 'self' {SOURCE};" in (await answer.all_headers())["content-security-policy"]
    assert await page.locator("script[type=speculationrules]").text_content() == RULES
