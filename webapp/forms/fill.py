"""
A value as the submission of a form that holds it, which is what fields are built from and what is read back.

What the schema's own control can't hold without loss is written as JSON (`as:`), so nothing is ever lost: a value of
another type than declared, control characters, a list too long for a form.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from webapp.client import exact
from webapp.forms.choices import Option, options_of, same, text_of
from webapp.forms.controls import control_of, entry_schema, is_there_in_a_row, item_schema
from webapp.forms.field import Control
from webapp.forms.pointer import join
from webapp.forms.scalars import TEXTS, is_showable, split_moment
from webapp.forms.submission import Submission, companion
from webapp.forms.unions import branch_for, branches_of
from webapp.forms.values import ABSENT
from webapp.openapi.jsontypes import json_type
from webapp.openapi.schema import Schema

Pair = tuple[str, str]

MOST_ITEMS = 200
"""A list or map of more is one text of JSON."""
DEEPEST = 12
"""What lies deeper is written as JSON."""
FURTHER = "~"
"""The pointer part of the entries that an object has beside its known properties; no property's name is this."""


def fill(schema: Schema, name: str, value: Any, *, required: bool = False, creating: bool = False) -> Submission:
    """
    What a browser would send of a form at `name` that holds `value`.

    Of what is absent within the value it is said that it is, unless when `creating`: then it may have its default.
    """
    if value is ABSENT:
        return Submission()
    return Submission.of(_Fill(creating).value(schema, name, value, required=required, depth=0))


def may_be_left_out(schema: Schema, name: str, *, required: bool) -> bool:
    """Whether an object can be opened and closed in a form; the whole body is always there."""
    return "/" in name and (not required or schema.nullable)


def when_emptied(schema: Schema, control: Control, value: Any, *, required: bool, row: bool = False) -> str:
    """What it means when the control of this value is emptied; an item or entry (`row`) is then no more."""
    if control in (Control.LIST, Control.MAP, Control.MULTISELECT) or value == "":
        return "given"
    if control is Control.PASSWORD:
        # It isn't shown, so nothing typed says nothing: it stays as it is.
        return "absent"
    if control is Control.CHECKBOX and not schema.nullable and (required or row or schema.has_default):
        return "given"
    if row:
        return "absent"
    if schema.nullable:
        return "null"
    if control in TEXTS and (required or schema.format is None):
        return "given"
    return "absent"


class _Fill:
    def __init__(self, creating: bool) -> None:
        self._creating = creating

    def value(
        self, schema: Schema, name: str, value: Any, *, required: bool, depth: int, row: bool = False
    ) -> Iterator[Pair]:
        """The pairs of one value and all within it."""
        control = control_of(schema, name)
        if value is ABSENT and self._creating:
            return
        if value is ABSENT or value is None:
            yield companion("branch" if control is Control.UNION else "state", name), _word(value)
            return
        state = when_emptied(schema, control, value, required=required, row=row)
        own = None if depth > DEEPEST else self._by_control(control, schema, name, value, required, depth)
        if own is None:
            yield companion("state", name), "null" if schema.nullable else "absent"
            yield companion("as", name), "json"
            yield name, exact.dumps(value, indent=2)
            return
        if control is not Control.UNION:
            yield companion("state", name), state
        yield from own

    def _by_control(
        self, control: Control, schema: Schema, name: str, value: Any, required: bool, depth: int
    ) -> Iterator[Pair] | None:
        """The pairs beside the state; None where this control can't hold the value."""
        match control:
            case Control.SELECT | Control.CONSTANT:
                return _chosen(schema, name, value)
            case Control.UNION:
                return self._union(schema, name, value, depth)
            case Control.GROUP if isinstance(value, Mapping):
                return self._group(schema, name, value, required, depth)
            case Control.MAP if _is_plain_map(value):
                return self._map(entry_schema(schema) or Schema(), name, value, depth)
            case Control.LIST | Control.MULTISELECT if isinstance(value, list) and len(value) <= MOST_ITEMS:
                return self._list(control, schema, name, value, depth)
            case Control.FILE:
                return iter(())
            case Control.JSON:
                return iter([(name, exact.dumps(value, indent=2))])
            case _:
                return _scalar(control, schema, name, value)

    def _union(self, schema: Schema, name: str, value: Any, depth: int) -> Iterator[Pair] | None:
        branches = branches_of(schema)
        at = branch_for(value, branches, schema.discriminator)
        return None if at is None else self._branch(branches[at].schema, at, name, value, depth)

    def _branch(self, schema: Schema, at: int, name: str, value: Any, depth: int) -> Iterator[Pair]:
        yield companion("branch", name), str(at)
        yield from self.value(schema, name, value, required=True, depth=depth + 1)

    def _group(self, schema: Schema, name: str, value: Mapping[str, Any], required: bool, depth: int) -> Iterator[Pair]:
        if may_be_left_out(schema, name, required=required):
            yield companion("open", name), "yes"
        for key, own in schema.properties.items():
            if not own.read_only:
                given = value.get(key, ABSENT)
                yield from self.value(own, join(name, key), given, required=key in schema.required, depth=depth + 1)
        entries = entry_schema(schema)
        if entries is not None:
            further = {key: each for key, each in value.items() if key not in schema.properties}
            yield from self._entries(entries, join_further(name), further, depth)

    def _entries(self, schema: Schema, name: str, value: Mapping[str, Any], depth: int) -> Iterator[Pair]:
        if _is_plain_map(value):
            yield from self._map(schema, name, value, depth)
        else:
            yield companion("as", name), "json"
            yield name, exact.dumps(value, indent=2)

    def _map(self, schema: Schema, name: str, value: Mapping[str, Any], depth: int) -> Iterator[Pair]:
        yield companion("count", name), str(len(value))
        for at, (key, each) in enumerate(value.items()):
            yield companion("key", join(name, at)), key
            yield from self._row(schema, join(name, at), each, depth)

    def _list(self, control: Control, schema: Schema, name: str, value: list[Any], depth: int) -> Iterator[Pair]:
        if control is Control.MULTISELECT and schema.items is not None:
            ticked = _ticked(options_of(schema.items), value)
            if ticked is not None:
                yield from ((name, text) for text in ticked)
                return
        yield companion("count", name), str(len(value))
        for at, each in enumerate(value):
            yield from self._row(item_schema(schema, at), join(name, at), each, depth)

    def _row(self, schema: Schema, name: str, value: Any, depth: int) -> Iterator[Pair]:
        required = is_there_in_a_row(schema, name)
        return self.value(schema, name, value, required=required, depth=depth + 1, row=True)


def join_further(name: str) -> str:
    """The pointer of the map of what an object has beside its known properties."""
    return f"{name}/{FURTHER}"


def _word(value: Any) -> str:
    return "null" if value is None else "absent"


def _chosen(schema: Schema, name: str, value: Any) -> Iterator[Pair] | None:
    options = options_of(schema)
    text = text_of(value, options)
    if text is None and isinstance(value, str) and value and all(option.text == option.value for option in options):
        text = value
    return None if text is None or not is_showable(text) or "\n" in text else iter([(name, text)])


def _is_plain_map(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and len(value) <= MOST_ITEMS
        and all(isinstance(key, str) and key and is_showable(key) and "\n" not in key for key in value)
    )


def _ticked(options: Sequence[Option], value: list[Any]) -> list[str] | None:
    """The texts of the boxes to tick; None where boxes can't say it: another order, or something twice."""
    given = [text_of(each, options) for each in value]
    boxes = [option.text for option in options if option.text in given]
    return boxes if boxes == given and all(map(is_showable, boxes)) else None


def _scalar(control: Control, schema: Schema, name: str, value: Any) -> Iterator[Pair] | None:
    if control is Control.CHECKBOX:
        return iter([(name, "true" if value else "false")]) if isinstance(value, bool) else None
    if control is Control.NUMBER:
        return _number(schema, name, value)
    if control not in TEXTS or not isinstance(value, str) or not is_showable(value):
        return None
    if control is Control.PASSWORD:
        return iter(())
    if control in (Control.DATETIME, Control.TIME):
        split = split_moment(value, control)
        if split is not None:
            return iter([(companion("zone", name), split[1]), (name, split[0])])
    return iter([(name, value)])


def _number(schema: Schema, name: str, value: Any) -> Iterator[Pair] | None:
    if json_type(value) not in ("integer", "number") and type(value).__name__ != "Decimal":
        return None
    if schema.type == "integer" and not same(value, int(value)):
        return None
    return iter([(name, exact.dumps(value))])
