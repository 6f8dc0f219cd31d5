"""One connection after another, with an API that doesn't keep to HTTP."""

import asyncio
import datetime as dt
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.client.support import Talk, listening, read_head
from webapp.client import APIClient, shared_transport
from webapp.errors import BadGateway, Unavailable

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
POISON = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n"poison"'


@pytest.fixture
async def pool() -> AsyncIterator[httpx.AsyncBaseTransport]:
    transport = shared_transport()
    yield transport
    await transport.aclose()


class Saying:
    """An API that says the same to every request, and counts its connections."""

    def __init__(self, said: bytes, *, end: bool = False, reset: bool = False) -> None:
        self.said = said
        self.connections = 0
        self._end = end
        self._reset = reset

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while True:
            await read_head(reader)
            writer.write(self.said)
            await writer.drain()
            if self._reset:
                sock = writer.get_extra_info("socket")
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
            if self._end or self._reset:
                return


@pytest.mark.parametrize("further", [POISON, b"HTTP/1.1 100 Continue\r\n\r\n", b"more", b"\0"])
@pytest.mark.parametrize("later", [False, True])
async def test_what_follows_an_answer_is_never_the_answer_to_the_next_request(
    pool: httpx.AsyncBaseTransport, further: bytes, later: bool
) -> None:
    connections = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while True:
            await read_head(reader)
            writer.write(OK if later else OK + further)
            if later:
                await writer.drain()
                await asyncio.sleep(0.005)
                writer.write(further)

    async with listening(serve) as url:
        api = APIClient(url, transport=pool)
        for _ in range(5):
            if later:
                assert (await api.request("GET", "/")).data == {}
            else:
                with pytest.raises(BadGateway, match="can't be read"):
                    await api.request("GET", "/")
            await asyncio.sleep(0.02)

    assert connections == 5


async def test_an_answer_to_head_has_no_body_even_where_the_api_sends_one(pool: httpx.AsyncBaseTransport) -> None:
    proper, improper = Saying(OK.removesuffix(b"{}")), Saying(OK)
    async with listening(proper) as url:
        api = APIClient(url, transport=pool)
        assert [(await api.request("HEAD", "/")).status for _ in range(3)] == [200] * 3
    async with listening(improper) as url:
        api = APIClient(url, transport=pool)
        assert [await _status_of(api, "HEAD") for _ in range(3)] == [502] * 3
    assert (proper.connections, improper.connections) == (1, 3)


@pytest.mark.parametrize("status", [204, 304])
async def test_an_answer_without_a_body_ends_with_its_headers(pool: httpx.AsyncBaseTransport, status: int) -> None:
    api = Saying(f"HTTP/1.1 {status} None\r\nContent-Length: {5 if status == 304 else 0}\r\n\r\n".encode())
    async with listening(api) as url:
        client = APIClient(url, transport=pool)
        assert [(await client.request("GET", "/")).status for _ in range(3)] == [status] * 3
    assert api.connections == 1


async def test_a_body_may_end_with_its_connection_but_not_with_a_lost_one(pool: httpx.AsyncBaseTransport) -> None:
    endless = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nall of it"
    async with listening(Saying(endless, end=True)) as url:
        assert (await APIClient(url, transport=pool).request("GET", "/")).text == "all of it"
    async with listening(Saying(endless, reset=True)) as url:
        with pytest.raises((BadGateway, Unavailable)):
            await APIClient(url, transport=pool).request("POST", "/", json={})


@pytest.mark.parametrize(
    ("said", "connections"),
    [
        (OK, 1),
        (OK.replace(b"\r\n", b"\n"), 1),
        (OK.replace(b"Content-Type", b"Connection: close\r\nContent-Type"), 4),
        (OK.replace(b"1.1", b"1.0"), 4),
        (OK.replace(b"200 OK", b"500 Oh"), 4),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2 \r\n{}\r\n0\r\nX-Trailer: 7\r\n\r\n", 1),
    ],
)
async def test_a_connection_is_kept_where_both_know_that_it_is(
    pool: httpx.AsyncBaseTransport, said: bytes, connections: int
) -> None:
    api = Saying(said)
    async with listening(api) as url:
        client = APIClient(url, transport=pool)
        for _ in range(4):
            await _status_of(client, "GET")
    assert api.connections == connections


async def _status_of(client: APIClient, method: str) -> int:
    try:
        return (await client.request(method, "/")).status
    except BadGateway:
        return 502


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 20_000 + b"\r\n",
        b"HTTP/1.1 200 " + b"O" * 200_000,
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}",
        b"HTTP/1.1 000 Oh\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
        b"HTTP/1.1 101 Switching\r\n\r\n" + OK,
    ],
)  # fmt: skip
async def test_a_head_that_can_be_read_in_two_ways_or_has_no_end_is_refused(
    pool: httpx.AsyncBaseTransport, said: bytes
) -> None:
    async with listening(Saying(said)) as url:
        with pytest.raises(BadGateway):
            await APIClient(url, transport=pool, timeout=10).request("GET", "/")


@pytest.mark.parametrize("header", [("x-a", "b\r\nx-c: d"), ("x-a\nx-b", "c"), ("x-a", "b\0")])
async def test_no_header_breaks_out_of_its_line(pool: httpx.AsyncBaseTransport, header: tuple[str, str]) -> None:
    request = httpx.Request("GET", "http://localhost:1/", headers=[header])
    with pytest.raises(httpx.LocalProtocolError):
        await pool.handle_async_request(request)


@pytest.mark.parametrize(("length", "status"), [("5", 200), ("3", 200), ("9", None)])
async def test_a_body_is_as_long_as_was_said(pool: httpx.AsyncBaseTransport, length: str, status: int | None) -> None:
    bodies: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            _, headers = await read_head(reader)
            bodies.append(await reader.readexactly(int(dict(headers)["content-length"])))
            writer.write(OK)

    async def source() -> AsyncIterator[bytes]:
        yield b"ab"
        yield b"cde"

    async with listening(serve) as url:
        api = APIClient(url, transport=pool, timeout=5)
        for _ in range(2):
            if status is None:
                with pytest.raises(BadGateway):
                    await api.request("POST", "/", content=source(), headers={"Content-Length": length})
            else:
                await api.request("POST", "/", content=source(), headers={"Content-Length": length})

    assert bodies == ([b"abcde"[: int(length)]] * 2 if status else [])


async def test_what_is_accepted_before_all_of_it_has_come_is_sent_to_its_end(pool: httpx.AsyncBaseTransport) -> None:
    arrived: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(OK)
        arrived.set_result(await reader.readuntil(b"0\r\n\r\n"))
        await reader.read()

    async def source() -> AsyncIterator[bytes]:
        for number in range(5):
            await asyncio.sleep(0.01)
            yield b"%d" % number

    async with listening(serve) as url:
        assert (await APIClient(url, transport=pool).request("POST", "/", content=source())).status == 200
        assert await arrived == b"".join(b"1\r\n%d\r\n" % number for number in range(5)) + b"0\r\n\r\n"


async def test_connections_that_nobody_uses_are_ended(pool: httpx.AsyncBaseTransport) -> None:
    ended = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(OK)
        await reader.read()
        ended.set()

    transport = shared_transport(keepalive=0.05)
    async with listening(serve) as url:
        await APIClient(url, transport=transport).request("GET", "/")
        async with asyncio.timeout(10):
            await ended.wait()
        await transport.aclose()


async def test_two_origins_share_the_places(pool: httpx.AsyncBaseTransport) -> None:
    one, other = Saying(OK), Saying(OK)
    transport = shared_transport(limit=2)
    async with listening(one) as here, listening(other) as there:
        ours, theirs = APIClient(here, transport=transport), APIClient(there, transport=transport)
        for _ in range(3):
            calls = [api.request("GET", "/", timeout=10) for api in (ours, theirs) for _ in range(10)]
            assert [reply.status for reply in await asyncio.gather(*calls)] == [200] * 20
        await transport.aclose()


async def test_tls_is_spoken_with_a_host_whose_certificate_is_trusted_and_no_other(tmp_path: Path) -> None:
    served, trusting = _contexts(tmp_path)
    api = Saying(OK)
    async with _listening_with_tls(api, served) as port:
        trusted, strict = shared_transport(verify=trusting), shared_transport()
        client = APIClient(f"https://localhost:{port}", transport=trusted)
        replies = await asyncio.gather(*(client.request("GET", "/") for _ in range(5)))
        assert [reply.data for reply in replies] == [{}] * 5
        assert (await client.request("POST", "/", json={"a": 1})).data == {}
        for transport, host in ((strict, "localhost"), (trusted, "127.0.0.1")):
            with pytest.raises(Unavailable, match="certificate"):
                await APIClient(f"https://{host}:{port}", transport=transport).request("GET", "/")
        await trusted.aclose()
        await strict.aclose()


class _listening_with_tls:  # noqa: N801 (used as a function)
    def __init__(self, talk: Talk, context: ssl.SSLContext) -> None:
        self._talk = talk
        self._context = context

    async def __aenter__(self) -> int:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await self._talk(reader, writer)
            except (ConnectionError, asyncio.IncompleteReadError):
                pass
            finally:
                writer.close()

        self._server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=self._context)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await asyncio.sleep(0.05)


def _contexts(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a certificate for `localhost` alone, and that of a client that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("192.0.2.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    pem = folder / "localhost.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(pem)
    return served, ssl.create_default_context(cafile=str(pem))
