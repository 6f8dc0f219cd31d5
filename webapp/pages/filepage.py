"""The page of a GET that answers a file: what it is, how it begins, and where it is saved from."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from webapp.client import Reply, StreamReply
from webapp.client.reply import is_json
from webapp.html.context import Control, FilePage
from webapp.html.render import render
from webapp.html.urls import href
from webapp.openapi.prose import first_paragraph
from webapp.openapi.routes import Routes
from webapp.openapi.site import Match
from webapp.pages.answers import name_of
from webapp.pages.asking import ask
from webapp.pages.crumbs import crumbs
from webapp.pages.filenames import is_attachment, name_of_file
from webapp.pages.filetypes import PICTURES, SAVE, SHOW, essence, is_shown_whole, shown_as
from webapp.pages.preview import LIMIT, Preview, can_preview, preview
from webapp.pages.queries import Query, read_query

MOST_SHOWN = 16 * 1024 * 1024
"""Bytes of an answer that is shown as a page; more is a file."""


async def look(request: Request, match: Match, asked: Query) -> Reply | StreamReply:
    """
    The API's answer; still unread where its headers say that it is a file, or more than a page can show.

    Whoever gets a StreamReply closes it.
    """
    if match.operation.method != "GET":
        return await ask(request, match, asked)
    types = match.operation.answer_types
    declared = {"Accept": "*/*"} if types and not any(is_json(essence(each)) for each in types) else None
    path = match.api_path or match.path
    reply: Reply | StreamReply = await request.state.api.ask("GET", path, keep=is_file, params=asked, headers=declared)
    return reply


def is_file(headers: Mapping[str, str]) -> bool:
    """Whether an answer is something to save rather than a page, as far as its headers tell."""
    size = size_of(headers)
    is_large = size is not None and size > MOST_SHOWN
    return is_large or is_attachment(headers) or not is_shown_whole(headers.get("content-type", ""))


def size_of(headers: Mapping[str, str]) -> int | None:
    """How many bytes a file has, where its answer tells."""
    length = headers.get("content-length", "")
    packed = headers.get("content-encoding", "identity").strip().lower() != "identity"
    return int(length[:18]) if length.isascii() and length.isdigit() and not packed else None


async def file_page(
    request: Request, routes: Routes, match: Match, reply: StreamReply, *, controls: tuple[Control, ...] = ()
) -> Response:
    """Show what a file is, having read no more of it than its beginning; the reply is closed."""
    content_type = reply.headers.get("content-type", "")
    try:
        begins = await _begins(reply, content_type)
    finally:
        await reply.aclose()

    name, operation, query = name_of(match.operation), match.operation, read_query(request)
    shown = shown_as(content_type)
    page = FilePage(
        name=name,
        title=operation.title,
        description=first_paragraph(operation.description),
        crumbs=crumbs(request, routes, match, operation.title),
        file_name=name_of_file(reply.headers, match.path),
        media_type=essence(content_type) or "application/octet-stream",
        size=size_of(reply.headers),
        save_href=href(request, SAVE + match.path, query),
        open_href=href(request, SHOW + match.path, query) if shown else None,
        picture=shown in PICTURES,
        columns=begins.columns,
        rows=begins.rows,
        text=begins.text,
        complete=begins.complete,
        action=href(request, match.path),
        controls=controls,
    )
    return render(request, [f"{name}/file.html", "pages/file.html"], page)


async def _begins(reply: StreamReply, content_type: str) -> Preview:
    if not can_preview(content_type):
        return Preview()
    content, complete = await reply.beginning(LIMIT)
    return preview(content, content_type, complete=complete)
