"""A real Chromium that visits an app as somebody who has never been there."""

import asyncio
import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from playwright.async_api import Browser, FloatRect, Page, WebSocket, async_playwright
from playwright.async_api import Error as BrowserError

from tests.benchmarks.visitors import ROW
from tests.browser.chromium import FLAGS, Traffic, executable

PATIENCE = 60.0
"""Seconds until the rows are there."""

DRAWN = FloatRect(x=0, y=140, width=400, height=400)
"""Where rows stand on a page that is drawn, away from whatever moves in its middle while it loads."""
EMPTY = 3000
"""Bytes of a picture of that part while there's nothing in it, at the most."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Seconds until the rows were there, and what had come over the wire when nothing more came."""

    seconds: float
    requests: int
    bytes: int


class Chromium:
    """Running, for code that isn't asynchronous."""

    def visit(self, url: str, cookies: Mapping[str, str], *, drawn: bool) -> Visit:
        """Open a page with an empty cache, and wait for its rows; TimeoutError or a browser's error without them."""
        return self._runner.run(_visit(self._browser, url, cookies, drawn))

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as stack:
            self._runner = stack.enter_context(asyncio.Runner())
            self._playwright = self._runner.run(async_playwright().start())
            stack.callback(lambda: self._runner.run(self._playwright.stop()))
            self._browser = self._runner.run(self._playwright.chromium.launch(executable_path=executable(), args=FLAGS))
            stack.callback(lambda: self._runner.run(self._browser.close()))
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stack.close()


async def _visit(browser: Browser, url: str, cookies: Mapping[str, str], drawn: bool) -> Visit:
    context = await browser.new_context(viewport={"width": 1280, "height": 720})
    try:
        await context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies.items()])
        page = await context.new_page()
        traffic = await Traffic.of(page)
        heard = _Heard(page)
        began = time.perf_counter()
        await page.goto(url, wait_until="commit")
        async with asyncio.timeout(PATIENCE):
            await (heard.and_drawn() if drawn else page.get_by_text(ROW).first.wait_for(timeout=PATIENCE * 1000))
        seconds = time.perf_counter() - began
        # Something that keeps asking is no part of the visit.
        with contextlib.suppress(BrowserError):
            await page.wait_for_load_state("networkidle", timeout=5000)
        return Visit(seconds, len(traffic.urls), traffic.bytes)
    finally:
        await context.close()


class _Heard:
    """Knows whether the rows have come over a WebSocket, and whether the page has drawn them."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._rows = asyncio.Event()
        page.on("websocket", self._listen)

    async def and_drawn(self) -> None:
        await self._rows.wait()
        while len(await self._page.screenshot(clip=DRAWN)) <= EMPTY:
            await asyncio.sleep(0.02)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._look)

    def _look(self, payload: bytes | str) -> None:
        content = payload if isinstance(payload, bytes) else payload.encode()
        if ROW.encode() in content:
            self._rows.set()
