"""Frontends as processes that share a store, and people of whom a cookie is all that is needed."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import httpx

from tests.cli.process import serving, up
from tests.robustness.strict import PASSWORD
from webapp.testing import Browser

KEY = "a key that all processes have and that is long enough"


@dataclass(frozen=True, slots=True)
class Page:
    """An answer, and the seconds that it took."""

    status: int
    headers: httpx.Headers
    text: str
    took: float


@contextmanager
def frontends(at: str, store: str, count: int, **environ: str) -> Iterator[list[str]]:
    """So many processes of the command, each on a port of its own; where they are."""
    environ = {"WEBAPP_SESSION_STORE": store, "WEBAPP_SECRET_KEY": KEY, **environ}
    with ExitStack() as stack:
        urls = [stack.enter_context(serving("run", at, cwd=None, **environ))[0] for _ in range(count)]
        for url in urls:
            up(url)
        yield urls


async def signed_in(url: str, username: str = "ada") -> str:
    """The Cookie header of a browser that has signed in."""
    async with Browser(base_url=url) as browser:
        await browser.sign_in(username, PASSWORD)
        return browser.cookies.header("/things")


async def all_signed_in(urls: list[str], usernames: list[str]) -> dict[str, str]:
    """The Cookie headers of as many browsers, at these frontends in turn."""
    turns, cookies = asyncio.Semaphore(8), dict[str, str]()

    async def one(number: int, username: str) -> None:
        async with turns:
            cookies[username] = await signed_in(urls[number % len(urls)], username)

    await asyncio.gather(*(one(number, username) for number, username in enumerate(usernames)))
    return cookies


async def fetch(url: str, cookie: str = "", path: str = "/things") -> Page:
    """One answer, on a connection of its own; ConnectionError if it doesn't come whole."""
    host, _, port = url.removeprefix("http://").partition(":")
    began = time.monotonic()
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        lines = [f"GET {path} HTTP/1.1", f"Host: {host}:{port}", "Connection: close", "Accept: text/html"]
        lines += [f"Cookie: {cookie}"] if cookie else []
        writer.write("\r\n".join([*lines, "", ""]).encode())
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    finally:
        writer.transport.abort()
    first, *fields = head.split(b"\r\n")
    headers = httpx.Headers([(name, value.strip()) for name, _, value in (field.partition(b":") for field in fields)])
    if not head or len(body) != int(headers["content-length"]):
        raise ConnectionResetError("the answer was broken off")
    return Page(int(first.split(b" ", 2)[1]), headers, body.decode(), time.monotonic() - began)
