"""Streams of events, as pages and as streams."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.pages.library import library_api
from tests.pages.workshop import workshop
from tests.serving import serve
from webapp import Settings, create_app
from webapp.pages import events
from webapp.pages.streams import MOST_OF_ONE
from webapp.testing import Browser

SSE = {"Accept": "text/event-stream"}
FEED = {"/feed": {"get": {"responses": {"200": {"description": "OK", "content": {"text/event-stream": {}}}}}}}


class Stream(httpx.AsyncByteStream):
    """A stream of these pieces, which then goes on without any, or ends."""

    def __init__(self, *pieces: str, ends: bool = True) -> None:
        self.pieces = pieces
        self.ends = ends
        self.closed = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            yield piece.encode()
        if not self.ends:
            await asyncio.Event().wait()

    async def aclose(self) -> None:
        self.closed.set()


class API:
    """An API with one stream at /feed, and the requests for it."""

    def __init__(self, stream: Stream, media_type: str = "text/event-stream", status: int = 200) -> None:
        self.stream = stream
        self.media_type = media_type
        self.status = status
        self.asked: list[httpx.Request] = []
        self.app = create_app("http://api", transport=httpx.MockTransport(self.handle), settings=Settings())

    def handle(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/openapi.json":
            return httpx.Response(200, json=library_api({}).document)
        if request.url.path not in ("/feed", "/anything"):
            return httpx.Response(404)
        self.asked.append(request)
        return httpx.Response(self.status, headers={"Content-Type": self.media_type}, stream=self.stream)


async def relayed(api: API, path: str = "/-/events/feed", **headers: str) -> str:
    async with Browser(api.app) as browser:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = await browser.fetch("GET", path, headers={**SSE, **given})
    assert answer.headers["content-type"].startswith("text/event-stream")
    return answer.content.decode()


async def test_an_event_of_megabytes_is_shown_by_its_beginning_and_the_next_as_it_is() -> None:
    stream = await relayed(API(Stream('data: {"long": "', *["x" * 100_000] * 30, '"}\n\n', "data: next\n\n")))

    assert "xxxx" in stream
    assert "next" in stream
    assert stream.endswith(events.END.decode())
    assert len(stream) < 20_000


async def test_a_stream_has_a_page_that_watches_it_and_asks_nothing_itself() -> None:
    api = API(Stream())
    async with Browser(api.app) as browser:
        page = await browser.get("/feed")

    assert page.url == "/-/events/feed"
    assert page.page.one("#watching").get("data-stream") == "/-/events/feed"
    assert page.links["Show what comes within a few seconds"] == "/-/events/feed?-wait=1"
    assert api.asked == []


async def test_events_are_passed_on_as_rows_with_their_ids() -> None:
    text = await relayed(API(Stream('id: 7\nevent: made\ndata: {"title": "Quiet search"}\n\n')))

    assert "id: 7\n" in text
    assert "Quiet search" in text
    assert "Made" in text
    assert "event: made" not in text
    assert text.endswith("event: end\ndata:\n\n")


async def test_what_stands_above_an_event_is_not_said_again_but_what_only_looks_like_it_is() -> None:
    text = await relayed(API(Stream('id: 7\nevent: made\ndata: {"order_id": 7, "kind": "made", "waiting": 7}\n\n')))

    assert "Waiting" in text
    assert "Order" not in text
    assert "Kind" not in text


async def test_an_event_can_bring_nothing_but_text_and_no_secrets() -> None:
    evil = "<script>x()</script>\\n\\nevent: end"
    stream = Stream(f'event: <b>\ndata: {{"a": "{evil}", "api_token": "hunter2"}}\n\ndata: <i>plain</i>\n\n')
    text = await relayed(API(stream))

    assert "<script>" not in text
    assert "<b>" not in text
    assert "<i>" not in text
    assert "hunter2" not in text
    assert text.count("event: end\n") == 1


async def test_whoever_was_cut_off_goes_on_from_there() -> None:
    api = API(Stream("data: x\n\n"))
    await relayed(api, Last_Event_ID="41")
    await relayed(api, Last_Event_ID="x" * 300)

    assert [request.headers.get("last-event-id") for request in api.asked] == ["41", None]


async def test_lines_of_data_are_a_stream_too() -> None:
    assert "Ada" in await relayed(API(Stream('{"name": "Ada"}\n'), "application/x-ndjson"))


@pytest.mark.parametrize("media_type", ["application/json", "text/html"])
async def test_what_is_no_stream_ends_at_once(media_type: str) -> None:
    api = API(Stream("<h1>x</h1>"), media_type)

    assert await relayed(api) == "event: end\ndata:\n\n"
    assert api.stream.closed.is_set()


async def test_an_answer_that_turns_out_a_stream_is_watched() -> None:
    api = API(Stream("data: x\n\n"))
    async with Browser(api.app) as browser:
        page = await browser.get("/anything")

    assert page.url == "/-/events/anything"
    assert api.stream.closed.is_set()


async def test_without_a_script_the_page_shows_what_comes_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "SECONDS", 0.05)
    api = API(Stream("id: 1\ndata: one\n\n", "id: 2\ndata: two\n\n", ends=False))
    async with Browser(api.app) as browser:
        page = await browser.get("/-/events/feed?-wait=1")

    assert [row.text.split()[-1] for row in page.page.all("ol.stream li")] == ["two", "one"]
    assert page.links["Reload"] == "/-/events/feed?-wait=1"
    assert api.stream.closed.is_set()


@pytest.mark.parametrize(
    ("api", "said"),
    [
        (lambda: API(Stream("data: x\n\n")), "All events"),
        (lambda: API(Stream()), "Nothing came"),
        (lambda: API(Stream("{}"), "application/json"), "no stream of events"),
    ],
)
async def test_a_stream_that_ends_says_so(api: Any, said: str) -> None:
    async with Browser(api().app) as browser:
        page = await browser.get("/-/events/feed?-wait=1")

    assert said in page.main


async def test_signs_of_life_are_sent_while_nothing_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "HEARTBEAT", 0.01)
    monkeypatch.setattr(events, "LONGEST", 0.05)

    assert "\n:\n\n" in await relayed(API(Stream(ends=False)))


async def test_a_stream_that_breaks_off_breaks_off_here_too_and_is_not_called_ended() -> None:
    class Broken(Stream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield b"data: x\n\n"
            raise httpx.ReadError("lost")

    said = await relayed(API(Broken()))

    assert "retry:" in said
    assert "event: end" not in said


async def test_an_error_of_the_api_is_told_by_its_status() -> None:
    async with Browser(API(Stream(), status=503).app) as browser:
        assert (await browser.fetch("GET", "/-/events/feed", headers=SSE)).status == 503


async def test_whoever_is_not_signed_in_is_told_where_to_go_in_the_stream_itself() -> None:
    """A browser's EventSource follows redirects to pages, and tells nobody of a status."""
    async with workshop({}, paths=FEED, accounts={"ada@example.com": "secret"}) as (browser, api):
        await browser.sign_in()
        api.end_sessions()
        answer = await browser.fetch("GET", "/-/events/feed", headers=SSE)
        again = await browser.fetch("GET", "/-/events/feed", headers=SSE)

    assert answer.status == again.status == 200
    assert answer.text == "event: leave\ndata: /login?next=%2F-%2Fevents%2Ffeed&why=ended\n\n"
    assert again.text == "event: leave\ndata: /login?next=%2F-%2Fevents%2Ffeed\n\n"
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"


async def test_a_browser_that_leaves_ends_the_stream_and_one_has_only_so_many() -> None:
    api = API(Stream("data: x\n\n", ends=False))
    leave = asyncio.Event()
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        await leave.wait()
        return {"type": "http.disconnect"}

    async def watch(begun: asyncio.Event) -> None:
        async def send(message: Mapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])
                begun.set()

        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": "/-/events/feed",
            "raw_path": b"/-/events/feed",
            "root_path": "",
            "query_string": b"",
            "headers": [(b"host", b"testserver"), (b"accept", b"text/event-stream")],
            "server": ("testserver", 80),
            "client": ("127.0.0.1", 1),
        }
        await api.app(scope, receive, send)

    async with Browser(api.app) as browser:
        await browser.get("/")
        tasks = []
        for _ in range(MOST_OF_ONE + 1):
            begun = asyncio.Event()
            tasks.append(asyncio.create_task(watch(begun)))
            await begun.wait()
        assert statuses == [*[200] * MOST_OF_ONE, 429]
        assert (await browser.fetch("GET", "/-/events/feed?-wait=1")).status == 429
        leave.set()
        await asyncio.wait_for(asyncio.gather(*tasks), 5)
        assert api.stream.closed.is_set()
        leave.clear()
        begun = asyncio.Event()
        task = asyncio.create_task(watch(begun))
        await begun.wait()
        assert statuses[-1] == 200
        leave.set()
        await task


def endless_api() -> Starlette:
    """An API with a stream that doesn't end, and a note beside it."""

    async def endless(_: Request) -> Response:
        return StreamingResponse(Stream("data: x\n\n", ends=False), media_type="text/event-stream")

    async def note(_: Request) -> Response:
        return JSONResponse({"text": "Still here"})

    async def document(_: Request) -> Response:
        note = {"get": {"responses": {"200": {"description": "OK", "content": {"application/json": {}}}}}}
        return JSONResponse(
            {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": FEED | {"/note": note}}
        )

    return Starlette(routes=[Route("/feed", endless), Route("/note", note), Route("/openapi.json", document)])


async def test_whoever_has_a_whole_network_of_addresses_is_one_visitor() -> None:
    addresses = [f"2001:db8::{number}" for number in range(MOST_OF_ONE + 1)]
    with serve(endless_api()) as at, serve(create_app(at, settings=Settings())) as url:
        async with httpx.AsyncClient(base_url=url) as browser, AsyncExitStack() as watched:
            statuses = []
            for address in [*addresses, "2001:db8:0:1::1"]:
                stream = browser.stream("GET", "/-/events/feed", headers=SSE | {"X-Forwarded-For": address})
                statuses.append((await watched.enter_async_context(stream)).status_code)
    assert statuses == [*[200] * MOST_OF_ONE, 429, 200]


async def test_streams_that_visitors_leave_open_leave_connections_to_the_api_to_pages() -> None:
    with serve(endless_api()) as at, serve(create_app(at, settings=Settings(api_connections=8, api_timeout=2))) as url:
        async with httpx.AsyncClient(base_url=url) as browser, AsyncExitStack() as watched:
            statuses = []
            for number in range(8):
                # Of several addresses, so that none has too many; all of them have half, and streams 3 of these 4.
                headers = SSE | {"X-Forwarded-For": f"192.0.2.{number}"}
                stream = browser.stream("GET", "/-/events/feed", headers=headers)
                statuses.append((await watched.enter_async_context(stream)).status_code)
            page = await browser.get("/note")
    assert statuses == [*[200] * 3, *[429] * 5]
    assert page.status_code == 200
    assert "Still here" in page.text


@pytest.mark.parametrize("path", ["/nowhere", "/auth/oauth/google/callback"])
async def test_only_what_the_document_knows_is_watched(path: str) -> None:
    async with Browser(API(Stream()).app) as browser:
        assert (await browser.fetch("GET", f"/-/events{path}", headers=SSE)).status == 404
