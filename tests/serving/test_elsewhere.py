"""The protocol under a plain uvicorn, as the README says, and what it costs."""

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from tests.cli.process import up
from tests.serving.smuggling import GET
from tests.serving.wire import exchange, statuses
from webapp.serving import HTTPProtocol
from webapp.serving.files import room_for

APP = "from webapp import create_app\napp = create_app('http://127.0.0.1:9')\n"


async def test_a_plain_uvicorn_takes_the_protocol_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(APP)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = ["main:app", "--http", "webapp.serving:HTTPProtocol", "--port", str(port), "--log-level", "critical"]
    process = subprocess.Popen(  # noqa: ASYNC220 (it is only begun here)
        [sys.executable, "-m", "uvicorn", *arguments], cwd=tmp_path
    )
    try:
        await asyncio.to_thread(wait_for, port)
        await asyncio.to_thread(up, f"http://127.0.0.1:{port}")
        plain, hostless = await asyncio.gather(
            exchange(port, [GET + b"Connection: close\r\n\r\n"]), exchange(port, [b"GET / HTTP/1.1\r\n\r\n"])
        )
    finally:
        process.terminate()
        process.wait(20)

    assert (statuses(plain), statuses(hostless)) == ([200], [400])


def wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 5).close()
        except ConnectionRefusedError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("uvicorn did not start")


HEAD = (
    b"GET /projects?page=2 HTTP/1.1\r\nHost: localhost:8000\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n"
    b"Accept: text/html\r\nAccept-Language: en\r\nAccept-Encoding: gzip\r\nCookie: webapp_session=abc.def\r\n"
    b"Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\nX-A: 1\r\nX-B: 2\r\n\r\n"
)


class Sink(asyncio.Transport):
    """A transport that swallows."""

    def write(self, data: object) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""

    def is_closing(self) -> bool:
        return False

    def pause_reading(self) -> None:
        """Nothing."""

    def resume_reading(self) -> None:
        """Nothing."""


async def page(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


async def microseconds(kind: type[HttpToolsProtocol], rounds: int = 3000) -> float:
    """Of one request and its answer, without a socket."""
    config = uvicorn.Config(page, log_config=None, lifespan="off", proxy_headers=False)
    config.load()
    protocol = kind(config=config, server_state=ServerState(), app_state={})
    protocol.connection_made(Sink())
    began = time.perf_counter()
    for _ in range(rounds):
        protocol.data_received(HEAD)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    took = (time.perf_counter() - began) / rounds * 1e6
    protocol.connection_lost(None)
    return took


async def test_being_strict_costs_microseconds(figure: Callable[[str], None]) -> None:
    theirs = min([await microseconds(HttpToolsProtocol) for _ in range(3)])
    ours = min([await microseconds(HTTPProtocol) for _ in range(3)])

    figure(f"a request through the protocol takes {ours:.0f} us, through uvicorn's own {theirs:.0f} us")
    assert ours < theirs * 10


@pytest.mark.parametrize("wanted", [1, 64])
def test_there_is_room_for_what_the_system_allows(wanted: int) -> None:
    assert room_for(wanted) == wanted
    assert room_for(10**9) < 10**9
