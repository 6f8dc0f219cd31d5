"""The rows of a table: their values in the order of its columns, and where each leads."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from webapp.html.context import Row
from webapp.html.format import cut, gist
from webapp.html.kinds import Kind
from webapp.openapi.jsontypes import is_object
from webapp.pages.columns import Field
from webapp.pages.labels import without_id
from webapp.pages.masking import MASK

RowLink = Callable[[Any], str | None]
ValueLink = Callable[[str, Any], str | None]
ValueName = Callable[[str, Any], str | None]

UNFIT = re.compile(r"[^A-Za-z0-9_-]+")
"""What a selector can't name as it stands."""


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
    taken: set[str] = set()
    made = []
    for number, row in enumerate(rows, start=1):
        values = tuple(map(row.get, keys)) if is_object(row) else (row,)
        target = row_link(row)
        links = _at(leads, values, value_link)
        if target is not None and links:
            links[0] = target
        made.append(
            Row(
                id=_element_id(name, row, id_field, number, taken),
                href=target,
                title=title_of(row, title_field, id_field, singular) or f"{singular} {number}",
                values=values,
                links=tuple(links),
                key=row_key(row, id_field),
                named=tuple(_at(refers, values, value_name)) if refers else (),
            )
        )
    return tuple(made)


def _at(places: Sequence[tuple[int, str]], values: Sequence[Any], told: ValueLink | ValueName) -> list[str | None]:
    """What is told of the values at some places, and None for all others."""
    found: list[str | None] = [None] * len(values)
    for at, key in places[: len(values)]:
        found[at] = told(key, values[at])
    return found


def named_fields(fields: Sequence[Field], rows: Sequence[Any], value_name: ValueName) -> tuple[Field, ...]:
    """The fields, those marked as references in which anything is known by name."""
    return tuple(
        replace(field, kind=Kind.REFERENCE, label=without_id(field.label))
        if any(isinstance(row, Mapping) and value_name(field.key, row.get(field.key)) for row in rows)
        else field
        for field in fields
    )


def row_key(row: Any, id_field: str | None) -> str | None:
    """What stands for a row in the path of what is done to it; None where nothing does."""
    value = row.get(id_field) if id_field and is_object(row) else None
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
        return cut(name, 120)
    own = item.get(id_field) if id_field else item.get("id")
    return f"{singular} {own}" if isinstance(own, str | int) else ""


def _element_id(name: str, row: Any, id_field: str | None, number: int, taken: set[str]) -> str:
    """An id that no other element of the page has, and a selector can name."""
    own = row.get(id_field) if id_field and is_object(row) else None
    if isinstance(own, str | int):
        wanted = str(own)
        wanted = wanted[:64] if wanted.isalnum() and wanted.isascii() else UNFIT.sub("-", wanted).strip("-")[:64]
    else:
        wanted = ""
    element_id = f"{name}-{wanted}" if wanted else f"{name}-row-{number}"
    if element_id in taken:
        element_id = f"{name}-row-{number}"
    taken.add(element_id)
    return element_id
