"""An ASGI app as the backend, in the same process."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from webapp.client import APIClient, ASGIBackend
from webapp.errors import BadGateway, Unavailable

marker: ContextVar[str] = ContextVar("marker", default="unset")


@asynccontextmanager
async def serving(app: Any, base_url: str = "http://api.test/v1", **options: Any) -> AsyncIterator[APIClient]:
    backend = ASGIBackend(app)
    try:
        yield APIClient(base_url, transport=backend, **options)
    finally:
        await backend.aclose()


async def echo(request: Request) -> Response:
    return JSONResponse(
        {
            "method": request.method,
            "url": str(request.url),
            "path": request.scope["path"],
            "raw_path": request.scope["raw_path"].decode(),
            "headers": dict(request.headers),
            "client": list(request.scope["client"]),
            "server": list(request.scope["server"]),
            "body": (await request.body()).decode(),
        }
    )


def app_of(endpoint: Any, **options: Any) -> Starlette:
    return Starlette(routes=[Route("/{path:path}", endpoint, methods=["GET", "HEAD", "POST"])], **options)


async def test_a_request_arrives_as_from_a_server() -> None:
    async with serving(app_of(echo)) as api:
        seen = (await api.request("POST", "/a%2Fb/ä?q=x%20y", json={"a": 1})).data

    assert seen["method"] == "POST"
    assert seen["path"] == "/v1/a/b/ä"
    assert seen["raw_path"] == "/v1/a%2Fb/%C3%A4"
    assert seen["url"].endswith("?q=x%20y")
    assert seen["headers"]["host"] == "api.test"
    assert seen["headers"]["content-type"] == "application/json"
    assert seen["body"] == '{"a":1}'
    assert seen["client"][0] == "127.0.0.1"
    assert seen["server"] == ["api.test", 80]


async def test_uploads_and_several_cookies_pass() -> None:
    async def upload(request: Request) -> Response:
        async with request.form() as form:
            response = JSONResponse({name: str(getattr(value, "filename", value)) for name, value in form.items()})
        response.set_cookie("a", "1")
        response.set_cookie("b", "2")
        return response

    async with serving(app_of(upload)) as api:
        assert await api.post_multipart("/", {"x": "1"}, files={"f": ("a.txt", b"y")}) == {"x": "1", "f": "a.txt"}
        assert len(api.credentials.cookies) == 2

        async def chunks() -> AsyncIterator[bytes]:
            yield b"one"
            yield b"two"

    async with serving(app_of(echo)) as api:
        assert (await api.request("POST", "/", content=chunks())).data["body"] == "onetwo"


async def test_events_arrive_while_the_answer_goes_on_and_end_when_nobody_listens() -> None:
    more, ended = asyncio.Event(), asyncio.Event()

    async def events() -> AsyncIterator[bytes]:
        try:
            yield b"data: 1\n\n"
            await more.wait()
            yield b"data: 2\n\n"
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def endpoint(_: Request) -> Response:
        return StreamingResponse(events(), media_type="text/event-stream")

    async with serving(app_of(endpoint)) as api:
        async with api.stream("GET", "/events") as reply:
            lines = reply.lines()
            assert await anext(lines) == "data: 1"
            more.set()
            assert [await anext(lines), await anext(lines)] == ["", "data: 2"]
            assert not ended.is_set()
        await asyncio.wait_for(ended.wait(), 5)


async def test_an_app_waits_for_a_slow_reader() -> None:
    sent = 0

    async def lots() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b"x" * 1000

    async def endpoint(_: Request) -> Response:
        return StreamingResponse(lots())

    async with serving(app_of(endpoint)) as api, api.stream("GET", "/") as reply:
        chunks = reply.chunks()
        await anext(chunks)
        for _ in range(100):
            await asyncio.sleep(0)
        assert sent < 20
        for _ in range(50):
            await anext(chunks)
        assert 50 < sent < 80


async def test_an_app_that_fails_is_a_500_without_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise LookupError("hush")

    async with serving(broken) as api:
        with pytest.raises(BadGateway) as caught:
            await api.request("GET", "/")
        reply = await api.get("/")

    assert caught.value.api_status == 500
    assert caught.value.detail == "The API failed to answer."
    assert reply is None
    assert "The ASGI app failed" in caplog.text


async def test_an_app_that_fails_half_way_cuts_its_answer_short() -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise LookupError

    async with serving(broken) as api:
        with pytest.raises(BadGateway, match="cut short"):
            await api.request("GET", "/")


async def test_a_head_has_no_body() -> None:
    async with serving(app_of(lambda _: PlainTextResponse("hello"))) as api:
        reply = await api.request("HEAD", "/")

    assert (reply.content, reply.headers["content-length"]) == (b"", "5")


async def test_an_app_learns_that_its_client_has_gone() -> None:
    started, told = asyncio.Event(), asyncio.Event()

    async def patient(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        while (await receive())["type"] != "http.request":
            pass
        started.set()
        while (await receive())["type"] != "http.disconnect":
            pass
        with pytest.raises(OSError, match="gone"):
            await send({"type": "http.response.start", "status": 200, "headers": []})
        told.set()

    async with serving(patient) as api:
        call = asyncio.create_task(api.request("GET", "/"))
        await started.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await asyncio.wait_for(told.wait(), 5)


async def test_an_app_may_listen_for_the_end_of_its_own_answer() -> None:
    seen: list[str] = []

    async def watchful(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        seen.append((await receive())["type"])
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b"1"})
        seen.append((await receive())["type"])
        seen.append((await receive())["type"])

    async with serving(watchful) as api:
        assert await api.get("/") == 1
        for _ in range(5):
            await asyncio.sleep(0)

    assert seen == ["http.request", "http.disconnect", "http.disconnect"]


async def fail(reason: str) -> None:
    raise OSError(reason)


class Lifespan:
    def __init__(self) -> None:
        self.events: list[str] = []

    @asynccontextmanager
    async def __call__(self, app: Starlette) -> AsyncIterator[dict[str, Any]]:
        self.events.append("up")
        yield {"database": "open"}
        self.events.append("down")


async def test_the_apps_lifespan_runs_once_around_everything() -> None:
    async def endpoint(request: Request) -> Response:
        return JSONResponse(request.state.database)

    lifespan = Lifespan()
    async with serving(app_of(endpoint, lifespan=lifespan)) as api:
        assert lifespan.events == []
        assert await asyncio.gather(*(api.get("/") for _ in range(5))) == ["open"] * 5
        assert lifespan.events == ["up"]
    assert lifespan.events == ["up", "down"]


async def test_a_backend_can_be_started_beforehand_and_closed_unused() -> None:
    lifespan = Lifespan()
    backend = ASGIBackend(app_of(echo, lifespan=lifespan))
    await backend.start()
    assert lifespan.events == ["up"]
    await backend.aclose()
    assert lifespan.events == ["up", "down"]
    await ASGIBackend(app_of(echo)).aclose()


async def test_a_start_up_that_fails_is_told_at_the_start_and_unavailable_later(
    caplog: pytest.LogCaptureFixture,
) -> None:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await fail("no database")
        yield

    backend = ASGIBackend(app_of(echo, lifespan=lifespan))
    with pytest.raises(RuntimeError, match="start-up failed"):
        await backend.start()
    with pytest.raises(Unavailable, match="reached"):
        await APIClient("http://api.test", transport=backend).request("GET", "/")
    await backend.aclose()

    assert "no database" in caplog.text


async def test_an_app_without_a_lifespan_does_without() -> None:
    async def simple(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http", "this app knows no lifespan"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"true"})

    async with serving(simple) as api:
        assert await api.get("/") is True


async def test_a_shutdown_that_fails_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await fail("could not flush")

    async with serving(app_of(echo, lifespan=lifespan)) as api:
        await api.get("/")

    assert "could not flush" in caplog.text
    assert any(record.levelno == logging.ERROR for record in caplog.records)


async def test_closing_ends_what_still_runs() -> None:
    started, cancelled = asyncio.Event(), asyncio.Event()

    async def endless(_: Request) -> Response:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        raise AssertionError

    backend = ASGIBackend(app_of(endless))
    call = asyncio.create_task(APIClient("http://api.test", transport=backend).request("GET", "/"))
    await started.wait()
    await backend.aclose()

    assert cancelled.is_set()
    with pytest.raises(BadGateway):
        await call


async def test_the_app_does_not_see_its_callers_context() -> None:
    async def endpoint(_: Request) -> Response:
        return JSONResponse(marker.get())

    marker.set("of the caller")
    async with serving(app_of(endpoint)) as api:
        assert await api.get("/") == "unset"
