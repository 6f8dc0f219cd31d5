"""`/-/events/...`: a stream of the API's events, as a page and, for its script, as a stream of rows."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from webapp.client import StreamReply
from webapp.client.decoding import parse_json
from webapp.client.events import LONGEST_DATA, ServerEvent, read_events, read_lines
from webapp.errors import APIError, NotFound
from webapp.html.context import Event, EventsPage, Fact
from webapp.html.format import cut, pretty
from webapp.html.format import text as text_of
from webapp.html.render import Renderer, render
from webapp.html.urls import href
from webapp.openapi.labels import words
from webapp.openapi.prose import first_paragraph
from webapp.openapi.routes import Routes
from webapp.openapi.site import Match
from webapp.openapi.uses import is_plumbing
from webapp.pages.answers import name_of, what_is_missing
from webapp.pages.crumbs import crumbs
from webapp.pages.facts import facts_of
from webapp.pages.filetypes import LINES, STREAMS, essence
from webapp.pages.masking import masked
from webapp.pages.queries import for_api, read_query, without
from webapp.pages.resource import api_path
from webapp.pages.sites import routes_for
from webapp.pages.streams import EVENTS, Streams
from webapp.pages.view import controls_of
from webapp.sessions import Session

WAIT = "-wait"
"""Our own parameter: collect what comes within a few seconds, for browsers without scripts."""
SECONDS = 3.0
MOST_EVENTS = 50
"""Events of a page without a script."""
MOST_FACTS = 12
LONGEST_TEXT = 4000
LONGEST_LINE = LONGEST_DATA + 100
"""Characters of a line that are kept: an event's data, and what it's called."""

HEARTBEAT = 15.0
"""Seconds between signs of life, by which everybody on the way knows that the stream is still there."""
LONGEST = 3600.0
"""Seconds after which a stream ends; the browser then comes back for the rest by itself."""
AHEAD = 100
"""Events that are read before the browser has taken those before them."""
AGAIN_MILLISECONDS = 3000

END = b"event: end\ndata:\n\n"
"""Tells the page's script that there are no more, so that it doesn't come back."""
NO_STREAM = "This is no stream of events: the API has answered {}."

_ID = re.compile(r"[\x20-\x7e]{1,200}")


async def events_page(request: Request) -> Response:
    """The page of a stream, or the stream itself for whoever asks for one."""
    routes = await routes_for(request)
    match = routes.match(api_path(request).removeprefix(STREAMS))
    if match is None or match.operation.method != "GET" or is_plumbing(match.operation):
        raise NotFound("There is no stream here.")
    if EVENTS in request.headers.get("accept", ""):
        return await _relay(request, match)

    query = read_query(request)
    waits = any(name == WAIT for name, _ in query)
    notice = what_is_missing(match.operation, query)
    events: tuple[Event, ...] = ()
    ended = False
    if waits and not notice:
        streams: Streams = request.state.streams
        with streams.one_more(request):
            events, ended, notice = await _collect(request, match)
    return _page(request, routes, match, events, ended=ended, notice=notice)


def _page(
    request: Request, routes: Routes, match: Match, events: tuple[Event, ...], *, ended: bool, notice: str
) -> Response:
    query, operation = without(read_query(request), (WAIT,)), match.operation
    name, here = name_of(operation), STREAMS + match.path
    page = EventsPage(
        name=name,
        title=operation.title,
        description=first_paragraph(operation.description),
        crumbs=crumbs(request, routes, match, operation.title),
        stream_href=href(request, here, query),
        events=events,
        ended=ended,
        notice=notice,
        reload_href=href(request, here, (*query, (WAIT, "1"))),
        action=href(request, here),
        controls=controls_of(operation, query),
    )
    answer = render(request, [f"{name}/events.html", "pages/events.html"], page)
    answer.headers.add_vary_header("Accept")
    return answer


async def _open(request: Request, match: Match) -> StreamReply | None:
    """The API's stream, from where the browser was cut off; None where there is none, or nothing more in it."""
    seen = request.headers.get("last-event-id", "")
    reply = await request.state.api.ask(
        "GET",
        match.api_path or match.path,
        keep=lambda _: True,
        params=for_api(without(read_query(request), (WAIT,)), match.operation),
        headers={
            "Accept": f"{EVENTS}, application/x-ndjson;q=0.9",
            "Accept-Encoding": "identity",
            **({"Last-Event-ID": seen} if _ID.fullmatch(seen) else {}),
        },
        idle_timeout=None,
        lasts=True,
    )
    return reply if isinstance(reply, StreamReply) else None


def _events(reply: StreamReply) -> AsyncIterator[ServerEvent] | None:
    kind = essence(reply.headers.get("content-type", ""))
    if kind == EVENTS:
        return read_events(reply.lines(cut_at=LONGEST_LINE))
    return read_lines(reply.lines(cut_at=LONGEST_LINE)) if kind in LINES else None


async def _collect(request: Request, match: Match) -> tuple[tuple[Event, ...], bool, str]:
    """What comes within a few seconds, the newest first; whether that was all; and why there is nothing to see."""
    reply = await _open(request, match)
    if reply is None:
        return (), True, ""
    found: list[Event] = []
    try:
        events = _events(reply)
        if events is None:
            return (), True, NO_STREAM.format(essence(reply.headers.get("content-type", "")) or "something else")
        async with asyncio.timeout(SECONDS):
            async for event in events:
                found.append(_shown(event, match))
                if len(found) == MOST_EVENTS:
                    return tuple(reversed(found)), False, ""
    except TimeoutError:
        return tuple(reversed(found)), False, ""
    finally:
        await reply.aclose()
    return tuple(reversed(found)), True, ""


async def _relay(request: Request, match: Match) -> Response:
    streams: Streams = request.state.streams
    with streams.one_more(request):
        reply = await _open(request, match)
    events = _events(reply) if reply is not None else None
    if reply is None or events is None:
        if reply is not None:
            await reply.aclose()
        return Response(END, headers={"Cache-Control": "no-store"}, media_type=EVENTS)
    return _Relay(request, match, reply, events)


class _Relay(StreamingResponse):
    """A stream of rows, until the browser leaves, the session ends, or it has lasted long enough."""

    def __init__(self, request: Request, match: Match, reply: StreamReply, events: AsyncIterator[ServerEvent]) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "Vary": "Accept, Cookie"}
        super().__init__(self._rows(), 200, headers, media_type=EVENTS)
        self._request = request
        self._match = match
        self._reply = reply
        self._events = events
        self._queue: asyncio.Queue[ServerEvent | None] = asyncio.Queue(AHEAD)
        self._broken = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        streams: Streams = self._request.state.streams
        session: Session = self._request.state.session
        reader = asyncio.create_task(self._read())

        def end() -> None:
            reader.cancel()
            # Where the queue is full, nobody waits for it.
            with contextlib.suppress(asyncio.QueueFull):
                self._queue.put_nowait(None)

        session.watch(end)
        try:
            with streams.one_more(self._request), streams.ended_by(end):
                await super().__call__(scope, receive, send)
        finally:
            session.unwatch(end)
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)
            await self._reply.aclose()

    async def _read(self) -> None:
        try:
            async for event in self._events:
                await self._queue.put(event)
        except APIError:
            self._broken = True
        finally:
            # At once: whoever reads none of what was sent may hold up the rest for long.
            await self._reply.aclose()
        await self._queue.put(None)

    async def _rows(self) -> AsyncIterator[bytes]:
        yield f"retry: {AGAIN_MILLISECONDS}\n\n".encode()
        loop = asyncio.get_running_loop()
        until = loop.time() + LONGEST
        while not self._is_over() and loop.time() < until:
            try:
                async with asyncio.timeout(HEARTBEAT):
                    event = await self._queue.get()
            except TimeoutError:
                yield b":\n\n"
                continue
            if self._is_over():
                return  # the browser comes back: to be told to sign in, or to whoever serves it then
            if event is None:
                if not self._broken:  # else the browser comes back by itself, and is told then what is wrong
                    yield END
                return
            yield self._row(event)

    def _is_over(self) -> bool:
        session: Session = self._request.state.session
        streams: Streams = self._request.state.streams
        return session.ended or session.api.over or streams.stopped

    def _row(self, event: ServerEvent) -> bytes:
        renderer: Renderer = self._request.state.renderer
        html = str(
            vars(renderer.environment.get_template("ui/event.html").module)["event_row"](_shown(event, self._match))
        )
        lines = [f"id: {event.id}"] if _ID.fullmatch(event.id) else []
        lines += [f"data: {line}" for line in html.splitlines() if line]
        return ("\n".join(lines) + "\n\n").encode("utf-8", "replace")


def _is_said(fact: Fact, event: ServerEvent) -> bool:
    """Whether it is nothing, or what stands above the facts: the kind, or the id under a name of an id."""
    said = text_of(fact.value)
    return said in (None, "", event.event) or (said == event.id and (words(fact.key) or ("",))[-1].lower() == "id")


def _shown(event: ServerEvent, match: Match) -> Event:
    """An event as a row: an object as facts, anything else as text, less its secrets."""
    facts: tuple[Fact, ...] = ()
    text = event.data
    try:
        data: Any = masked(parse_json(event.data.encode()))
    except (ValueError, RecursionError):
        pass
    else:
        if isinstance(data, Mapping) and data:
            found = facts_of(data, match.operation.answer)
            facts = tuple(fact for fact in found if not _is_said(fact, event))[:MOST_FACTS]
        text = pretty(data, LONGEST_TEXT) if isinstance(data, Mapping | list) else str(data)
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    return Event(id=event.id, event=event.event, at=at, facts=facts, text=cut(text, LONGEST_TEXT) if not facts else "")
