"""A page's query: what of it the API is asked, and the queries of other pages made out of it."""

import re
from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from starlette.requests import Request

from webapp.openapi.labels import normal
from webapp.openapi.posted import inputs_of
from webapp.openapi.query import CURSORS, OFFSETS, PAGES, SIZES
from webapp.openapi.site import Operation, Paging, Parameter

Query = tuple[tuple[str, str], ...]

COLUMNS = "columns"
"""The parameter that says which columns to show: ours, unless the API declares one of that name."""
SELECTING = "selecting"
"""Whether a list has a box at each row; like the columns, no business of the API's."""

PAGE_SIZE = 25
"""Rows of a page, where the API leaves the choice to us."""

TURNS_PAGES = frozenset({*PAGES, *OFFSETS, *CURSORS, *SIZES})
"""Parameters that an answer's own links may use without the document telling of them, by normal name."""


def read_query(request: Request) -> Query:
    """What is asked for; a form's empty fields ask for nothing."""
    return tuple((name, value) for name, value in _parameters(request) if value)


def is_canonical(request: Request) -> bool:
    """Whether the address has no empty parameters, as forms make them."""
    return all(value for _, value in _parameters(request))


def _parameters(request: Request) -> Sequence[tuple[str, str]]:
    # Most pages have no query, and Starlette takes 6 us to say so.
    return request.query_params.multi_items() if request.scope["query_string"] else ()


def value_of(query: Query, name: str | None) -> str:
    """A parameter's value; empty where it isn't there."""
    return next((value for key, value in query if key == name), "")


def without(query: Query, names: Collection[str | None]) -> Query:
    """The query less these parameters."""
    return tuple(pair for pair in query if pair[0] not in names)


def replaced(query: Query, name: str, value: str) -> Query:
    """The query with one parameter set."""
    return (*without(query, (name,)), (name, value))


def for_api(query: Query, operation: Operation, paging: Paging | None = None) -> Query:
    """
    The part of a page's query that the API is asked.

    That is what the document declares, and what turns pages; everything, where it declares nothing. A visitor's
    `utm_source` is none of an API's business, and a strict one would refuse it.
    """
    declared = {parameter.name: parameter for parameter in inputs_of(operation)}
    ours = (COLUMNS, SELECTING)
    passed = [pair for pair in query if _is_known(pair[0], declared) or (not declared and pair[0] not in ours)]
    asked = _joined([(name, _as_sent(value, declared.get(name))) for name, value in passed], declared)
    size = default_size(paging)
    if paging is not None and paging.size and size and not value_of(query, paging.size):
        return (*asked, (paging.size, str(size)))
    return asked


def default_size(paging: Paging | None) -> int | None:
    """How many rows to ask for when nobody said; None where the API's own default will do."""
    if paging is None or paging.size is None:
        return None
    if paging.default_size is not None and 10 <= paging.default_size <= 100:
        return None
    return min(PAGE_SIZE, paging.max_size or PAGE_SIZE)


def _is_known(name: str, declared: Collection[str]) -> bool:
    return name in declared or name.partition("[")[0] in declared or normal(name) in TURNS_PAGES


def _as_sent(value: str, parameter: Parameter | None) -> str:
    """A browser's local time as RFC 3339 wants it: to the second, and in UTC, as all times here are shown."""
    if parameter is not None and parameter.schema.format == "date-time" and _LOCAL_TIME.fullmatch(value):
        return f"{value}:00Z" if len(value) == len("2026-11-21T14:05") else f"{value}Z"
    return value


_LOCAL_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?", re.ASCII)


def _joined(query: list[tuple[str, str]], declared: dict[str, Parameter]) -> Query:
    """The query with each array that isn't sent as repeated parameters in one."""
    joined: dict[str, list[str]] = {}
    for name, value in query:
        parameter = declared.get(name)
        if parameter is not None and parameter.schema.is_array and not parameter.explode:
            joined.setdefault(name, []).append(value)
    return (*without(tuple(query), joined), *((name, ",".join(values)) for name, values in joined.items()))


def as_local_time(value: str) -> str:
    """A point in time as the control for it takes it, in UTC; what is none, as it came."""
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return value
    return (at.astimezone(UTC) if at.tzinfo else at).strftime("%Y-%m-%dT%H:%M")
