"""Markup, addresses, scripts and htmx's attributes in every text of an API are text in every page, in Chromium."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Error, Page, expect

from tests.browser.chromium import WATCH_CSP, Watch
from tests.browser.conftest import PASSWORD, USERNAME
from tests.security.hostiledemo import CHUNK, HostileDemo
from tests.security.markup import ADDRESSES, payloads
from tests.serving import serve
from webapp import Settings, create_app
from webapp.demo.app import create_demo

TURNS = -(-len(payloads()) // CHUNK)
"""Ten texts at once in every field of a page: all of them."""
LISTS = {
    "/issues": 10,
    "/issues/1/comments": TURNS,
    "/projects": TURNS,
    "/users": 15,
    "/labels": TURNS,
    "/activity": 10,
    "/issues?selecting=yes": 3,
    "/projects/1/issues": 10,
    "/projects/1/members": 5,
    "/issues/1/attachments": 5,
}
ALONE = (
    "/",
    "/issues/1",
    "/projects/1",
    "/issues/1/comments/1",
    "/-/account",
    "/-/raw/issues/1",
    "/insights/overview",
    "/insights/throughput",
    "/-/operations/update-issue?issue_id=1",
    "/attachments/1/content",
    "/issues/1/text",
    "/projects/1/brief",
    "/issues/999999",
)
BY_ITSELF = ("/issues/1", "/projects/1", "/users/1")
"""Pages whose fields get the addresses as a whole, too."""
ONCE = (
    "/-/operations",
    "/-/operations/create-issue",
    "/-/operations/replace-settings",
    "/-/events/activity/stream",
    "/login",
    "/register",
    "/-/choices/users?q=a",
    "/-/operations/create-project",
)

FOUND = """() => {
  const made = [];
  const look = (root) => {
    for (const each of root.querySelectorAll("*")) {
      for (const {name, value} of each.attributes) {
        const reaches = ["href", "src", "action", "formaction", "hx-get", "hx-post"].includes(name);
        if (name.includes("pwned") || name.startsWith("on") || name.startsWith("hx-on") || name.startsWith("data-hx")
            || (reaches && /^\\s*(java|vb)script:|^\\s*data:text/i.test(value)))
          made.push(each.outerHTML.slice(0, 200));
      }
      if (each instanceof HTMLTemplateElement) look(each.content);
    }
  };
  look(document);
  if (window.pwned || document.title === "pwned" || document.cookie) made.push("a script ran");
  return {made, seen: document.documentElement?.textContent.includes("pwned")};
}"""


@dataclass
class Hostile:
    """Where it runs, and what it got to see."""

    url: str
    demo: HostileDemo


@pytest.fixture(scope="module")
def hostile() -> Iterator[Hostile]:
    """The frontend of the hostile demo."""
    demo = HostileDemo(create_demo(tries_per_minute=100_000))
    with serve(demo) as api, serve(create_app(api, settings=Settings(document_refresh=0))) as url:
        yield Hostile(url, demo)


class Visitor:
    """A page that is looked at, and all that went wrong with what was looked at."""

    def __init__(self, page: Page, site: Hostile) -> None:
        self.page = page
        self.site = site
        self.wrong: list[str] = []
        self.looked = self.seen = 0
        page.on("dialog", self._dialog)
        page.context.on("request", self._request)

    async def look(self, what: str) -> None:
        """See what has become of the texts."""
        found: dict[str, Any] = await self._found()
        self.looked += 1
        self.seen += bool(found["seen"])
        self.wrong += [f"{what}, turn {self.site.demo.turn}: {each}" for each in found["made"]]

    async def _found(self) -> Any:
        while True:
            await self.page.wait_for_load_state("domcontentloaded")
            try:
                return await self.page.evaluate(FOUND)
            except Error as error:
                if "context was destroyed" not in str(error):
                    raise  # else a form has led on meanwhile

    async def go(self, path: str) -> None:
        """Load a page."""
        await self.page.goto(self.site.url + path, wait_until="domcontentloaded")
        await self.look(path)

    async def swap(self, path: str, target: str) -> None:
        """Have htmx put a part into the page."""
        done = await self.page.evaluate(
            """async ([path, target]) => {
              if (!document.querySelector(target)) return false;
              await htmx.ajax("GET", path, {target, swap: "innerHTML"});
              return true;
            }""",
            [path, target],
        )
        if done:
            await self.look(f"{path} in {target}")

    async def _dialog(self, dialog: Any) -> None:
        self.wrong.append(f"a dialog at {self.page.url}")
        await dialog.dismiss()

    def _request(self, request: Any) -> None:
        if (
            not request.url.startswith(("data:", "blob:"))
            and urlsplit(request.url).netloc != urlsplit(self.site.url).netloc
        ):
            self.wrong.append(f"{request.url} was asked for at {self.page.url}")


@pytest.fixture
async def visitor(chromium: Browser, hostile: Hostile) -> AsyncIterator[Visitor]:
    """Somebody who is signed in; whatever the pages complain about is wrong too."""
    watch = Watch()
    context = await chromium.new_context(base_url=hostile.url, reduced_motion="reduce")
    context.set_default_timeout(10_000)
    await context.add_init_script(WATCH_CSP)
    watch.over(context)
    page = await context.new_page()
    await page.goto("/login")
    await page.locator("input[name=username]").fill(USERNAME)
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.locator("form button").last.click()
    await page.wait_for_url(lambda url: "/login" not in url)
    yield Visitor(page, hostile)
    await context.close()
    assert watch.complaints == []


async def test_every_text_of_every_list_is_text(visitor: Visitor, figure: Callable[[str], None]) -> None:
    for path, turns in LISTS.items():
        for turn in range(turns):
            visitor.site.demo.turn = turn
            await visitor.go(path)
            await visitor.swap(path, "#list")

    _judge(visitor, figure)


async def test_every_text_of_what_stands_alone_is_text(visitor: Visitor, figure: Callable[[str], None]) -> None:
    for path in ALONE:
        for turn in range(TURNS):
            visitor.site.demo.turn = turn
            await visitor.go(path)
        await visitor.swap(path, "#main")

    _judge(visitor, figure)


async def test_addresses_that_stand_for_themselves_lead_nowhere_else(
    visitor: Visitor, figure: Callable[[str], None]
) -> None:
    for path in BY_ITSELF:
        for turn in range(len(ADDRESSES)):
            visitor.site.demo.turn = TURNS + turn
            await visitor.go(path)

    _judge(visitor, figure)


async def test_every_text_of_a_document_is_text(visitor: Visitor, figure: Callable[[str], None]) -> None:
    for path in ONCE:
        await visitor.go(path)

    _judge(visitor, figure)


COMMENT = "/-/operations/create-comment?issue_id=1"
ISSUE = "/-/operations/update-issue?issue_id=1"

FILL = """(values) => {
  const form = document.querySelector("#form");
  form.dataset.looked = "yes";
  for (const [name, value] of Object.entries(values)) form.elements[name].value = value;
}"""


async def test_complaints_conflicts_and_what_was_done_are_text(visitor: Visitor, figure: Callable[[str], None]) -> None:
    statuses: Counter[int] = Counter()
    other = Visitor(await visitor.page.context.new_page(), visitor.site)
    for turn in range(TURNS):
        visitor.site.demo.turn = turn
        # What the API has against an input; one that it takes, which the next page says; and one that comes too late.
        statuses[await _send(visitor, COMMENT, {"body/body": ""})] += 1
        statuses[await _send(visitor, COMMENT, {"body/body": "Fine"})] += 1
        await visitor.go(ISSUE)
        await _send(other, ISSUE, {"body/title": f"Theirs {turn}"})
        visitor.site.demo.turn = (turn + 1) % TURNS  # so that what is read again differs
        statuses[await _send(visitor, "", {"body/title": f"Mine {turn}"})] += 1

    assert min(statuses[422], statuses[303], statuses[409]) > TURNS / 2, statuses
    visitor.wrong += other.wrong
    _judge(visitor, figure)


async def _send(visitor: Visitor, form: str, values: dict[str, str]) -> int:
    """Fill in and send a form, or the one that stands there; the status of the answer."""
    if form:
        await visitor.go(form)
    page = visitor.page
    await page.evaluate(FILL, values)
    async with page.expect_response(lambda response: response.request.method == "POST") as waiting:
        await page.evaluate("() => { setTimeout(() => document.querySelector('#form').requestSubmit()); }")
    status = (await waiting.value).status
    await expect(page.locator("#form[data-looked]")).to_have_count(0)
    await visitor.look(form)
    return status


def _judge(visitor: Visitor, figure: Callable[[str], None]) -> None:
    count = len(payloads())
    assert not visitor.wrong, "\n".join(visitor.wrong[:20])
    assert count >= 200
    assert visitor.seen > visitor.looked / 2
    fields = [name for name, given in visitor.site.demo.given.items() if len(given) == count]
    figure(
        f"{count} payloads, {visitor.looked} looks at pages, so far all of them in each of {len(fields)} fields: "
        "0 executed, 0 elements made, 0 requests to other hosts, 0 breaches of the policy"
    )
