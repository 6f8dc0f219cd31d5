"""
`/-/export/...`: a whole list as a file, streamed page after page, so that it takes no more memory than one page.

The first page is asked for before anything is sent: what is wrong with the question is a page like any other. If a
later one fails, the file says so where it ends: a CSV in its last line, a JSON array by not being closed.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from webapp.errors import APIError, BadRequest, Invalid, NotFound, RateLimited
from webapp.html.csvlines import csv_line
from webapp.html.format import number
from webapp.openapi.listing import Listing, read_listing
from webapp.openapi.routes import Routes
from webapp.openapi.site import Match, PagingStyle, Resource
from webapp.openapi.uses import is_file, is_plumbing, is_stream
from webapp.pages.asking import ask
from webapp.pages.chosen import AS_SHOWN, chosen_columns
from webapp.pages.columns import SCALAR, choose_fields, every_field
from webapp.pages.filenames import disposition
from webapp.pages.lasting import until_it_ends
from webapp.pages.masking import masked_rows
from webapp.pages.queries import COLUMNS, Query, for_api, read_query, replaced, value_of, without
from webapp.pages.resource import api_path
from webapp.pages.sites import routes_for
from webapp.pages.streams import Streams
from webapp.pages.view import list_of
from webapp.record import record

PREFIX = "/-/export"
FORMAT = "format"
TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}

MOST_ROWS = 100_000
MOST_PAGES = 1_000
AT_ONCE = 500
"""Rows that are written before others have their turn."""
LONGEST = 600.0
"""Seconds after which an export ends, however much is left."""
PAGE_SIZE = 100
LARGEST_PAGE = 500
LONGEST_WAIT = 30.0
"""Seconds that an API may ask to be left alone for."""
MOST_WAITS = 3


async def export(request: Request) -> Response:
    """Send all rows of a list, with the filters, order and columns that the address says."""
    routes = await routes_for(request)
    match = _listed(routes.match(api_path(request).removeprefix(PREFIX)))
    query = read_query(request)
    kind = value_of(query, FORMAT) or "csv"
    if kind not in TYPES:
        raise NotFound("Lists can be had as csv and as json.")

    streams: Streams = request.state.streams
    with streams.one_more(request):
        whole = await _Export.begin(request, routes, match, without(query, (FORMAT,)))

    name = f"{whole.resource.name}-{datetime.now(UTC).date().isoformat()}.{kind}"
    headers = {
        "Content-Disposition": disposition(name),
        "Cache-Control": "no-store",
        "Vary": "Cookie",
        "Content-Type": TYPES[kind],
    }
    if request.method == "HEAD":
        return Response(headers=headers)
    return _Sending(request, whole.as_csv() if kind == "csv" else whole.as_json(), headers)


class _Sending(StreamingResponse):
    """An export on its way, counted until it is over: it may ask for a thousand pages."""

    def __init__(self, request: Request, content: AsyncIterator[bytes], headers: Mapping[str, str]) -> None:
        super().__init__(content, headers=headers)
        self._request = request

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        streams: Streams = self._request.state.streams
        with streams.one_more(self._request):
            await until_it_ends(self._request.state.session, super().__call__(scope, receive, send))


def _listed(match: Match | None) -> Match:
    if match is None or any(test(match.operation) for test in (is_stream, is_file, is_plumbing)):
        raise NotFound("There is no list to export here.")
    return match


@record(slots=True)
class _Export:
    """A list on its way out: its first page, and how to ask for the others."""

    request: Request
    match: Match
    resource: Resource
    first: Listing
    columns: tuple[str, ...]
    ended: str = ""
    """Why it isn't whole."""

    @classmethod
    async def begin(cls, request: Request, routes: Routes, match: Match, query: Query) -> "_Export":
        """Ask for the first page; NotFound if it holds no rows, and whatever else the API has against it."""
        resource = match.resource
        chosen = chosen_columns(query, match.operation)
        asked = from_the_beginning(without(query, (COLUMNS,)) if chosen else query, match, resource)
        try:
            listing = await _page(request, match, resource, large(asked, resource))
        except (BadRequest, Invalid):
            # Some take fewer rows at once than they say.
            listing = await _page(request, match, resource, asked)
        if listing is None:
            raise NotFound("There is no list to export here.")
        if resource is None:
            resource = list_of(routes, match.operation, listing)
        return cls(request, match, resource, listing, _columns(resource, listing, chosen))

    async def as_csv(self) -> AsyncIterator[bytes]:
        """The file, a piece for each page."""
        yield csv_line(self.columns).encode("utf-8", "replace")
        async for rows in self._pages():
            lines = (csv_line(_cells(row, self.columns)) for row in rows)
            yield "".join(lines).encode("utf-8", "replace")
        if self.ended:
            yield csv_line([f"Incomplete: {self.ended}"]).encode()

    async def as_json(self) -> AsyncIterator[bytes]:
        """The file, a piece for each page: an array of whole objects."""
        before = "["
        async for rows in self._pages():
            written = []
            for row in rows:
                written.append(before + "\n" + json.dumps(row, ensure_ascii=False))
                before = ","
            yield "".join(written).encode("utf-8", "replace")
        if self.ended:
            yield f"\n\nIncomplete: {self.ended}\n".encode()
        else:
            yield (before if before == "[" else "").encode() + b"\n]\n"

    async def _pages(self) -> AsyncIterator[Sequence[Any]]:
        """The rows of each page without their secrets; sets `ended` where these aren't all."""
        listing, rows, until = self.first, 0, time.monotonic() + LONGEST
        most = max(MOST_ROWS, len(listing.rows))  # whatever has come already is given
        seen = {tuple(sorted(self.first.query))}
        for _ in range(MOST_PAGES):
            shown = listing.rows[: most - rows]
            for begin in range(0, len(shown), AT_ONCE):
                yield masked_rows(shown[begin : begin + AT_ONCE], self.resource.row_schema)
                await asyncio.sleep(0)  # others have their turn
            rows += len(shown)
            if len(shown) < len(listing.rows):
                break
            if listing.next is None or tuple(sorted(listing.next)) in seen:
                if _stops_short(listing, rows):
                    self.ended = (
                        f"these are {number(rows)} of {number(listing.total)} rows; the others can't be asked for."
                    )
                return
            seen.add(tuple(sorted(listing.next)))
            if rows >= most or time.monotonic() > until:
                break
            following = await self._following(listing.next, rows)
            if following is None:
                return
            listing = following
        self.ended = f"there is more than these {number(rows)} rows. Filters make it less."

    async def _following(self, query: Query, rows: int) -> Listing | None:
        for _ in range(MOST_WAITS):
            try:
                found = await _page(self.request, self.match, self.resource, query)
            except RateLimited as error:
                if error.retry_after is None or error.retry_after > LONGEST_WAIT:
                    self.ended = _said(error, rows)
                    return None
                await asyncio.sleep(error.retry_after)
            except APIError as error:
                self.ended = _said(error, rows)
                return None
            else:
                if found is None:
                    self.ended = f"after {number(rows)} rows the API's answer was no list."
                return found if found is not None and found.rows else None
        self.ended = f"after {number(rows)} rows the API would not be asked any more for now."
        return None


def _stops_short(listing: Listing, rows: int) -> bool:
    """Whether a full page leads on by a cursor that nobody knows, though there is more than the rows so far."""
    by_cursor = listing.paging is not None and listing.paging.style is PagingStyle.CURSOR
    is_full = listing.size is not None and len(listing.rows) >= listing.size
    return by_cursor and is_full and listing.total is not None and listing.total > rows


def from_the_beginning(query: Query, match: Match, resource: Resource | None) -> Query:
    """What the API is asked for the first page, whichever page the address is of."""
    paging = resource.paging if resource else None
    return for_api(without(query, (paging.position,)) if paging else query, match.operation, paging)


def large(asked: Query, resource: Resource | None) -> Query:
    """The same with as many rows at once as one may ask for."""
    paging = resource.paging if resource else None
    if paging is None or paging.size is None:
        return asked
    return replaced(asked, paging.size, str(min(paging.max_size or PAGE_SIZE, LARGEST_PAGE)))


async def _page(request: Request, match: Match, resource: Resource | None, asked: Query) -> Listing | None:
    reply = await ask(request, match, asked)
    return read_listing(resource, reply.data, headers=reply.headers, query=asked, path=match.path)


def _columns(resource: Resource, listing: Listing, chosen: Sequence[str]) -> tuple[str, ...]:
    """The fields of the file: those chosen, else all that the first page and the document know."""
    rows = masked_rows(listing.rows, resource.row_schema)
    if AS_SHOWN in chosen:
        title, key = listing.title_field or resource.title_field, listing.id_field or resource.id_field
        shown = choose_fields(
            rows, resource.row_schema, title=title, key=key, related=resource.relations, chosen=resource.columns
        )
        return tuple(field.key for field in shown) or (SCALAR,)
    if chosen and "*" not in chosen:
        return tuple(field.key for field in choose_fields(rows, resource.row_schema, chosen=chosen))
    fields = (*every_field(rows, resource.row_schema), *every_field((), resource.row_schema))
    return tuple(dict.fromkeys(field.key for field in fields)) or (SCALAR,)


def _cells(row: Any, columns: Sequence[str]) -> Sequence[Any]:
    return [row.get(name) for name in columns] if isinstance(row, dict) else [row]


def _said(error: APIError, rows: int) -> str:
    return f"after {number(rows)} rows the API did not answer as hoped. {error.detail}".strip()
