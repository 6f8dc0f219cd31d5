"""Several processes of the command on one Redis, at an API that ends everything when a refresh token comes twice."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.cli.process import serving, up
from tests.robustness.strict import KINDS, PASSWORD, Kind, StrictAPI
from tests.serving import serve
from tests.store.server import RedisServer, redis_server
from webapp.testing import Browser

WORKERS, REQUESTS, ROUNDS = 4, 50, 10
KEY = "a key that all processes have and that is long enough"

Figure = Callable[[str], None]


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with redis_server() as found:
        yield found


@contextmanager
def workers(api: StrictAPI, redis: RedisServer, count: int = WORKERS) -> Iterator[list[str]]:
    """As many processes of the command, each on a port of its own; where they are."""
    with ExitStack() as stack:
        at = stack.enter_context(serve(api.app))
        urls = [
            stack.enter_context(serving("run", at, WEBAPP_SESSION_STORE=redis.url, WEBAPP_SECRET_KEY=KEY))[0]
            for _ in range(count)
        ]
        for url in urls:
            up(url)
        yield urls


async def signed_in(url: str, username: str = "ada") -> str:
    """The Cookie header of a browser that has signed in."""
    async with Browser(base_url=url) as browser:
        await browser.sign_in(username, PASSWORD)
        return browser.cookies.header("/things")


async def ask(url: str, cookie: str, path: str = "/things") -> int:
    """The status of one answer, on a connection of its own."""
    host, _, port = url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        lines = [f"GET {path} HTTP/1.1", f"Host: {host}:{port}", f"Cookie: {cookie}", "Connection: close", "", ""]
        writer.write("\r\n".join(lines).encode())
        answer = await reader.read()
        return int(answer.split(b" ", 2)[1])
    finally:
        writer.close()


@pytest.mark.parametrize("kind", KINDS)
async def test_four_processes_that_find_access_spent_at_once_renew_it_once(
    kind: Kind, redis: RedisServer, figure: Figure
) -> None:
    api, counted = StrictAPI(kind, delay=0.05), Counter[int]()
    with workers(api, redis) as urls:
        cookie = await signed_in(urls[0])
        for _ in range(ROUNDS):
            api.expire()
            counted.update(await asyncio.gather(*(ask(url, cookie) for _ in range(REQUESTS) for url in urls)))

    assert (api.begun, api.refreshes, api.alarms) == (ROUNDS, ROUNDS, 0)
    assert counted == {200: WORKERS * REQUESTS * ROUNDS}
    figure(
        f"{kind}: {ROUNDS} rounds of {WORKERS} processes x {REQUESTS} requests: {api.begun} renewals, "
        f"{counted[200]:,} good answers, {api.alarms} reuse alarms"
    )
