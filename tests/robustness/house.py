"""A frontend and the API behind it, both on sockets, with browsers before them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager

from starlette.applications import Starlette

from tests.robustness.strict import PASSWORD, Kind, StrictAPI
from tests.serving import serve
from webapp.app import create_app
from webapp.sessions import Session
from webapp.settings import Settings
from webapp.testing import Answer, Browser


class House:
    """A frontend at `url`, on a strict API."""

    def __init__(self, api: StrictAPI, app: Starlette, url: str) -> None:
        self.api = api
        self.url = url
        self._app = app

    @property
    def sessions(self) -> list[Session]:
        """The sessions that the frontend keeps."""
        return list(self._app.state.frontend.registry._sessions.values())

    def of(self, username: str) -> Session:
        """A user's session."""
        return next(session for session in self.sessions if username in (session.user, session.owner))

    @asynccontextmanager
    async def signed_in(self, username: str = "ada") -> AsyncIterator[Browser]:
        """A browser that has signed in."""
        async with Browser(base_url=self.url) as browser:
            await browser.sign_in(username, PASSWORD)
            yield browser


@contextmanager
def house(kind: Kind, *, delay: float = 0.0) -> Iterator[House]:
    """A frontend on an API of some kind."""
    api = StrictAPI(kind, delay=delay)
    with ExitStack() as stack:
        url = stack.enter_context(serve(api.app))
        app = create_app(url, settings=Settings(api_url=url))
        yield House(api, app, stack.enter_context(serve(app)))


async def at_once(count: int, browser: Browser, path: str) -> list[Answer]:
    """Ask for a page this many times at the same moment."""
    return await asyncio.gather(*(browser.fetch("GET", path) for _ in range(count)))


def signed_out(answers: list[Answer]) -> int:
    """How many of some answers lead to the sign-in."""
    return sum(answer.status in (303, 401) or "/login" in (answer.headers.get("location") or "") for answer in answers)


async def until(condition: Callable[[], bool], *, within: float = 20) -> None:
    """Wait for something that happens in another thread."""
    async with asyncio.timeout(within):
        while not condition():
            await asyncio.sleep(0.002)
