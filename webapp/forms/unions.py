"""The shapes of a union: what they are called, and which of them a value has."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from webapp.forms.choices import Option, options_of, same
from webapp.openapi.jsontypes import json_type
from webapp.openapi.labels import humanise, label, normal
from webapp.openapi.schema import Schema
from webapp.record import record

MOST_BRANCHES = 60
DEEPEST = 6
TYPE_LABELS = {
    "string": "Text",
    "integer": "Whole number",
    "number": "Number",
    "boolean": "Yes or no",
    "array": "List",
    "object": "Object",
}


@record(frozen=True, slots=True)
class Branch:
    """One shape."""

    label: str
    schema: Schema
    tag: Any = None
    """The discriminator's value that stands for it, where the document says."""


def branches_of(schema: Schema) -> tuple[Branch, ...]:
    """
    The shapes to choose from, unions within unions among them; empty for a schema that is no union.

    A schema of several types is a union of those. Lists come after objects: who may send one or many sends one.
    """
    flat = list(islice(_flat(schema, DEEPEST), MOST_BRANCHES))
    if any(each.is_object for each in flat):
        flat.sort(key=lambda each: each.type == "array")
    found = _named(flat, schema)
    labels = [branch.label for branch in found]
    return tuple(
        branch if labels.count(branch.label) == 1 else Branch(f"{branch.label} ({at})", branch.schema, branch.tag)
        for at, branch in enumerate(found, 1)
    )


def branch_for(value: Any, branches: tuple[Branch, ...], discriminator: str | None) -> int | None:
    """The index of the shape that a value has: the best fit, or None if none fits at all."""
    if discriminator and isinstance(value, Mapping) and discriminator in value:
        tag = value[discriminator]
        for at, branch in enumerate(branches):
            own = branch.schema.properties.get(discriminator)
            tags = [option.value for option in options_of(own)] if own is not None else []
            if any(same(tag, each) for each in tags) or (not tags and branch.tag is not None and same(tag, branch.tag)):
                return at
    scores = [fit(value, branch.schema) for branch in branches]
    best = max(scores, default=0)
    return scores.index(best) if best > 0 else None


def fit(value: Any, schema: Schema, depth: int = 4) -> float:
    """How well a value fits a schema: 0 is not at all. Only as deep as telling shapes apart needs."""
    if value is None:
        return 1.0 if schema.nullable or schema.is_unknown else 0.0
    options = options_of(schema)
    if options:
        return 3.0 if any(same(value, option.value) for option in options) else 0.0
    if schema.is_union and depth:
        return max(fit(value, branch, depth - 1) for branch in schema.branches)
    if schema.is_unknown:
        return 0.25
    kind = json_type(value)
    if kind not in schema.types and not (kind == "integer" and "number" in schema.types):
        return 0.5 if kind == "number" and "integer" in schema.types and float(value).is_integer() else 0.0
    if isinstance(value, Mapping):
        return _fit_object(value, schema, depth)
    if isinstance(value, list) and value and schema.items is not None and depth:
        return 0.1 + min(fit(each, schema.items, depth - 1) for each in value[:20])
    return 1.5 if kind in schema.types else 1.0


def _fit_object(value: Mapping[str, Any], schema: Schema, depth: int) -> float:
    if not schema.required <= value.keys():
        return 0.0
    known = schema.properties
    if schema.keywords.get("additionalProperties") is False and not value.keys() <= known.keys():
        return 0.0
    score = 1.0 + sum(0.1 for name in value if name in known) - sum(0.05 for name in value if name not in known)
    for name in (name for name in value if name in known and depth):
        part = fit(value[name], known[name], depth - 1)
        if part == 0:
            return 0.0
        score += 0.5 if options_of(known[name]) else 0.05
    return max(score, 0.05)


def _flat(schema: Schema, depth: int) -> Iterator[Schema]:
    if schema.is_union:
        for branch in schema.branches if depth else ():
            inner = _flat(branch, depth - 1)
            # Unions within unions are as many as one looks at: no more than are wanted may be made.
            yield next(inner, branch)
            yield from inner
        return
    types = schema.types
    if len(types) < 2 or schema.enum:
        return
    raw = {key: value for key, value in schema.keywords.items() if key not in ("title", "description", "default")}
    for each in types:
        yield schema.beside({**raw, "type": each, "nullable": False})


def _named(schemas: list[Schema], union: Schema) -> list[Branch]:
    name = union.discriminator
    if not name:
        return [Branch(_label(each, None), each) for each in schemas]
    mapped = _mapped(union)
    found = []
    for schema in schemas:
        own = options_of(schema.properties[name]) if name in schema.properties else ()
        if len(own) == 1:
            found.append(Branch(_label(schema, own[0].value), schema, own[0].value))
            continue
        # Each of several values that stand for one shape has to be there to be chosen.
        tags = mapped.get(schema.name or "") or [_implied_tag(schema, own)]
        found += [Branch(_label(schema, tag), _tagged(schema, name, tag), tag) for tag in tags]
    return found


def _mapped(union: Schema) -> dict[str, list[str]]:
    """The discriminator's values by the components that they stand for."""
    given = union.keywords.get("discriminator")
    mapping = given.get("mapping") if isinstance(given, Mapping) else None
    found: dict[str, list[str]] = {}
    for tag, reference in mapping.items() if isinstance(mapping, Mapping) else ():
        found.setdefault(str(reference).rpartition("/")[2], []).append(str(tag))
    return found


def _implied_tag(schema: Schema, options: Sequence[Option]) -> Any:
    """The discriminator's value that no mapping gives: what the component says, or its name as the values spell it."""
    told = schema.extension("x-ms-discriminator-value")
    if told is not None or schema.name is None:
        return told
    alike = [
        each.value for each in options if isinstance(each.value, str) and normal(each.value) == normal(schema.name)
    ]
    return alike[0] if len(alike) == 1 else schema.name


def _tagged(schema: Schema, name: str, tag: Any) -> Schema:
    """The shape with its discriminator's value, which many documents give by the shape's name alone."""
    if tag is None or not (schema.is_object or schema.properties):
        return schema
    return schema.beside({"allOf": [schema.raw, {"required": [name], "properties": {name: {"const": tag}}}]})


def _label(schema: Schema, tag: Any) -> str:
    if schema.title and schema.title != schema.name:
        return label(schema.title, schema.title)
    if tag is not None and (not schema.name or tag != schema.name):
        return humanise(str(tag))
    if schema.name:
        return humanise(schema.name)
    options = options_of(schema)
    if options:
        return ", ".join(option.label for option in options[:3]) + ("…" if len(options) > 3 else "")
    for each, own in schema.properties.items():
        const = options_of(own)
        if len(const) == 1 and each in schema.required:
            return const[0].label
    if schema.type == "array" and schema.items is not None:
        inner = TYPE_LABELS.get(schema.items.type or "", "")
        return f"List of {inner.lower()}" if inner else "List"
    if schema.type == "object" and schema.properties:
        needed = [each for each in schema.properties if each in schema.required] or list(schema.properties)
        return ", ".join(map(humanise, needed[:3]))
    return TYPE_LABELS.get(schema.type or "", "Anything")
