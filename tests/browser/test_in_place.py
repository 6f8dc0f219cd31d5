"""What htmx makes better: a list that refines itself while one types."""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.chromium import answer_to
from tests.browser.conftest import Live, NewContext, sign_in
from tests.browser.test_journeys import ROWS, SEARCH, end_sessions, expect_whole_page


async def open_issues(page: Page) -> None:
    """Sign in and look at the issues; what stands on the page is marked, to tell what was replaced."""
    await sign_in(page)
    await page.goto("/issues")
    await expect(page.locator(ROWS)).to_have_count(25)
    await page.evaluate("for (const each of document.querySelectorAll('*')) each.marked = true")


async def marked(page: Page, selector: str) -> bool:
    """Whether an element is still the one that stood there."""
    return bool(await page.locator(selector).first.evaluate("element => element.marked === true"))


async def test_a_search_replaces_the_list_alone_and_keeps_the_focus(scripted: Page) -> None:
    page = scripted
    await open_issues(page)
    search = page.locator(SEARCH)

    answer = await answer_to(page, "q=search", lambda: search.press_sequentially("search", delay=20))

    assert "<html" not in await answer.text()
    await expect(page).to_have_url(re.compile(r"/issues\?q=search$"))
    assert not await marked(page, ROWS)
    for kept in ("h1", "main", "header", SEARCH):
        assert await marked(page, kept), kept
    await expect(search).to_be_focused()
    await expect(search).to_have_value("search")
    await expect_whole_page(page)


async def test_a_filter_is_applied_at_once_and_can_be_taken_off(scripted: Page) -> None:
    page = scripted
    await open_issues(page)

    await answer_to(page, "status=closed", lambda: page.locator("select[name=status]").select_option("closed"))
    await expect(page).to_have_url(re.compile(r"/issues\?status=closed$"))
    assert await marked(page, "h1")

    await page.go_back(wait_until="commit")
    await expect(page).to_have_url(re.compile(r"/issues$"))
    await expect_whole_page(page)
    await expect(page.locator(ROWS)).to_have_count(25)


@pytest.fixture(params=["keeps pages", "keeps none"])
async def travelled(request: pytest.FixtureRequest, new_context: NewContext, forgetful_chromium: Browser) -> Page:
    """A page in a browser that keeps what was left for Back, and in one that doesn't."""
    forgetful = {"browser": forgetful_chromium} if request.param == "keeps none" else {}
    return await (await new_context(**forgetful)).new_page()


async def test_back_and_forward_after_a_search_show_whole_pages(travelled: Page) -> None:
    page = travelled
    await open_issues(page)
    rows = page.locator(ROWS).first
    first = await rows.inner_text()
    search = page.locator(SEARCH)
    await answer_to(page, "q=search", lambda: search.press_sequentially("search", delay=20))
    await expect(page).to_have_url(re.compile(r"\?q=search$"))
    found = await rows.inner_text()
    # The next page comes as a fragment from the very address that Back will ask for.
    answer = await answer_to(page, "page=2", page.get_by_role("link", name="Next").click)
    assert "<html" not in await answer.text()
    await expect(page).to_have_url(re.compile(r"page=2"))
    await expect(rows).not_to_have_text(found, use_inner_text=True)
    second = await rows.inner_text()
    await page.locator(f"{ROWS} a[href*='/issues/']").first.click()
    await expect(page).to_have_url(re.compile(r"/issues/\d+$"))

    for address, text in ((r"page=2", second), (r"\?q=search$", found), (r"/issues$", first)):
        await page.go_back(wait_until="commit")
        await expect(page).to_have_url(re.compile(address))
        await expect(rows).to_have_text(text, use_inner_text=True)
        await expect_whole_page(page)
    await page.go_forward(wait_until="commit")
    await expect(page).to_have_url(re.compile(r"\?q=search$"))
    await expect(rows).to_have_text(found, use_inner_text=True)
    await expect_whole_page(page)


async def test_a_session_that_ended_while_one_types_leads_to_a_whole_login_page(scripted: Page, live: Live) -> None:
    page = scripted
    await open_issues(page)
    await end_sessions(live)

    await page.locator(SEARCH).press_sequentially("search", delay=20)

    await expect(page).to_have_url(re.compile(r"/login\?"))
    await expect(page.locator("input[type=password]")).to_have_count(1)
    await expect(page.locator("#list")).to_have_count(0)
    await expect_whole_page(page)
    await sign_in(page)
    await expect(page).to_have_url(re.compile(r"/issues(\?|$)"))
    await expect_whole_page(page)


async def test_going_back_to_a_search_after_the_session_ended_leads_to_sign_in(scripted: Page, live: Live) -> None:
    page = scripted
    await open_issues(page)
    search = page.locator(SEARCH)
    await answer_to(page, "q=search", lambda: search.press_sequentially("search", delay=20))
    await expect(page).to_have_url(re.compile(r"q=search"))
    await end_sessions(live)

    await page.go_back(wait_until="commit")

    await expect(page).to_have_url(re.compile(r"/login\?"))
    await expect(page.locator("input[type=password]")).to_have_count(1)
    await expect_whole_page(page)


async def test_a_slash_jumps_to_the_search_of_everything(scripted: Page) -> None:
    page = scripted
    await open_issues(page)

    await page.keyboard.press("/")

    focused = await page.evaluate("document.activeElement.tagName")
    assert focused == "INPUT"
    await page.keyboard.type("proj")
    await page.keyboard.press("Enter")
    await expect(page).not_to_have_url(re.compile(r"/issues$"))
    await expect_whole_page(page)
