"""The rows of a table: their values in the order of its columns, and where each leads."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from operator import itemgetter
from typing import Any

from webapp.html.context import Row
from webapp.html.format import cut, gist
from webapp.html.kinds import Kind
from webapp.openapi.jsontypes import are_dicts, is_object
from webapp.pages.columns import Field
from webapp.pages.labels import without_id
from webapp.pages.masking import MASK

RowLink = Callable[[Any], str | None]
ValueLink = Callable[[str, Any], str | None]
ValueName = Callable[[str, Any], str | None]

UNFIT = re.compile(r"[^A-Za-z0-9_-]+")
"""What a selector can't name as it stands."""
WRITTEN = (int, str, bool)
"""Types of values that a row can be told by."""
LONGEST_TITLE = 120
"""Characters."""


def make_rows(
    rows: Sequence[Any],
    fields: Sequence[Field],
    *,
    name: str,
    singular: str,
    id_field: str | None = None,
    title_field: str | None = None,
    row_link: RowLink = lambda _: None,
    value_link: ValueLink = lambda _key, _value: None,
    value_name: ValueName = lambda _key, _value: None,
    leading: Collection[str] | None = None,
) -> tuple[Row, ...]:
    """
    The rows with their ids, titles and links.

    `name` begins each row's id, `singular` is what a row without a name is called. The first column leads to the row.
    `leading` are the fields whose values may lead anywhere; None where any may.
    """
    keys = [field.key for field in fields]
    leads = [(at, key) for at, key in enumerate(keys) if leading is None or key in leading]
    refers = [(at, field.key) for at, field in enumerate(fields) if field.kind is Kind.REFERENCE]
    nowhere = (None,) * len(keys)
    ids = _Ids(name)
    made = []
    for number, (row, values) in enumerate(zip(rows, _values(rows, keys), strict=True), start=1):
        known = is_object(row)
        own = row.get(id_field) if known and id_field else None
        called = row.get(title_field) if known and title_field else None
        if type(called) is not str or len(called) > LONGEST_TITLE or not called.strip():
            called = title_of(row, title_field, id_field, singular) or f"{singular} {number}"
        target = row_link(row)
        links = _at(leads, values, value_link) if leads or not known else nowhere
        if target is not None and links:
            links = (target, *links[1:])
        named = _at(refers, values, value_name) if refers else ()
        written = str(own) if type(own) in WRITTEN else ""
        key = written if type(own) is int else _key(own)
        made.append(Row(ids.of(written, number), target, called, values, links, key, named))
    return tuple(made)


def _values(rows: Sequence[Any], keys: Sequence[str]) -> Sequence[tuple[Any, ...]]:
    """For each row its values of these keys; of one that is no object, the row."""
    if len(keys) > 1 and are_dicts(rows):
        try:
            return [*map(itemgetter(*keys), rows)]
        except KeyError:
            pass
    return [tuple(map(row.get, keys)) if is_object(row) else (row,) for row in rows]


def _at(
    places: Sequence[tuple[int, str]], values: Sequence[Any], told: ValueLink | ValueName
) -> tuple[str | None, ...]:
    """What is told of the values at some places, and None for all others."""
    found: list[str | None] = [None] * len(values)
    for at, key in places[: len(values)]:
        found[at] = told(key, values[at])
    return tuple(found)


def named_fields(fields: Sequence[Field], rows: Sequence[Any], value_name: ValueName) -> tuple[Field, ...]:
    """The fields, those marked as references in which anything is known by name."""
    return tuple(
        _reference(field)
        if any(isinstance(row, Mapping) and value_name(field.key, row.get(field.key)) for row in rows)
        else field
        for field in fields
    )


@lru_cache(maxsize=1024)
def _reference(field: Field) -> Field:
    return replace(field, kind=Kind.REFERENCE, label=without_id(field.label))


def row_key(row: Any, id_field: str | None) -> str | None:
    """What stands for a row in the path of what is done to it; None where nothing does."""
    return _key(row.get(id_field) if id_field and is_object(row) else None)


def _key(value: Any) -> str | None:
    is_key = isinstance(value, str | int) and not isinstance(value, bool) and value not in ("", MASK)
    return str(value) if is_key else None


def title_of(item: Any, title_field: str | None, id_field: str | None, singular: str) -> str:
    """What an item is called: its name, else `Project 42`; empty where it has neither."""
    if not is_object(item):
        return gist(item)
    name = item.get(title_field) if title_field else None
    if isinstance(name, Mapping):
        name = gist(name)
    if isinstance(name, str | int | float) and not isinstance(name, bool) and str(name).strip():
        return cut(name, LONGEST_TITLE)
    own = item.get(id_field) if id_field else item.get("id")
    return f"{singular} {own}" if isinstance(own, str | int) else ""


class _Ids:
    """Ids of elements: each begins with a name, no two are alike, and a selector can name them."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._taken: set[str] = set()

    def of(self, own: str, number: int) -> str:
        """That of a row with such an id of its own, or else of such a number."""
        wanted = own if own.isalnum() and own.isascii() else UNFIT.sub("-", own).strip("-")
        element_id = f"{self._name}-{wanted[:64]}"
        if not wanted or element_id in self._taken:
            element_id = f"{self._name}-row-{number}"
        self._taken.add(element_id)
        return element_id
