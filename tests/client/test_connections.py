"""Places of the pool, and connections that must not be used again."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from tests.client.support import listening, read_head
from webapp.client import APIClient, shared_transport
from webapp.errors import BadGateway, Unavailable

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


async def _answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        await read_head(reader)
        writer.write(OK)


async def test_a_call_cancelled_while_it_connects_gives_its_place_back_once() -> None:
    most = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal most
        await read_head(reader)
        most += 1
        await reader.read()

    for steps in range(12):
        transport = shared_transport(limit=2)
        most = 0
        async with listening(serve) as url:
            address = url.replace("localhost", "127.0.0.1")
            for _ in range(5):
                call = asyncio.create_task(transport.handle_async_request(httpx.Request("GET", address)))
                for _ in range(steps):
                    await asyncio.sleep(0)
                call.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await call
                await asyncio.sleep(0.002)
            most = 0
            calls = [
                asyncio.create_task(transport.handle_async_request(httpx.Request("GET", address))) for _ in "abcdef"
            ]
            async with asyncio.timeout(10):
                while most < 2:
                    await asyncio.sleep(0.001)
            await asyncio.sleep(0.02)
            assert most == 2, steps
            for call in calls:
                call.cancel()
            await asyncio.gather(*calls, return_exceptions=True)
            await transport.aclose()


@contextlib.contextmanager
def _saying_more(asked: threading.Event, said: threading.Event) -> Iterator[str]:
    """An API of another thread, which gives its first connection a second answer when it's `asked` to."""

    def serve() -> None:
        first, _ = listener.accept()
        first.recv(65536)
        first.sendall(OK)
        asked.wait(10)
        first.sendall(OK.replace(b"{}", b"66"))
        said.set()
        second, _ = listener.accept()
        second.recv(65536)
        second.sendall(OK)
        first.close()
        second.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


async def test_an_answer_that_has_come_unread_before_a_request_is_not_the_answer_to_it() -> None:
    transport, asked, said = shared_transport(), threading.Event(), threading.Event()
    with _saying_more(asked, said) as url:
        first = await transport.handle_async_request(httpx.Request("GET", url))
        assert await first.aread() == b"{}"
        await asyncio.sleep(0.01)
        asked.set()
        assert said.wait(10)  # the loop stands still: nobody has looked
        second = await transport.handle_async_request(httpx.Request("POST", url, content=b"x"))
        assert await second.aread() == b"{}"
        await transport.aclose()


async def test_trailers_without_an_end_are_given_up() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX-A: ")
        while True:
            writer.write(b"a" * 65536)
            await writer.drain()

    transport = shared_transport()
    async with listening(serve) as url:
        with pytest.raises(BadGateway):
            await APIClient(url, transport=transport, timeout=30).request("GET", "/")
    await transport.aclose()


async def test_small_chunks_in_one_piece_are_no_head() -> None:
    said = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 60_000 + b"0\r\n\r\n"

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(said)
        await writer.drain()

    transport = shared_transport()
    async with listening(serve) as url:
        assert len((await APIClient(url, transport=transport).request("GET", "/")).content) == 60_000
    await transport.aclose()


async def _answers_and_reads_no_more(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_head(reader)
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    writer.write(OK)
    await asyncio.Event().wait()


async def test_an_accepted_upload_that_is_given_up_leaves_its_place() -> None:
    async def stuck() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.Event().wait()

    transport = shared_transport(limit=1)
    async with listening(_answers_and_reads_no_more) as url, listening(_answers) as other:
        with pytest.raises(Unavailable):
            await APIClient(url, transport=transport, timeout=0.1).request("POST", "/", content=stuck())
        assert (await APIClient(other, transport=transport, timeout=10).request("GET", "/")).status == 200
    await transport.aclose()


async def test_a_connection_is_not_used_again_behind_a_body_that_nobody_has_taken() -> None:
    connections = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await _answers_and_reads_no_more(reader, writer)

    transport = shared_transport()
    async with listening(serve) as url:
        api = APIClient(url, transport=transport, timeout=10)
        for _ in range(2):
            assert (await api.request("POST", "/", content=b"x" * 30_000_000)).status == 200
        await transport.aclose()
    assert connections == 2


@pytest.mark.parametrize("headers", [[("Content-Length", "40")], [("Content-Length", "0"), ("Content-Length", "4")]])
async def test_no_body_is_announced_that_does_not_come(headers: list[tuple[str, str]]) -> None:
    transport = shared_transport()
    with pytest.raises(httpx.LocalProtocolError):
        await transport.handle_async_request(httpx.Request("GET", "http://localhost:1/", headers=headers))
