"""A real Chromium, and what tests ask of its pages."""

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from playwright.async_api import BrowserContext, ConsoleMessage, Page, Response

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")

WATCH_CSP = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP: ${event.violatedDirective} blocked ${event.blockedURI} (${event.sample})`));
"""


def executable() -> str:
    """Where Chromium is: $CHROMIUM, or what the system has. Raises FileNotFoundError with what to do."""
    named = os.environ.get("CHROMIUM")
    if named:
        if not os.access(named, os.X_OK):
            raise FileNotFoundError(f"CHROMIUM is {named!r}, which is no program that can be run.")
        return named
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    raise FileNotFoundError(
        "The browser tests need Chromium: apt-get install chromium, or set CHROMIUM to where it is."
    )


@dataclass
class Watch:
    """What a page complains about: script errors, console errors, breaches of the CSP."""

    complaints: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        """Watch every page of a context."""
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(f"script error: {error.error}"))

    def _console(self, message: ConsoleMessage) -> None:
        # A page with an error status is told by the tests themselves; the browser notes each in its console.
        if message.type == "error" and not message.text.startswith("Failed to load resource: the server responded"):
            self.complaints.append(f"console: {message.text}")


async def axe_violations(page: Page) -> list[str]:
    """What axe finds wrong with a page, one line for each element."""
    async with asyncio.timeout(30):
        await page.evaluate(AXE)
        result: dict[str, Any] = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{violation['id']} ({violation['impact']}): {node['target']}: {node['failureSummary']}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


class Traffic:
    """What went over the wire for a page: requests, and the bytes of their answers with headers, as compressed."""

    def __init__(self) -> None:
        self._requests: dict[str, str] = {}
        self._bytes: dict[str, int] = {}

    @classmethod
    async def of(cls, page: Page) -> "Traffic":
        """Count from now on."""
        traffic = cls()
        devtools = await page.context.new_cdp_session(page)
        devtools.on("Network.requestWillBeSent", traffic._begin)
        devtools.on("Network.loadingFinished", traffic._finish)
        await devtools.send("Network.enable")
        return traffic

    @property
    def urls(self) -> list[str]:
        """What was asked for, in order."""
        return list(self._requests.values())

    @property
    def bytes(self) -> int:
        """All that came."""
        return sum(self._bytes.values())

    def __repr__(self) -> str:
        return ", ".join(f"{url}: {self._bytes.get(request)} B" for request, url in self._requests.items())

    def reset(self) -> None:
        """Count from here."""
        self._requests.clear()
        self._bytes.clear()

    def _begin(self, event: dict[str, Any]) -> None:
        # What is written out in the page itself never goes over the wire.
        if not event["request"]["url"].startswith("data:"):
            self._requests[event["requestId"]] = event["request"]["url"]

    def _finish(self, event: dict[str, Any]) -> None:
        if event["requestId"] in self._requests:
            self._bytes[event["requestId"]] = int(event["encodedDataLength"])


async def answer_to(page: Page, path: str, act: Callable[[], Awaitable[object]]) -> Response:
    """Do something that makes the page ask for a path; gives the answer once it is here."""
    async with page.expect_response(lambda response: path in response.url) as waiting:
        await act()
    response = await waiting.value
    await response.finished()
    return response
