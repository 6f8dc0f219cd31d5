"""How a host is found, and which of its addresses is taken."""

import asyncio
import gc
import socket
import ssl
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.client.support import listening
from tests.faults.certificates import written
from webapp.client.dialing import Dialer, Origin


class Lookups:
    """Names and the addresses that they stand for; how often each was looked up, all of them taking their time."""

    def __init__(self, known: dict[str, list[str]]) -> None:
        self.known = known
        self.counts: dict[str, int] = dict.fromkeys(known, 0)

    def __call__(self, host: str, port: int, *_: Any, flags: int = 0, **options: Any) -> list[Any]:
        if host not in self.known:
            return _GETADDRINFO(host, port, flags=flags, **options)
        if flags & socket.AI_NUMERICHOST:
            raise socket.gaierror("a name")
        self.counts[host] += 1
        found = [_GETADDRINFO(each, port, type=socket.SOCK_STREAM)[0] for each in self.known[host]]
        if not found:
            raise socket.gaierror("unknown")
        return found


_GETADDRINFO = socket.getaddrinfo
_OPEN = Path("/proc/self/fd")


def open_files() -> int:
    return len(list(_OPEN.iterdir()))


@pytest.fixture
def lookups(monkeypatch: pytest.MonkeyPatch) -> Lookups:
    found = Lookups({"both.test": ["127.9.9.9", "127.0.0.1"], "one.test": ["127.0.0.1"], "none.test": []})
    monkeypatch.setattr(socket, "getaddrinfo", found)
    return found


async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def dialled(dialer: Dialer, host: str, url: str) -> str:
    port, tls = int(url.rpartition(":")[2]), url.startswith("https")
    made: list[asyncio.Transport] = []

    class Protocol(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            made.append(transport)

    await dialer.dial(Origin(host, port, tls), Protocol, 5)
    address: str = made[0].get_extra_info("peername")[0]
    made[0].close()
    return address


async def test_the_next_address_is_taken_where_the_first_does_not_answer(lookups: Lookups) -> None:
    async with listening(hold) as url:
        assert await dialled(Dialer(None), "both.test", url) == "127.0.0.1"


async def test_a_host_is_looked_up_once_for_all_who_ask_and_known_for_a_while(lookups: Lookups) -> None:
    async with listening(hold) as url:
        dialer = Dialer(None)
        await asyncio.gather(*(dialled(dialer, "one.test", url) for _ in range(20)))
        await dialled(dialer, "one.test", url)

    assert lookups.counts["one.test"] == 1


async def test_whoever_gives_up_takes_the_look_up_from_nobody(lookups: Lookups) -> None:
    async with listening(hold) as url:
        dialer = Dialer(None)
        first = asyncio.create_task(dialled(dialer, "one.test", url))
        await asyncio.sleep(0)
        second = asyncio.create_task(dialled(dialer, "one.test", url))
        await asyncio.sleep(0)
        first.cancel()

        assert await second == "127.0.0.1"


async def test_what_is_known_of_a_host_that_does_not_answer_is_forgotten(lookups: Lookups) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://one.test:{free.getsockname()[1]}"
    dialer = Dialer(None)
    for _ in range(2):
        with pytest.raises(httpx.ConnectError):
            await dialled(dialer, "one.test", url)

    assert lookups.counts["one.test"] == 2


async def test_a_host_that_nobody_knows_is_asked_for_anew_each_time(lookups: Lookups) -> None:
    dialer = Dialer(None)
    for _ in range(2):
        with pytest.raises(httpx.ConnectError):
            await dialled(dialer, "none.test", "http://none.test:80")

    assert lookups.counts["none.test"] == 2


async def test_whoever_gives_up_on_a_host_that_nobody_knows_leaves_no_error_behind(lookups: Lookups) -> None:
    told: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
    dialer = Dialer(None)
    call = asyncio.create_task(dialled(dialer, "none.test", "http://none.test:80"))
    await asyncio.sleep(0)
    asked = list(dialer._asked.values())
    call.cancel()
    await asyncio.wait([call, *asked])
    assert len(asked) == 1
    del asked, call
    gc.collect()

    assert told == []


@pytest.fixture
def trusted(tmp_path: Path) -> tuple[ssl.SSLContext, Dialer]:
    """What a server at localhost speaks TLS with, and who trusts it."""
    written(tmp_path / "both.pem", "localhost")
    for_server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    for_server.load_cert_chain(tmp_path / "both.pem")
    return for_server, Dialer(ssl.create_default_context(cafile=tmp_path / "both.pem"))


async def test_the_dot_that_may_end_a_name_is_in_no_certificate(
    lookups: Lookups, trusted: tuple[ssl.SSLContext, Dialer]
) -> None:
    lookups.known["localhost."] = ["127.0.0.1"]
    lookups.counts["localhost."] = 0
    for_server, dialer = trusted
    async with listening(hold, for_server) as url:
        assert await dialled(dialer, "localhost.", url) == "127.0.0.1"


@pytest.mark.skipif(not _OPEN.exists(), reason="counts what is open as Linux tells it")
async def test_whoever_gives_up_at_any_moment_leaves_no_socket_open(trusted: tuple[ssl.SSLContext, Dialer]) -> None:
    for_server, dialer = trusted
    answered = given_up = 0
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)  # the server's, of handshakes that broke off
    async with listening(hold, for_server) as url:
        await dialled(dialer, "localhost", url)
        open_before = open_files()
        for turns in range(60):
            call = asyncio.create_task(dialled(dialer, "localhost", url))
            for _ in range(turns):
                await asyncio.sleep(0)
            call.cancel()
            try:
                await call
                answered += 1
            except asyncio.CancelledError:
                given_up += 1
        async with asyncio.timeout(20):
            while open_files() > open_before:
                await asyncio.sleep(0.02)

    assert given_up > 0
