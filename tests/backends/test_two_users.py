"""Two people, one frontend, one backend host: neither ever sees or sends what is the other's."""

import asyncio
import re
from collections import defaultdict
from collections.abc import Iterator

import pytest
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.serving import serve
from webapp.app import create_app
from webapp.demo.app import create_demo
from webapp.testing import Browser

REQUESTS = 10_000
AT_ONCE = 8


class Overheard:
    """Wraps an API and notes what each browser, by its User-Agent, is known by there."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.secrets: dict[str, set[str]] = defaultdict(set)
        self.requests = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            found = re.findall(r"=([^;]+)", headers.get("cookie", "")) + headers.getlist("authorization")
            # The client's own name comes first, the browser's last.
            self.secrets[headers.get("user-agent", "").split()[-1]].update(found)
            self.requests += 1
        await self._app(scope, receive, send)


class Person:
    """Somebody with a browser, who only ever asks who they are."""

    def __init__(self, browser: Browser, email: str) -> None:
        self.browser = browser
        self.email = email
        self.own = 0
        self.foreign = 0
        self.failed: list[int] = []

    async def ask(self, other: str) -> None:
        """Ask, and judge the answer."""
        answer = await self.browser.fetch("GET", "/auth/me", headers={"Accept": "text/html"})
        if answer.status != 200:
            self.failed.append(answer.status)
        self.own += self.email in answer.text
        self.foreign += other in answer.text


@pytest.fixture(scope="module")
def overheard() -> Overheard:
    """The demo API, listened to."""
    return Overheard(create_demo(tries_per_minute=100_000))


@pytest.fixture(scope="module")
def api(overheard: Overheard) -> Iterator[str]:
    """Where it is: under a host's name, for which an address would be no stand-in."""
    with serve(overheard) as url:
        assert "localhost" in url
        yield url


async def test_ten_thousand_answers_go_to_whom_they_belong(api: str, overheard: Overheard) -> None:
    async with Browser(create_app(api), headers={"User-Agent": "one"}) as first, first.another() as second:
        second.headers["User-Agent"] = "two"
        one, two = Person(first, "demo@example.com"), Person(second, "two@example.com")
        await first.sign_in(one.email, "demo-pass-123")
        await second.get("/register")
        await second.submit("form[action='/register']", email=two.email, password="two-pass-1234")
        if second.url == "/login":
            await second.sign_in(two.email, "two-pass-1234")

        pending = iter(range(REQUESTS))

        async def work() -> None:
            for number in pending:
                await (one.ask(two.email) if number % 2 else two.ask(one.email))

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))

    assert (one.failed, two.failed) == ([], [])
    assert (one.own, two.own) == (REQUESTS // 2, REQUESTS // 2)
    assert (one.foreign, two.foreign) == (0, 0)
    assert overheard.requests > REQUESTS
    assert overheard.secrets["one"]
    assert overheard.secrets["two"]
    assert not overheard.secrets["one"] & overheard.secrets["two"]
