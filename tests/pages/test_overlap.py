"""Where a page needs several answers of the API, it asks for them at once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import httpx
import pytest

from webapp.app import create_app
from webapp.demo.app import create_demo
from webapp.settings import Settings
from webapp.testing import Browser

SECONDS = 0.05
USER = ("demo@example.com", "demo-pass-123")


@dataclass
class Call:
    """A request to the API, and which were answered before it began."""

    what: str
    after: tuple["Call", ...]

    @property
    def depth(self) -> int:
        """How many answers were waited for, one after the other, until this one was there."""
        return 1 + max((call.depth for call in self.after), default=0)


@dataclass
class SlowTransport(httpx.AsyncBaseTransport):
    """The demo API a network's way off; notes which calls waited for which."""

    behind: httpx.AsyncBaseTransport
    calls: list[Call] = field(default_factory=list)
    _answered: list[Call] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer late."""
        call = Call(f"{request.method} {request.url.raw_path.decode()}", tuple(self._answered[-8:]))
        self.calls.append(call)
        await asyncio.sleep(SECONDS)
        answer = await self.behind.handle_async_request(request)
        self._answered.append(call)
        return answer

    def forget(self) -> None:
        """Begin with the next page."""
        self.calls.clear()
        self._answered.clear()


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """One event loop for all of these pages."""
    return "asyncio"


@pytest.fixture(scope="module")
async def demo() -> AsyncIterator[tuple[Browser, SlowTransport]]:
    """A browser that is signed in, and what the API is asked for its pages."""
    transport = SlowTransport(httpx.ASGITransport(create_demo()))
    app = create_app("http://api", transport=transport, settings=Settings())
    async with Browser(app) as browser:
        await browser.sign_in(*USER)
        await browser.get("/issues")
        yield browser, transport


@pytest.mark.parametrize(
    ("path", "waits"),
    [
        ("/", 0),
        ("/issues", 2),  # the rows, then what they refer to
        ("/issues/30", 2),
        ("/issues/30/comments", 1),
        ("/projects/1", 2),
        ("/-/account", 1),
        ("/-/operations/update-issue?issue_id=30", 2),
        ("/-/operations/create-issue", 0),
        ("/-/operations/delete-project?project_id=1", 2),  # the project, then all that would go with it
    ],
)
async def test_a_page_waits_for_the_api_no_more_than_it_must(
    demo: tuple[Browser, SlowTransport], path: str, waits: int, figure: Callable[[str], None]
) -> None:
    browser, transport = demo
    transport.forget()

    answer = await browser.get(path)

    assert answer.status == 200
    waited = max((call.depth for call in transport.calls), default=0)
    figure(f"{len(transport.calls)} calls, {waited} waits")
    assert waited <= waits, transport.calls
