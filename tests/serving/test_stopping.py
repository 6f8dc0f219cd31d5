"""A process that is told to stop says so first, finishes what it has begun, and ends without a failure."""

import asyncio
import contextlib
import re
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.cli.process import Process, serving, up

APP = """
import asyncio
from collections.abc import AsyncIterator
from fastapi import FastAPI, UploadFile
from fastapi.responses import StreamingResponse

app = FastAPI()

@app.get("/slow")
async def slow(seconds: float = 2.0) -> dict[str, str]:
    await asyncio.sleep(seconds)
    return {"said": "late, but whole"}

@app.get("/file")
async def file() -> StreamingResponse:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 1000
            await asyncio.sleep(0.1)
    return StreamingResponse(pieces(), media_type="application/octet-stream")

@app.get("/events", responses={200: {"content": {"text/event-stream": {}}}}, response_class=StreamingResponse)
async def events() -> StreamingResponse:
    async def some() -> AsyncIterator[bytes]:
        yield b"id: 1\\ndata: first\\n\\n"
        while True:
            await asyncio.sleep(3600)
    return StreamingResponse(some(), media_type="text/event-stream")

@app.post("/upload")
async def upload(file: UploadFile) -> dict[str, int]:
    return {"size": len(await file.read())}
"""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, Process]]:
    (tmp_path / "mine.py").write_text(APP)
    with serving("run", "mine:app", cwd=tmp_path, WEBAPP_SHUTDOWN_DELAY="0.7", WEBAPP_SHUTDOWN_GRACE="6") as (
        url,
        process,
    ):
        up(url)
        httpx.get(f"{url}/-/readyz")
        yield url, process


async def test_what_is_under_way_is_answered_streams_are_ended_and_nothing_fails(
    served: tuple[str, Process], figure: Callable[[str], None]
) -> None:
    url, process = served
    async with httpx.AsyncClient(base_url=url, timeout=20) as client:
        assert (await client.get("/-/readyz")).json() == {"status": "ready"}
        slow = [asyncio.create_task(client.get("/slow")) for _ in range(20)]
        files = [asyncio.create_task(client.get("/-/files/file")) for _ in range(3)]
        stream = asyncio.create_task(streamed(client))
        upload = asyncio.create_task(uploaded(client))
        await asyncio.sleep(0.5)

        process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.2)
        async with httpx.AsyncClient(base_url=url) as balancer:
            ready = await balancer.get("/-/readyz")
        pages, saved = await asyncio.gather(*slow), await asyncio.gather(*files)
        events, sent = await stream, await upload
    status = await asyncio.to_thread(process.ended)

    figure(
        f"told to stop with {len(pages) + len(saved) + 2} requests under way: all were answered, exit status {status}"
    )
    assert (ready.status_code, ready.json()) == (503, {"status": "stopping"})
    assert [page.status_code for page in pages] == [200] * 20
    assert all("late, but whole" in page.text for page in pages)
    assert [len(file.content) for file in saved] == [20_000] * 3
    assert "first" in events
    assert "event: end" not in events  # so that the browser comes back, to another process
    assert sent.status_code < 400
    assert status == 0
    assert "Traceback" not in process.said


async def streamed(client: httpx.AsyncClient) -> str:
    answer = await client.get("/-/events/events", headers={"Accept": "text/event-stream"})
    return answer.text


async def uploaded(client: httpx.AsyncClient) -> httpx.Response:
    """Two seconds of an upload."""
    boundary = "b0undary"
    page = await client.get("/-/operations")
    slug = next(part for part in page.text.split('"') if part.startswith("/-/operations/") and "upload" in part)
    control = re.search(r'<input[^>]*type="file"[^>]*>', (await client.get(slug)).text)
    assert control is not None
    name = control[0].partition('name="')[2].partition('"')[0]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="a.bin"\r\n\r\n'

    async def body() -> AsyncIterator[bytes]:
        yield head.encode()
        for _ in range(20):
            yield b"y" * 1000
            await asyncio.sleep(0.1)
        yield f"\r\n--{boundary}--\r\n".encode()

    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}", "Origin": str(client.base_url).rstrip("/")}
    return await client.post(slug, content=body(), headers=headers)


async def test_what_takes_longer_than_the_grace_is_cut_off_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(APP)
    with serving("run", "mine:app", cwd=tmp_path, WEBAPP_SHUTDOWN_DELAY="0", WEBAPP_SHUTDOWN_GRACE="1") as (
        url,
        process,
    ):
        up(url)
        async with httpx.AsyncClient(base_url=url, timeout=20) as client:
            endless = asyncio.create_task(client.get("/slow?seconds=9"))
            await asyncio.sleep(0.5)
            process.send_signal(signal.SIGTERM)
            status = await asyncio.to_thread(process.ended)
            with contextlib.suppress(httpx.TransportError):
                await endless

    assert status == 0
    assert "Traceback" not in process.said
    assert "was cut off" in process.said


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT])
async def test_told_twice_it_ends_at_once(served: tuple[str, Process], second: signal.Signals) -> None:
    url, process = served
    async with httpx.AsyncClient(base_url=url, timeout=20) as client:
        endless = asyncio.create_task(client.get("/slow?seconds=9"))
        await asyncio.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.2)

        began = time.monotonic()
        process.send_signal(second)
        status = await asyncio.to_thread(process.ended)
        took = time.monotonic() - began
        with contextlib.suppress(httpx.TransportError):
            await endless

    assert status == 0
    assert "Traceback" not in process.said
    assert took < 5  # of the 9 that it would have gone on for


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
async def test_nothing_under_way_means_no_waiting(served: tuple[str, Process], number: signal.Signals) -> None:
    _, process = served

    process.send_signal(number)

    assert await asyncio.to_thread(process.ended) == 0
    assert "Traceback" not in process.said
