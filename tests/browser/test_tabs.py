"""Many tabs on one browser's few connections, hidden as real tabs are: Playwright has its own pages always be seen."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, Playwright, expect

from tests.browser.chromium import FLAGS, executable
from tests.browser.conftest import Live, NewContext, sign_in
from webapp.pages.streams import MOST_OF_ONE

MANY = 8
EVENTS = "/activity/stream?replay=2"


@pytest.fixture
async def window(playwright: Playwright, tmp_path: Path) -> AsyncIterator[BrowserContext]:
    """The window of a Chromium in which only the tab in front is seen."""
    flags = [*FLAGS, "--headless=new", "--remote-debugging-port=0", f"--user-data-dir={tmp_path}", "about:blank"]
    process = await asyncio.create_subprocess_exec(executable(), *flags, stderr=asyncio.subprocess.DEVNULL)
    try:
        browser = await playwright.chromium.connect_over_cdp(await _address(tmp_path), no_defaults=True)
        context = browser.contexts[0]
        context.set_default_timeout(10_000)
        yield context
        await browser.close()
    finally:
        process.terminate()
        await process.wait()


async def _address(profile: Path) -> str:
    """Where this Chromium takes commands, once it does."""
    written = profile / "DevToolsActivePort"
    async with asyncio.timeout(30):
        while not written.exists() or "\n" not in written.read_text(encoding="utf-8"):
            await asyncio.sleep(0.05)
    return f"http://127.0.0.1:{written.read_text(encoding='utf-8').split()[0]}"


async def signed_in(context: BrowserContext, url: str) -> Page:
    """A tab of somebody who has signed in."""
    page = await context.new_page()
    await page.goto(f"{url}/login")
    await sign_in(page)
    return page


async def watching(page: Page, url: str) -> Page:
    """A tab with events, which are there."""
    await page.goto(url + EVENTS)
    await expect(page.locator("#connection")).to_contain_text("Live")
    await expect(page.locator("#events > li")).to_have_count(2)
    return page


async def comment(page: Page, url: str, words: str) -> None:
    """Say something about an issue, which makes an event."""
    await page.goto(f"{url}/-/operations/create-comment?issue_id=1")
    await page.locator("[name='body/body']").fill(words)
    await page.locator("form#form .actions button").click()
    await expect(page).not_to_have_url(re.compile("/-/operations/"))


async def test_any_number_of_tabs_with_events_leaves_the_site_as_it_is(window: BrowserContext, live: Live) -> None:
    other = await signed_in(window, live.url)
    tabs = [await watching(await window.new_page(), live.url) for _ in range(MANY)]
    for hidden in tabs[:-1]:
        await expect(hidden.locator("#connection")).to_have_text("Held while this tab is hidden.")

    await other.bring_to_front()
    for path in ("/", "/issues"):
        await other.goto(live.url + path)
        await expect(other.locator("h1")).to_be_visible()


async def test_a_tab_that_is_seen_again_goes_on_from_where_it_was(window: BrowserContext, live: Live) -> None:
    page = await watching(await signed_in(window, live.url), live.url)
    await page.get_by_role("button", name="Pause").click()
    other = await window.new_page()
    await expect(page.locator("#connection")).to_have_text("Held while this tab is hidden.")
    await comment(other, live.url, "First words")
    await comment(other, live.url, "Second words")

    await page.bring_to_front()

    await expect(page.locator("#connection")).to_have_text("Live: events appear as they come.")
    await page.get_by_role("button", name="Go on (2 new)").click()
    await expect(page.locator("#events > li")).to_have_count(4)
    await expect(page.locator("#events > li").first).to_contain_text("ommented")


async def test_a_glance_at_another_tab_costs_nothing(window: BrowserContext, live: Live) -> None:
    page = await watching(await signed_in(window, live.url), live.url)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    other = await window.new_page()
    await other.close()
    await page.bring_to_front()

    await page.wait_for_timeout(4000)

    assert asked == []
    await expect(page.locator("#connection")).to_have_text("Live: events appear as they come.")


async def test_a_tab_that_is_opened_behind_another_asks_for_nothing_until_it_is_seen(
    window: BrowserContext, live: Live
) -> None:
    page = await signed_in(window, live.url)
    await page.evaluate("url => document.querySelector('main').innerHTML = `<a href='${url}'>Watch</a>`", EVENTS)
    async with window.expect_page() as opening:
        await page.get_by_role("link", name="Watch").click(modifiers=["ControlOrMeta"])
    tab = await opening.value

    await expect(tab.locator("#connection")).to_have_text("Held while this tab is hidden.")
    await tab.bring_to_front()
    await expect(tab.locator("#events > li")).to_have_count(2)


async def test_one_too_many_says_so_and_comes_once_there_is_room(new_context: NewContext, live: Live) -> None:
    context = await new_context()
    await sign_in(await context.new_page())
    tabs = [await watching(await context.new_page(), "") for _ in range(MOST_OF_ONE)]
    page = await context.new_page()
    await page.goto(EVENTS)

    await expect(page.locator("#connection")).to_have_text(
        "Too many streams and exports are under way. End another one first. Trying again …"
    )
    await tabs[0].close()
    await expect(page.locator("#connection")).to_contain_text("Live")
    await expect(page.locator("#events > li")).to_have_count(2)
