"""The values of an enumeration as options, each with the text that stands for it in a form."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from webapp.client import exact
from webapp.openapi.labels import called
from webapp.openapi.schema import Schema
from webapp.record import record

LABELS = ("x-enum-varnames", "x-enumNames", "x-enum-names")
DEEPEST = 4
"""Unions of enumerations within each other."""
MOST = 2_000
"""Values of an enumeration; nobody looks through more, so what has more is typed in."""
HINTS = ("x-enum-descriptions", "x-enumDescriptions")


@record(frozen=True, slots=True)
class Option:
    """One value of an enumeration."""

    value: Any
    text: str
    label: str
    hint: str = ""


def options_of(schema: Schema, depth: int = DEEPEST) -> tuple[Option, ...]:
    """
    The values there are to choose from, null aside; empty where the schema doesn't name them, or too many.

    A text stands for itself. Where that could be misread, because there are numbers that look the same or an empty
    text, every value is written as JSON.
    """
    values = list(islice(_distinct(_named_values(schema, depth)), MOST + 1))
    if len(values) > MOST:
        return ()
    texts = [value if isinstance(value, str) else exact.dumps(value) for value, _, _ in values]
    if len(set(texts)) < len(texts) or "" in texts:
        texts = [exact.dumps(value) for value, _, _ in values]
    return tuple(
        Option(value, text, label or _label(value), hint)
        for (value, label, hint), text in zip(values, texts, strict=True)
    )


def _distinct(given: Iterable[tuple[Any, str, str]]) -> Iterator[tuple[Any, str, str]]:
    """The values less null and less those that are there already; single ones are told apart without comparing all."""
    single: set[tuple[bool, Any]] = set()
    parts: list[Any] = []
    for each in given:
        value = each[0]
        if isinstance(value, Mapping | list):
            if not any(same(value, other) for other in parts):
                parts.append(value)
                yield each
        elif value is not None and (key := (isinstance(value, bool), value)) not in single:
            single.add(key)
            yield each


def text_of(value: Any, options: Sequence[Option]) -> str | None:
    """What stands for a value; None if it is none of them."""
    return next((option.text for option in options if same(option.value, value)), None)


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same JSON: true is not 1, 1.0 is."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(each, other[key]) for key, each in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def _named_values(schema: Schema, depth: int) -> Iterator[tuple[Any, str, str]]:
    if schema.is_union and not schema.enum:
        yield from _named_by_branches(schema.branches, depth)
        return
    labels, hints = _listed(schema, LABELS), _listed(schema, HINTS)
    for at, value in enumerate(_values(schema)):
        yield value, _at(labels, at), _at(hints, at)


def _named_by_branches(branches: Sequence[Schema], depth: int) -> Iterator[tuple[Any, str, str]]:
    """`oneOf: [{const: a, title: A}, ...]` is an enumeration too, as long as no branch is anything else."""
    found = []
    for branch in branches:
        options = options_of(branch, depth - 1) if depth else ()
        if not options:
            return
        found.append((branch, options))
    for branch, options in found:
        for option in options:
            title = branch.title if len(options) == 1 else ""
            yield option.value, title or option.label, option.hint or (branch.description if title else "")


def _values(schema: Schema) -> Sequence[Any]:
    if schema.has_const:
        return (schema.const,)
    given = schema.keywords.get("enum")
    return given if isinstance(given, list) else ()


def _listed(schema: Schema, names: Sequence[str]) -> Sequence[Any]:
    return next((given for name in names if isinstance(given := schema.extension(name), list)), ())


def _at(texts: Sequence[Any], at: int) -> str:
    return texts[at] if at < len(texts) and isinstance(texts[at], str) else ""


def _label(value: Any) -> str:
    match value:
        case bool():
            return "Yes" if value else "No"
        case str() if value.isascii() and value.replace("_", "").replace("-", "").isalpha() and not value.isupper():
            return called(value)
        case str():
            return value if value.strip() else exact.dumps(value)
        case _:
            return exact.dumps(value)
