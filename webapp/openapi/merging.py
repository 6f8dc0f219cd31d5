"""Brings what is said about one value in several places of a schema together."""

from collections.abc import Callable, Mapping
from typing import Any

from webapp.openapi.references import References, reference_of

UNIONS = ("anyOf", "oneOf")
CONSTRAINTS = frozenset({"required", "not", "minProperties", "maxProperties", "description", "title"})
"""A branch with nothing else is a rule about the same shape, not another shape."""


def merge(raw: Any, references: References, visiting: frozenset[str] = frozenset()) -> Mapping[str, Any]:
    """
    The keywords that hold for a value of this schema, its properties and items left as they are.

    References on the way (`visiting`) are not entered twice, so a schema that contains itself ends. Raises
    DocumentError where a reference leads nowhere.
    """
    if not isinstance(raw, Mapping):
        return {"not": {}} if raw is False else {}
    reference = reference_of(raw)
    if reference is not None:
        return _merge_reference(raw, reference, references, visiting)
    if not any(isinstance(raw.get(keyword), list) for keyword in ("allOf", *UNIONS)):
        return raw

    keywords: dict[str, Any] = {}
    for part in raw.get("allOf") or ():
        keywords = _combine(keywords, merge(part, references, visiting))
    keywords = _combine(keywords, {key: value for key, value in raw.items() if key != "allOf"})
    for union in UNIONS:
        if isinstance(keywords.get(union), list):
            keywords = _collapse(keywords, union, references, visiting)
    return keywords


def _merge_reference(
    raw: Mapping[str, Any], reference: str, references: References, visiting: frozenset[str]
) -> Mapping[str, Any]:
    if reference in visiting:
        return {}
    target = references.merged.get(reference)
    if target is None:
        target = merge(references.find(reference), references, visiting | {reference})
        if not visiting:  # inside a circle the answer is cut short
            references.merged[reference] = target
    beside = {key: value for key, value in raw.items() if key != "$ref"}
    return _combine(target, merge(beside, references, visiting)) if beside else target


def _collapse(keywords: dict[str, Any], union: str, references: References, visiting: frozenset[str]) -> dict[str, Any]:
    branches = keywords.pop(union)
    shapes = [branch for branch in branches if not _is_null(branch)]
    if len(shapes) < len(branches):
        keywords["nullable"] = True
    if len(shapes) == 1:
        return _combine(merge(shapes[0], references, visiting), keywords)
    if shapes and not all(isinstance(shape, Mapping) and CONSTRAINTS.issuperset(shape) for shape in shapes):
        keywords[union] = shapes
    return keywords


def _is_null(branch: Any) -> bool:
    return isinstance(branch, Mapping) and (
        branch.get("type") == "null" or branch.get("enum") == [None] or ("const" in branch and branch["const"] is None)
    )


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
    return [*first, *second] if isinstance(first, list) and isinstance(second, list) else second


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
