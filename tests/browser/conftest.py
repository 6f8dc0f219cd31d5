"""Chromium, the frontend on the demo API, and a page to look at it."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI
from playwright.async_api import Browser, BrowserContext, Page, Playwright, async_playwright, expect

from tests.browser.chromium import FLAGS, WATCH_CSP, Watch, executable
from tests.serving import serve
from webapp.app import create_app
from webapp.demo.app import create_demo
from webapp.demo.faults import Fault

USERNAME = "demo@example.com"
PASSWORD = "demo-pass-123"

NewContext = Callable[..., Awaitable[BrowserContext]]


@pytest.fixture(scope="package")
def anyio_backend() -> str:
    """One event loop for all of these tests: Chromium is started once."""
    return "asyncio"


@pytest.fixture(scope="package")
async def playwright() -> AsyncIterator[Playwright]:
    """What drives Chromium."""
    async with async_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
async def chromium(playwright: Playwright) -> AsyncIterator[Browser]:
    """A running Chromium that keeps pages for Back, as people's browsers do and Playwright's don't."""
    browser = await playwright.chromium.launch(
        executable_path=executable(), args=FLAGS, ignore_default_args=["--disable-back-forward-cache"]
    )
    yield browser
    await browser.close()


@pytest.fixture(scope="package")
async def forgetful_chromium(playwright: Playwright) -> AsyncIterator[Browser]:
    """A running Chromium that keeps no pages, so that Back asks its cache and then the server."""
    browser = await playwright.chromium.launch(executable_path=executable(), args=FLAGS)
    yield browser
    await browser.close()


@dataclass(frozen=True)
class Live:
    """Where things run."""

    url: str
    """The frontend."""
    api: str
    """The demo API behind it."""
    demo: FastAPI
    """The demo API itself."""


@pytest.fixture(scope="package")
def live() -> Iterator[Live]:
    """The frontend and the demo API, each on a socket of its own."""
    demo = create_demo(tries_per_minute=100_000, export_seconds=4)
    with serve(demo) as api, serve(create_app(api)) as url:
        yield Live(url, api, demo)


@pytest.fixture
def faults(live: Live) -> Iterator[dict[str, Fault]]:
    """What goes wrong at the demo API, until the test is over."""
    faults: dict[str, Fault] = live.demo.state.faults
    yield faults
    faults.clear()


@pytest.fixture
async def new_context(chromium: Browser, live: Live) -> AsyncIterator[NewContext]:
    """Opens contexts, each like a browser of its own; fails the test for what their pages complained about."""
    watch = Watch()
    contexts: list[BrowserContext] = []

    async def open_context(browser: Browser = chromium, **options: Any) -> BrowserContext:
        context = await browser.new_context(base_url=live.url, reduced_motion="reduce", **options)
        context.set_default_timeout(10_000)
        await context.add_init_script(WATCH_CSP)
        watch.over(context)
        contexts.append(context)
        return context

    yield open_context
    for context in contexts:
        await context.close()
    assert watch.complaints == []


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
async def page(request: pytest.FixtureRequest, new_context: NewContext) -> Page:
    """A page in a fresh browser, once with JavaScript and once without."""
    context = await new_context(java_script_enabled=request.param)
    return await context.new_page()


@pytest.fixture
async def scripted(new_context: NewContext) -> Page:
    """A page in a fresh browser with JavaScript."""
    return await (await new_context()).new_page()


async def sign_in(page: Page, username: str = USERNAME, password: str = PASSWORD) -> None:
    """Fill in the login page one is on, or the one at /login."""
    if "/login" not in page.url:
        await page.goto("/login")
    await page.locator("input[name=username]").fill(username)
    await page.locator("input[name=password]").fill(password)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page).not_to_have_url(re.compile("/login"))
