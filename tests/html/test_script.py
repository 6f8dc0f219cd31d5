"""What the pages do in a browser: focus, words, themes, trying again, and no box too wide for a phone."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.browser.chromium import FLAGS, WATCH_CSP, Watch, axe_violations, executable
from tests.html.asking import NOW
from tests.html.samples import FRAGMENTS, FULL_LIST, ROWS, SAMPLES, SHELL
from tests.serving import serve
from webapp.html.assets import Assets, find_folder
from webapp.html.context import ErrorPage
from webapp.html.render import SCRIPTS, Renderer
from webapp.security import SecurityHeadersMiddleware, sources

ASSETS = Assets(find_folder("static"))
RENDERER = Renderer(shell=lambda _: SHELL, assets=ASSETS, now=lambda: NOW)
DOWN = ErrorPage(503, "The API can't be reached", "It is down.", {}, "01J9ZC3T", 1, None)

BARS = ("pages/list.html", "pages/operations.html", "pages/view.html")
GAPS = """[...document.querySelectorAll(".bar > button")].flatMap((button) => {
  const top = (each) => each.getBoundingClientRect().top;
  const beside = [...button.parentElement.querySelectorAll(":scope > .control > :is(input, select)")];
  const before = [...button.parentElement.querySelectorAll(":scope > .control")];
  const gap = top(button) - Math.max(...before.map((each) => each.getBoundingClientRect().bottom));
  const level = beside.some((each) => Math.abs(top(each) - top(button)) < 1.5);
  return (gap >= 0 ? gap < 15 : level) ? [] : [`${button.textContent}: ${gap}`];
})"""
"""Buttons of forms that neither stand beside an input nor close below what is above them."""


@dataclass
class Api:
    """What the pages are made of: up or down."""

    up: bool = True


API = Api()


async def sample_page(request: Request) -> Response:
    """A sample by its name."""
    template, page = SAMPLES[request.path_params["name"]]
    return RENDERER.render(request, template, page, fragment=FRAGMENTS.get(template))


async def issues_page(request: Request) -> Response:
    """A list that is searched; an error page while the API is down."""
    if not API.up:
        return RENDERER.render(request, "pages/error.html", DOWN, fragment="error", status=503)
    wanted = request.query_params.get("q", "").lower()
    rows = tuple(row for row in ROWS if wanted in row.title.lower())
    return RENDERER.render(
        request, "pages/list.html", replace(FULL_LIST, rows=rows, pager=None, chips=()), fragment="list"
    )


async def place(request: Request) -> Response:
    """Where a link of the navigation leads."""
    return RENDERER.render(request, *SAMPLES["home"])


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """One event loop for all of these tests: Chromium is started once."""
    return "asyncio"


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The samples on a socket, with the headers that the app sends."""
    routes = [
        Route("/-/static/{name}", ASSETS, methods=["GET"]),
        Route("/samples/{name}", sample_page),
        Route("/issues", issues_page),
        Route("/projects", place),
    ]
    policy = Middleware(SecurityHeadersMiddleware, sources=sources((), SCRIPTS))
    with serve(Starlette(routes=routes, middleware=[policy])) as url:
        yield url


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[Browser]:
    """A running Chromium."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        yield browser
        await browser.close()


async def open_context(chromium: Browser, site: str, watch: Watch, **options: Any) -> BrowserContext:
    """A browser of its own that looks at the samples."""
    context = await chromium.new_context(base_url=site, reduced_motion="reduce", **options)
    context.set_default_timeout(10_000)
    await context.add_init_script(WATCH_CSP)
    watch.over(context)
    return context


@pytest.fixture
async def page(chromium: Browser, site: str) -> AsyncIterator[Page]:
    """A page of a fresh browser; what it complains about fails the test."""
    API.up = True
    watch = Watch()
    context = await open_context(chromium, site, watch)
    yield await context.new_page()
    await context.close()
    assert watch.complaints == []


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (375, "dark")])
async def test_every_sample_fits_and_has_nothing_wrong(chromium: Browser, site: str, width: int, scheme: Any) -> None:
    watch = Watch()
    context = await open_context(chromium, site, watch, viewport={"width": width, "height": 740}, color_scheme=scheme)
    page = await context.new_page()
    # The page of one who is leaving goes on by itself, and has to stay to be looked at.
    await page.route("**/-/oidc/end*", lambda route: route.fulfill(status=204))
    for name in SAMPLES:
        await page.goto(f"/samples/{name}")
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        assert await axe_violations(page) == [], name
    await context.close()
    assert watch.complaints == []


@pytest.mark.parametrize("width", [1280, 768, 375])
async def test_a_button_stands_beside_the_inputs_of_its_row_or_at_the_top_of_its_own(page: Page, width: int) -> None:
    await page.set_viewport_size({"width": width, "height": 740})
    for name in [name for name, (template, _) in SAMPLES.items() if template in BARS]:
        await page.goto(f"/samples/{name}")
        assert await page.evaluate(GAPS) == [], name


async def test_the_link_below_the_cards_of_the_start_page_keeps_its_distance_from_all_columns(page: Page) -> None:
    await page.goto("/samples/home")
    cards = [await card.bounding_box() for card in await page.locator(".directory .card").all()]
    link = await page.locator(".directory + p").bounding_box()

    assert link is not None
    assert link["y"] - max(card["y"] + card["height"] for card in cards if card is not None) >= 15


async def test_after_a_search_the_focus_stays_and_the_count_is_said(page: Page) -> None:
    await page.goto("/issues")

    await page.get_by_label("Search issues").fill("golden")

    await expect(page).to_have_url(re.compile(r"q=golden"))
    await expect(page.locator("#search")).to_be_focused()
    await expect(page.locator("#live")).to_have_text(re.compile(r"^\d in all$"))
    await expect(page.locator("#list")).not_to_have_attribute("aria-busy", "true")


async def test_what_the_list_keeps_goes_out_with_the_next_search(page: Page) -> None:
    await page.goto("/issues")

    await page.get_by_label("Search issues").fill("golden")

    await expect(page).to_have_url(re.compile(r"sort=title&size=25"))


async def test_sorting_from_the_keyboard_keeps_the_focus(page: Page) -> None:
    await page.goto("/issues")
    await page.locator("#sort-2").focus()

    await page.keyboard.press("Enter")

    await expect(page).to_have_url(re.compile(r"sort=project_id"))
    await expect(page.locator("#sort-2")).to_be_focused()


async def test_an_error_takes_the_place_of_the_page_and_gets_the_focus(page: Page) -> None:
    await page.goto("/issues?size=25")
    API.up = False

    await page.get_by_label("Search issues").fill("golden")

    await expect(page.locator("main h1")).to_have_text("The API can't be reached")
    await expect(page.locator("main h1")).to_be_focused()
    await expect(page).to_have_title("The API can't be reached · Tracker")
    await expect(page).to_have_url(re.compile(r"/issues\?size=25$"))
    await expect(page.locator("header")).to_have_count(1)


async def test_a_page_that_could_not_be_had_comes_by_itself_once_it_can(page: Page) -> None:
    API.up = False
    await page.goto("/issues")
    await expect(page.locator("h1")).to_have_text("The API can't be reached")

    API.up = True

    await expect(page.locator("h1")).to_have_text("Issues")
    await expect(page.locator("tbody tr")).to_have_count(25)


async def test_a_question_without_an_answer_is_told(page: Page, chromium: Browser, site: str) -> None:
    watch = Watch()
    context = await open_context(chromium, site, watch)
    unanswered = await context.new_page()
    await unanswered.goto("/issues")
    await context.set_offline(True)

    await unanswered.get_by_label("Search issues").fill("golden")

    await expect(unanswered.locator("#toasts")).to_have_text(re.compile("No answer"))
    await expect(unanswered.locator("tbody tr")).to_have_count(25)
    await context.close()
    assert watch.complaints, "htmx says in the console that it got no answer"


async def test_the_theme_is_the_systems_until_one_is_chosen_and_then_it_stays(page: Page) -> None:
    async def scheme() -> str:
        return str(await page.evaluate("getComputedStyle(document.documentElement).colorScheme"))

    await page.goto("/issues")
    button = page.get_by_role("button", name="Theme")
    assert await scheme() == "light dark"

    await button.click()
    assert await scheme() == "light"
    await button.click()
    assert await scheme() == "dark"
    await expect(button).to_have_accessible_name("Theme: dark")
    await page.goto("/projects")
    assert await scheme() == "dark"
    await button.click()
    assert await scheme() == "light dark"


async def test_a_slash_goes_to_the_jump_box_but_not_while_one_types(page: Page) -> None:
    await page.goto("/issues")

    await page.locator("#search").fill("")
    await page.keyboard.type("a/b")
    await expect(page.locator("#search")).to_have_value("a/b")
    await page.locator("h1").click()
    await page.keyboard.press("/")

    await expect(page.locator("#jump")).to_be_focused()
    await expect(page.locator("#jump")).to_have_value("")


async def test_a_name_chosen_from_the_jump_boxs_list_leads_there(page: Page) -> None:
    await page.goto("/issues")

    await page.locator("#jump").evaluate(
        """box => {
             box.value = "Projects";
             box.dispatchEvent(new InputEvent("input", {bubbles: true, inputType: "insertReplacementText"}));
           }"""
    )

    await expect(page).to_have_url(re.compile(r"/projects$"))


async def test_a_name_being_typed_leads_nowhere_yet(page: Page) -> None:
    await page.goto("/issues")

    await page.locator("#jump").press_sequentially("Projects")

    await expect(page.locator("#jump")).to_have_value("Projects")
    assert page.url.endswith("/issues")


@pytest.mark.parametrize("scripted", [True, False], ids=["script", "no-script"])
async def test_on_a_phone_the_menu_opens_with_and_without_javascript(
    chromium: Browser, site: str, scripted: bool
) -> None:
    context = await open_context(
        chromium, site, Watch(), viewport={"width": 375, "height": 740}, java_script_enabled=scripted
    )
    page = await context.new_page()
    await page.goto("/issues")
    projects = page.get_by_role("navigation", name="Resources").get_by_role("link", name="Projects")
    await expect(projects).to_be_hidden()
    await expect(page.get_by_role("button", name="Theme")).to_have_count(1 if scripted else 0)

    await page.get_by_role("button", name="Menu", exact=True).click()
    await projects.click()

    await expect(page).to_have_url(re.compile(r"/projects$"))
    await context.close()


async def test_an_accent_is_taken_over_without_a_style_of_its_own(page: Page, site: str) -> None:
    await page.goto("/issues")
    before = await page.evaluate("getComputedStyle(document.querySelector('.crumbs')).getPropertyValue('--hue')")

    await page.evaluate(
        """path => new Promise(done => {
             const sheet = document.querySelector("link[rel=stylesheet]");
             sheet.onload = done;
             sheet.href = path;
           })""",
        ASSETS.path("ui.css", hue=150),
    )

    after = await page.evaluate("getComputedStyle(document.querySelector('.crumbs')).getPropertyValue('--hue')")
    assert (before, after) == ("262", "150")
