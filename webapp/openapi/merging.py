"""Brings what is said about one value in several places of a schema together."""

from collections.abc import Callable, Mapping
from typing import Any

from webapp.errors import DocumentError
from webapp.openapi.references import References, reference_of

UNIONS = ("anyOf", "oneOf")
CONSTRAINTS = frozenset({"required", "not", "minProperties", "maxProperties", "description", "title"})
"""A branch with nothing else is a rule about the same shape, not another shape."""
MOST_PARTS = 10_000
"""Far beyond any schema that means something."""


def merge(raw: Any, references: References) -> Mapping[str, Any]:
    """
    The keywords that hold for a value of this schema, its properties and items left as they are.

    Raises DocumentError where a reference leads nowhere, or where there is too much to merge.
    """
    try:
        return _Merge(references).schema(raw)
    except RecursionError as error:
        raise DocumentError("A schema is made of others too deeply to be read.") from error


class _Merge:
    """
    One merge, which enters each reference once however many ways lead to it.

    A schema that contains itself ends where it comes up again (`cuts`). What was merged below such a cut lacks
    what stands above it, so it serves for this merge alone: there, what it lacks is added from above.
    """

    def __init__(self, references: References) -> None:
        self._references = references
        self._parts = 0
        self._cuts: set[str] = set()
        self._partial: dict[str, tuple[Mapping[str, Any], set[str]]] = {}

    def schema(self, raw: Any) -> Mapping[str, Any]:
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise DocumentError("A schema is made of too many others to be read.")
        if not isinstance(raw, Mapping):
            return {"not": {}} if raw is False else {}
        reference = reference_of(raw)
        if reference is not None:
            target = self._target(reference)
            beside = {key: value for key, value in raw.items() if key != "$ref"}
            return _combine(target, self.schema(beside)) if beside else target
        if not any(isinstance(raw.get(keyword), list) for keyword in ("allOf", *UNIONS)):
            return raw

        keywords: dict[str, Any] = {}
        for part in raw["allOf"] if isinstance(raw.get("allOf"), list) else ():
            keywords = _combine(keywords, self.schema(part))
        keywords = _combine(keywords, {key: value for key, value in raw.items() if key != "allOf"})
        for union in UNIONS:
            if isinstance(keywords.get(union), list):
                keywords = self._collapse(keywords, union)
        return keywords

    def _target(self, reference: str) -> Mapping[str, Any]:
        known = self._references.merged.get(reference)
        if known is not None:
            return known
        if reference in self._partial:
            partial, cuts = self._partial[reference]
            self._cuts |= cuts
            return partial

        first = not self._partial
        around, self._cuts = self._cuts, set()
        self._partial[reference] = {}, {reference}
        target = self.schema(self._references.find(reference))
        self._cuts.discard(reference)
        self._partial[reference] = target, self._cuts
        if first or not self._cuts:
            self._references.merged[reference] = target
        self._cuts = around | self._cuts
        return target

    def _collapse(self, keywords: dict[str, Any], union: str) -> dict[str, Any]:
        branches = keywords.pop(union)
        shapes = [branch for branch in branches if not _is_null(branch)]
        if len(shapes) < len(branches):
            keywords["nullable"] = True
        if len(shapes) == 1 or _is_decimal(shapes):
            return _combine(self.schema(shapes[-1]), keywords)
        if shapes and not all(isinstance(shape, Mapping) and CONSTRAINTS.issuperset(shape) for shape in shapes):
            keywords[union] = shapes
        return keywords


def _is_null(branch: Any) -> bool:
    return isinstance(branch, Mapping) and (
        branch.get("type") == "null" or branch.get("enum") == [None] or ("const" in branch and branch["const"] is None)
    )


def _is_decimal(shapes: list[Any]) -> bool:
    """
    Whether the shapes are those of pydantic's Decimal, a number or the same as a text.

    The text is the one that keeps every digit, and nobody wants to be asked which it should be.
    """
    types = [shape.get("type") for shape in shapes if isinstance(shape, Mapping)]
    return types == ["number", "string"] and not shapes[1].keys() - {"type", "pattern"}


def _combine(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Both sets of keywords in one; where they can't both hold, the second does."""
    combined = dict(first)
    for keyword, value in second.items():
        both = COMBINE.get(keyword)
        combined[keyword] = both(first[keyword], value) if both and keyword in first else value
    return combined


def _properties(first: Any, second: Any) -> Any:
    if not (isinstance(first, Mapping) and isinstance(second, Mapping)):
        return second
    return {
        **first,
        **{
            name: {"allOf": [first[name], schema]} if first.get(name, schema) is not schema else schema
            for name, schema in second.items()
        },
    }


def _required(first: Any, second: Any) -> Any:
    if not (isinstance(first, list) and isinstance(second, list)):
        return second
    return list(dict.fromkeys(name for name in (*first, *second) if isinstance(name, str)))


def _types(first: Any, second: Any) -> Any:
    shared = [each for each in _listed(first) if each in _listed(second)]
    return shared[0] if len(shared) == 1 else shared or second


def _values(first: Any, second: Any) -> Any:
    if not (isinstance(first, list) and isinstance(second, list)):
        return second
    return [value for value in first if value in second] or second


def _tighter(pick: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def bound(first: Any, second: Any) -> Any:
        try:
            return pick(first, second)
        except TypeError:
            return second

    return bound


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


COMBINE: Mapping[str, Callable[[Any, Any], Any]] = {
    "properties": _properties,
    "required": _required,
    "type": _types,
    "enum": _values,
    **dict.fromkeys(("minimum", "minLength", "minItems", "minProperties", "exclusiveMinimum"), _tighter(max)),
    **dict.fromkeys(("maximum", "maxLength", "maxItems", "maxProperties", "exclusiveMaximum"), _tighter(min)),
    **dict.fromkeys(("readOnly", "writeOnly", "deprecated"), lambda first, second: first or second),
}
