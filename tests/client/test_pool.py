"""The pool on real sockets, by host name."""

import asyncio
import gc
import gzip
import itertools
import socket
import ssl
import tracemalloc
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from tests.client.support import listening, read_head
from webapp.client import APIClient, Credentials, shared_transport
from webapp.errors import APIError, BadGateway, TooLarge, Unavailable


@pytest.fixture
async def pool() -> AsyncIterator[httpx.AsyncBaseTransport]:
    transport = shared_transport()
    yield transport
    await transport.aclose()


def answer(body: bytes = b"{}", *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Content-Type: application/json", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def read_body(reader: asyncio.StreamReader, headers: list[tuple[str, str]]) -> bytes:
    return await reader.readexactly(int(dict(headers).get("content-length", "0")))


async def test_no_cookie_is_shared_by_two_sessions(pool: httpx.AsyncBaseTransport) -> None:
    seen: list[tuple[str, str | None]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            first, headers = await read_head(reader)
            name = first.split()[1].strip("/")
            seen.append((name, dict(headers).get("cookie")))
            writer.write(answer(b"{}", f"Set-Cookie: sid={name}; Path=/", f'Set-Cookie: own-{name}="a b"; Path=/'))

    async with listening(serve) as url:
        base = APIClient(url, transport=pool)
        ada, bob = base.for_session(), base.for_session()
        for _ in range(20):
            await asyncio.gather(*(api.request("GET", f"/{name}") for api, name in ((ada, "ada"), (bob, "bob"))))
        await base.request("GET", "/nobody")

    for name in ("ada", "bob"):
        cookies = [cookie for who, cookie in seen if who == name]
        assert cookies == [None] + [f'sid={name}; own-{name}="a b"'] * 19
    assert seen[-1] == ("nobody", None)


async def test_headers_go_out_and_come_in_as_they_are(pool: httpx.AsyncBaseTransport) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first, headers = await read_head(reader)
        lines = [f"X-Echo: {first}", *(f"X-Echo: {name}={value}" for name, value in headers)]
        writer.write(answer(b"{}", *lines, "X-Long: " + "x" * 30_000))
        await reader.read()

    async with listening(serve) as url:
        api = APIClient(url, transport=pool, credentials=Credentials("t", cookies={"a": "b=c;d"}))
        reply = await api.request("GET", "/a%2Fb/c:d?x=a%20b&y=%2B&z=a+b", headers={"X-Own": "Zoë"})

    first, *headers = reply.headers.get_list("x-echo")
    assert first == "GET /a%2Fb/c:d?x=a%20b&y=%2B&z=a+b HTTP/1.1"
    names = [header.partition("=")[0] for header in headers]
    assert sorted(names) == sorted(set(names))
    assert set(names) == {
        "host",
        "accept",
        "accept-encoding",
        "user-agent",
        "x-request-id",
        "authorization",
        "cookie",
        "x-own",
    }
    assert "cookie=a=b=c;d" in headers
    assert f"host={url.removeprefix('http://')}" in headers
    assert len(reply.headers["x-long"]) == 30_000


@pytest.mark.parametrize(
    ("method", "times"), [("POST", 1), ("PUT", 1), ("PATCH", 1), ("DELETE", 1), ("GET", 2), ("HEAD", 2)]
)
@pytest.mark.parametrize("reset", [False, True])
async def test_a_write_whose_connection_breaks_is_sent_exactly_once(
    pool: httpx.AsyncBaseTransport, method: str, times: int, reset: bool
) -> None:
    """Not even where aiohttp itself would try again, which it does for PUT and DELETE."""
    seen = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal seen
        await read_head(reader)
        seen += 1
        if reset:
            sock = writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")

    async with listening(serve) as url:
        with pytest.raises(Unavailable, match="reached"):
            await APIClient(url, transport=pool).request(method, "/")

    assert seen == times


async def test_a_kept_connection_that_the_server_has_closed_does_no_harm_to_a_read(
    pool: httpx.AsyncBaseTransport,
) -> None:
    served = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal served
        await read_head(reader)
        served += 1
        writer.write(answer())
        await read_head(reader)

    async with listening(serve) as url:
        api = APIClient(url, transport=pool)
        for _ in range(10):
            await api.request("GET", "/")

    assert served == 10


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (b"", Unavailable),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", BadGateway),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n", BadGateway),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nshort\r\n", BadGateway),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 5\r\n\r\nshort", BadGateway),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", BadGateway),
        (b"HTTP/1.1 abc OK\r\n\r\n", BadGateway),
        (b"HTTP/1.1 200 OK\r\nX-A\r\n\r\n", BadGateway),
        (b"HTTP/1.1 200 OK\r\nX-A: " + b"x" * 100_000 + b"\r\n\r\n", BadGateway),
        (b"HTTP/1.1 200 OK\r\nX-A", Unavailable),
    ],
)  # fmt: skip
async def test_half_an_answer_is_none(pool: httpx.AsyncBaseTransport, said: bytes, error: type[APIError]) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(said)
        await writer.drain()

    async with listening(serve) as url:
        with pytest.raises(error):
            await APIClient(url, transport=pool).request("POST", "/", json={})


async def test_a_connection_reset_within_the_body_is_a_bad_gateway(pool: httpx.AsyncBaseTransport) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome")
        await writer.drain()
        writer.transport.abort()

    async with listening(serve) as url:
        with pytest.raises(BadGateway, match="cut short"):
            await APIClient(url, transport=pool).request("GET", "/")


async def test_a_read_is_tried_again_where_no_connection_was_made(pool: httpx.AsyncBaseTransport) -> None:
    asked: list[httpx.Request] = []

    class Watched(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            asked.append(request)
            return await pool.handle_async_request(request)

    for method, times in (("GET", 2), ("POST", 1)):
        asked.clear()
        with pytest.raises(Unavailable):
            await APIClient("http://nothing.invalid", transport=Watched()).request(method, "/")
        assert len(asked) == times


async def test_nobody_listening_no_such_host_and_no_tls_are_unavailable(pool: httpx.AsyncBaseTransport) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"this is no TLS")

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(Unavailable, match="reached"):
        await APIClient(f"http://localhost:{port}", transport=pool).request("POST", "/")
    with pytest.raises(Unavailable, match="reached"):
        await APIClient("http://nothing.invalid", transport=pool).request("POST", "/")
    async with listening(serve) as url:
        with pytest.raises(Unavailable, match="TLS"):
            await APIClient(url.replace("http:", "https:"), transport=pool).request("POST", "/")


async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def stall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_head(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome")
    await reader.read()


@pytest.mark.parametrize("talk", [hang, stall])
async def test_an_api_that_stalls_is_given_up(pool: httpx.AsyncBaseTransport, talk: Callable[..., Any]) -> None:
    async with listening(talk) as url:
        with pytest.raises(Unavailable, match="too long"):
            await APIClient(url, transport=pool, timeout=0.05).request("GET", "/")


async def test_a_host_that_does_not_answer_is_given_up_after_the_connect_time_out() -> None:
    """A pool whose one connection is taken looks the same from outside: nothing is to be had in time."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        port = deaf.getsockname()[1]
        fillers = [socket.socket() for _ in range(8)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        async with APIClient(f"http://127.0.0.1:{port}", connect_timeout=0.05) as api:
            with pytest.raises(Unavailable, match="too long") as caught:
                await api.request("POST", "/")
        for filler in fillers:
            filler.close()
    assert isinstance(caught.value.__cause__, httpx.ConnectTimeout)


async def test_nothing_is_taken_from_the_environment(
    pool: httpx.AsyncBaseTransport, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    seen: list[list[tuple[str, str]]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, headers = await read_head(reader)
        seen.append(headers)
        writer.write(answer())

    netrc = tmp_path / "netrc"
    netrc.write_text("machine localhost login ada password hush")
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("NETRC", str(netrc))
    async with listening(serve) as url:
        assert (await APIClient(url, transport=pool).request("GET", "/")).status == 200

    assert "authorization" not in dict(seen[0])


@pytest.mark.parametrize("share", [1, 2, 10])
async def test_cancelled_calls_never_poison_the_pool(share: int) -> None:
    """Of each `share` calls one is cancelled, at whatever point it has reached by then."""
    chance = itertools.count()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            first, _ = await read_head(reader)
            for _ in range(next(chance) % 5):
                await asyncio.sleep(0)
            writer.write(answer(first.split()[1].encode().join((b'"', b'"'))))
            await writer.drain()

    transport = shared_transport(limit=5)
    async with listening(serve) as url:
        api = APIClient(url, transport=transport)
        for round_number in range(60):
            calls = [asyncio.create_task(api.request("GET", f"/{n}")) for n in range(20)]
            for _ in range(round_number % 12):
                await asyncio.sleep(0)
            for call in calls[::share]:
                call.cancel()
            for n, result in enumerate(await asyncio.gather(*calls, return_exceptions=True)):
                if isinstance(result, asyncio.CancelledError):
                    continue
                assert not isinstance(result, BaseException)
                assert result.data == f"/{n}"
        healthy = await asyncio.gather(*(api.request("GET", f"/{n}") for n in range(10)))
        assert [reply.data for reply in healthy] == [f"/{n}" for n in range(10)]
    await transport.aclose()


async def test_connections_are_bounded_and_reused() -> None:
    connections = busy = most = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections, busy, most
        connections += 1
        while True:
            await read_head(reader)
            busy += 1
            most = max(most, busy)
            await asyncio.sleep(0)
            busy -= 1
            writer.write(answer())

    transport = shared_transport(limit=3)
    async with listening(serve) as url:
        base = APIClient(url, transport=transport)
        sessions = [base.for_session() for _ in range(50)]
        for _ in range(4):
            await asyncio.gather(*(session.request("GET", "/") for session in sessions))
        await transport.aclose()

    assert (connections, most) == (3, 3)


@pytest.mark.parametrize("status", ["100 Continue", "103 Early Hints", "150 Mine"])
async def test_informational_answers_come_before_the_one_that_counts_but_not_for_ever(
    pool: httpx.AsyncBaseTransport, status: str, figure: Callable[[str], None]
) -> None:
    interim, sent = f"HTTP/1.1 {status}\r\nLink: </x>\r\n\r\n".encode(), 0

    async def some(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(interim * 20 + answer())

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await read_head(reader)
        while True:
            writer.write(interim * 1000)
            await writer.drain()
            sent += 1000

    async with listening(some) as url:
        assert (await APIClient(url, transport=pool).request("GET", "/")).status == 200
    async with listening(endless) as url:
        with pytest.raises(BadGateway, match="can't be read"):
            await APIClient(url, transport=pool, timeout=60).request("GET", "/")
    figure(f"{status} without end was given up after 20; {sent:,} had been sent by then")


async def test_an_upload_streams_in_chunks(pool: httpx.AsyncBaseTransport) -> None:
    arrived: list[bytes] = []
    second = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, headers = await read_head(reader)
        assert dict(headers)["transfer-encoding"] == "chunked"
        assert "content-length" not in dict(headers)
        while size := int((await reader.readline()).strip(), 16):
            arrived.append(await reader.readexactly(size))
            await reader.readline()
            second.set()
        writer.write(answer())

    async def source() -> AsyncIterator[bytes]:
        yield b"one"
        await second.wait()
        yield b"two"

    async with listening(serve) as url:
        await APIClient(url, transport=pool).request("POST", "/", content=source())

    assert arrived == [b"one", b"two"]


async def test_an_upload_of_known_length_says_so(pool: httpx.AsyncBaseTransport) -> None:
    got: list[tuple[dict[str, str], bytes]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            _, headers = await read_head(reader)
            got.append((dict(headers), await read_body(reader, headers)))
            writer.write(answer())

    async with listening(serve) as url:
        api = APIClient(url, transport=pool)
        await api.request("PUT", "/", content=iter([b"abc", b"de"]), headers={"Content-Length": "5"})
        await api.request("POST", "/", files={"f": ("a.txt", b"content")})
        await api.request("POST", "/")

    assert got[0][1] == b"abcde"
    assert "transfer-encoding" not in got[0][0]
    assert b"content" in got[1][1]
    assert got[2][0]["content-length"] == "0"


async def test_an_upload_that_is_refused_early_does_not_hang(pool: httpx.AsyncBaseTransport) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(answer(b"{}", "Connection: close", status="413 Content Too Large"))
        await writer.drain()

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 65536

    async with listening(serve) as url:
        with pytest.raises((TooLarge, Unavailable)):
            await APIClient(url, transport=pool, timeout=5).request("POST", "/", content=endless())


async def test_what_goes_wrong_in_the_callers_own_stream_is_the_callers(pool: httpx.AsyncBaseTransport) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async def source() -> AsyncIterator[bytes]:
        yield b"one"
        raise LookupError("the file is gone")

    async with listening(serve) as url:
        with pytest.raises(LookupError, match="gone"):
            await APIClient(url, transport=pool, timeout=5).request("POST", "/", content=source())


async def test_a_bomb_on_the_wire_costs_little(pool: httpx.AsyncBaseTransport) -> None:
    packed = gzip.compress(bytes(64 * 1024 * 1024)) * 16

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(answer(packed, "Content-Encoding: gzip"))
        await writer.drain()

    async with listening(serve) as url:
        api = APIClient(url, transport=pool)
        tracemalloc.start()
        try:
            with pytest.raises(BadGateway, match="too large"):
                await api.request("GET", "/")
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

    assert peak < 30 * 1024 * 1024


async def test_a_download_is_only_read_as_fast_as_it_is_taken(pool: httpx.AsyncBaseTransport) -> None:
    sent = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await read_head(reader)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()
            sent += 65536

    async with listening(serve) as url, APIClient(url, transport=pool).stream("GET", "/") as reply:
        chunks = reply.chunks()
        await anext(chunks)
        for _ in range(2000):
            await asyncio.sleep(0)
        assert sent < 20 * 1024 * 1024
        await chunks.aclose()  # type: ignore[attr-defined]


async def test_a_clients_own_pool_is_closed_with_it() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(answer())
        await reader.read()

    async with listening(serve) as url:
        async with APIClient(url) as api:
            await api.request("GET", "/")
            session = api.for_session()
        with pytest.raises(RuntimeError, match="closed"):
            await api.request("GET", "/")
        with pytest.raises(RuntimeError, match="closed"):
            await session.request("GET", "/")
    del api, session
    gc.collect()


async def test_a_pool_that_was_never_used_can_be_closed() -> None:
    await shared_transport(verify=ssl.create_default_context()).aclose()
