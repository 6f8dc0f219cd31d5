"""Answers go out as uvicorn sends them, byte for byte; what is whole in one piece."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from itertools import product

import pytest
import uvicorn
from starlette.types import Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tests.serving.wire import exchange, statuses
from webapp.serving import HTTPProtocol

Headers = list[tuple[bytes, bytes]]

LENGTH = (b"content-length", b"5")
HEADERS: dict[str, Headers] = {
    "plain": [LENGTH, (b"content-type", b"text/plain"), (b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")],
    "odd but fine": [LENGTH, (b"x-empty", b""), (b"x-tab", b"a\tb"), (b"x-latin", b"\xe9"), (b"x-colon", b"a: b")],
    "without a length": [(b"content-type", b"text/plain")],
    "too long": [(b"content-length", b"9")],
    "too short": [(b"content-length", b"4")],
    "written otherwise": [(b"content-length", b"05")],
    "twice": [LENGTH, LENGTH],
    "capitals": [(b"Content-Length", b"5"), (b"X-Case", b"Kept")],
    "some capitals": [LENGTH, (b"Connection", b"close")],
    "closing": [LENGTH, (b"connection", b"close")],
    "chunked": [(b"transfer-encoding", b"chunked")],
    "both": [LENGTH, (b"transfer-encoding", b"chunked")],
    "a broken line": [LENGTH, (b"x-broken", b"a\r\nset-cookie: b=1")],
    "a broken name": [LENGTH, (b"x broken", b"a")],
    "no name": [LENGTH, (b"", b"a")],
}
BODIES: dict[str, Sequence[Message]] = {
    "whole": [{"body": b"hello"}],
    "pieces": [{"body": b"he", "more_body": True}, {"body": b"llo"}],
    "an empty end": [{"body": b"hello", "more_body": True}, {}],
    "nothing": [{}],
    "more than all": [{"body": b"hello"}, {"body": b"again"}],
}
STATUSES = (200, 204, 404)
PATH = b"/PATH"
REQUESTS = {
    "GET": b"GET /PATH HTTP/1.1\r\nhost: a\r\n\r\n",
    "HEAD": b"HEAD /PATH HTTP/1.1\r\nhost: a\r\n\r\n",
    "1.0": b"GET /PATH HTTP/1.0\r\n\r\n",
    "closing": b"GET /PATH HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
    "two": b"GET /PATH HTTP/1.1\r\nhost: a\r\n\r\n" * 2,
}
ANSWERS = {
    f"/{number}": (status, headers, body)
    for number, (status, headers, body) in enumerate(product(STATUSES, HEADERS, BODIES))
}
"""What an app sends, by the path that asks for it."""


class App:
    """Sends what is asked for, and waits before the body until it is to go on."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.fails = False

    async def __call__(self, scope: Scope, _: Receive, send: Send) -> None:
        status, headers, body = ANSWERS[scope["path"]]
        await send({"type": "http.response.start", "status": status, "headers": list(HEADERS[headers])})
        await self.go_on.wait()
        if self.fails:
            raise ZeroDivisionError
        for piece in BODIES[body]:
            await send({"type": "http.response.body", **piece})


@contextlib.asynccontextmanager
async def serving(app: App, protocol: type[asyncio.Protocol] = HTTPProtocol) -> AsyncIterator[int]:
    """The port of a server that closes what isn't used for a moment."""
    config = uvicorn.Config(
        app,
        http=protocol,
        port=0,
        lifespan="off",
        log_config=None,
        access_log=False,
        date_header=False,
        server_header=False,
        timeout_keep_alive=1,
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())  # without its signals, which are this process's
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        app.go_on.set()
        server.should_exit = True
        await asyncio.wait_for(task, 20)


def path_of(headers: str, *, status: int = 200, body: str = "whole") -> str:
    return next(path for path, answer in ANSWERS.items() if answer == (status, headers, body))


async def all_received(request: bytes, protocol: type[asyncio.Protocol]) -> dict[str, bytes]:
    """What comes back for each of the paths."""
    async with serving(App(), protocol) as port:
        asked = [exchange(port, [request.replace(PATH, path.encode())]) for path in ANSWERS]
        return dict(zip(ANSWERS, await asyncio.gather(*asked), strict=True))


@pytest.mark.parametrize("request_", REQUESTS)
async def test_an_answer_is_what_uvicorn_makes_of_it(request_: str) -> None:
    ours = await all_received(REQUESTS[request_], HTTPProtocol)
    theirs = await all_received(REQUESTS[request_], HttpToolsProtocol)

    for path, answer in ANSWERS.items():
        assert ours[path] == theirs[path], answer


async def test_a_head_with_a_length_waits_for_its_body_and_one_without_does_not() -> None:
    for headers, heard in (("plain", b""), ("without a length", b"HTTP/1.1 200")):
        app = App()
        app.go_on.clear()
        async with serving(app) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(REQUESTS["GET"].replace(PATH, path_of(headers).encode()))
            begun = b""
            with contextlib.suppress(TimeoutError):
                begun = await asyncio.wait_for(reader.read(12), 0.2)
            app.go_on.set()
            rest = await reader.read()
            writer.close()

        assert begun == heard
        assert b"hello" in rest


async def test_an_app_that_fails_before_the_body_is_answered_for() -> None:
    app = App()
    app.fails = True
    async with serving(app) as port:
        answer = await exchange(port, [REQUESTS["GET"].replace(PATH, path_of("plain").encode())])

    assert statuses(answer) == [500]
