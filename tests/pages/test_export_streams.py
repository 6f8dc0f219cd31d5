"""An export while it is on its way: it holds no more than a page, and ends when nobody is there any more."""

import asyncio
import gc
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from starlette.types import ASGIApp, Message

from tests.pages.library import library_api
from tests.pages.test_export import pages
from webapp import Settings, create_app
from webapp.testing import FakeAPI, Received
from webapp.testing.lifespan import Lifespan

ROWS = 10_000


def frontend(api: FakeAPI) -> ASGIApp:
    return create_app("http://api", transport=api.transport, settings=Settings())


def scope(spec: str = "2.3") -> dict[str, Any]:
    """A request for the list of books as a file."""
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": spec},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/-/export/books",
        "raw_path": b"/-/export/books",
        "query_string": b"format=csv",
        "root_path": "",
        "headers": [(b"host", b"testserver"), (b"sec-fetch-site", b"same-origin")],
        "client": ("127.0.0.1", 1),
        "server": ("testserver", 80),
    }


async def run(app: ASGIApp, sent: Callable[[bytes], None], *, spec: str = "2.3", gone: asyncio.Event) -> None:
    """Ask for the export; `sent` gets each piece of it, and `gone` says when the browser isn't there any more."""
    asked = False

    async def receive() -> Message:
        nonlocal asked
        if not asked:
            asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if spec == "2.4" and gone.is_set():
            raise OSError("The browser has gone.")
        sent(message.get("body", b""))
        await asyncio.sleep(0)

    async with Lifespan(app) as running:
        await running(scope(spec), receive, send)


@pytest.mark.parametrize("spec", ["2.3", "2.4"])
async def test_it_ends_when_the_browser_has_gone(spec: str, caplog: pytest.LogCaptureFixture) -> None:
    api = library_api({"GET /books": pages(50_000)})
    gone = asyncio.Event()
    pieces: list[bytes] = []

    def sent(piece: bytes) -> None:
        pieces.append(piece)
        if b"Book 1" in piece:
            gone.set()

    await run(frontend(api), sent, spec=spec, gone=gone)

    assert gone.is_set()
    assert 0 < len([each for each in api.requests if each.path == "/books"]) < 10
    assert b"Book 49999" not in b"".join(pieces)
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_thousands_of_rows_need_no_more_than_the_first_few() -> None:
    answer = pages(ROWS)

    def counted(received: Received) -> Any:
        api.requests.clear()  # what the test itself would hold
        return answer(received)

    api = library_api({"GET /books": counted})
    lines, size, held = 0, 0, dict[int, int]()

    def sent(piece: bytes) -> None:
        nonlocal lines, size
        size += len(piece)
        lines += piece.count(b"\n")
        step = lines // (ROWS // 5)
        if step not in held:
            gc.collect()
            held[step] = tracemalloc.get_traced_memory()[0]

    app = frontend(api)
    tracemalloc.start()
    try:
        await run(app, sent, gone=asyncio.Event())
    finally:
        tracemalloc.stop()

    assert lines > ROWS
    assert max(held) == 5
    assert max(held.values()) - held[1] < size / 4
