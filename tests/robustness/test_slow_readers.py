"""Somebody reads or sends a hundred files ever so slowly: everybody else's pages go through, and their own do, too."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import NamedTuple

import pytest
from fastapi import Request as Incoming
from fastapi.responses import StreamingResponse

from tests.cli.process import serving
from tests.robustness.frontends import Page, fetch, signed_in
from tests.robustness.house import until
from tests.robustness.strict import StrictAPI
from tests.serving import serve
from webapp.serving.protocol import TAKING_SECONDS

SLOW, PAGES, PATIENCE = 100, 60, 4
FILE, PIECE = 64 * 1024 * 1024, 64 * 1024
BOUNDARY = "boundary"
FILES = {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}}
WITH_FILE = {"requestBody": {"content": {"multipart/form-data": {"schema": FILES}}}}


class Library(StrictAPI):
    """One with a file and a stream of events that are more than sockets hold, and a place to put a file."""

    def __init__(self) -> None:
        super().__init__("json")
        self.on_their_way = self.put_whole = 0
        self.app.get("/film", response_class=StreamingResponse)(self.film)
        self.app.get("/news", response_class=_Events)(self.news)
        self.app.post("/inbox", openapi_extra=WITH_FILE)(self.put)

    async def film(self) -> StreamingResponse:
        return StreamingResponse(self._pieces(bytes(PIECE)), media_type="application/octet-stream")

    async def news(self) -> StreamingResponse:
        return _Events(self._pieces(b"data: " + b"x" * 1000 + b"\n\n"))

    async def put(self, request: Incoming) -> dict[str, int]:
        self.on_their_way += 1
        try:
            size = sum([len(piece) async for piece in request.stream()])
        finally:
            self.on_their_way -= 1
        self.put_whole += 1
        return {"size": size}

    async def _pieces(self, piece: bytes) -> AsyncIterator[bytes]:
        self.on_their_way += 1
        try:
            for _ in range(FILE // len(piece)):
                yield piece
        finally:
            self.on_their_way -= 1


class _Events(StreamingResponse):
    media_type = "text/event-stream"


class Request(NamedTuple):
    """How a request begins, and all that is sent of it."""

    first: str
    headers: str = ""
    body: bytes = b""


class Slow:
    """Requests of one account that go on and on; `told` is what those were told that found no place."""

    def __init__(self, url: str) -> None:
        host, _, port = url.removeprefix("http://").partition(":")
        self._at, self._host = (host, int(port)), f"{host}:{port}"
        self.begun = 0
        self.told: list[str] = []
        self._tasks: list[asyncio.Task[None]] = []

    def begin(self, cookie: str, request: Request) -> None:
        """Send one, and read no more of the answer than its head."""
        self._tasks.append(asyncio.create_task(self._go_on(cookie, request)))

    async def _go_on(self, cookie: str, request: Request) -> None:
        reader, writer = await asyncio.open_connection(*self._at, limit=PIECE)
        try:
            usual = f"Host: {self._host}\r\nSec-Fetch-Site: same-origin\r\nCookie: {cookie}\r\n"
            writer.write(f"{request.first} HTTP/1.1\r\n{usual}{request.headers}\r\n".encode() + request.body)
            self.begun += 1
            answer = (await reader.readuntil(b"\r\n\r\n")).decode()
            if not answer.startswith("HTTP/1.1 200 "):
                self.told.append(answer.lower())
            await asyncio.Event().wait()
        finally:
            writer.transport.abort()

    @property
    def under_way(self) -> int:
        """How many haven't been turned away."""
        return self.begun - len(self.told)

    async def end(self) -> None:
        """Leave."""
        for task in self._tasks:
            task.cancel()
        for done in await asyncio.gather(*self._tasks, return_exceptions=True):
            assert isinstance(done, asyncio.CancelledError)


@contextlib.asynccontextmanager
async def a_house(api: Library) -> AsyncIterator[tuple[str, str, list[str]]]:
    """A frontend, the cookie of somebody, and two of somebody else's browsers."""
    with serve(api.app) as at, serving("run", at, WEBAPP_API_TIMEOUT=str(PATIENCE)) as (url, _):
        url = url.rstrip("/")
        yield url, await signed_in(url, "ada"), [await signed_in(url, "mallory") for _ in range(2)]


async def looked_at(url: str, cookie: str) -> list[Page]:
    """So many pages, one after the other."""
    return [await fetch(url, cookie) for _ in range(PAGES)]


def spread(pages: list[Page]) -> str:
    """How long they took."""
    took = sorted(page.took * 1000 for page in pages)
    return f"p50 {took[len(took) // 2]:.0f} ms, p100 {took[-1]:.0f} ms"


DOWNLOAD = Request("GET /-/files/film")
UPLOAD = Request(
    "POST /-/operations/put",
    f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {FILE}\r\n",
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="body/file"; filename="a"\r\n\r\n'.encode() + bytes(2**20),
)


@pytest.mark.parametrize("wanted", [DOWNLOAD, UPLOAD], ids=["downloads", "uploads"])
async def test_a_hundred_slow_files_keep_nobody_out_nor_their_own_pages(
    wanted: Request, figure: Callable[[str], None]
) -> None:
    async with a_house(Library()) as (url, ada, mallory):
        before = await looked_at(url, ada)
        slow = Slow(url)
        for number in range(SLOW):
            slow.begin(mallory[number % 2], wanted)
        async with asyncio.timeout(60):
            while slow.begun < SLOW:
                await asyncio.sleep(0.01)
            early = await looked_at(url, ada)
            own = [await fetch(url, cookie) for cookie in mallory]
            while slow.under_way > SLOW // 4:
                await asyncio.sleep(0.05)
        late = await looked_at(url, ada)
        own += [await fetch(url, cookie) for cookie in mallory]
        stranger = await fetch(url, path="/login")
        under_way, told = slow.under_way, slow.told
        await slow.end()

    figure(
        f"of {SLOW} by two browsers of one account {under_way} went on and {len(told)} were told to wait; somebody "
        f"else's {PAGES} pages took {spread(before)} before, {spread(early)} while they queued, {spread(late)} after"
    )
    assert Counter(page.status for page in [*before, *early, *late, *own, stranger]) == {200: 3 * PAGES + 5}
    assert 0 < under_way < SLOW // 4
    assert [each for each in told if not each.startswith("http/1.1 429 ")] == []
    assert [each for each in told if "retry-after: 5" not in each or "set-cookie" in each] == []


@pytest.mark.parametrize("path", ["/-/files/film", "/-/events/news"])
async def test_a_browser_that_reads_nothing_holds_no_connection_to_the_api_once_its_session_has_ended(
    path: str, figure: Callable[[str], None]
) -> None:
    api, loop = Library(), asyncio.get_running_loop()
    async with a_house(api) as (url, ada, _):
        slow = Slow(url)
        slow.begin(ada, Request(f"GET {path}", "Accept: text/event-stream\r\n"))
        await until(lambda: api.on_their_way == 1)
        await asyncio.sleep(1)  # by now nothing more fits in between
        assert api.on_their_way == 1
        out = Slow(url)
        out.begin(ada, Request("POST /logout", "Content-Length: 0\r\n"))
        await until(lambda: api.logouts == 1)
        began = loop.time()
        async with asyncio.timeout(TAKING_SECONDS / 2):
            while api.on_their_way:
                await asyncio.sleep(0.01)
        figure(f"the API was rid of it {(loop.time() - began) * 1000:.0f} ms after the session had ended")
        await slow.end()
        await out.end()


async def test_an_upload_that_stands_still_is_over_once_its_session_has_ended(figure: Callable[[str], None]) -> None:
    api, loop = Library(), asyncio.get_running_loop()
    async with a_house(api) as (url, ada, _):
        slow, out = Slow(url), Slow(url)
        slow.begin(ada, UPLOAD)
        await until(lambda: api.on_their_way == 1)
        out.begin(ada, Request("POST /logout", "Content-Length: 0\r\n"))
        await until(lambda: api.logouts == 1)
        began = loop.time()
        async with asyncio.timeout(PATIENCE):
            while not slow.told or api.on_their_way:
                await asyncio.sleep(0.01)
        figure(f"it was over {(loop.time() - began) * 1000:.0f} ms after the session had ended")
        await slow.end()
        await out.end()
    assert slow.told[0].startswith("http/1.1 303 ")
    assert "location: /login?" in slow.told[0]
    assert api.put_whole == 0
