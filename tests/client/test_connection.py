"""What one connection makes of what a server sends, and whether it carries another exchange after that."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.client.support import listening, read_head
from tests.faults.certificates import written
from webapp.client import APIClient, shared_transport
from webapp.errors import APIError, BadGateway, TooLarge, Unavailable

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
POISON = OK + b'Content-Length: 8\r\n\r\n"poison"'


def whole(body: bytes, *headers: bytes) -> bytes:
    lines = b"".join(header + b"\r\n" for header in headers)
    return OK + lines + b"Content-Length: %d\r\n\r\n" % len(body) + body


class Server:
    """Says what it was given to each request, the first of a method or any, and counts who has connected."""

    def __init__(self, *answers: bytes, ends: bool = False) -> None:
        self.answers = list(answers)
        self.ends = ends
        self.connections = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while True:
            await read_head(reader)
            writer.write(self.answers.pop(0) if self.answers else whole(b'"last"'))
            await writer.drain()
            if self.ends:
                return


@pytest.fixture
async def pool() -> AsyncIterator[httpx.AsyncBaseTransport]:
    transport = shared_transport()
    yield transport
    await transport.aclose()


@pytest.mark.parametrize(
    ("said", "data"),
    [
        (whole(b'"a"'), "a"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\n1\r\n2;x=y\r\n23\r\n0\r\nX-Late: 1\r\n\r\n", 123),
        (OK.replace(b"\r\n", b"\n") + b"Content-Length: 1\n\n1", 1),
        (OK + b"X-Folded: a\r\n b\r\nContent-Length: 1\r\n\r\n1", 1),
        (b"HTTP/1.1 204 No Content\r\n\r\n", None),
        (b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", None),
        (b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n", None),
        (b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + whole(b"1"), 1),
    ],
)
async def test_a_connection_carries_another_exchange_after_an_answer_that_has_ended(
    pool: httpx.AsyncBaseTransport, said: bytes, data: object
) -> None:
    server = Server(said)
    async with listening(server) as url:
        api = APIClient(url, transport=pool)
        assert (await api.request("GET", "/")).data == data
        assert (await api.request("POST", "/")).data == "last"

    assert server.connections == 1


@pytest.mark.parametrize(
    "said",
    [
        whole(b"1", b"Connection: close"),
        whole(b"1").replace(b"HTTP/1.1", b"HTTP/1.0"),
        b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n1\r\n0\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 20\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
)
async def test_a_connection_about_which_anything_is_in_doubt_carries_no_other(
    pool: httpx.AsyncBaseTransport, said: bytes
) -> None:
    server = Server(said)
    async with listening(server) as url:
        api = APIClient(url, transport=pool)
        await api.request("GET", "/")
        assert (await api.request("POST", "/")).data == "last"

    assert server.connections == 2


async def test_after_an_error_of_the_api_a_write_goes_out_on_another_connection(pool: httpx.AsyncBaseTransport) -> None:
    server = Server(b"HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\n{}")
    async with listening(server) as url:
        api = APIClient(url, transport=pool)
        with pytest.raises(BadGateway):
            await api.request("GET", "/")
        assert (await api.request("POST", "/")).data == "last"

    assert server.connections == 2


@pytest.mark.parametrize(
    "said",
    [
        whole(b"1") + POISON,
        b"HTTP/1.1 204 No Content\r\n\r\n" + POISON,
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: %d\r\n\r\n" % len(POISON) + POISON,
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1 and more",
    ],
)
async def test_what_comes_after_an_answer_is_never_taken_for_the_next_one(
    pool: httpx.AsyncBaseTransport, said: bytes
) -> None:
    server = Server(said)
    async with listening(server) as url:
        api = APIClient(url, transport=pool)
        with pytest.raises(BadGateway):
            await api.request("GET", "/")
        assert (await api.request("GET", "/")).data == "last"


async def test_an_answer_that_nobody_has_asked_for_ends_the_connection(pool: httpx.AsyncBaseTransport) -> None:
    unasked, closed = asyncio.Event(), asyncio.Event()
    served = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal served
        served += 1
        await read_head(reader)
        writer.write(whole(b'"mine"'))
        if served > 1:
            return
        await unasked.wait()
        writer.write(POISON)
        await reader.read()
        closed.set()

    async with listening(serve) as url:
        api = APIClient(url, transport=pool)
        assert (await api.request("GET", "/")).data == "mine"
        unasked.set()
        await closed.wait()
        assert (await api.request("GET", "/")).data == "mine"

    assert served >= 2  # a read may be tried once more


async def test_the_length_that_an_answer_to_head_tells_is_that_of_no_body(pool: httpx.AsyncBaseTransport) -> None:
    server = Server(OK + b"Content-Length: 1000\r\n\r\n")
    async with listening(server) as url:
        api = APIClient(url, transport=pool, timeout=5)
        assert (await api.request("HEAD", "/")).headers["content-length"] == "1000"
        assert (await api.request("GET", "/")).data == "last"


async def test_a_body_may_end_with_its_connection(pool: httpx.AsyncBaseTransport) -> None:
    server = Server(OK + b'\r\n"all of it"', ends=True)
    async with listening(server) as url:
        assert (await APIClient(url, transport=pool).request("GET", "/")).data == "all of it"


@pytest.mark.parametrize("says_goodbye", [True, False])
async def test_over_tls_a_body_ends_with_its_connection_only_if_the_server_has_said_so(
    tmp_path: Path, says_goodbye: bool
) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(OK + b'\r\n"half of it"')
        await writer.drain()
        writer.close() if says_goodbye else writer.transport.abort()

    written(tmp_path / "both.pem", "localhost")
    for_server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    for_server.load_cert_chain(tmp_path / "both.pem")
    transport = shared_transport(verify=ssl.create_default_context(cafile=tmp_path / "both.pem"))
    async with listening(serve, for_server) as url:
        api = APIClient(url, transport=transport)
        if says_goodbye:
            assert (await api.request("GET", "/")).data == "half of it"
        else:
            with pytest.raises(BadGateway, match="cut short"):
                await api.request("GET", "/")
        await transport.aclose()


async def test_what_stands_around_a_header_is_none_of_it(pool: httpx.AsyncBaseTransport) -> None:
    async with listening(Server(whole(b"1", b"X-A: \t b \t ", b"X-Empty:"))) as url:
        headers = (await APIClient(url, transport=pool).request("GET", "/")).headers

    assert (headers["x-a"], headers["x-empty"]) == ("b", "")


async def test_trailers_are_no_headers(pool: httpx.AsyncBaseTransport) -> None:
    server = Server(OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\n1\r\n0\r\nSet-Cookie: sid=late\r\n\r\n")
    async with listening(server) as url:
        api = APIClient(url, transport=pool)
        reply = await api.request("GET", "/")

    assert "set-cookie" not in reply.headers
    assert len(api.credentials.cookies) == 0


@pytest.mark.parametrize(
    "said",
    [
        OK + b"Transfer-Encoding: gzip\r\n\r\nabc",
        OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n1\r\n1\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n1\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked \r\n\r\n1\r\n1\r\n0\r\n\r\n",
        OK + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\n1",
        b"HTTP/1.1 099 Oh\r\nContent-Length: 1\r\n\r\n1" + whole(b"1"),
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + whole(b"1"),
        OK + b"X: a\0b\r\nContent-Length: 1\r\n\r\n1",
        OK + b"".join(b"X-%d: %s\r\n" % (number, b"x" * 1000) for number in range(70)) + b"Content-Length: 1\r\n\r\n1",
        OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\n1\r\n0\r\n" + b"X-T: " + b"x" * 300_000,
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nhello",
        b"HTTP/2 200\r\n\r\n",
    ],
)
async def test_what_no_server_should_send_is_no_answer(pool: httpx.AsyncBaseTransport, said: bytes) -> None:
    async with listening(Server(said)) as url:
        with pytest.raises(BadGateway):
            await APIClient(url, transport=pool, timeout=5).request("POST", "/")


async def test_an_upload_that_was_answered_early_leaves_no_rest_for_the_next_request(
    pool: httpx.AsyncBaseTransport,
) -> None:
    received: list[str] = []
    answered = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            first, headers = await read_head(reader)
            received.append(first)
            if "transfer-encoding" in dict(headers):
                await reader.readexactly(int(await reader.readline(), 16))
                await reader.readline()
                writer.write(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\n{}")
                answered.set()
            else:
                writer.write(whole(b"1"))

    async def upload() -> AsyncIterator[bytes]:
        yield b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
        await answered.wait()
        yield b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"

    async with listening(serve) as url:
        api = APIClient(url, transport=pool)
        for _ in range(3):
            answered.clear()
            with pytest.raises((TooLarge, Unavailable)):
                await api.request("POST", "/", content=upload())
            assert (await api.request("GET", "/after")).data == 1

    assert received == ["POST / HTTP/1.1", "GET /after HTTP/1.1"] * 3


async def test_after_an_early_answer_no_rest_of_the_body_is_in_the_next_request_s_way(
    pool: httpx.AsyncBaseTransport,
) -> None:
    received: list[str] = []
    gone = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first, _ = await read_head(reader)
        received.append(first)
        if first.startswith("GET"):
            writer.write(whole(b"1"))
            return
        writer.write(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\n{}")
        await writer.drain()
        await gone.wait()  # and takes no more of the body

    async with listening(serve) as url:
        api = APIClient(url, transport=pool, timeout=10)
        with pytest.raises(TooLarge):
            await api.request("POST", "/", content=bytes(32 * 1024 * 1024))
        assert (await api.request("GET", "/after")).data == 1
        gone.set()

    assert received == ["POST / HTTP/1.1", "GET /after HTTP/1.1"]


@pytest.mark.parametrize("piece", [b"12345GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n", b"123"])
async def test_a_body_that_is_not_as_long_as_was_promised_is_no_request(
    pool: httpx.AsyncBaseTransport, piece: bytes
) -> None:
    received: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            first, headers = await read_head(reader)
            await reader.readexactly(int(dict(headers).get("content-length", "0")))
            received.append(first)
            writer.write(whole(b"1"))

    async def upload() -> AsyncIterator[bytes]:
        yield piece

    async with listening(serve) as url:
        api = APIClient(url, transport=pool)
        with pytest.raises(APIError):
            await api.request("POST", "/", content=upload(), headers={"Content-Length": "5"})
        assert (await api.request("GET", "/after")).data == 1

    assert received == ["GET /after HTTP/1.1"]


async def test_whoever_wants_no_more_of_an_answer_gives_up_its_connection(pool: httpx.AsyncBaseTransport) -> None:
    server = Server(OK + b"Content-Length: 100\r\n\r\n1")
    async with listening(server) as url:
        api = APIClient(url, transport=pool)
        async with api.stream("GET", "/") as reply:
            assert await anext(reply.chunks()) == b"1"
        assert (await api.request("GET", "/")).data == "last"

    assert server.connections == 2


async def test_a_slow_server_is_sent_no_more_than_it_takes(pool: httpx.AsyncBaseTransport) -> None:
    given = 0
    go_on = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        await go_on.wait()
        received = 0
        while received < 64 * 1024 * 1024:
            received += len(await reader.read(1024 * 1024))
        writer.write(whole(b"1"))

    async def upload() -> AsyncIterator[bytes]:
        nonlocal given
        for _ in range(64):
            given += 1
            yield bytes(1024 * 1024)

    async with listening(serve) as url:
        api = APIClient(url, transport=pool)
        sending = asyncio.create_task(
            api.request("POST", "/", content=upload(), headers={"Content-Length": str(64 * 1024 * 1024)})
        )
        for _ in range(2000):
            await asyncio.sleep(0)
        assert given < 32
        go_on.set()
        assert (await sending).data == 1


@pytest.mark.parametrize(
    "error",
    [
        (b"HTTP/1.1 200 OK\r\nX", Unavailable),
        (OK + b"Content-Length: 9\r\n\r\n1", BadGateway),
        (OK + b"Content-Length : 9\r\n\r\n1", BadGateway),
    ],
)
async def test_a_connection_that_is_lost_on_the_way_is_told_by_how_far_it_was(
    pool: httpx.AsyncBaseTransport, error: tuple[bytes, type[APIError]]
) -> None:
    said, kind = error
    async with listening(Server(said, said, ends=True)) as url:
        with pytest.raises(kind):
            await APIClient(url, transport=pool).request("GET", "/")
