"""
Names instead of ids: what the things are called that a page's fields refer to.

An answer often holds the names itself. What it lacks is asked for at once, in no more than one round trip to the API:
a few calls side by side, and what hasn't come in time stays an id. Nothing is kept for the next page.
"""

import asyncio
import re
from collections.abc import Collection, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

from starlette.requests import Request

from webapp.client import APIClient
from webapp.client.paths import fill_path
from webapp.errors import APIError, Unauthorized, UnsafePath
from webapp.html.format import cut
from webapp.openapi.labels import normal
from webapp.openapi.listing import read_item, read_listing
from webapp.openapi.posted import inputs_of
from webapp.openapi.routes import Routes
from webapp.openapi.site import Match, MatchKind, Operation, PagingStyle, Parameter, Resource
from webapp.pages.asking import ask_with
from webapp.pages.columns import NAMING
from webapp.pages.masking import masked
from webapp.pages.queries import Query, for_api
from webapp.record import record

CALLS = 8
"""How many calls one page may make for names, all at once."""
FEW = 4
"""Things of one kind that are asked for one by one; of more, their list is asked for."""
MOST = 50
"""Things of one kind that are looked for."""
DEADLINE = 1.5
"""Seconds that a page waits for names."""
PAGES = 2
"""Pages of a list that are asked for, side by side."""
LARGEST_PAGE = 100
DEEPEST = 3
MOST_MEMBERS = 2000
"""Values that are looked at for ids."""
LONGEST = 80
ENDING = re.compile(r"(?<=[a-z0-9])(_ids?|_uuid|Ids?|IDs?)$")

SEVERAL = frozenset({"ids", "idin"})
"""Filters that take several ids, in one text where they are no arrays."""

Found = dict[tuple[str, str], str]
"""By a resource's name and an id."""


@record(frozen=True, slots=True)
class Names:
    """What the things are called that fields refer to."""

    relations: Mapping[str, str] = field(default_factory=dict)
    found: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def __call__(self, name: str, value: Any) -> str | None:
        """The name of the thing that a field's value refers to; of several, all. None where none is known."""
        target = self.relations.get(name)
        if target is None or not self.found:
            return None
        if isinstance(value, list):
            known = [self.found.get((target, str(each)), str(each)) for each in value[:12] if is_id(each)]
            return ", ".join(known) if any((target, str(each)) in self.found for each in value[:12]) else None
        return self.found.get((target, str(value))) if is_id(value) else None


NO_NAMES = Names()


async def names_for(
    request: Request,
    routes: Routes,
    resource: Resource,
    items: Sequence[Any],
    *,
    fields: Collection[str] | None = None,
    nested: bool = False,
) -> Names:
    """
    The names behind the ids in some of a resource's items; of some `fields` only, or also of `nested` objects.

    Whatever goes wrong with it leaves ids; only a session that is over is told (Unauthorized).
    """
    relations = {
        name: target for name, target in resource.relations.items() if fields is None or name in fields or nested
    }
    if not relations or not items:
        return NO_NAMES
    wanted: dict[str, dict[str, None]] = {}
    found: Found = dict(_own_names(resource, items)) if resource.name in relations.values() else {}
    for name, value, holder in _members(items, DEEPEST if nested else 1):
        target = relations.get(name)
        for each in (value if isinstance(value, list) else [value]) if target else ():
            if target and is_id(each):
                wanted.setdefault(target, {})[str(each)] = None
                if not isinstance(value, list) and (told := _told_beside(name, each, holder)):
                    found.setdefault((target, str(each)), told)
    missing = dict(_missing(routes, wanted, found))
    if missing:
        found |= await _ask(_calls(request.state.api, missing))
    return Names(relations, found)


async def names_of(request: Request, routes: Routes, wanted: Mapping[str, Mapping[str, None]]) -> Found:
    """
    The names of things that are known by their ids alone; `wanted` are the ids by the name of their resource.

    Bounded and for one page, as all names are: what can't be had in time is left out.
    """
    missing = dict(_missing(routes, wanted, {}))
    return await _ask(_calls(request.state.api, missing)) if missing else {}


def is_id(value: Any) -> bool:
    """Whether a value can be the id of anything."""
    return isinstance(value, str | int) and not isinstance(value, bool) and value != ""


def name_in(resource: Resource, item: Any) -> str:
    """What an item is called; empty where it has no name."""
    if not isinstance(item, Mapping):
        return ""
    own = (resource.title_field,) if resource.title_field else ()
    named = next((item[key] for key in (*own, *NAMING) if isinstance(item.get(key), str) and item[key].strip()), "")
    return cut(named, LONGEST)


def _own_names(resource: Resource, items: Sequence[Any]) -> Iterator[tuple[tuple[str, str], str]]:
    """Things that refer to others of their kind are often listed together."""
    key = resource.id_field or "id"
    for item in items:
        if isinstance(item, Mapping) and is_id(item.get(key)) and (named := name_in(resource, item)):
            yield (resource.name, str(item[key])), named


def _members(items: Sequence[Any], depth: int) -> Iterator[tuple[str, Any, Mapping[str, Any]]]:
    """The members of objects, and of those within them, each with the object that holds it."""
    level: list[Any] = list(items)
    seen = 0
    for _ in range(depth):
        inner: list[Any] = []
        for holder in level:
            for name, value in holder.items() if isinstance(holder, Mapping) else ():
                seen += 1
                if seen > MOST_MEMBERS:
                    return
                yield name, value, holder
                inner.extend(value if isinstance(value, list) else [value])
        level = inner


def _told_beside(name: str, value: Any, holder: Mapping[str, Any]) -> str:
    """The name that stands beside an id: `project: {id, name}` or `project_name` beside `project_id`."""
    base = ENDING.sub("", name)
    if base == name:
        return ""
    beside = holder.get(base)
    if isinstance(beside, Mapping) and any(str(beside.get(key)) == str(value) for key in ("id", "uuid", "key", name)):
        return next((cut(beside[key], LONGEST) for key in NAMING[:-1] if _is_name(beside.get(key))), "")
    told = holder.get(f"{base}_name", holder.get(f"{base}Name"))
    return cut(told, LONGEST) if _is_name(told) else ""


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _missing(
    routes: Routes, wanted: Mapping[str, Mapping[str, None]], found: Found
) -> Iterator[tuple[str, tuple[Resource, list[str]]]]:
    """What is to be asked for, bounded; each by the name of its resource."""
    for name, ids in wanted.items():
        target = routes.resource(name)
        lacking = [each for each in ids if (name, each) not in found][:MOST]
        if target is not None and target.item is not None and lacking:
            yield name, (target, lacking)


async def _ask(calls: Iterable[Coroutine[Any, Any, Found]]) -> Found:
    """Ask for all of it at once; what comes too late or not at all is left out."""
    tasks = [asyncio.create_task(call) for call in calls]
    found: Found = {}
    try:
        done, _ = await asyncio.wait(tasks, timeout=DEADLINE)
        for task in done:
            try:
                found |= task.result()
            except Unauthorized as error:
                if error.ended:
                    raise
            except (APIError, UnsafePath):
                pass
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return found


def _calls(api: APIClient, missing: Mapping[str, tuple[Resource, list[str]]]) -> Iterator[Coroutine[Any, Any, Found]]:
    """The calls that find most: one for a list that takes ids, a few for a few things, else a page of the list."""
    left = CALLS
    for number, (target, ids) in enumerate(missing.values()):
        share = left - max(0, len(missing) - number - 1)
        if share < 1:
            return
        operation = open_list(target)
        taking = _id_filter(operation) if operation else None
        if operation is not None and taking is not None:
            left -= 1
            wanted = [(taking.name, each) for each in ids] if taking.schema.is_array else [(taking.name, ",".join(ids))]
            yield _listed(api, target, operation, ids, (*wanted, *_size(target, len(ids))))
        elif len(ids) > min(share, FEW) and operation is not None:
            pages = _pages(target)[:share]
            left -= len(pages)
            yield from (_listed(api, target, operation, ids, page) for page in pages)
        else:
            left -= len(ids[:share])
            yield from (_single(api, target, each) for each in ids[:share])


def open_list(target: Resource) -> Operation | None:
    """A resource's list, if it can be asked for without knowing anything."""
    operation = target.list
    if operation is None or operation.path_parameters or any(each.required for each in inputs_of(operation)):
        return None
    return operation


def _id_filter(operation: Operation) -> Parameter | None:
    """The filter of a list that takes several ids."""
    for parameter in operation.query:
        name = normal(parameter.name)
        if name in SEVERAL or (name == "id" and parameter.schema.is_array):
            return parameter
    return None


async def _listed(
    api: APIClient,
    target: Resource,
    operation: Operation,
    ids: Sequence[str],
    query: Query,
) -> Found:
    asked = for_api(query, operation, target.paging)
    reply = await ask_with(api, Match(MatchKind.LIST, operation, target, {}, operation.path), asked)
    listing = read_listing(target, reply.data, headers=reply.headers, query=asked)
    rows = masked(list(listing.rows), None) if listing else []
    key = target.id_field or (listing.id_field if listing else None) or "id"
    wanted = set(ids)
    return {
        (target.name, str(row[key])): named
        for row in rows
        if isinstance(row, Mapping) and str(row.get(key)) in wanted and (named := name_in(target, row))
    }


def _pages(target: Resource) -> list[Query]:
    """The queries of a list's first pages, as large as they may be; of one page where these have no numbers."""
    paging = target.paging
    size = _size(target, LARGEST_PAGE)
    if paging is None or paging.style is PagingStyle.CURSOR or not size:
        return [size]
    rows = int(size[0][1])
    positions = [paging.first + each if paging.style is PagingStyle.PAGE else each * rows for each in range(1, PAGES)]
    return [size, *((*size, (paging.position, str(position))) for position in positions)]


def _size(target: Resource, rows: int) -> Query:
    paging = target.paging
    if paging is None or paging.size is None:
        return ()
    return ((paging.size, str(min(rows, paging.max_size or LARGEST_PAGE))),)


async def _single(api: APIClient, target: Resource, own: str) -> Found:
    assert target.item is not None
    path = fill_path(target.item.path, {target.item.path_parameters[-1]: own})
    reply = await api.request("GET", path, timeout=DEADLINE)
    named = name_in(target, masked(read_item(target, reply.data), target.item_schema))
    return {(target.name, own): named} if named else {}
