"""The parts that make and carry the load."""

from collections.abc import Iterator

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.benchmarks.backend import TOKEN, create_backend
from tests.benchmarks.load import crowd, load
from tests.benchmarks.process import Pipe, Worker
from tests.benchmarks.server import Server


@pytest.fixture(scope="module")
def api() -> Iterator[Server]:
    """The benchmark's API."""
    with Server(create_backend) as server:
        yield server


def test_every_request_is_answered_and_timed(api: Server) -> None:
    latencies = load(api.port, _get("/orders", f"Authorization: Bearer {TOKEN}"), connections=3, total=10)

    assert len(latencies) == 10
    assert min(latencies) > 0


def test_connections_take_turns_at_the_requests(api: Server) -> None:
    well, badly = _get("/openapi.json"), _get("/orders")

    assert len(load(api.port, well, badly, connections=1, total=4)) == 4
    with pytest.raises(RuntimeError, match="401"):
        load(api.port, well, badly, connections=2, total=4)


def test_a_crowd_may_ask_again(api: Server) -> None:
    with crowd(api.port, _get("/openapi.json"), connections=4) as visitors:
        assert [len(visitors.ask(total)) for total in (10, 1)] == [10, 1]


def test_chunked_answers_are_read_to_their_end() -> None:
    with Server(chunked) as server:
        assert len(load(server.port, _get("/"), connections=2, total=5)) == 5


def test_an_answer_that_is_no_page_stops_the_load(api: Server) -> None:
    with pytest.raises(RuntimeError, match="401"):
        load(api.port, _get("/orders"), connections=2, total=10)


def test_a_connection_that_ends_early_stops_the_load(api: Server) -> None:
    with pytest.raises(RuntimeError, match="closed"):
        load(api.port, _get("/openapi.json", "Connection: close"), connections=1, total=10)


def test_a_server_tells_how_much_cpu_it_has_used(api: Server) -> None:
    before = api.cpu()
    load(api.port, _get("/openapi.json"), connections=1, total=50)

    assert api.cpu() > before


def test_a_process_that_dies_is_an_error_and_no_endless_wait() -> None:
    with Worker(die) as worker, pytest.raises(RuntimeError, match="die died"):
        worker.ask("anything")


def die(pipe: Pipe) -> None:
    """Ends without an answer."""
    pipe.recv()


def chunked() -> ASGIApp:
    """An app that answers in two pieces, and says no length."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"one", "more_body": True})
        await send({"type": "http.response.body", "body": b"two"})

    return app


def _get(path: str, *headers: str) -> bytes:
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: localhost", *headers, "", ""]).encode()
