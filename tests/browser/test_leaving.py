"""After signing out nothing private is left: in no history, no cache, no storage of the browser."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Response, expect

from tests.browser.conftest import USERNAME, Live, NewContext, sign_in
from tests.browser.test_journeys import ROWS, end_sessions

PERSONAL = (
    "/",
    "/issues",
    "/issues/1",
    "/-/account",
    "/-/raw/issues/1",
    "/-/operations/update-issue?issue_id=1",
    "/activity",
    "/insights/throughput",
    "/-/export/issues?q=invoice",
    "/-/choices/users?q=a",
    "/projects/1/logo",
    "/-/inline/projects/1/logo",
)
REOPENED = ("/issues", "/issues/1", "/-/account", "/-/raw/issues/1", "/activity")
PRIVATE = re.compile(r"Dana Reyes|invoice", re.IGNORECASE)

CACHED = """async (addresses) => {
  const kept = [];
  for (const address of addresses) {
    try {
      const answer = await fetch(address, {cache: "only-if-cached", mode: "same-origin"});
      if (answer.ok) kept.push(address);
    } catch (error) { /* not there */ }
  }
  return kept;
}"""
STORED = """async () => ({
  session: Object.keys(sessionStorage), local: Object.keys(localStorage), cookie: document.cookie,
  caches: "caches" in window ? await caches.keys() : [],
  databases: (await indexedDB.databases()).map((each) => each.name),
  workers: (await navigator.serviceWorker.getRegistrations()).length,
})"""
NOTHING: dict[str, Any] = {"session": [], "local": [], "cookie": "", "caches": [], "databases": [], "workers": 0}


class Answers:
    """What came over the wire, for whoever is signed in."""

    def __init__(self, page: Page, live: Live) -> None:
        self.addresses: list[str] = []
        self.wrong: list[str] = []
        self._live = live
        page.context.on("response", self._take)

    def _take(self, response: Response) -> None:
        path = response.url.removeprefix(self._live.url)
        if not response.url.startswith(self._live.url) or path.startswith(("/-/static/", "/login")):
            return
        self.addresses.append(response.url)
        headers = response.headers
        if headers.get("cache-control") != "no-store" or "Cookie" not in headers.get("vary", ""):
            self.wrong.append(f"{path}: {headers.get('cache-control')!r}, {headers.get('vary')!r}")


async def _look_around(page: Page, live: Live) -> None:
    for path in PERSONAL:
        if path.startswith(("/-/export", "/-/choices")):
            await page.evaluate("(path) => fetch(path).then((answer) => answer.text())", path)
        else:
            await page.goto(path)
    await page.goto("/issues")
    # In place, too: what htmx asks for and what it puts into the address.
    await page.locator("select[name=status]").select_option("open")
    await expect(page).to_have_url(re.compile("status=open"))
    await page.locator(f"{ROWS} a").first.click()
    await expect(page).to_have_url(re.compile(r"/issues/\d+$"))


async def _sign_out(page: Page) -> None:
    await page.get_by_role("button", name=re.compile("^Account")).click()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page).to_have_url(re.compile("/login"))


async def _shows_nothing(page: Page, where: str) -> None:
    await page.wait_for_function("() => document.readyState === 'complete'")
    shown = await page.content()
    assert not PRIVATE.search(shown), where


@pytest.mark.parametrize("kept", [True, False], ids=["pages-kept-for-back", "pages-not-kept"])
async def test_after_signing_out_nothing_private_is_left(
    kept: bool, chromium: Browser, forgetful_chromium: Browser, live: Live,
    figure: Callable[[str], None],
) -> None:  # fmt: skip
    # Not one whose complaints count: what is looked for in a cache and isn't there is one.
    context = await (chromium if kept else forgetful_chromium).new_context(base_url=live.url)
    page = await context.new_page()
    await sign_in(page)
    answers = Answers(page, live)
    await _look_around(page, live)
    assert PRIVATE.search(await page.content())
    visited = list(answers.addresses)
    assert await page.evaluate(CACHED, visited) == []
    await page.evaluate("() => { localStorage.setItem('a', 'x'); sessionStorage.setItem('b', 'x'); }")

    await _sign_out(page)

    assert answers.wrong == []
    assert await page.evaluate(STORED) == NOTHING
    assert await page.evaluate(CACHED, visited) == []
    steps = 0
    for direction in ("back",) * 8 + ("forward",) * 8:
        await (page.go_back if direction == "back" else page.go_forward)(wait_until="commit")
        await _shows_nothing(page, f"{direction} at {page.url}")
        steps += 1
    for path in REOPENED:
        reopened = await context.new_page()
        await reopened.goto(path)
        await expect(reopened).to_have_url(re.compile("/login"))
        await _shows_nothing(reopened, path)
        await reopened.close()
    assert await page.evaluate(STORED) == NOTHING
    await context.close()
    figure(
        f"{len(visited)} personal answers, all no-store; after signing out {steps} steps back and forward and "
        "5 tabs reopened: 0 private texts, nothing in any storage or cache"
    )


@pytest.mark.parametrize("how", ["signed out in another tab", "ended at the API"])
async def test_a_page_kept_for_back_is_not_shown_after_the_session(
    how: str, new_context: NewContext, live: Live
) -> None:
    context = await new_context()
    page = await context.new_page()
    await sign_in(page)
    await page.goto("/issues")
    assert PRIVATE.search(await page.content()) or await page.locator(ROWS).count()
    private = await page.locator(f"{ROWS} a").first.inner_text()
    await page.goto("about:blank")

    if how == "ended at the API":
        await end_sessions(live)
    else:
        other = await context.new_page()
        await other.goto("/issues")
        await _sign_out(other)

    await page.go_back(wait_until="commit")
    await expect(page).to_have_url(re.compile("/login"))
    shown = await page.content()
    assert private not in shown
    assert USERNAME not in shown
