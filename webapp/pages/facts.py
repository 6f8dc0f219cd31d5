"""An item as labelled values, and its nested parts as sections of their own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from webapp.html.context import Column, Fact, Section
from webapp.html.format import cut, gist
from webapp.html.kinds import Kind
from webapp.openapi.labels import words
from webapp.openapi.prose import first_paragraph
from webapp.openapi.schema import Schema
from webapp.pages.columns import NAMING, choose_fields, is_labelled
from webapp.pages.labels import field_label
from webapp.pages.masking import masked, show_kind
from webapp.pages.rows import make_rows

ValueLink = Callable[[str, Any], str | None]

DEPTH = 3
"""Objects inside objects that still get a section."""
MOST_ROWS = 20
MOST_SECTIONS = 40
MOST_COLUMNS = 6
MOST_FACTS = 200
LONGEST_HINT = 160


def facts_of(
    data: Mapping[str, Any], schema: Schema | None, *, link: ValueLink = lambda _name, _value: None
) -> tuple[Fact, ...]:
    """The plain values of an object, in the schema's order; when it was made and changed comes last. No secrets."""
    known = schema.properties if schema is not None else {}
    facts = [
        _fact(name, data[name], known.get(name), link)
        for name in _names(data, known)[:MOST_FACTS]
        if not _is_section(data[name])
    ]
    return tuple(sorted(facts, key=lambda fact: _is_stamp(fact, known.get(fact.key))))


def sections_of(
    data: Mapping[str, Any], schema: Schema | None, *, name: str, link: ValueLink = lambda _name, _value: None
) -> tuple[Section, ...]:
    """
    The nested objects and lists of objects, in the answer's order.

    `name` begins the ids of their rows. Where an object lies in another, its section says so: `Owner · Address`.
    """
    return tuple(_limited(_sections(data, schema, (name,), "", link)))


def _limited(sections: Iterator[Section]) -> Iterator[Section]:
    for _, section in zip(range(MOST_SECTIONS), sections, strict=False):
        yield section


def _sections(
    data: Mapping[str, Any], schema: Schema | None, path: tuple[str, ...], above: str, link: ValueLink
) -> Iterator[Section]:
    known = schema.properties if schema is not None else {}
    for key, value in data.items():
        if not _is_section(value) or show_kind(key, known.get(key), [value]) is Kind.SECRET:
            continue
        own = field_label(key, known.get(key))
        heading = f"{above} · {own}" if above else own
        if isinstance(value, list):
            yield _table(value, known.get(key), heading, (*path, key), link)
        else:
            yield from _object(value, known.get(key), heading, (*path, key), link)


def _object(
    value: Mapping[str, Any], schema: Schema | None, heading: str, path: tuple[str, ...], link: ValueLink
) -> Iterator[Section]:
    if len(path) > DEPTH:
        yield Section(heading, facts=(Fact(path[-1], heading, Kind.JSON, masked(value, schema)),))
        return
    facts = facts_of(value, schema, link=link)
    if facts:
        yield Section(heading, facts=facts)
    yield from _sections(value, schema, path, heading, link)


def _table(
    value: Sequence[Any], schema: Schema | None, heading: str, path: tuple[str, ...], link: ValueLink
) -> Section:
    items = schema.items if schema is not None else None
    shown = masked(list(value[:MOST_ROWS]), schema)
    fields = choose_fields(shown, items, title=_first_name(shown), most=MOST_COLUMNS)
    return Section(
        heading,
        columns=tuple(Column(field.key, field.label, field.kind) for field in fields),
        rows=make_rows(shown, fields, name="-".join(words(" ".join(path))).lower(), singular=heading, value_link=link),
        more=max(0, len(value) - MOST_ROWS),
    )


def _first_name(rows: Sequence[Any]) -> str | None:
    """The field that a nested table's rows are called by."""
    first = next((row for row in rows if isinstance(row, Mapping)), {})
    return next((name for name in (*NAMING, "key") if isinstance(first.get(name), str)), None)


def _names(data: Mapping[str, Any], known: Mapping[str, Schema]) -> list[str]:
    return [*(name for name in known if name in data), *(name for name in data if name not in known)]


def _fact(name: str, value: Any, schema: Schema | None, link: ValueLink) -> Fact:
    kind = show_kind(name, schema, [value])
    if kind is Kind.SECRET:
        return Fact(name, field_label(name, schema), kind, None, hint=_hint(schema))
    if value in ({}, []):
        return Fact(name, field_label(name, schema), Kind.LIST, [], hint=_hint(schema))
    href = link(name, value)
    if is_labelled(value):
        return Fact(name, field_label(name, schema), Kind.TEXT, gist(value), href, _hint(schema))
    return Fact(name, field_label(name, schema), kind, masked(value, schema), href, _hint(schema))


def _is_section(value: Any) -> bool:
    """Whether a value is too much for a line: an object that its name can't stand for, or a list of objects."""
    if isinstance(value, Mapping):
        return bool(value) and not is_labelled(value)
    return isinstance(value, list) and any(isinstance(item, Mapping | list) for item in value)


def _is_stamp(fact: Fact, schema: Schema | None) -> bool:
    """Whether it says when the thing was made or changed."""
    named = {word.lower() for word in words(fact.key)}
    made = {"created", "updated", "modified", "changed", "inserted"} & named
    return fact.kind in (Kind.DATETIME, Kind.DATE) and (bool(made) or (schema is not None and schema.read_only))


def _hint(schema: Schema | None) -> str:
    return cut(first_paragraph(schema.description), LONGEST_HINT) if schema is not None and schema.description else ""
