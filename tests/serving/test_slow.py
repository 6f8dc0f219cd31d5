"""A thousand connections that hardly move: the others don't notice, and all are closed in time."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.process import serving, up
from tests.serving.smuggling import GET, POST
from tests.serving.wire import exchange, statuses
from webapp.serving.files import room_for

EACH = 250
LONGEST = 30.0
"""A guard against hanging; the figure says how long it took."""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("slow")
    (folder / "mine.py").write_text("from fastapi import FastAPI\napp = FastAPI()\n")
    with serving("run", "mine:app", cwd=folder) as (url, _):
        up(url)
        yield int(url.rpartition(":")[2])


async def silent(writer: asyncio.StreamWriter) -> None:
    """Send nothing at all."""
    await asyncio.sleep(LONGEST)


async def half_a_head(writer: asyncio.StreamWriter) -> None:
    """Begin, and stop."""
    writer.write(GET)
    await asyncio.sleep(LONGEST)


async def drop_by_drop(writer: asyncio.StreamWriter) -> None:
    """Send a byte of a head each second."""
    await dripped(writer, GET + b"X: " + b"a" * 100)


async def a_slow_body(writer: asyncio.StreamWriter) -> None:
    """Send a head at once, and then a byte of the body each second."""
    writer.write(POST + b"Origin: http://localhost\r\nContent-Length: 1000\r\n\r\n")
    await dripped(writer, b"a" * 1000)


async def dripped(writer: asyncio.StreamWriter, data: bytes) -> None:
    for byte in data:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(1)


Attack = Callable[[asyncio.StreamWriter], Awaitable[None]]


async def attack(port: int, how: Attack, opened: asyncio.Semaphore) -> float:
    """How long the server has put up with it, in seconds."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    opened.release()
    began = time.monotonic()
    sending = asyncio.ensure_future(how(writer))
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(LONGEST):
            while await reader.read(4096):
                pass
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
    return time.monotonic() - began


async def p99(port: int, requests: int = 200) -> float:
    """Of a page's time, in milliseconds, one request after another on a connection of its own each."""
    took = []
    for _ in range(requests):
        began = time.perf_counter()
        answer = await exchange(port, [GET + b"Connection: close\r\n\r\n"])
        took.append((time.perf_counter() - began) * 1000)
        assert statuses(answer) == [200]
        await asyncio.sleep(0.002)
    return sorted(took)[int(requests * 0.99) - 1]


async def test_a_thousand_half_open_connections_are_closed_in_time_and_disturb_nobody(
    port: int, figure: Callable[[str], None]
) -> None:
    assert room_for(4 * EACH) == 4 * EACH
    before = await p99(port)
    opened = asyncio.Semaphore(0)
    attacks = [
        asyncio.create_task(attack(port, how, opened))
        for how in (silent, half_a_head, drop_by_drop, a_slow_body)
        for _ in range(EACH)
    ]
    for _ in attacks:
        await opened.acquire()

    during = await p99(port)
    lasted = await asyncio.gather(*attacks)

    figure(
        f"{len(attacks)} half-open connections: the last was closed after {max(lasted):.1f} s; "
        f"p99 of others {before:.1f} ms before, {during:.1f} ms meanwhile"
    )
    assert max(lasted) < LONGEST


async def test_lines_without_a_request_keep_no_connection_open(port: int) -> None:
    answer = await exchange(port, [GET + b"\r\n", *[b"\r\n"] * 60], within=LONGEST, gap=0.5)

    assert statuses(answer) == [200]


async def test_a_body_that_comes_slowly_but_steadily_is_taken(port: int) -> None:
    """Two KB a second for longer than a body without any speed would be given."""
    piece = b"a" * 1000
    head = POST + b"Origin: http://elsewhere.test\r\nConnection: close\r\nContent-Length: 26000\r\n\r\n"

    answer = await exchange(port, [head, *[piece] * 26], within=LONGEST, gap=0.5)

    assert statuses(answer) == [403]


async def test_beyond_the_bound_new_connections_are_told_to_come_again_and_old_ones_go_on(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("from fastapi import FastAPI\napp = FastAPI()\n")
    with serving("run", "mine:app", cwd=tmp_path, WEBAPP_MAX_CONNECTIONS="5") as (url, _):
        up(url)
        port = int(url.rpartition(":")[2])
        old = [await asyncio.open_connection("127.0.0.1", port) for _ in range(5)]
        for _, writer in old:
            writer.write(GET)

        answer = await exchange(port, [GET + b"\r\n"])
        old[0][1].write(b"Connection: close\r\n\r\n")
        first = await old[0][0].read()

        for _, writer in old:
            writer.close()
    assert statuses(answer) == [503]
    assert b"retry-after: 5\r\n" in answer
    assert answer.endswith(b"Please try again in a moment.\n")
    assert statuses(first) == [200]
