"""An item as labelled values, and its nested parts as sections of their own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from webapp.html.context import Column, Fact, Section
from webapp.html.format import cut, gist
from webapp.html.kinds import Kind
from webapp.openapi.labels import words
from webapp.openapi.prose import first_paragraph
from webapp.openapi.schema import Schema
from webapp.pages.charts import charts_of
from webapp.pages.columns import NAMING, choose_fields, is_labelled
from webapp.pages.labels import field_label, without_id
from webapp.pages.masking import masked, show_kind
from webapp.pages.rows import ValueName, make_rows, named_fields
from webapp.record import record

ValueLink = Callable[[str, Any], str | None]

DEPTH = 3
"""Objects inside objects that still get a section."""
MOST_ROWS = 200
MOST_DRAWN = 500
"""Rows of the table behind a drawing."""
MOST_SECTIONS = 40
MOST_COLUMNS = 6
MOST_FACTS = 200
LONGEST_HINT = 160


def facts_of(
    data: Mapping[str, Any],
    schema: Schema | None,
    *,
    link: ValueLink = lambda _name, _value: None,
    named: ValueName = lambda _name, _value: None,
) -> tuple[Fact, ...]:
    """
    The plain values of an object, in the schema's order; when it was made and changed comes last. No secrets.

    `named` is what the thing is called that a value is the id of.
    """
    known = schema.properties if schema is not None else {}
    facts = [
        _fact(name, data[name], known.get(name), link, named)
        for name in _names(data, known)[:MOST_FACTS]
        if not _is_section(data[name])
    ]
    if schema is not None and schema.is_map and schema.additional_properties is not None:
        # The keys of a map are data, as somebody wrote them.
        facts = [replace(fact, label=fact.key) for fact in facts]
    # `project: {id, name}` says nothing more beside a `project_id` that is shown by that name.
    told = {(fact.href, fact.named) for fact in facts if fact.named and fact.href}
    facts = [fact for fact in facts if fact.kind is not Kind.TEXT or (fact.href, str(fact.value)) not in told]
    return tuple(sorted(facts, key=lambda fact: _is_stamp(fact, known.get(fact.key))))


def sections_of(
    data: Mapping[str, Any],
    schema: Schema | None,
    *,
    name: str,
    link: ValueLink = lambda _name, _value: None,
    named: ValueName = lambda _name, _value: None,
    compare: bool = False,
) -> tuple[Section, ...]:
    """
    The nested objects and lists of objects, in the answer's order; series of numbers are also drawn.

    `name` begins the ids of their rows. Where an object lies in another, its section says so: `Owner · Address`.
    `compare` says that the answer is there to compare things by their numbers, as a report is.
    """
    return tuple(_limited(_sections(data, schema, (name,), "", _Look(link, named, compare))))


def _limited(sections: Iterator[Section]) -> Iterator[Section]:
    for _, section in zip(range(MOST_SECTIONS), sections, strict=False):
        yield section


@record(frozen=True, slots=True)
class _Look:
    """What holds for all sections of an answer."""

    link: ValueLink
    named: ValueName
    compare: bool


def _sections(
    data: Mapping[str, Any], schema: Schema | None, path: tuple[str, ...], above: str, look: _Look
) -> Iterator[Section]:
    known = schema.properties if schema is not None else {}
    for key, value in data.items():
        if not _is_section(value) or show_kind(key, known.get(key), [value]) is Kind.SECRET:
            continue
        own = field_label(key, known.get(key))
        heading = f"{above} · {own}" if above else own
        if isinstance(value, list):
            yield _table(value, known.get(key), heading, (*path, key), look)
        else:
            yield from _object(value, known.get(key), heading, (*path, key), look)


def _object(
    value: Mapping[str, Any], schema: Schema | None, heading: str, path: tuple[str, ...], look: _Look
) -> Iterator[Section]:
    if len(path) > DEPTH:
        yield Section(heading, facts=(Fact(path[-1], heading, Kind.JSON, masked(value, schema)),))
        return
    charts = charts_of(value, schema, name=element_id(*path), label=heading, compare=look.compare)
    if charts and all(isinstance(each, list) for each in value.values()):
        yield Section(heading, facts=(Fact(path[-1], heading, Kind.JSON, masked(value, schema)),), charts=charts)
        return
    facts = facts_of(value, schema, link=look.link, named=look.named)
    if facts:
        yield Section(heading, facts=facts, charts=charts)
    yield from _sections(value, schema, path, heading, look)


def _table(value: Sequence[Any], schema: Schema | None, heading: str, path: tuple[str, ...], look: _Look) -> Section:
    items = schema.items if schema is not None else None
    charts = charts_of(value, schema, name=element_id(*path), label=heading, compare=look.compare)
    most = MOST_DRAWN if charts else MOST_ROWS
    shown = masked(list(value[:most]), schema)
    fields = choose_fields(shown, items, title=_first_name(shown), most=MOST_COLUMNS)
    fields = named_fields(fields, shown, look.named)
    return Section(
        heading,
        columns=tuple(Column(field.key, field.label, field.kind) for field in fields),
        rows=make_rows(
            shown, fields, name=element_id(*path), singular=heading, value_link=look.link, value_name=look.named
        ),
        more=max(0, len(value) - most),
        charts=charts,
    )


def element_id(*path: str) -> str:
    """A place in an answer as the beginning of elements' ids: `orders-lines`."""
    return "-".join(words(" ".join(path))).lower() or "part"


def _first_name(rows: Sequence[Any]) -> str | None:
    """The field that a nested table's rows are called by."""
    first = next((row for row in rows if isinstance(row, Mapping)), {})
    return next((name for name in (*NAMING, "key") if isinstance(first.get(name), str)), None)


def _names(data: Mapping[str, Any], known: Mapping[str, Schema]) -> list[str]:
    return [*(name for name in known if name in data), *(name for name in data if name not in known)]


def _fact(name: str, value: Any, schema: Schema | None, link: ValueLink, named: ValueName) -> Fact:
    kind = show_kind(name, schema, [value])
    if kind is Kind.SECRET:
        return Fact(name, field_label(name, schema), kind, None, hint=_hint(schema))
    if value in ({}, []):
        return Fact(name, field_label(name, schema), Kind.LIST, [], hint=_hint(schema))
    href = link(name, value)
    if told := named(name, value):
        return Fact(name, without_id(field_label(name, schema)), Kind.REFERENCE, value, href, _hint(schema), told)
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
