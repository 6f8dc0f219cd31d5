"""Strangers sign in without end at an API that is slow at it: whoever is in doesn't wait for it, nor does a crowd."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import NamedTuple

from starlette.types import Receive, Scope, Send

from tests.cli.process import serving
from tests.robustness.frontends import Page, fetch, signed_in
from tests.robustness.house import until
from tests.robustness.strict import PASSWORD, StrictAPI
from tests.robustness.test_slow_readers import Request, Slow, looked_at, spread
from tests.serving import serve

ADDRESSES = [f"127.0.0.{number}" for number in range(2, 6)]
LOOPS, PATIENCE, CONNECTIONS = 50, 4, 100
CROWD, BCRYPT = 25, 0.3


class SlowDoor(StrictAPI):
    """One where a sign-in takes `takes` seconds, and strangers wait as long for a page; `most` are in it at once."""

    def __init__(self) -> None:
        super().__init__("json")
        self.takes = 0.0
        self.waiting: Counter[str] = Counter()
        self.most: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the other one does, but later."""
        is_stranger = not any(name == b"authorization" for name, _ in scope.get("headers", ()))
        what = {"/auth/login": "sign-ins", "/things": "pages"}.get(scope.get("path", ""), "")
        if what and is_stranger and self.takes:
            self.waiting[what] += 1
            self.most[what] = max(self.most[what], self.waiting[what])
            try:
                await asyncio.sleep(self.takes)
            finally:
                self.waiting[what] -= 1
        await self.app(scope, receive, send)


class Told(NamedTuple):
    """What somebody who tried to sign in was told."""

    status: int
    head: str
    body: str
    took: float


async def try_to_sign_in(url: str, username: str, address: str) -> Told:
    """One try from an address."""
    host, _, port = url.removeprefix("http://").partition(":")
    body = f"username={username}&password={PASSWORD}".encode()
    began = asyncio.get_running_loop().time()
    reader, writer = await asyncio.open_connection(host, int(port), local_addr=(address, 0))
    try:
        head = (
            f"POST /login HTTP/1.1\r\nHost: {host}:{port}\r\nSec-Fetch-Site: same-origin\r\nConnection: close\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        first, _, rest = (await reader.read()).decode().partition("\r\n\r\n")
    finally:
        writer.transport.abort()
    return Told(int(first.split(" ", 2)[1]), first.lower(), rest, asyncio.get_running_loop().time() - began)


@contextlib.asynccontextmanager
async def under_attack(url: str) -> AsyncIterator[list[Told]]:
    """While so many from each address do nothing but sign in; what they were told."""
    told: list[Told] = []

    async def loop(address: str, number: int) -> None:
        while True:
            told.append(await try_to_sign_in(url, f"mallory{number}", address))

    loops = [asyncio.create_task(loop(address, number)) for address in ADDRESSES for number in range(LOOPS)]
    try:
        yield told
    finally:
        for each in loops:
            each.cancel()
        await asyncio.gather(*loops, return_exceptions=True)


async def test_sign_ins_that_hang_keep_nobody_out_who_is_in(figure: Callable[[str], None]) -> None:
    api = SlowDoor()
    with (
        serve(api) as at,
        serving("run", at, WEBAPP_API_TIMEOUT=str(PATIENCE), WEBAPP_API_CONNECTIONS=str(CONNECTIONS)) as (url, _),
    ):
        url = url.rstrip("/")
        ada, bob = await signed_in(url, "ada"), await signed_in(url, "bob")
        before = await looked_at(url, ada)
        api.takes = 30.0
        async with under_attack(url) as told, asyncio.timeout(120):
            # Whatever else strangers may ask for is asked for as well.
            slow = [asyncio.create_task(visit(url, address)) for address in ADDRESSES for _ in range(LOOPS)]
            await until(lambda: api.waiting["sign-ins"] >= CONNECTIONS // 4)
            await until(lambda: api.waiting["pages"] >= CONNECTIONS // 2)
            during = await looked_at(url, ada)
            api.expire(api.of("ada"))
            renewed = await fetch(url, ada)
            out = Slow(url)
            out.begin(bob, Request("POST /logout", "Content-Length: 0\r\n"))
            await until(lambda: api.logouts == 1)
            await until(lambda: any(each.status == 429 and "signing in" in each.body for each in told))
            for each in slow:
                each.cancel()
            await asyncio.gather(*slow, return_exceptions=True)
            await out.end()
        refused = [each for each in told if each.status == 429 and "signing in" in each.body]

    figure(
        f"{LOOPS} loops of sign-ins and as many of pages from each of {len(ADDRESSES)} addresses held "
        f"{api.most['sign-ins']} and {api.most['pages']} of {CONNECTIONS} connections; the {len(during)} pages of "
        f"somebody who is in took {spread(before)} before, {spread(during)} meanwhile"
    )
    assert Counter(page.status for page in [*before, *during, renewed]) == {200: len(before) + len(during) + 1}
    assert api.refreshes == 1
    assert (api.most["sign-ins"], api.most["pages"]) == (CONNECTIONS // 4, CONNECTIONS // 2)
    assert all("retry-after: 5" in each.head and "set-cookie" not in each.head for each in refused)
    assert all('value="mallory' in each.body and PASSWORD not in each.body for each in refused)


async def visit(url: str, address: str) -> None:
    """Ask for a page as a stranger, again and again."""
    host, _, port = url.removeprefix("http://").partition(":")
    while True:
        reader, writer = await asyncio.open_connection(host, int(port), local_addr=(address, 0))
        try:
            writer.write(f"GET /things HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
            await reader.read()
        finally:
            writer.transport.abort()


async def test_a_crowd_signs_in_at_once_where_each_password_takes_its_time(figure: Callable[[str], None]) -> None:
    api = SlowDoor()
    with serve(api) as at, serving("run", at) as (url, _):
        url = url.rstrip("/")
        ada = await signed_in(url, "ada")
        api.takes = BCRYPT
        crowd = asyncio.gather(
            *(
                try_to_sign_in(url, f"person-{address}-{number}", address)
                for address in ADDRESSES
                for number in range(CROWD)
            )
        )
        pages: list[Page] = await looked_at(url, ada)
        told = await crowd

    took = sorted(each.took for each in told)
    figure(
        f"{len(told)} people from {len(ADDRESSES)} addresses signed in at once, {BCRYPT} s each at the API: "
        f"p50 {took[len(took) // 2]:.1f} s, p100 {took[-1]:.1f} s; pages took {spread(pages)} meanwhile"
    )
    assert Counter(each.status for each in told) == {303: len(told)}
    assert Counter(page.status for page in pages) == {200: len(pages)}
