"""The protocol's own decisions, with an app that says what it has seen, and with short deadlines."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import uvicorn
from starlette.types import Message, Receive, Scope, Send

from tests.serving.smuggling import GET, POST, WHOLE, Payload
from tests.serving.wire import exchange, statuses
from webapp.serving import EndingQuietly, HTTPProtocol, Server, protocol

PIECE = b"z" * 65536


@dataclass
class App:
    """Reads each request to its end, answers with how much that was, and remembers what it was told."""

    received: list[Message] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        self.paths.append(scope["path"])
        if scope["path"] == "/endless":
            await self.pour(send)
            return
        if scope["path"] == "/early":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"begun", "more_body": True})
        if scope["path"] == "/wait":
            await self.go_on.wait()
        size = 0
        while True:
            message = await receive()
            self.received.append(message)
            size += len(message.get("body", b""))
            if not message.get("more_body"):
                break
        if message["type"] == "http.disconnect":
            self.failures.append(scope["path"])
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": str(size).encode()})

    async def pour(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(10_000):
            if self.go_on.is_set():
                return
            await send({"type": "http.response.body", "body": PIECE, "more_body": True})
            await asyncio.sleep(0)


@dataclass
class Running:
    """A server in this process, its app, and what it has called."""

    server: Server
    app: App
    port: int
    called: list[str]


@contextlib.asynccontextmanager
async def running(*, delay: float = 0.0, grace: int = 2, most: int | None = None) -> AsyncIterator[Running]:
    app, called = App(), list[str]()
    config = uvicorn.Config(
        EndingQuietly(app),
        port=0,
        http=HTTPProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        limit_concurrency=most,
        timeout_graceful_shutdown=grace,
    )
    server = Server(
        config, delay=delay, on_told=lambda: called.append("told"), on_stop=lambda: called.append("stopped")
    )
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield Running(server, app, server.servers[0].sockets[0].getsockname()[1], called)
    finally:
        app.go_on.set()
        if not serving.done():
            server.stop()
            server.stop()
        await asyncio.wait_for(serving, 20)


@pytest.mark.parametrize("payload", WHOLE, ids=[each.name for each in WHOLE])
async def test_a_request_that_could_be_read_in_two_ways_never_reaches_the_app(payload: Payload) -> None:
    async with running() as run:
        answer = await exchange(run.port, payload.pieces)

    assert set(statuses(answer)) <= payload.allowed
    assert len(statuses(answer)) == 1
    if 200 not in payload.allowed:
        assert [path for path in run.app.paths if path not in run.app.failures] == []


async def test_a_slow_head_is_told_so_and_silence_is_just_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.2)
    async with running() as run:
        slow, silent = await asyncio.gather(exchange(run.port, [GET]), exchange(run.port, [b""]))

    assert statuses(slow) == [408]
    assert silent == b""


async def test_a_slow_body_is_told_so_and_the_app_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "BODY_SECONDS", 0.5)
    async with running() as run:
        answer = await exchange(run.port, [POST + b"Content-Length: 10\r\n\r\nabc"])

    assert statuses(answer) == [408]
    assert run.app.failures == ["/login"]


async def test_a_body_is_as_slow_as_the_app_that_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the app doesn't want yet is not the browser's delay."""
    monkeypatch.setattr(protocol, "BODY_SECONDS", 0.5)
    monkeypatch.setattr(protocol, "BODY_RATE", 1e12)
    size = 3_000_000
    head = b"POST /wait HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % size
    async with running() as run:
        asking = asyncio.create_task(exchange(run.port, [head + b"x" * size]))
        await asyncio.sleep(1.5)
        run.app.go_on.set()
        answer = await asking

    assert answer.endswith(b"3000000\r\n0\r\n\r\n")


async def test_whoever_takes_nothing_of_an_answer_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "TAKING_SECONDS", 0.3)
    async with running() as run:
        _, writer = await asyncio.open_connection("127.0.0.1", run.port, limit=1024)
        writer.write(b"GET /endless HTTP/1.1\r\nHost: a.test\r\n\r\n")
        async with asyncio.timeout(10):
            while not run.server.server_state.connections:
                await asyncio.sleep(0.01)
            while run.server.server_state.connections:
                await asyncio.sleep(0.05)
        writer.close()


async def test_a_body_that_breaks_after_the_answer_has_begun_ends_the_connection() -> None:
    head = b"POST /early HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"
    async with running() as run:
        answer = await exchange(run.port, [head, b"junk\r\n"], gap=0.3)

    assert statuses(answer) == [200]
    assert b"begun" in answer
    assert not answer.endswith(b"0\r\n\r\n")


async def test_what_was_asked_before_junk_is_answered_first_and_alone() -> None:
    async with running() as run:
        asking = asyncio.create_task(
            exchange(run.port, [b"GET /wait HTTP/1.1\r\nHost: a.test\r\n\r\n", b"JUNK\r\n\r\n"], gap=0.1)
        )
        await asyncio.sleep(0.4)
        run.app.go_on.set()
        answer = await asking

    assert statuses(answer) == [200]


async def test_beyond_the_bound_a_new_connection_gets_a_503() -> None:
    async with running(most=1) as run:
        _, first = await asyncio.open_connection("127.0.0.1", run.port)
        await asyncio.sleep(0.1)
        answer = await exchange(run.port, [GET + b"\r\n"])
        first.close()

    assert statuses(answer) == [503]
    assert b"retry-after: 5" in answer


async def test_a_server_that_is_told_to_stop_says_so_serves_on_and_ends() -> None:
    async with running(delay=0.5) as run:
        run.server.stop()
        meanwhile = await exchange(run.port, [GET + b"Connection: close\r\n\r\n"])
        assert run.called == ["told"]
        async with asyncio.timeout(10):
            while "stopped" not in run.called:
                await asyncio.sleep(0.05)

    assert statuses(meanwhile) == [200]
    assert run.called == ["told", "stopped"]


async def test_a_request_that_outlasts_the_grace_is_cut_off_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    async with running(grace=1) as run:
        asking = asyncio.create_task(exchange(run.port, [b"GET /wait HTTP/1.1\r\nHost: a.test\r\n\r\n"], within=20))
        await asyncio.sleep(0.2)
        run.server.stop()
        answer = await asking

    assert statuses(answer) in ([], [500])
    assert "GET was cut off" in caplog.text
    assert "Traceback" not in caplog.text


async def test_told_twice_it_lets_go_of_everything() -> None:
    async with running(grace=30) as run:
        asking = asyncio.create_task(exchange(run.port, [b"GET /wait HTTP/1.1\r\nHost: a.test\r\n\r\n"], within=20))
        await asyncio.sleep(0.2)
        run.server.stop()
        run.server.stop()
        answer = await asking

    assert answer == b""
