"""Which fields of a list's rows make its table: those that tell rows apart, and no more than fit."""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from itertools import chain, islice
from typing import Any

from webapp.html.guess import LONG, TEXTS, glance_at, is_settled
from webapp.html.kinds import Kind
from webapp.openapi.jsontypes import are_dicts, is_object
from webapp.openapi.labels import words
from webapp.openapi.schema import Schema
from webapp.pages.labels import field_label
from webapp.pages.masking import show_kind
from webapp.record import record

MOST = 8
SAMPLES = 25
"""Rows that are looked at."""
MOST_LOOKS = 500
"""Fields, and choices among them, that are kept for a list."""

SCALAR = "value"
"""The key of the only column where rows are no objects."""

LEAST = 60
"""Fields that are worth no less than this are left out as long as there are others."""

WORTH = {
    Kind.ENUM: 1,
    Kind.TEXT: 2,
    Kind.EMAIL: 2,
    Kind.BOOLEAN: 3,
    Kind.INTEGER: 3,
    Kind.NUMBER: 3,
    Kind.BYTES: 3,
    Kind.PERCENT: 3,
    Kind.SECONDS: 3,
    Kind.MILLISECONDS: 3,
    Kind.DURATION: 3,
    Kind.DATE: 3,
    Kind.DATETIME: 4,
    Kind.TIME: 4,
    Kind.CODE: 5,
    Kind.LIST: 5,
    Kind.PHONE: 5,
    Kind.URL: 6,
    Kind.COLOR: 6,
    Kind.IMAGE: 6,
    Kind.LONG_TEXT: 70,
    Kind.JSON: 80,
}
"""The smaller, the sooner a field is taken."""

LABELLED, RELATED, KEY, EMPTY, CHANGED = 2, 4, 20, 30, 2
"""What a reference with a name and one without are worth; what an id, only nulls and the last change's time lose."""

NAMING = ("name", "title", "label", "display_name", "full_name", "username", "email", "slug")


@record(frozen=True, slots=True)
class Field:
    """A field of the rows, and how it is shown."""

    key: str
    label: str
    kind: Kind


Look = tuple[str, frozenset[type], bool, bool, str | None]
"""A name, the types of its values, whether it is the row's own id, or another's, and what texts are at a glance."""


class Looks:
    """
    What was found out about the fields of rows that have one schema, for the rows that come after them.

    That is what doesn't depend on the values beyond their types, which nearly always are the same on the next page.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, Kind], Field] = {}
        self._fields: dict[Look, tuple[Field, int]] = {}
        self._arranged: dict[Hashable, tuple[list[tuple[int, Field]], tuple[Field, ...]]] = {}

    def __len__(self) -> int:
        return len(self._known) + len(self._fields) + len(self._arranged)

    def at(
        self, name: str, schema: Schema | None, values: Sequence[Any], *, own: bool, reference: bool
    ) -> tuple[Field, int]:
        """A field, and what a column of it is worth."""
        types = frozenset(map(type, values))
        look: Look = (name, types, own, reference, None)
        found = self._fields.get(look)
        if found is None and str in types and TEXTS.issuperset(types):
            look = (name, types, own, reference, glance_at(name, values))
            found = self._fields.get(look)
        if found is None:
            field = self._field(name, schema, show_kind(name, schema, values))
            found = field, _worth(field, values, own=own, reference=reference)
            if len(self._fields) < MOST_LOOKS and is_settled(field.kind, schema, types, look[-1]):
                self._fields[look] = found
        return found

    def _field(self, name: str, schema: Schema | None, kind: Kind) -> Field:
        """The very same one as before, where there was one."""
        field = self._known.get((name, kind))
        if field is None:
            field = Field(name, field_label(name, schema), kind)
            if len(self._known) < MOST_LOOKS:
                self._known[name, kind] = field
        return field

    def arranged(
        self, fields: list[tuple[int, Field]], title: str | None, key: str | None, most: int
    ) -> tuple[Field, ...]:
        """The columns made of some fields; the very same ones as before, if the fields are."""
        look = title, key, most, *[(worth, id(field)) for worth, field in fields]
        found = self._arranged.get(look)
        if found is None:
            # With the fields, as there can't be others of their identity as long as they are kept.
            found = fields, _arranged(fields, title, key, most)
            if len(self._arranged) < MOST_LOOKS:
                self._arranged[look] = found
        return found[1]


def choose_fields(
    rows: Sequence[Any],
    schema: Schema | None,
    *,
    title: str | None = None,
    key: str | None = None,
    related: Iterable[str] = (),
    known_already: Iterable[str] = (),
    most: int = MOST,
    chosen: Sequence[str] = (),
    looks: "Looks | None" = None,
) -> tuple[Field, ...]:
    """
    The columns of a table, what a row is known by first.

    `title` and `key` are the fields with a row's name and id, `related` those that refer to other things;
    what is `known_already` is the same in every row. What rows there are decides which fields there are; the schema,
    where there are none. Those that somebody has `chosen` (`*` is all) are shown as they were chosen. `looks` is what
    was found out about rows of the same schema before.
    """
    known = schema.properties if schema is not None else {}
    samples = rows[:SAMPLES]
    objects = samples if are_dicts(samples) else [row for row in samples if is_object(row)]
    if samples and not objects:
        return (Field(SCALAR, "Value", show_kind(SCALAR, schema, samples)),)
    if chosen and (wanted := _chosen(every_field(rows, schema), chosen)):
        return wanted

    references, left_out = set(related), set(known_already)
    looks = Looks() if looks is None else looks
    fields: list[tuple[int, Field]] = []
    for name, values in _columns(objects, known):
        field, worth = looks.at(name, known.get(name), values, own=name == key, reference=name in references)
        if field.kind is not Kind.SECRET and name not in left_out:
            fields.append((worth + EMPTY if _is_empty(values) else worth, field))
    return looks.arranged(fields, title, key, most)


def every_field(rows: Sequence[Any], schema: Schema | None) -> tuple[Field, ...]:
    """All fields that the rows have, or would have, but for secrets."""
    known = schema.properties if schema is not None else {}
    objects = [row for row in islice(rows, SAMPLES) if is_object(row)]
    fields = [
        Field(name, field_label(name, known.get(name)), show_kind(name, known.get(name), values))
        for name, values in _columns(objects, known)
    ]
    return tuple(field for field in fields if field.kind is not Kind.SECRET)


def _chosen(every: Sequence[Field], chosen: Sequence[str]) -> tuple[Field, ...]:
    if "*" in chosen:
        return tuple(every)
    by_key = {field.key: field for field in every}
    return tuple(by_key[name] for name in chosen if name in by_key)


def _columns(objects: Sequence[Mapping[str, Any]], known: Mapping[str, Schema]) -> list[tuple[str, Sequence[Any]]]:
    """The rows' fields with their values, in the schema's order and then in their own."""
    if not objects:
        return [(name, ()) for name, schema in known.items() if not schema.write_only]
    first = tuple(objects[0])
    if [tuple(row) for row in objects] == [first] * len(objects):
        # Nearly always all rows have the same fields in the same order.
        values = dict(zip(first, zip(*[row.values() for row in objects], strict=True), strict=True))
        return [(name, values[name]) for name in _ordered(values, known)]
    found = dict.fromkeys(chain.from_iterable(objects))
    return [(name, [row.get(name) for row in objects]) for name in _ordered(found, known)]


def _ordered(found: Collection[str], known: Mapping[str, Schema]) -> list[str]:
    return [*(name for name in known if name in found), *(name for name in found if name not in known)]


def _worth(field: Field, values: Sequence[Any], *, own: bool, reference: bool) -> int:
    worth = RELATED if reference else WORTH.get(field.kind, LEAST)
    if field.kind is Kind.JSON and any(is_labelled(value) for value in values):
        worth = LABELLED
    if field.kind is Kind.LONG_TEXT and all(_is_short(value) for value in values):
        worth = WORTH[Kind.LIST]
    if own or (words(field.key)[-1:] in (("id",), ("uuid",)) and not reference):
        worth += KEY
    if field.kind is Kind.DATETIME and {"updated", "modified", "changed"}.intersection(words(field.key.lower())):
        worth += CHANGED
    return worth


def _is_empty(values: Sequence[Any]) -> bool:
    return bool(values) and not any(values) and all(value is None or value in ("", [], {}) for value in values)


def is_labelled(value: Any) -> bool:
    """Whether an embedded object is a small reference that its name can stand for."""
    return (
        isinstance(value, Mapping)
        and len(value) <= 6
        and any(isinstance(value.get(name), str) for name in NAMING)
        and not any(isinstance(inner, Mapping | list) for inner in value.values())
    )


def _is_short(value: Any) -> bool:
    return value is None or (isinstance(value, str) and len(value) <= LONG and "\n" not in value)


def _arranged(fields: list[tuple[int, Field]], title: str | None, key: str | None, most: int) -> tuple[Field, ...]:
    first = next((field for name in (title, key) for _, field in fields if field.key == name), None)
    others = [(worth, field) for worth, field in fields if field is not first]
    telling = [each for each in others if each[0] < LEAST]
    if first is None or not telling:
        telling = telling or others
    ranked = sorted(telling, key=lambda each: each[0])[: most - (first is not None)]
    taken = {field.key for _, field in ranked}
    # In the order of the schema, ids and objects at the end.
    shown = [field for worth, field in others if field.key in taken and worth < KEY]
    shown += [field for worth, field in others if field.key in taken and worth >= KEY]
    return (first, *shown) if first is not None else tuple(shown)
