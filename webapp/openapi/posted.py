"""
Lists that are asked for with a POST: `POST /flows/filter`, with the order and the number of rows in its body.

A page's address has only a query. Here the two are brought together: which inputs a list takes wherever it wants them,
and what of a query goes into the body again.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from webapp.openapi.labels import humanise, normal, plural, singular, wordlist
from webapp.openapi.naming import VERSION
from webapp.openapi.operations import is_json
from webapp.openapi.schema import Schema
from webapp.openapi.site import Operation, Parameter

ASKING = wordlist("filter search query list find paginate searches")
"""What a path ends with that lists what lies above it; of several, the first is taken."""
CRITERIA = frozenset(wordlist("filter filters where criteria query conditions"))
LIKE = frozenset(wordlist("like ilike contains icontains search matches"))
NAMES = frozenset(wordlist("name title label text"))
COMBINING = frozenset(wordlist("operator conjunction mode"))
MOST_INSIDE = 8
"""Conditions inside of a body's objects that become filters; a form for all of them is the operation's own page."""
DEEPEST = 3


def asks(segment: str) -> bool:
    """Whether a path that ends like this may list what lies above it."""
    return normal(segment) in ASKING and not VERSION.fullmatch(segment)


def rank(segment: str) -> int:
    """Which of several such paths to take: the least."""
    return ASKING.index(normal(segment))


def inputs_of(operation: Operation) -> tuple[Parameter, ...]:
    """What a list can be asked with: its query, and for one that is POSTed the plain values of its body."""
    if operation.method == "GET":
        return operation.query
    return (*operation.query, *(each for each, _ in _placed(operation)))


def can_be_asked(operation: Operation) -> bool:
    """Whether a list can be had without a form: its body is JSON, and may be empty or filled in with defaults."""
    if not operation.bodies:
        return True
    schema = _body(operation)
    if schema is None:
        return False
    known = schema.properties
    return all(name in known and known[name].has_default for name in schema.required)


def search_of(inputs: Iterable[Parameter]) -> Parameter | None:
    """The condition that looks for a part of the name: `flows.name.like_`."""
    for each in inputs:
        *_, before, last = ["", "", *each.name.split(".")]
        if normal(last) in LIKE and normal(before) in NAMES:
            return each
    return None


def split(operation: Operation, query: Sequence[tuple[str, str]]) -> tuple[list[tuple[str, str]], dict[str, Any]]:
    """What of a query goes into the request's own, and the body that the rest makes."""
    own = {each.name for each in operation.query}
    body = _defaults(_body(operation))
    places = {each.name: (path, each.schema) for each, path in _placed(operation)}
    params = []
    for name, value in query:
        if name in places and name not in own:
            _put(body, *places[name], value)
        else:
            params.append((name, value))
    return params, body


def _body(operation: Operation) -> Schema | None:
    return next((each.schema for each in operation.bodies if is_json(each.media_type)), None)


def _defaults(schema: Schema | None) -> dict[str, Any]:
    """What must be there and need not be asked for."""
    if schema is None:
        return {}
    known = schema.properties
    return {name: known[name].default for name in schema.required if name in known and known[name].has_default}


def _placed(operation: Operation) -> Iterator[tuple[Parameter, tuple[str, ...]]]:
    """The plain values of the body, as parameters, each with the way to it."""
    schema = _body(operation)
    if schema is None:
        return
    segments = [part for part in operation.path.split("/") if part]
    thing = normal(segments[-2]) if len(segments) > 1 else ""
    own = {thing, singular(thing), plural(thing)} | CRITERIA
    for name, each in schema.properties.items():
        if _is_plain(each):
            yield _parameter((name,), each, name in schema.required and not each.has_default), (name,)
    for name, each in schema.properties.items():
        if normal(name) in own and each.is_object:
            inside = list(_inside((name,), each, DEEPEST))[:MOST_INSIDE]
            yield from ((_parameter(path, found, False), path) for path, found in inside)


def _inside(path: tuple[str, ...], schema: Schema, depth: int) -> Iterator[tuple[tuple[str, ...], Schema]]:
    for name, each in schema.properties.items() if depth else ():
        if _is_condition(name, each):
            yield (*path, name), each
        elif each.is_object:
            yield from _inside((*path, name), each, depth - 1)


def _is_condition(name: str, schema: Schema) -> bool:
    """Whether a person would fill it in: a value or a choice, rather than a list of ids or how to combine them."""
    items = schema.items if schema.is_array else None
    return normal(name) not in COMBINING and (bool(items.enum) if items is not None else schema.is_scalar)


def _is_plain(schema: Schema) -> bool:
    items = schema.items if schema.is_array else None
    return schema.is_scalar or (items is not None and items.is_scalar)


def _parameter(path: tuple[str, ...], schema: Schema, required: bool) -> Parameter:
    named = schema if len(path) == 1 else schema.beside({**schema.keywords, "title": humanise(" ".join(path[1:]))})
    return Parameter(
        name=".".join(path),
        location="query",
        required=required,
        schema=named,
        description=schema.description,
        deprecated=schema.deprecated,
    )


def _put(body: dict[str, Any], path: tuple[str, ...], schema: Schema, text: str) -> None:
    for name in path[:-1]:
        body = body.setdefault(name, {})
    if schema.is_array:
        body.setdefault(path[-1], []).append(_value(schema.items or Schema(), text))
    else:
        body[path[-1]] = _value(schema, text)


def _value(schema: Schema, text: str) -> Any:
    """The value that a text stands for; one that is no number is left to the API to complain about."""
    if schema.types and not {"integer", "number", "boolean"}.isdisjoint(schema.types):
        try:
            value = json.loads(text, parse_constant=_refused)
        except ValueError:
            return text
        return value if isinstance(value, int | float) else text
    return text


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is no number of JSON")
