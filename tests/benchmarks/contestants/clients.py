"""
Ways to call an API for many users.

A caller fetches `/customers` as one signed-in user and gives the decoded answer. A keeper keeps users' sessions, and
takes in one more.
"""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from tests.benchmarks.backend import TOKEN
from tests.benchmarks.contestants import sniffio
from webapp.client import (
    APIClient,
    Credentials,
    RefreshEndpoint,
    RequestContext,
    request_context,
    shared_transport,
)
from webapp.client.share import Shares
from webapp.sessions import Session, SessionRegistry

PATH = "/customers"
COOKIES = {"access_token": TOKEN, "refresh_token": TOKEN[::-1]}
BROWSER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Accept-Language": "en-GB,en;q=0.7",
    "X-Forwarded-For": "127.0.0.1",
}

Caller = Callable[[], Awaitable[Any]]
Keeper = Callable[[int], Awaitable[None]]


@contextlib.asynccontextmanager
async def call_ours(url: str) -> AsyncIterator[Caller]:
    """As a page does: everything on, and each call carries the request id and what describes the browser."""
    # One session asks for more at once than one owner may in an app, where the others would wait for their turn.
    pool = shared_transport(shares=Shares.of(100)._replace(owner=100))
    api = APIClient(url, transport=pool, refresh=RefreshEndpoint("/auth/refresh"))
    session = api.for_session(Credentials(cookies=COOKIES))
    session.credentials.counted_as = "id:42"
    token = request_context.set(RequestContext("0123456789abcdef", BROWSER))

    async def call() -> Any:
        return (await session.request("GET", PATH)).data

    try:
        yield call
    finally:
        request_context.reset(token)
        await pool.aclose()


@contextlib.asynccontextmanager
async def call_httpx(url: str) -> AsyncIterator[Caller]:
    """The client everyone knows, as it comes."""
    async with httpx.AsyncClient(base_url=url, cookies=COOKIES) as client:
        yield lambda: _get(client)


@contextlib.asynccontextmanager
async def call_httpx_with_sniffio(url: str) -> AsyncIterator[Caller]:
    """The same with sniffio installed."""
    sniffio.install()
    async with call_httpx(url) as call:
        yield call


@contextlib.asynccontextmanager
async def call_httpx_on_aiohttp(url: str) -> AsyncIterator[Caller]:
    """The same client, its transport replaced by httpx-aiohttp's."""
    transport = AiohttpTransport(client=lambda: aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
    async with httpx.AsyncClient(base_url=url, cookies=COOKIES, transport=transport) as client:
        yield lambda: _get(client)


async def _get(client: httpx.AsyncClient) -> Any:
    response = await client.get(PATH)
    response.raise_for_status()
    return response.json()


@contextlib.asynccontextmanager
async def keep_ours(url: str) -> AsyncIterator[Keeper]:
    """A session in the registry: signed id, owner, lifetimes, and a client on the shared pool."""
    pool = shared_transport()
    api = APIClient(url, transport=pool, refresh=RefreshEndpoint("/auth/refresh"))
    registry = SessionRegistry(idle=3600, lifetime=86400, capacity=1_000_000, per_owner=50)

    async def keep(number: int) -> None:
        client = api.for_session(Credentials(cookies=_cookies(number)))
        await registry.add(Session.begin(client, user=f"user{number}"))

    try:
        yield keep
    finally:
        await registry.close()
        await pool.aclose()


@contextlib.asynccontextmanager
async def keep_clients(url: str) -> AsyncIterator[Keeper]:
    """A client for each session, each with its TLS context and its pool."""
    kept: dict[str, httpx.AsyncClient] = {}

    async def keep(number: int) -> None:
        kept[f"user{number}"] = httpx.AsyncClient(base_url=url, cookies=_cookies(number))

    try:
        yield keep
    finally:
        for client in kept.values():
            await client.aclose()


@contextlib.asynccontextmanager
async def keep_clients_on_one_transport(url: str) -> AsyncIterator[Keeper]:
    """A client for each session on a transport that they share."""
    kept: dict[str, httpx.AsyncClient] = {}
    transport = httpx.AsyncHTTPTransport()

    async def keep(number: int) -> None:
        kept[f"user{number}"] = httpx.AsyncClient(base_url=url, cookies=_cookies(number), transport=transport)

    try:
        yield keep
    finally:
        await transport.aclose()


@contextlib.asynccontextmanager
async def keep_records(url: str) -> AsyncIterator[Keeper]:
    """One client for all, and a dict of cookies for each: cheap, but the client's own jar hands cookies around."""
    kept: dict[str, dict[str, str]] = {}

    async def keep(number: int) -> None:
        kept[f"user{number}"] = _cookies(number)

    async with httpx.AsyncClient(base_url=url):
        yield keep


def _cookies(number: int) -> dict[str, str]:
    """Two tokens as a sign-in sets them, no two alike."""
    return {"access_token": f"access{number:036}", "refresh_token": f"refresh{number:035}"}
