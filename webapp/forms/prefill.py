"""An item as the form of its change begins: the inputs that would leave it as it is."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from webapp.forms.unions import branch_for, branches_of
from webapp.forms.values import ABSENT
from webapp.openapi.jsontypes import json_type
from webapp.openapi.labels import normal
from webapp.openapi.schema import Schema
from webapp.openapi.site import Operation

Skip = Callable[[str, Schema, Any], bool]
"""Whether to leave a property out: its name, its schema, its value."""

DEEPEST = 24
KEYS = ("id", "uuid", "_id", "guid", "pk", "slug", "key", "code", "name")
"""Where an embedded object has what stands for it."""
REFERENCE = re.compile(r"(.+?)(?:_id|Id|_ids|Ids|_uuid|Uuid)$")


def fit_body(schema: Schema, item: Any, answer: Any = None, *, skip: Skip) -> Any:
    """
    The body that an item would have, as this schema takes it; ABSENT where nothing of it fits.

    `answer` is the item as it came, where `item` was taken out of a wrapper: a body may want the same wrapper, or one
    of its own. Embedded objects become ids where ids are wanted; what is read-only, or `skip`ped, is left out.
    """
    if isinstance(item, Mapping) and schema.is_scalar:
        return ABSENT
    if not isinstance(item, Mapping) or not schema.properties:
        return _fit(schema, item, skip, 0)
    names = schema.properties.keys()
    if isinstance(answer, Mapping) and names & answer.keys() and not names & item.keys():
        return _fit(schema, answer, skip, 0)
    wrapper = wrapper_of(schema, item)
    if wrapper is not None:
        return {wrapper: _fit(schema.properties[wrapper], item, skip, 1)}
    return _fit(schema, item, skip, 0)


def wrapper_of(schema: Schema, item: Any) -> str | None:
    """The only property of a body that has the whole item in it, `{"book": {...}}`; None where there is none."""
    if len(schema.properties) != 1 or not isinstance(item, Mapping):
        return None
    name, inner = next(iter(schema.properties.items()))
    return name if inner.properties and _found(name, inner, item) is ABSENT else None


def fit_query(operation: Operation, item: Any, *, skip: Skip) -> dict[str, Any]:
    """The query parameters that an item has values for, where an operation takes what it changes in the query."""
    if operation.bodies or not isinstance(item, Mapping):
        return {}
    fitted = {each.name: _property(each.name, each.schema, item, skip, 0) for each in operation.query}
    return {name: value for name, value in fitted.items() if value is not ABSENT and value is not None}


def _fit(schema: Schema, value: Any, skip: Skip, depth: int) -> Any:
    if depth > DEEPEST:
        return value
    if schema.is_union:
        schema = _branch(schema, value)
    if isinstance(value, Mapping):
        return _fit_object(schema, value, skip, depth)
    if isinstance(value, list):
        items = schema.items
        fitted = [_fit(items, each, skip, depth + 1) for each in value] if items is not None else value
        return [each for each in fitted if each is not ABSENT]
    if value is None and schema.types and not schema.nullable:
        return ABSENT
    return value


def _fit_object(schema: Schema, value: Mapping[str, Any], skip: Skip, depth: int) -> Any:
    if schema.is_scalar:
        return _identity(schema, value)
    known = schema.properties
    made = {name: _property(name, own, value, skip, depth) for name, own in known.items()}
    others = schema.additional_properties
    if others is not None or not known:
        for name in value.keys() - known.keys():
            own = others or Schema()
            if not skip(name, own, value[name]):
                made[name] = _fit(own, value[name], skip, depth + 1)
    # In the order of the item, so that what is edited reads as it did.
    place = {name: at for at, name in enumerate(value)}
    kept = ((name, each) for name, each in made.items() if each is not ABSENT)
    return dict(sorted(kept, key=lambda pair: place.get(pair[0], len(place)))) if not known else dict(kept)


def _property(name: str, schema: Schema, item: Mapping[str, Any], skip: Skip, depth: int) -> Any:
    if schema.read_only:
        return ABSENT
    value = _found(name, schema, item)
    if value is ABSENT or skip(name, schema, value):
        return ABSENT
    return _fit(schema, value, skip, depth + 1)


def _found(name: str, schema: Schema, item: Mapping[str, Any]) -> Any:
    """The item's value for a property: of its name however that is spelt, or of what the property refers to."""
    if name in item:
        return item[name]
    alike = [key for key in item if normal(key) == normal(name)]
    if len(alike) == 1:
        return item[alike[0]]
    reference = REFERENCE.fullmatch(name)
    if reference is None:
        return ABSENT
    thing = normal(reference[1])
    for key, value in item.items():
        if normal(key) in (thing, f"{thing}s") and (schema.is_array is isinstance(value, list)):
            return value if isinstance(value, Mapping | list) else ABSENT
    return ABSENT


def _identity(schema: Schema, thing: Mapping[str, Any]) -> Any:
    """What stands for an embedded object where its id is wanted."""
    for key in KEYS:
        value = thing.get(key)
        if isinstance(value, str | int) and (schema.type is None or json_type(value) == schema.type):
            return value
    return ABSENT


def _branch(schema: Schema, value: Any) -> Schema:
    """The shape that a value says it has, or one whose constants agree, with the most of its properties."""
    if schema.discriminator and isinstance(value, Mapping) and schema.discriminator in value:
        told = branches_of(schema)
        at = branch_for(value, told, schema.discriminator)
        if at is not None:
            return told[at].schema
    branches = [each for each in schema.branches if _could_be(each, value)]
    if not isinstance(value, Mapping):
        return next(iter(branches), Schema())
    return max(branches, key=lambda each: _likeness(each, value), default=Schema())


def _could_be(branch: Schema, value: Any) -> bool:
    if value is None:
        return branch.nullable
    if branch.types and json_type(value) not in branch.types and not (branch.type == "number" and type(value) is int):
        return False
    return not isinstance(value, Mapping) or all(
        not own.enum or name not in value or value[name] in own.enum for name, own in branch.properties.items()
    )


def _likeness(branch: Schema, value: Mapping[str, Any]) -> tuple[bool, int, int]:
    known = branch.properties.keys() & value.keys()
    return branch.required <= value.keys(), len(known), -len(branch.properties)
