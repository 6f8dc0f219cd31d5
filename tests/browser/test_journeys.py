"""From signing in to signing out, once with JavaScript and once without."""

import re

import httpx
from playwright.async_api import Page, expect

from tests.browser.conftest import PASSWORD, USERNAME, Live, sign_in

ROWS = "#list tbody tr"
SEARCH = "main input[name=q]"


async def end_sessions(live: Live) -> None:
    """End the account's sessions at the API, all but one that then ends itself."""
    async with httpx.AsyncClient(base_url=live.api, trust_env=False) as api:
        await api.post("/auth/token", data={"username": USERNAME, "password": PASSWORD})
        assert (await api.delete("/auth/sessions")).status_code == 200
        await api.post("/auth/logout")


async def expect_whole_page(page: Page) -> None:
    """A page with everything around it, and one of each."""
    around = [] if "/login" in page.url else ["header.top", "nav"]
    for selector in ("html", "head title", *around):
        await expect(page.locator(selector).first).to_be_attached()
    await expect(page.locator("main")).to_have_count(1)
    await expect(page.locator("h1")).to_have_count(1)
    assert await page.evaluate("document.compatMode") == "CSS1Compat"


async def test_a_stranger_signs_in_and_is_where_they_wanted_to_be(page: Page) -> None:
    await page.goto("/issues?status=open")
    await expect(page).to_have_url(re.compile(r"/login\?"))

    await page.locator("input[name=username]").fill(USERNAME)
    await page.locator("input[name=password]").fill("wrong")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_text("don't match an account")).to_be_visible()
    await expect(page.locator("input[name=username]")).to_have_value(USERNAME)
    await expect(page.locator("input[name=password]")).to_have_value("")

    await sign_in(page)

    await expect(page).to_have_url(re.compile(r"/issues\?status=open$"))
    await expect_whole_page(page)


async def test_one_browses_from_home_to_a_list_to_an_item_and_back(page: Page) -> None:
    await sign_in(page)
    await page.locator("main").get_by_role("link", name="Issues", exact=True).first.click()
    await expect(page).to_have_url(re.compile(r"/issues$"))
    await expect(page.locator(ROWS)).to_have_count(25)

    link = page.locator(f"{ROWS} a[href*='/issues/']").first
    target = await link.get_attribute("href")
    assert target is not None
    await link.click()
    await expect(page).to_have_url(re.compile(f"{target}$"))
    await expect_whole_page(page)

    await page.go_back(wait_until="commit")
    await expect(page).to_have_url(re.compile(r"/issues$"))
    await expect(page.locator(ROWS)).to_have_count(25)


async def test_a_search_is_an_address_to_share(page: Page) -> None:
    await sign_in(page)
    await page.goto("/issues")
    await page.locator(SEARCH).fill("search")
    await page.locator(SEARCH).press("Enter")

    await expect(page).to_have_url(re.compile(r"/issues\?(.*&)?q=search"))
    await expect_whole_page(page)
    found = await page.locator(ROWS).all_inner_texts()
    assert found

    await page.goto(page.url)
    assert await page.locator(ROWS).all_inner_texts() == found
    await expect(page.locator(SEARCH)).to_have_value("search")


async def test_back_and_forward_show_whole_pages(page: Page) -> None:
    await sign_in(page)
    await page.goto("/issues")
    first = await page.locator(ROWS).first.inner_text()
    await page.get_by_role("link", name=re.compile("Next")).click()
    await expect(page).to_have_url(re.compile(r"[?&]page=2"))
    await expect(page.locator(ROWS).first).not_to_have_text(first, use_inner_text=True)
    second = await page.locator(ROWS).first.inner_text()
    await page.locator(f"{ROWS} a[href*='/issues/']").first.click()
    await expect(page).to_have_url(re.compile(r"/issues/\d+$"))

    await page.go_back(wait_until="commit")
    await expect(page).to_have_url(re.compile(r"[?&]page=2"))
    await expect(page.locator(ROWS).first).to_have_text(second, use_inner_text=True)
    await expect_whole_page(page)
    await page.go_back(wait_until="commit")
    await expect(page).to_have_url(re.compile(r"/issues$"))
    await expect(page.locator(ROWS).first).to_have_text(first, use_inner_text=True)
    await expect_whole_page(page)
    await page.go_forward(wait_until="commit")
    await expect(page).to_have_url(re.compile(r"[?&]page=2"))
    await expect(page.locator(ROWS).first).to_have_text(second, use_inner_text=True)
    await expect_whole_page(page)


async def test_a_session_that_ended_elsewhere_leads_to_sign_in_and_back(page: Page, live: Live) -> None:
    await sign_in(page)
    await page.goto("/issues?status=open")
    await end_sessions(live)

    await page.get_by_role("link", name=re.compile("Next")).click()

    await expect(page).to_have_url(re.compile(r"/login\?"))
    await expect(page.locator("input[type=password]")).to_have_count(1)
    await expect(page.locator("#list")).to_have_count(0)
    await expect(page.get_by_text("session has ended")).to_be_visible()
    await expect_whole_page(page)

    await sign_in(page)
    await expect(page).to_have_url(re.compile(r"/issues\?.*status=open"))
    await expect(page.locator(ROWS).first).to_be_visible()


async def test_after_signing_out_back_shows_nothing_private(page: Page) -> None:
    await sign_in(page)
    await page.goto("/-/account")
    await page.goto("/issues")
    await expect(page.locator(ROWS)).to_have_count(25)
    private = (await page.locator(f"{ROWS} a").first.inner_text()).strip()
    await page.get_by_role("button", name=re.compile("^Account")).click()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page).to_have_url(re.compile(r"/login"))

    for _ in range(2):
        await page.go_back(wait_until="commit")
        await expect(page).to_have_url(re.compile(r"/login"))
        shown = await page.content()
        assert private not in shown
        assert USERNAME not in shown
