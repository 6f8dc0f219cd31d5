"""How parameters are written: every style of OpenAPI, for each place a parameter can be in."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from webapp.client import exact
from webapp.client.paths import fill_path, scalar
from webapp.openapi.site import Parameter

Pairs = tuple[tuple[str, str], ...]

IN_PATH = "~:@!$&'()*+"
"""What may stand in a path unquoted and separates nothing in any style."""
DELIMITERS = {"spaceDelimited": " ", "pipeDelimited": "|"}


def written_in_path(parameter: Parameter, value: Any) -> str:
    """What stands in the path in place of `{name}`, quoted. Raises UnsafePath where that would be another path."""
    if parameter.spans:
        return fill_path("{value}", {"value": as_text(value)}, ("value",))
    if parameter.media_type is not None:
        return _quoted(as_json(value))
    match parameter.style:
        case "label":
            return "." + _joined(parameter, value, "." if parameter.explode else ",")
        case "matrix":
            return _matrix(parameter, value)
        case _:
            return _joined(parameter, value, ",")


def written_in_query(parameter: Parameter, value: Any) -> Pairs:
    """The pairs that a parameter adds to the query, or to the cookies; none for null."""
    name = parameter.name
    if value is None:
        return ()
    if parameter.media_type is not None:
        return ((name, as_json(value)),)
    if isinstance(value, Mapping):
        if parameter.style == "deepObject":
            return tuple(deep_pairs(name, value))
        if parameter.explode:
            return tuple(_members(value))
        return ((name, _delimiter(parameter).join(part for pair in _members(value) for part in pair)),)
    if isinstance(value, list):
        items = _items(value)
        if parameter.explode or parameter.style == "deepObject":
            return tuple((name, item) for item in items)
        return ((name, _delimiter(parameter).join(items)),) if items else ()
    return ((name, as_text(value)),)


def written_in_header(parameter: Parameter, value: Any) -> str:
    """A header's value; it may hold what no header can."""
    if parameter.media_type is not None:
        return as_json(value)
    if isinstance(value, Mapping):
        between = "=" if parameter.explode else ","
        return ",".join(between.join(pair) for pair in _members(value))
    return ",".join(_items(value)) if isinstance(value, list) else as_text(value)


def deep_pairs(name: str, value: Any) -> Iterable[tuple[str, str]]:
    """`filter[status][]=open` for what lies in an object, as PHP, Rails and qs read it."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from deep_pairs(f"{name}[{key}]", inner)
    elif isinstance(value, list):
        for inner in value:
            yield from deep_pairs(f"{name}[]", inner)
    elif value is not None:
        yield name, as_text(value)


def as_text(value: Any) -> str:
    """One value of a query, a header or a form's field: a scalar as it is, anything deeper as JSON."""
    return as_json(value) if isinstance(value, Mapping | list) else scalar(value)


def as_json(value: Any) -> str:
    """A value as compact JSON."""
    return exact.dumps(value)


def _matrix(parameter: Parameter, value: Any) -> str:
    name = _quoted(parameter.name)
    if isinstance(value, list) and parameter.explode:
        return "".join(f";{name}={_quoted(item)}" for item in _items(value))
    if isinstance(value, Mapping) and parameter.explode:
        return "".join(f";{_quoted(key)}={_quoted(inner)}" for key, inner in _members(value))
    text = _joined(parameter, value, ",")
    return f";{name}={text}" if text else f";{name}"


def _joined(parameter: Parameter, value: Any, between: str) -> str:
    if isinstance(value, list):
        return between.join(map(_quoted, _items(value)))
    if isinstance(value, Mapping):
        inner = "=" if parameter.explode else between
        return between.join(inner.join(map(_quoted, pair)) for pair in _members(value))
    return _quoted(as_text(value), more=",;=")


def _items(value: list[Any]) -> list[str]:
    return [as_text(item) for item in value if item is not None]


def _members(value: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(key, as_text(inner)) for key, inner in value.items() if inner is not None]


def _delimiter(parameter: Parameter) -> str:
    return DELIMITERS.get(parameter.style, ",")


def _quoted(text: str, *, more: str = "") -> str:
    return quote(text, safe=IN_PATH + more)
