"""A transport that counts what goes through, and a frontend on it that can be looked into."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from starlette.applications import Starlette

from webapp.app import create_app
from webapp.client import APIClient, shared_transport
from webapp.client.cookies import Cookie
from webapp.sessions import Session
from webapp.settings import Settings
from webapp.testing import Browser


class Relay(httpx.AsyncBaseTransport):
    """Passes requests on to the real pool and counts them by method and path."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.cut: set[str] = set()
        """What can't be reached at the moment, by method and path."""
        self._pool = shared_transport(limit=100)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        asked = f"{request.method} {request.url.path}"
        self.counts[asked] += 1
        if asked in self.cut:
            raise httpx.ConnectError("cut off", request=request)
        return await self._pool.handle_async_request(request)

    async def aclose(self) -> None:
        await self._pool.aclose()


class House:
    """A frontend in this process, with a browser in it and access to its sessions."""

    def __init__(self, app: Starlette, relay: Relay, browser: Browser) -> None:
        self.relay = relay
        self.browser = browser
        self._app = app

    @property
    def sessions(self) -> list[Session]:
        """The sessions it keeps."""
        return list(self._app.state.frontend.registry._sessions.values())

    @property
    def api(self) -> APIClient:
        """The client of the only session there is."""
        [session] = self.sessions
        return session.api


@asynccontextmanager
async def house_on(target: str) -> AsyncIterator[House]:
    """A frontend of a backend, with a relay between them."""
    relay = Relay()
    app = create_app(target, transport=relay, settings=Settings(api_url=target))
    async with Browser(app, base_url="http://localhost") as browser:
        yield House(app, relay, browser)


def spoil_access(api: APIClient, refresh_path: str) -> None:
    """Make the access token one that the backend refuses, as it will be once it has expired; keep what renews it."""
    credentials = api.credentials
    if credentials.bearer is not None:
        credentials.bearer = "spoiled"
    for cookie in list(credentials.cookies):
        if not cookie.path.startswith(refresh_path):
            credentials.cookies.set(Cookie(cookie.name, cookie.path, "spoiled", cookie.expires), 0)


async def at_once(count: int, browser: Browser, path: str) -> list[int]:
    """Ask for a page this many times at the same moment; the statuses."""
    answers = await asyncio.gather(*(browser.fetch("GET", path) for _ in range(count)))
    return [answer.status for answer in answers]
