"""Any other GET: asked, unless asking would hang, sign somebody in or miss an input; shown from its answer."""

from collections.abc import Sequence
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from webapp.client import StreamReply
from webapp.client.reply import ReplyKind
from webapp.errors import APIError, BadRequest, Garbled, Invalid
from webapp.forms.pointer import join
from webapp.html.context import Control
from webapp.html.urls import href
from webapp.openapi.listing import Listing, read_listing
from webapp.openapi.query import read_query as sort_out
from webapp.openapi.routes import Routes
from webapp.openapi.schema import Schema
from webapp.openapi.site import Match, Operation, Parameter, Resource
from webapp.openapi.uses import is_plumbing, is_stream
from webapp.pages.answers import answer_page, name_of, notice_page, what_is_missing
from webapp.pages.choices import reference_hrefs
from webapp.pages.filepage import file_page, look
from webapp.pages.filetypes import STREAMS
from webapp.pages.filters import NO_ERRORS, Errors, make_control, unplaced
from webapp.pages.listview import ListView, push_canonical
from webapp.pages.masking import is_secret
from webapp.pages.preview import garbled
from webapp.pages.queries import Query, for_api, read_query
from webapp.pages.streams import EVENTS

PLUMBING = "This is a step of signing in, and nothing to look at."


async def view_page(request: Request, routes: Routes, match: Match) -> Response:
    """Show what a GET answers; ask for its inputs first where it can't do without."""
    query = read_query(request)
    if is_stream(match.operation):
        return RedirectResponse(href(request, STREAMS + match.path, query), 303)
    notice = _why_not(match.operation) or what_is_missing(match.operation, query)
    if notice:
        return notice_page(request, routes, match, notice, controls=_inputs(request, routes, match.operation, query))

    asked = for_api(query, match.operation)
    try:
        reply = await look(request, match, asked)
    except Garbled as error:
        said = f"{error.detail} This is what it has sent:"
        return notice_page(request, routes, match, said, text=garbled(error.content), status=error.status)
    except (BadRequest, Invalid) as error:
        if not query:
            raise
        return _refused(request, routes, match, error)

    if isinstance(reply, StreamReply):
        if reply.media_type == EVENTS:
            await reply.aclose()
            return RedirectResponse(href(request, STREAMS + match.path, query), 303)
        return await file_page(request, routes, match, reply, controls=_inputs(request, routes, match.operation, query))
    if reply.kind is ReplyKind.JSON and (found := read_listing(None, reply.data, headers=reply.headers, query=asked)):
        resource = list_of(routes, match.operation, found)
        listing = read_listing(resource, reply.data, headers=reply.headers, query=asked, path=match.path)
        return await ListView.of(request, routes, match, resource).page(listing or found)
    headers = push_canonical(request, href(request, match.path, query))
    return answer_page(
        request, routes, match, reply, controls=_inputs(request, routes, match.operation, query), headers=headers
    )


def list_of(routes: Routes, operation: Operation, listing: Listing) -> Resource:
    """
    A list that the document doesn't know as a resource, as one.

    If its rows are the same kind of thing as some resource's, they lead to that one's pages.
    """
    schema = _row_schema(operation.answer, listing.items_path)
    twin = _twin(routes, schema)
    fields = list(schema.properties) if schema is not None else []
    query = sort_out(_shown(operation), fields)
    return Resource(
        name=name_of(operation),
        label=operation.title,
        singular=twin.singular if twin else "Row",
        tag="",
        path=operation.path,
        list=operation,
        item=twin.item if twin else routes.item_below(operation),
        row_schema=schema,
        items_path=listing.items_path,
        id_field=twin.id_field if twin else None,
        title_field=twin.title_field if twin else None,
        paging=query.paging,
        sorting=query.sorting,
        search=query.search,
        filters=query.filters,
        relations=twin.relations if twin else {},
        credentials=routes.site.credentials,
    )


def _row_schema(answer: Schema | None, items_path: Sequence[str]) -> Schema | None:
    for name in items_path:
        answer = answer.properties.get(name) if answer is not None else None
    return answer.items if answer is not None else None


def _twin(routes: Routes, schema: Schema | None) -> Resource | None:
    if schema is None or schema.name is None:
        return None
    alike = (
        resource
        for resource in routes.site.resources
        if resource.item is not None
        and len(resource.item.path_parameters) == 1
        and resource.row_schema is not None
        and resource.row_schema.name == schema.name
    )
    return next(alike, None)


def _why_not(operation: Operation) -> str:
    """Why a page must not ask this of the API; empty where it may."""
    return PLUMBING if is_plumbing(operation) else ""


def _shown(operation: Operation) -> tuple[Parameter, ...]:
    """The inputs one may be asked for: API keys are none of them."""
    return tuple(
        each
        for each in operation.query
        if each.required or not (each.deprecated or each.schema.is_object or is_secret(each.name, each.schema))
    )


def controls_of(operation: Operation, query: Query, errors: Errors = NO_ERRORS) -> tuple[Control, ...]:
    """The inputs of a question, filled in with what was asked, and with what was wrong about it."""
    return tuple(make_control(each, query, errors) for each in _shown(operation)) if not _why_not(operation) else ()


def _inputs(
    request: Request, routes: Routes, operation: Operation, query: Query, errors: Errors = NO_ERRORS
) -> tuple[Control, ...]:
    """The same, with suggestions for ids that would have to be known by heart."""
    where = reference_hrefs(request, routes, operation)
    schemas = {each.name: each.schema for each in operation.query}
    return tuple(
        _suggesting(each, where(join("query", each.name), schemas[each.name]))
        for each in controls_of(operation, query, errors)
    )


def _suggesting(control: Control, where: str | None) -> Control:
    if where is None or control.type not in ("text", "number"):
        return control
    return replace(control, type="reference", choices_href=where)


def _refused(request: Request, routes: Routes, match: Match, error: APIError) -> Response:
    """The complaints at their controls, above them where none stands for one."""
    names = [each.name for each in _shown(match.operation)]
    placed = set(names) & set(error.fields)
    said = unplaced(error.fields, names) or ("" if placed else error.detail)
    controls = _inputs(request, routes, match.operation, read_query(request), error.fields)
    notice = said or "The API did not accept these inputs."
    return notice_page(request, routes, match, notice, controls=controls, status=422)
