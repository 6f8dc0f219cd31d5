"""An answer that is neither a list nor an item: shown as what it turns out to be."""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from webapp.client import Reply
from webapp.client.reply import ReplyKind
from webapp.html.context import Control, Fact, Section, ViewPage
from webapp.html.format import cut, filesize, text
from webapp.html.kinds import Kind
from webapp.html.render import render
from webapp.html.urls import href
from webapp.openapi.posted import inputs_of
from webapp.openapi.routes import Routes
from webapp.openapi.schema import Schema
from webapp.openapi.site import Match, Operation
from webapp.pages.charts import charts_of
from webapp.pages.crumbs import crumbs
from webapp.pages.curl import curl_of
from webapp.pages.facts import element_id, facts_of, sections_of
from webapp.pages.filters import make_control
from webapp.pages.masking import masked
from webapp.pages.queries import Query, read_query, value_of
from webapp.pages.raw import LIMIT, raw_json
from webapp.pages.rows import ValueLink
from webapp.pages.tabs import tabs_of

EMPTY = "The API has answered without any content."


def answer_page(
    request: Request,
    routes: Routes,
    match: Match,
    reply: Reply,
    *,
    controls: tuple[Control, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Show an answer: an object as facts, text as text (markup as its source), anything else by what it is."""
    page = replace(_blank(request, routes, match, controls), media_type=reply.media_type)
    disposition = reply.headers.get("content-disposition", "")
    if reply.kind is ReplyKind.BINARY or disposition.lower().startswith("attachment"):
        page = replace(page, notice=_what_file(reply, disposition))
    elif reply.kind in (ReplyKind.NO_CONTENT, ReplyKind.EMPTY):
        page = replace(page, notice=EMPTY)
    elif reply.kind is ReplyKind.TEXT:
        page = replace(page, text=_bounded(reply.text))
    else:
        page = _with_data(page, match, reply.data, link=partial(_linked, request, routes))
    return _render(request, page, headers=headers)


def notice_page(
    request: Request,
    routes: Routes,
    match: Match,
    notice: str,
    *,
    controls: tuple[Control, ...] = (),
    text: str | None = None,
    status: int = 200,
) -> Response:
    """A view's page without an answer, and why there is none; `text` is what there is instead."""
    page = replace(_blank(request, routes, match, controls), notice=notice, text=text)
    return _render(request, page, status=status)


def what_is_missing(operation: Operation, query: Query) -> str:
    """What has to be filled in before the API can be asked; empty where nothing is."""
    missing = [each for each in inputs_of(operation) if each.required and not value_of(query, each.name)]
    labels = " and ".join(make_control(each, ()).label for each in missing)
    return f"Fill in {labels} to see anything here." if missing else ""


def name_of(operation: Operation) -> str:
    """What a view is called in its page's class and its templates' folder: fit for both."""
    return re.sub(r"[^a-z0-9]+", "-", operation.name.lower()).strip("-") or "view"


def _blank(request: Request, routes: Routes, match: Match, controls: tuple[Control, ...]) -> ViewPage:
    operation = match.operation
    return ViewPage(
        name=name_of(operation),
        title=operation.title,
        description=operation.introduction,
        crumbs=crumbs(request, routes, match, operation.title),
        facts=(),
        sections=(),
        text=None,
        media_type="",
        raw="",
        action=href(request, match.path),
        controls=controls,
        related=tabs_of(request, routes, match),
        curl=curl_of(request, match, read_query(request)),
    )


def _render(
    request: Request, page: ViewPage, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    return render(request, [f"{page.name}/view.html", "pages/view.html"], page, status=status, headers=headers)


def _with_data(page: ViewPage, match: Match, data: Any, *, link: ValueLink) -> ViewPage:
    schema = match.operation.answer
    shown = masked(data, schema)
    facts, sections = _parts(shown, schema, page.name, link)
    if isinstance(shown, Mapping | list) and (facts or sections):
        return replace(page, facts=facts, sections=sections, raw=raw_json(data, schema))
    if isinstance(shown, Mapping | list):
        return replace(page, notice="The API has answered with nothing in it.", raw=raw_json(data, schema))
    return replace(page, text="null" if shown is None else _bounded(text(shown)))


def _linked(request: Request, routes: Routes, _: str, value: Any) -> str | None:
    """The page of a value that says where it leads."""
    path = routes.linked(value)
    return href(request, path) if path is not None else None


def _parts(
    data: Any, schema: Schema | None, name: str, link: ValueLink
) -> tuple[tuple[Fact, ...], tuple[Section, ...]]:
    if isinstance(data, Mapping):
        drawn = charts_of(data, schema, name=element_id(name))
        if drawn:
            return (), (Section("Chart", facts=facts_of(data, schema, link=link), charts=drawn),)
        return facts_of(data, schema, link=link), sections_of(data, schema, name=name, link=link, compare=True)
    if isinstance(data, list) and data:
        return (Fact("items", "Items", Kind.LIST, data),), ()
    return (), ()


def _bounded(content: str) -> str:
    return content if len(content) <= LIMIT else content[:LIMIT] + "…"


def _what_file(reply: Reply, disposition: str) -> str:
    kind = reply.media_type or "application/octet-stream"
    named = re.search(r'filename="?([^";]+)', disposition)
    name = f"“{cut(named[1], 80)}”, " if named else ""
    return f"This is a file, and not shown here: {name}{kind}, {filesize(len(reply.content))}."
