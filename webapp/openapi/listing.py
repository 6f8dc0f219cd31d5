"""
Reads a list out of an answer: its rows, where they stand in the whole, and where to go from there.

The document only says what to expect. Where an answer shows otherwise, the answer is right.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from webapp.openapi.evidence import Evidence, Query, read_evidence
from webapp.openapi.fields import id_field, title_field
from webapp.openapi.jsontypes import are_dicts, is_object
from webapp.openapi.labels import normal
from webapp.openapi.query import SIZES
from webapp.openapi.shapes import data_at, rows_in_data
from webapp.openapi.site import Paging, PagingStyle, Resource
from webapp.record import record

NO_TITLE = re.compile(
    r"https?://|\d{4}-\d\d-\d\d|[0-9a-f]{8}-[0-9a-f]{4}-|[\d.,:\s-]+$|-?P(?=T?\d)[\d.,TYMWDHS]*[YMWDHS]$"
)
"""Addresses, dates, UUIDs, numbers and lengths of time."""


@record(frozen=True, slots=True)
class Listing:
    """
    A list as an answer holds it. What isn't known is None.

    `next`, `previous`, `beginning` and `end` are whole queries: what to ask the same path for, filters included.
    """

    rows: Sequence[Any]
    """Objects flattened to what a table shows: of JSON:API `{"id": ..., **attributes}`."""
    items_path: tuple[str, ...] = ()
    """Where in the answer the rows were."""
    id_field: str | None = None
    """The field with what goes into a row's URL, as these rows show it."""
    title_field: str | None = None
    """The field a row is known by."""
    total: int | None = None
    """How many rows there are on all pages."""
    first: int | None = None
    """The number of the first row, from 1."""
    last: int | None = None
    page: int | None = None
    """Which page this is, from 1."""
    pages: int | None = None
    size: int | None = None
    """How many rows a page has."""
    next: Query | None = None
    previous: Query | None = None
    beginning: Query | None = None
    end: Query | None = None
    paging: Paging | None = None
    query: Query = ()

    def at(self, page: int) -> Query | None:
        """What to ask for that page, from 1; None where pages have no numbers."""
        return _Turning(self.paging, self.query, self.size).to(page) if self.paging else None


def read_listing(
    resource: Resource | None,
    data: Any,
    *,
    headers: Mapping[str, str],
    query: Mapping[str, str] | Sequence[tuple[str, str]],
    path: str | None = None,
) -> Listing | None:
    """
    The list in an answer; None where it holds none.

    `query` is what was asked for, `headers` what came with the answer. Links in the answer are believed only if they
    lead to the same `path`.
    """
    found = _rows(resource, data)
    if found is None:
        return None
    items_path, rows = found
    asked = tuple(query.items()) if isinstance(query, Mapping) else tuple(query)
    told = read_evidence(
        data, items_path, headers, path or _last_word(resource), resource.credentials if resource else frozenset()
    )
    paging = (resource.paging if resource else None) or told.paging(asked)
    key, title = _fields(resource, rows)
    return _Reader(rows, items_path, asked, told, paging).listing(key, title)


def read_item(resource: Resource | None, data: Any) -> Any:
    """The thing itself in an item's answer, which may be wrapped: `{"data": {...}}`, `{"project": {...}}`, JSON:API."""
    wrappers = {"data", "result", "item", "response", "payload"}
    if resource is not None:
        wrappers.add(normal(resource.singular))
    if isinstance(data, Mapping):
        inner = [name for name, value in data.items() if isinstance(value, Mapping) and normal(name) in wrappers]
        if len(inner) == 1 and not any(normal(name) in ("id", "name") for name in data):
            return _flat(data[inner[0]])
    return data


def _rows(resource: Resource | None, data: Any) -> tuple[tuple[str, ...], Sequence[Any]] | None:
    if data is None and resource is not None:
        return (), ()  # what some servers answer for a list without rows
    if resource is not None and resource.items_path is not None:
        expected = data_at(data, resource.items_path)
        if isinstance(expected, list):
            return resource.items_path, _flat_rows(expected)
    names = [resource.path.rstrip("/").rsplit("/", 1)[-1], resource.label, resource.singular] if resource else []
    place = rows_in_data(data, names)
    if place is not None and (resource is not None or place.weight > 1):
        return place.path, _flat_rows(data_at(data, place.path))
    return ((), keyed) if (keyed := _keyed(data)) else None


def _fields(resource: Resource | None, rows: Sequence[Any]) -> tuple[str | None, str | None]:
    """The fields of the rows that name them: those the document told if they are there, else what looks like them."""
    samples = [row for row in rows[:5] if is_object(row)]
    if not samples:
        return (resource.id_field, resource.title_field) if resource else (None, None)
    names = list(dict.fromkeys(chain.from_iterable(samples)))
    one = resource.singular if resource else ""
    variables = resource.item.path_parameters if resource and resource.item else ()
    key = resource.id_field if resource and resource.id_field in names else None
    title = resource.title_field if resource and resource.title_field in names else None
    return (
        key or id_field(variables[-1] if variables else None, names, one, variables[:-1]),
        title or title_field(names, one, lambda name: any(_reads_like_a_title(row.get(name)) for row in samples)),
    )


def _reads_like_a_title(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 200 and not NO_TITLE.match(value)


def _flat_rows(rows: Sequence[Any]) -> Sequence[Any]:
    if are_dicts(rows) and not [True for row in rows if "attributes" in row or "node" in row]:
        return rows
    return [_flat(row) for row in rows]


def _flat(row: Any) -> Any:
    if not isinstance(row, Mapping):
        return row
    if isinstance(attributes := row.get("attributes"), Mapping) and "id" in row:
        return {**attributes, "id": row["id"]}
    if isinstance(node := row.get("node"), Mapping) and set(row) <= {"node", "cursor"}:
        return node
    return row


def _keyed(data: Any) -> list[dict[str, Any]] | None:
    """The rows of an object that holds them by their keys: `{"a": {...}, "b": {...}, ...}`, all of one shape."""
    if not isinstance(data, Mapping) or len(data) < 3:
        return None
    values = list(data.values())
    if not all(isinstance(value, Mapping) for value in values):
        return None
    shared = set(values[0]).intersection(*values[1:])
    if len(shared) * 2 <= len(values[0]):
        return None
    return [{"key": key, **value} for key, value in data.items()]


def _last_word(resource: Resource | None) -> str | None:
    """At least how the path of a list ends, where it isn't known in full."""
    last = resource.path.rstrip("/").rsplit("/", 1)[-1] if resource else "{"
    return None if "{" in last else "/" + last


@record(frozen=True, slots=True)
class _Turning:
    """Makes the queries of other pages out of this one's."""

    paging: Paging | None
    query: Query
    size: int | None

    def value(self, name: str | None) -> str | None:
        return next((value for key, value in self.query if key == name), None)

    def position(self) -> int | None:
        """Where this page begins, in the API's own count; None where it is no number."""
        if self.paging is None or self.paging.style is PagingStyle.CURSOR:
            return None
        return _number(self.value(self.paging.position)) if self.value(self.paging.position) else None

    def with_position(self, value: object) -> Query | None:
        if self.paging is None:
            return None
        kept = tuple(pair for pair in self.query if pair[0] != self.paging.position)
        return kept if value is None else (*kept, (self.paging.position, str(value)))

    def to(self, page: int) -> Query | None:
        if self.paging is None or page < 1 or self.paging.style is PagingStyle.CURSOR:
            return None
        if page == 1:
            return self.with_position(None)
        if self.paging.style is PagingStyle.PAGE:
            return self.with_position(self.paging.first + page - 1)
        return self.with_position((page - 1) * self.size) if self.size else None


class _Reader:
    """Puts what the query, the answer and its headers say together."""

    def __init__(
        self,
        rows: Sequence[Any],
        items_path: tuple[str, ...],
        query: Query,
        told: Evidence,
        paging: Paging | None,
    ) -> None:
        self._rows = rows
        self._items_path = items_path
        self._query = query
        self._told = told
        self._paging = paging
        self._size = self._page_size()
        self._turning = _Turning(paging, query, self._size)
        self._page = self._this_page()

    def listing(self, id_field: str | None, title_field: str | None) -> Listing:
        first = self._first()
        last = first + len(self._rows) - 1 if first is not None else None
        page = self._page
        total = self._total(last)
        following = self._next(page, last, total)
        if total is None and following is None and last is not None and self._is_whole():
            total = last
        elif following is not None and total is not None and last is not None and total <= last:
            total = None  # it counted this page only
        pages = self._pages(total)
        return Listing(
            rows=self._rows,
            items_path=self._items_path,
            id_field=id_field,
            title_field=title_field,
            total=total,
            first=first if self._rows else None,
            last=last if self._rows else None,
            page=page,
            pages=pages,
            size=self._size,
            next=following,
            previous=self._previous(page),
            beginning=self._beginning(page),
            end=self._told.links.get("last") or (self._turning.to(pages) if pages and page != pages else None),
            paging=self._paging,
            query=self._query,
        )

    def _page_size(self) -> int | None:
        paging = self._paging
        asked = next((_number(value) for key, value in self._query if paging and key == paging.size), None)
        size = self._told.size or asked or (paging.default_size if paging else None)
        if paging is not None and paging.max_size and size and self._told.size is None:
            size = min(size, paging.max_size)
        return size if size and size >= len(self._rows) else len(self._rows) if size else None

    def _this_page(self) -> int | None:
        paging = self._paging
        if paging is None or paging.style is PagingStyle.CURSOR:
            return None
        position = self._turning.position()
        position = self._told.position(paging) if position is None else position
        if paging.style is PagingStyle.PAGE:
            return max(1, position - paging.first + 1) if position is not None else 1
        if not position:
            return 1
        return position // self._size + 1 if self._size else None

    def _first(self) -> int | None:
        """The number of this page's first row."""
        paging = self._paging
        if paging is None:
            return 1 if "previous" not in self._told.links else None
        if paging.style is PagingStyle.CURSOR:
            return 1 if not self._turning.value(paging.position) and "previous" not in self._told.links else None
        if paging.style is PagingStyle.OFFSET:
            position = self._turning.position()
            return (self._told.position(paging) or 0 if position is None else position) + 1
        page = self._page or 1
        if page == 1:
            return 1
        return (page - 1) * self._size + 1 if self._size else None

    def _total(self, last: int | None) -> int | None:
        total = self._told.total
        if not self._rows:
            return total
        if total is None or (last is not None and total < last):
            return self._told.count if last is not None and (self._told.count or 0) > last else None
        return total

    def _pages(self, total: int | None) -> int | None:
        if self._told.pages is not None:
            return self._told.pages
        if total is None or not self._size or self._paging is None or self._paging.style is PagingStyle.CURSOR:
            return None
        return max(1, -(-total // self._size))

    def _next(self, page: int | None, last: int | None, total: int | None) -> Query | None:
        if "next" in self._told.links:
            return _another(self._told.links["next"], self._query)
        if self._paging is None or self._told.is_last:
            return None
        if self._paging.style is PagingStyle.CURSOR:
            token = self._told.token(self._paging, self._rows)
            return None if token is None else _another(self._turning.with_position(token), self._query)
        return self._forward(page) if self._rows and self._has_more(page, last, total) else None

    def _has_more(self, page: int | None, last: int | None, total: int | None) -> bool:
        if self._told.has_more is not None:
            return self._told.has_more
        if total is not None and last is not None:
            return last < total
        if self._told.pages is not None and page is not None:
            return page < self._told.pages
        return self._is_full()

    def _is_full(self) -> bool:
        """Whether the page has as many rows as one can have; with an unknown size, a round number of them."""
        count = len(self._rows)
        return count >= self._size if self._size else count >= 10 and (count % 10 == 0 or count % 25 == 0)

    def _is_whole(self) -> bool:
        """Whether nothing speaks for there being more rows than these, when there is no next page."""
        if self._told.has_more or (not self._rows and self._page not in (None, 1)):
            return False
        if self._paging is not None:
            return True
        capped = any(normal(key) in SIZES and _number(value) == len(self._rows) for key, value in self._query)
        return not capped or not self._rows

    def _forward(self, page: int | None) -> Query | None:
        paging = self._paging
        assert paging is not None
        if paging.style is PagingStyle.OFFSET:
            return self._turning.with_position((self._turning.position() or 0) + len(self._rows))
        return self._turning.to(page + 1) if page is not None else None

    def _previous(self, page: int | None) -> Query | None:
        if "previous" in self._told.links:
            return _another(self._told.links["previous"], self._query)
        if self._paging is not None and self._paging.style is PagingStyle.OFFSET:
            position = self._turning.position()
            back = self._size or len(self._rows)
            return self._turning.with_position(max(0, position - back) or None) if position and back else None
        return self._turning.to(page - 1) if page is not None and page > 1 else None

    def _beginning(self, page: int | None) -> Query | None:
        asked = self._paging is not None and bool(self._turning.value(self._paging.position))
        if page == 1 or not asked:
            return None
        return self._turning.with_position(None)


def _another(query: Query | None, current: Query) -> Query | None:
    """The query, unless it is this page's own."""
    return None if query is None or sorted(query) == sorted(current) else query


def _number(text: object) -> int | None:
    return int(text) if isinstance(text, str) and text.isdecimal() and len(text) < 16 else None
