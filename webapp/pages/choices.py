"""`/-/choices/{resource}`: suggestions for a field that holds another thing's id, as the options of a <datalist>."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from webapp.errors import NotFound
from webapp.html.render import render
from webapp.html.urls import href
from webapp.openapi.listing import read_listing
from webapp.openapi.relations import Targets
from webapp.openapi.routes import Routes
from webapp.openapi.schema import Schema
from webapp.openapi.site import Match, MatchKind, Operation, Resource
from webapp.pages.asking import ask
from webapp.pages.errors import stay
from webapp.pages.masking import masked_rows
from webapp.pages.queries import Query, for_api
from webapp.pages.references import is_id, name_in, open_list
from webapp.pages.sites import routes_for
from webapp.record import record

MOST = 20
LARGEST_PAGE = 100
LONGEST = 200
"""Characters of what is looked for."""

Hrefs = Callable[[str, Schema], str | None]
"""Gives where suggestions for an input come from, by the input's pointer."""


@record(frozen=True, slots=True)
class Choice:
    """One suggestion."""

    value: str
    label: str


async def choices(request: Request) -> Response:
    """
    Suggest what fits what was typed: `q`, or the only parameter there is, whatever its name.

    The list's own search is asked where it has one; else its first page is looked through. Where that fails there are
    none, for somebody is filling in a form, and would lose it to a page of what went wrong.
    """
    routes, name = await routes_for(request), request.path_params["resource"]
    if choices_href(request, routes, name) is not None:
        stay(request)

    found = await find_choices(request, routes, name, _typed(request))

    return render(request, "fields/choices.html", {"choices": found})


async def find_choices(request: Request, routes: Routes, name: str, typed: str) -> list[Choice]:
    """What a resource has that fits what was typed; NotFound where its list can't be asked for just like that."""
    target = routes.resource(name)
    operation = open_list(target) if target is not None else None
    if target is None or operation is None:
        raise NotFound("There is nothing to choose from here.")

    match = Match(MatchKind.LIST, operation, target, {}, operation.path)
    asked = for_api(_question(target, typed), operation, target.paging)
    reply = await ask(request, match, asked)

    listing = read_listing(target, reply.data, headers=reply.headers, query=asked, path=operation.path)
    rows = masked_rows(listing.rows, target.row_schema) if listing is not None else []
    key = target.id_field or (listing.id_field if listing is not None else None) or "id"
    return list(islice(_fitting(rows, target, key, "" if target.search is not None else typed), MOST))


def choices_href(request: Request, routes: Routes, name: str | None) -> str | None:
    """Where suggestions for ids of a resource come from; None where its list can't be asked for just like that."""
    path = choices_path(routes, name)
    return href(request, path) if path is not None else None


def choices_path(routes: Routes, name: str | None) -> str | None:
    """The same, below our own mount point."""
    target = routes.resource(name) if name else None
    return None if target is None or open_list(target) is None else f"/-/choices/{target.name}"


def reference_hrefs(request: Request, routes: Routes, operation: Operation, resource: Resource | None = None) -> Hrefs:
    """
    Which inputs of an operation's form hold the id of another thing, and where suggestions for each come from.

    `resource` is the one that the operation belongs to.
    """
    targets = Targets(routes.site.resources)

    def where(pointer: str, schema: Schema) -> str | None:
        location, *parts = pointer.split("/")
        names = [part for part in parts if not part.isdecimal()]
        if not names:
            return None
        if location == "path":
            target = targets.of_variable(operation.path, names[-1]) or targets.of_field(names[-1], schema)
        else:
            target = targets.of_field(names[-1], schema, resource)
        return choices_href(request, routes, target.name) if target is not None else None

    return where


def _typed(request: Request) -> str:
    query = request.query_params
    given = query.get("q")
    if given is None:
        given = next((value for _, value in query.multi_items()), "")
    return given.strip()[:LONGEST]


def _question(target: Resource, typed: str) -> Query:
    paging = target.paging
    rows = MOST if typed and target.search is not None else LARGEST_PAGE
    size = ((paging.size, str(min(rows, paging.max_size or LARGEST_PAGE))),) if paging and paging.size else ()
    return (*size, *(((target.search.name, typed),) if typed and target.search is not None else ()))


def _fitting(rows: Sequence[Any], target: Resource, key: str, typed: str) -> Iterator[Choice]:
    wanted = typed.casefold()
    for row in rows:
        if isinstance(row, Mapping) and is_id(row.get(key)):
            choice = Choice(str(row[key]), name_in(target, row))
            if wanted in choice.label.casefold() or wanted == choice.value.casefold():
                yield choice
