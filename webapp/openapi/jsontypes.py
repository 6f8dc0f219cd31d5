"""The types of JSON: which a schema allows, and which a value has."""

from collections.abc import Iterable, Mapping
from types import NoneType
from typing import Any, TypeGuard


def types_of(keywords: Mapping[str, Any]) -> tuple[str, ...]:
    """The types that a schema with these keywords allows, null aside; empty where it doesn't say."""
    given = keywords.get("type")
    if isinstance(given, str):
        return (given,)
    if isinstance(given, list):
        return tuple(each for each in given if isinstance(each, str) and each != "null")
    return _implied_types(keywords)


def _implied_types(keywords: Mapping[str, Any]) -> tuple[str, ...]:
    if "properties" in keywords or "additionalProperties" in keywords:
        return ("object",)
    if "items" in keywords or "prefixItems" in keywords:
        return ("array",)
    values = [keywords["const"]] if "const" in keywords else keywords.get("enum")
    if isinstance(values, list):
        return tuple(dict.fromkeys(json_type(value) for value in values if value is not None))
    if isinstance(keywords.get("format"), str) and keywords["format"] in FORMATS:
        return FORMATS[keywords["format"]]
    return ()


FORMATS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("date", "date-time", "time", "email", "uri", "uuid", "password", "binary", "byte"), ("string",)),
    **dict.fromkeys(("int32", "int64"), ("integer",)),
    **dict.fromkeys(("float", "double"), ("number",)),
}


TYPES: Mapping[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    tuple: "array",
}
"""What JSON calls the values of Python's types, the narrower before the wider."""


NO_OBJECTS = frozenset({*TYPES, NoneType})


def json_type(value: Any) -> str:
    """What JSON calls a value that is there; of anything it doesn't know, an object."""
    return _named(type(value))


def is_object(value: Any) -> TypeGuard[Mapping[str, Any]]:
    """Whether JSON calls it one; nearly all are dicts, and asking for the interface takes several times as long."""
    kind = type(value)
    return kind is dict or (kind not in NO_OBJECTS and isinstance(value, Mapping))


def are_dicts(values: Iterable[Any]) -> bool:
    """Whether there are any, and all of them are the objects that JSON is read as: a look at all that costs little."""
    return {*map(type, values)} == {dict}


def json_types(values: Iterable[Any]) -> set[str]:
    """The types of values that are there."""
    return {_named(each) for each in set(map(type, values))}


def _named(kind: type) -> str:
    return TYPES.get(kind) or next((name for each, name in TYPES.items() if issubclass(kind, each)), "object")
