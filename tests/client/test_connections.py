"""Who has the pool's connections, for how long, and what goes out on them."""

import asyncio
import contextlib
import socket
import ssl
import threading
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import httpx
import pytest

from tests.client.support import listening, read_head
from tests.faults.certificates import written
from webapp.client import APIClient, Credentials, shared_transport
from webapp.errors import APIError, RateLimited, Unavailable

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1\r\n\r\n1"


class Server:
    """Answers everything, and knows which connections there are."""

    def __init__(self) -> None:
        self.open = self.made = 0
        self.received: list[bytes] = []
        self.left = asyncio.Event()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.made += 1
        self.open += 1
        try:
            while True:
                self.received.append(await reader.readuntil(b"\r\n\r\n"))
                writer.write(ANSWER)
        except asyncio.IncompleteReadError:
            writer.close()
        finally:
            self.open -= 1
            self.left.set()


async def test_an_idle_connection_is_closed_after_a_while() -> None:
    server, transport = Server(), shared_transport(keepalive=1.0)
    async with listening(server) as url, asyncio.timeout(20):
        api = APIClient(url, transport=transport)
        await asyncio.gather(*(api.request("GET", "/") for _ in range(3)))
        await asyncio.sleep(0.1)
        await api.request("GET", "/")  # one of them is due later than the others
        assert server.open == 3
        while server.open:
            await server.left.wait()
            server.left.clear()
        await api.request("GET", "/")
        assert server.made == 4
        await transport.aclose()


async def test_a_connection_in_use_is_not_idle() -> None:
    server, transport = Server(), shared_transport(keepalive=0.3)
    async with listening(server) as url:
        api = APIClient(url, transport=transport)
        for _ in range(8):
            await api.request("GET", "/")
            await asyncio.sleep(0.06)
        await transport.aclose()

    assert server.made == 1


async def test_a_write_goes_on_no_connection_that_the_server_may_be_about_to_close() -> None:
    server, transport = Server(), shared_transport(keepalive=2)
    async with listening(server) as url:
        api = APIClient(url, transport=transport)
        await api.request("GET", "/")
        await asyncio.sleep(1.1)
        await api.request("POST", "/", json={})
        await transport.aclose()

    assert server.made == 2


async def test_a_connection_is_used_again_for_the_same_host_alone() -> None:
    first, second, transport = Server(), Server(), shared_transport()
    async with listening(first) as here, listening(second) as there:
        for url in (here, there, here, there):
            await APIClient(url, transport=transport).request("GET", "/")
        await transport.aclose()

    assert (first.made, second.made) == (1, 1)
    assert (len(first.received), len(second.received)) == (2, 2)


async def test_those_who_wait_for_a_connection_get_it_in_the_order_they_came() -> None:
    order: list[str] = []
    gate = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            first, _ = await read_head(reader)
            order.append(first.split()[1])
            await gate.wait()
            writer.write(ANSWER)

    transport = shared_transport(limit=1)
    async with listening(serve) as url:
        api = APIClient(url, transport=transport)
        calls = []
        for number in range(6):
            calls.append(asyncio.create_task(api.request("GET", f"/{number}")))
            await asyncio.sleep(0)
        calls[2].cancel()
        gate.set()
        await asyncio.gather(*calls, return_exceptions=True)
        await transport.aclose()

    assert order == ["/0", "/1", "/3", "/4", "/5"]


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET", {"x-a": "b\r\nx-c: d"}),
        ("GET", {"x-a": "b\nx-c: d"}),
        ("GET", {"x-a": "b\rx-c: d"}),
        ("GET", {"x-a\r\nx-b": "c"}),
        ("GET / HTTP/1.1\r\nHost: evil\r\n\r\nGET", {}),
        ("GET /other HTTP/1.1", {}),
        ("GET\t/other", {}),
        ("G\xc9T", {}),
        ("", {}),
        ("GET", {"x-a": "b\0c"}),
    ],
)
async def test_no_header_and_no_method_breaks_out_of_its_line(method: str, headers: Mapping[str, str]) -> None:
    server, transport = Server(), shared_transport()
    async with listening(server) as url:
        with pytest.raises(httpx.LocalProtocolError):
            await transport.handle_async_request(httpx.Request(method, url, headers=headers))
        await transport.aclose()

    assert server.received == []


async def test_a_client_of_httpx_may_use_the_pool_too() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            _, headers = await read_head(reader)
            body = b""
            if dict(headers).get("transfer-encoding") == "chunked":
                while size := int((await reader.readline()).strip(), 16):
                    body += await reader.readexactly(size)
                    await reader.readline()
                await reader.readline()
            else:
                body = await reader.readexactly(int(dict(headers).get("content-length", "0")))
            writer.write(b"HTTP/1.1 200 OK\r\nX-A: 1\r\nX-A: 2\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    async def pieces() -> AsyncIterator[bytes]:
        yield b"one"
        yield b""
        yield b"two"

    async with listening(serve) as url, httpx.AsyncClient(base_url=url, transport=shared_transport()) as client:
        assert (await client.get("/")).headers.get_list("x-a") == ["1", "2"]
        assert (await client.post("/", json={"a": 1})).json() == {"a": 1}
        assert (await client.post("/", content=pieces())).content == b"onetwo"
        read_before = client.build_request("POST", "/", content=pieces())
        await read_before.aread()
        assert (await client.send(read_before)).content == b"onetwo"
        with pytest.raises(httpx.UnsupportedProtocol):
            await client.get("ftp://localhost/")


async def test_tls_is_spoken_with_whom_the_settings_trust_and_nobody_else(tmp_path: Path) -> None:
    written(tmp_path / "both.pem", "localhost")
    for_server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    for_server.load_cert_chain(tmp_path / "both.pem")
    transport = shared_transport(verify=ssl.create_default_context(cafile=tmp_path / "both.pem"))
    stranger = shared_transport()
    server = await asyncio.start_server(Server(), "127.0.0.1", 0, ssl=for_server)
    port = server.sockets[0].getsockname()[1]
    try:
        api = APIClient(f"https://localhost:{port}", transport=transport)
        assert [(await api.request("GET", "/")).data for _ in range(3)] == [1, 1, 1]
        with pytest.raises(Unavailable, match="certificate"):
            await APIClient(f"https://127.0.0.1:{port}", transport=transport).request("GET", "/")
        with pytest.raises(Unavailable, match="certificate"):
            await APIClient(f"https://localhost:{port}", transport=stranger).request("GET", "/")
    finally:
        await transport.aclose()
        await stranger.aclose()
        server.close()


async def test_closing_the_pool_ends_what_is_under_way() -> None:
    asked = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        asked.set()
        await reader.read()

    transport = shared_transport()
    async with listening(serve) as url:
        call = asyncio.create_task(APIClient(url, transport=transport).request("POST", "/"))
        await asked.wait()
        await transport.aclose()
        with pytest.raises(Unavailable):
            await call
        with pytest.raises(RuntimeError, match="closed"):
            await APIClient(url, transport=transport).request("POST", "/")


async def test_the_time_out_is_that_of_the_whole_call_wherever_it_spends_its_time() -> None:
    redirects = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal redirects
        while True:
            first, _ = await read_head(reader)
            if "/held" in first:
                await reader.read()
            await asyncio.sleep(0.15)
            redirects += 1
            writer.write(b"HTTP/1.1 302 Found\r\nLocation: /next%d\r\nContent-Length: 0\r\n\r\n" % redirects)

    transport = shared_transport(limit=1)
    async with listening(serve) as url:
        api = APIClient(url, transport=transport)
        with pytest.raises(Unavailable, match="too long"):
            await api.request("GET", "/", timeout=0.4)
        assert redirects < 4
        held = asyncio.create_task(api.request("GET", "/held", timeout=20))
        await asyncio.sleep(0)
        async with asyncio.timeout(10):
            with pytest.raises(RateLimited, match="Too much is under way") as refused:
                await api.for_session(Credentials("t")).request("GET", "/waits", timeout=0.05)
        assert (refused.value.sent, refused.value.retry_after) == (False, 5.0)
        held.cancel()
        await asyncio.gather(held, return_exceptions=True)
        await transport.aclose()


async def test_what_is_read_as_it_comes_outlasts_the_time_out_that_its_headers_had() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab")
        await asyncio.sleep(0.4)
        writer.write(b"cd")
        await reader.read()

    transport = shared_transport()
    async with (
        listening(serve) as url,
        APIClient(url, transport=transport).stream("GET", "/", timeout=0.2, idle_timeout=20) as reply,
    ):
        assert [chunk async for chunk in reply.chunks()] == [b"ab", b"cd"]
    await transport.aclose()


async def test_closing_the_pool_ends_what_has_not_begun_yet(tmp_path: Path) -> None:
    """Who waits for a place, or for TLS: they are told as those are who wait for an answer, and nothing stays open."""
    knocked, opened = asyncio.Event(), asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        knocked.set()
        await opened.wait()
        while data := await reader.read(65536):
            server.feed(writer, data)
        left.set()

    class Handshake:
        """TLS with one client, spoken by hand so that it waits for us."""

        def __init__(self) -> None:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(tmp_path / "both.pem")
            self.came, self.goes = ssl.MemoryBIO(), ssl.MemoryBIO()
            self.tls = context.wrap_bio(self.came, self.goes, server_side=True)

        def feed(self, writer: asyncio.StreamWriter, data: bytes) -> None:
            self.came.write(data)
            with contextlib.suppress(ssl.SSLError):
                self.tls.do_handshake()
                requests.append(self.tls.read(65536))
            writer.write(self.goes.read())

    written(tmp_path / "both.pem", "localhost")
    requests: list[bytes] = []
    server, left = Handshake(), asyncio.Event()
    transport = shared_transport(limit=1, verify=ssl.create_default_context(cafile=tmp_path / "both.pem"))
    async with listening(serve) as url:
        api = APIClient(url.replace("http", "https"), transport=transport)
        calls = [asyncio.create_task(api.request(method, "/")) for method in ("POST", "GET", "POST")]
        await knocked.wait()
        await transport.aclose()
        opened.set()
        results = await asyncio.gather(*calls, return_exceptions=True)
        await left.wait()

    assert [type(result) for result in results] == [Unavailable] * 3
    assert [request for request in requests if request] == []


async def test_a_write_is_sent_on_no_connection_that_is_closed_already_though_the_loop_has_not_heard() -> None:
    """While somebody works for long the loop hears of nothing; what it hasn't read can be asked for all the same."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(30)
    close, closed = threading.Event(), threading.Event()

    def serve() -> None:
        for _ in range(2):
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(ANSWER)
                close.wait(10)
            closed.set()

    thread = threading.Thread(target=serve)
    thread.start()
    transport = shared_transport()
    try:
        api = APIClient(f"http://127.0.0.1:{listener.getsockname()[1]}", transport=transport)
        await api.request("GET", "/")
        close.set()
        assert closed.wait(10)  # without letting go of the loop
        assert (await api.request("POST", "/")).data == 1
    finally:
        await transport.aclose()
        thread.join()
        listener.close()


async def test_a_write_goes_out_once_and_a_read_twice_at_most_wherever_connections_break_off() -> None:
    received: Counter[str] = Counter()
    places = iter(range(1_000_000))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            first, _ = await read_head(reader)
            received[first] += 1
            breaks_off = next(places) % 7
            if breaks_off == 0:
                return  # before an answer
            writer.write(ANSWER[: -breaks_off if breaks_off < 3 else None])
            await asyncio.sleep(0)
            if breaks_off < 5:
                return  # within it, or just behind it

    transport = shared_transport()
    async with listening(serve) as url:
        api = APIClient(url, transport=transport)
        for number in range(150):
            for method in ("GET", "POST"):
                with contextlib.suppress(APIError):
                    assert (await api.request(method, f"/{number}")).data == 1
        await transport.aclose()

    times = {
        method: Counter(n for first, n in received.items() if first.startswith(method)) for method in ("GET", "POST")
    }
    assert set(times["POST"]) == {1}
    assert set(times["GET"]) == {1, 2}


async def test_a_server_that_does_not_end_tls_keeps_no_connection_of_ours_for_long(tmp_path: Path) -> None:
    written(tmp_path / "both.pem", "localhost")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "both.pem")
    listener = socket.create_server(("127.0.0.1", 0))
    hung_up = threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with context.wrap_socket(connection, server_side=True) as spoken:
            spoken.recv(65536)
            spoken.sendall(ANSWER.replace(b"1.1 200 OK", b"1.1 500 Oh"))
            raw = socket.socket(fileno=spoken.detach())
        with raw:
            while raw.recv(65536):
                pass  # its goodbye, to which nothing is said
            hung_up.set()

    thread = threading.Thread(target=serve)
    thread.start()
    transport = shared_transport(verify=ssl.create_default_context(cafile=tmp_path / "both.pem"))
    try:
        api = APIClient(f"https://localhost:{listener.getsockname()[1]}", transport=transport)
        with pytest.raises(APIError):
            await api.request("POST", "/")
        assert await asyncio.to_thread(hung_up.wait, 15)
    finally:
        await transport.aclose()
        thread.join()
        listener.close()
