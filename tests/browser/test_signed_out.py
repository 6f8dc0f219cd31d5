"""
A session that ends while somebody is at work, found out in every way in which a page asks for something.

Each leads to a whole page to sign in on, once, and from there back to the page one was on, with what one had typed.
"""

import re
from pathlib import Path

from playwright.async_api import Page, Request, expect

from tests.browser.conftest import Live, sign_in
from tests.browser.test_journeys import SEARCH, end_sessions, expect_whole_page
from webapp.demo.faults import Fault

NOTICE = "#toasts"
TYPED = 'Säge & <b>Beil</b> "12"'


class Visits:
    """How often a page went to the login page."""

    def __init__(self, page: Page) -> None:
        self.count = 0
        page.on("request", self._seen)

    def _seen(self, request: Request) -> None:
        self.count += request.is_navigation_request() and "/login?" in request.url and request.method == "GET"


async def signs_in_again(page: Page, visits: Visits, back: str) -> None:
    """See that there is one whole login page, sign in, and see that one is back."""
    await expect(page).to_have_url(re.compile(r"/login\?"))
    await expect_whole_page(page)
    await expect(page.locator("input[type=password]")).to_have_count(1)
    await expect(page.locator("nav")).to_have_count(0)
    await expect(page.locator("#list, #form, #events, #status")).to_have_count(0)
    assert visits.count == 1
    await sign_in(page)
    await expect(page).to_have_url(re.compile(f"{back}$"))
    await expect_whole_page(page)
    assert visits.count == 1


async def test_a_link(page: Page, live: Live) -> None:
    await sign_in(page)
    await page.goto("/issues/30")
    visits = Visits(page)
    await end_sessions(live)

    await page.locator("main a[href*='/issues/30/comments']").first.click()

    await signs_in_again(page, visits, r"/issues/30/comments")


async def test_a_link_that_turns_a_list_in_place(page: Page, live: Live) -> None:
    await sign_in(page)
    await page.goto("/issues?status=open")
    visits = Visits(page)
    await end_sessions(live)

    await page.get_by_role("link", name=re.compile("Next")).click()

    await signs_in_again(page, visits, r"/issues\?status=open(&.*)?")


async def test_a_list_that_is_being_refined(page: Page, live: Live) -> None:
    await sign_in(page)
    await page.goto("/issues?status=open")
    visits = Visits(page)
    await end_sessions(live)

    await page.locator(SEARCH).press_sequentially("search", delay=20)
    await page.locator(SEARCH).press("Enter")

    await signs_in_again(page, visits, r"/issues\?.*status=open.*")


async def test_a_form(page: Page, live: Live) -> None:
    await sign_in(page)
    await page.goto("/-/operations/create-comment?issue_id=1")
    visits = Visits(page)
    await end_sessions(live)
    await page.locator("[name='body/body']").fill(TYPED)

    await page.locator("form#form .actions button").click()

    await signs_in_again(page, visits, r"/-/operations/create-comment\?issue_id=1")
    await expect(page.locator(NOTICE)).to_contain_text("nothing was sent. Here is what you typed.")
    await expect(page.locator("[name='body/body']")).to_have_value(TYPED)
    await page.locator("form#form .actions button").click()
    await expect(page).not_to_have_url(re.compile("/-/operations/|/login"))


async def test_an_item_that_is_edited_in_place(page: Page, live: Live) -> None:
    await sign_in(page)
    await page.goto("/issues/32")
    await page.get_by_role("link", name="Edit", exact=True).click()
    visits = Visits(page)
    await end_sessions(live)
    await page.locator("[name='body/title']").fill(TYPED)

    await page.get_by_role("button", name="Save").last.click()

    await signs_in_again(page, visits, r"/-/operations/update-issue\?issue_id=32")
    await expect(page.locator("[name='body/title']")).to_have_value(TYPED)
    await page.get_by_role("button", name="Save").last.click()
    await expect(page).to_have_url(re.compile(r"/issues/32$"))
    await expect(page.locator("h1")).to_have_text(TYPED)


async def test_rows_that_were_selected(page: Page, live: Live) -> None:
    await sign_in(page)
    await page.goto("/issues?selecting=yes")
    await page.locator("tbody input[name=id]").nth(3).check()
    await page.locator("#selected").get_by_role("button", name="Delete issue").click()
    question = page.locator("#bulk-title")
    await expect(question).to_have_text(re.compile("1 issue"))
    visits = Visits(page)
    await end_sessions(live)

    await page.get_by_role("button", name=re.compile(r"\(1\)")).click()

    await signs_in_again(page, visits, r"/-/bulk/delete-issue(\?.*)?")
    await expect(question).to_have_text(re.compile("1 issue"))


async def test_a_file_that_is_being_sent(page: Page, live: Live, tmp_path: Path) -> None:
    await sign_in(page)
    await page.goto("/-/operations/upload-attachment?issue_id=1")
    (tmp_path / "plan.txt").write_bytes(b"lines\n" * 100_000)
    await page.locator("input[type=file]").set_input_files(tmp_path / "plan.txt")
    await page.locator("[name='body/description']").fill(TYPED)
    visits = Visits(page)
    await end_sessions(live)

    await page.locator("form#form .actions button").click()

    await signs_in_again(page, visits, r"/-/operations/upload-attachment\?issue_id=1")
    await expect(page.locator("[name='body/description']")).to_have_value(TYPED)
    await expect(page.locator(NOTICE)).to_contain_text("files have to be put in again")


async def test_a_page_that_follows_work(page: Page, live: Live) -> None:
    await sign_in(page)
    await page.goto("/-/operations/start-export")
    await page.locator("form#form .actions button").click()
    await expect(page).to_have_url(re.compile(r"/-/follow/exports/"))
    visits = Visits(page)

    await end_sessions(live)

    await signs_in_again(page, visits, r"/-/follow/exports/[^/]+")


async def test_a_page_that_tries_again_by_itself(page: Page, live: Live, faults: dict[str, Fault]) -> None:
    await sign_in(page)
    faults["GET /issues"] = Fault(status=503, headers=(("Retry-After", "1"),))
    await page.goto("/issues?status=open")
    await expect(page.locator(".problem")).to_contain_text("Trying again")
    visits = Visits(page)

    await end_sessions(live)
    faults.clear()

    await signs_in_again(page, visits, r"/issues\?status=open")


async def test_a_stream_of_events(scripted: Page, live: Live) -> None:
    page = scripted
    await sign_in(page)
    await page.goto("/activity/stream?replay=2")
    await expect(page.locator("#events > li")).to_have_count(2)
    visits = Visits(page)
    await end_sessions(live)

    await page.reload()

    await signs_in_again(page, visits, r"/-/events/activity/stream\?replay=2")
    await expect(page.locator("#events > li")).not_to_have_count(0)
    await expect(page.locator("#connection")).to_contain_text("Live")


async def test_back(page: Page, live: Live) -> None:
    await sign_in(page)
    await page.goto("/issues?status=open")
    await page.goto("/projects")
    visits = Visits(page)
    await end_sessions(live)

    await page.goto("/issues/30")
    await expect(page).to_have_url(re.compile(r"/login\?"))
    await page.go_back(wait_until="commit")
    await expect(page).to_have_url(re.compile(r"/login\?"))
    await expect_whole_page(page)
    await sign_in(page)
    await expect(page).to_have_url(re.compile(r"/projects$"))
    assert visits.count == 2


async def test_several_parts_of_a_page_at_once(scripted: Page, live: Live) -> None:
    page = scripted
    await sign_in(page)
    await page.goto("/issues?status=open")
    visits = Visits(page)
    await end_sessions(live)

    await page.evaluate(
        """() => {
          for (const target of ["#list", "h1", "#filters", "#toasts", "#live"])
            htmx.ajax("GET", `/issues?page=${target.length}`, { target });
        }"""
    )

    await signs_in_again(page, visits, r"/issues\?status=open")


async def test_suggestions_take_nobody_away_from_what_is_being_typed(scripted: Page, live: Live) -> None:
    page = scripted
    await sign_in(page)
    await page.goto("/-/operations/create-issue")
    await page.locator("[name='body/title']").fill(TYPED)
    visits = Visits(page)
    await end_sessions(live)

    async with page.expect_response(re.compile("/-/choices/")) as waiting:
        await page.locator("[name='body/project_id']").press_sequentially("Help")
    await (await waiting.value).finished()
    await expect(page.locator("[name='body/title']")).to_have_value(TYPED)
    assert visits.count == 0
    await page.locator("form#form .actions button").last.click()

    await signs_in_again(page, visits, r"/-/operations/create-issue")
    await expect(page.locator("[name='body/title']")).to_have_value(TYPED)
    await expect(page.locator("[name='body/project_id']")).to_have_value("Help")
