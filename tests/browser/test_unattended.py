"""What a real browser says of a request that nobody made."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from tests.serving import serve
from webapp.html.assets import find_folder
from webapp.sessions.activity import is_attended, tells_activation

FOLLOW = Path(find_folder("templates"), "pages/follow.html").read_text(encoding="utf-8")
POLLS = FOLLOW[FOLLOW.index("hx-headers=") : FOLLOW.index("hx-trigger=")]
"""The attribute by which our page marks what it polls."""
HTMX = next(Path(find_folder("static")).glob("vendor/htmx-*.js")).read_bytes()


class Seen:
    """Pages that load themselves again, one by a script and one without, and who is told to have asked for them."""

    def __init__(self) -> None:
        self.attended: list[tuple[str, bool]] = []
        self.tells = False

    def app(self) -> Starlette:
        async def page(request: Request) -> Response:
            self._note(request)
            refresh = '<meta http-equiv="refresh" content="0;url=/again">' if request.url.path == "/page" else ""
            poll = f'<div hx-get="/poll" {POLLS} hx-trigger="load"></div>' if request.url.path == "/polling" else ""
            script = '<script src="/htmx.js" defer></script>' if poll else ""
            return HTMLResponse(f"<!doctype html><title>x</title>{refresh}{script}{poll}<a href='/clicked'>on</a>")

        async def poll(request: Request) -> Response:
            self._note(request)
            return PlainTextResponse("polled")

        async def script(_: Request) -> Response:
            return Response(HTMX, media_type="text/javascript")

        pages = [Route(path, page) for path in ("/page", "/again", "/polling", "/clicked")]
        return Starlette(routes=[*pages, Route("/poll", poll), Route("/htmx.js", script)])

    def _note(self, request: Request) -> None:
        self.tells = self.tells or tells_activation(request.headers)
        self.attended.append((request.url.path, is_attended(request.scope["headers"], tells_activation=self.tells)))


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def site(seen: Seen) -> Iterator[str]:
    with serve(seen.app()) as url:
        yield url


async def test_a_page_that_loads_itself_again_is_not_somebody_who_does(
    chromium: Browser, site: str, seen: Seen
) -> None:
    context = await chromium.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{site}/page")
    await page.wait_for_url("**/again")
    await page.click("a")
    await page.wait_for_url("**/clicked")
    await page.reload()
    await context.close()

    assert seen.attended == [("/page", True), ("/again", False), ("/clicked", True), ("/clicked", True)]


async def test_what_our_template_polls_says_so(chromium: Browser, site: str, seen: Seen) -> None:
    context = await chromium.new_context()
    page = await context.new_page()
    async with asyncio.timeout(30):
        await page.goto(f"{site}/polling")
        await page.get_by_text("polled").wait_for()
    await context.close()

    assert seen.attended == [("/polling", True), ("/poll", False)]
