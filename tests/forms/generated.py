"""Schemas of every kind, and values that are valid against them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from webapp.client import exact
from webapp.forms.choices import same

Json = Any
Raw = dict[str, Any]

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ["", " ", "\n", "a\nb\n", "\r\n", "\x00", "0", "null", "true", '"', "<b>", "{{ x }}", "é\u0301", "😀", "\ud800"]
)
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=6) | st.sampled_from(
    [
        "a/b",
        "~",
        "~0",
        "~1",
        "/",
        " ",
        "0",
        "1",
        "state:x",
        "x y",
        "é",
        '"',
        "edit",
        "count",
        "name",
        "description",
        "~+",
    ]
)
INTEGERS = st.integers() | st.integers(min_value=10**29, max_value=10**31) | st.sampled_from([0, -1, 2**53 + 1])
NUMBERS = (
    INTEGERS
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([Decimal("0.1000000000000000055"), Decimal("1E+400"), 1e22, 0.1, 1.10])
)
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=5
)

FORMATS: Mapping[str, st.SearchStrategy[str]] = {
    "date": st.dates().map(str) | st.just("someday"),
    "date-time": st.sampled_from(
        [
            "2024-05-01T10:00:00Z",
            "2024-05-01T10:00:30+02:00",
            "2024-05-01T10:00:00",
            "2024-05-01 10:00",
            "2024-05-01T10:00:00.123456Z",
            "2024-05-01T10:00:00.500Z",
            "0001-01-01T00:00:00-00:00",
            "2024-02-30T10:00:00Z",
            "2024-05-01T10:00",
            "soon",
        ]
    ),
    "time": st.sampled_from(["10:00:00", "10:00", "10:00:01Z", "25:00:00", "10:00:00.5"]),
    "email": st.sampled_from(["a@b.example", "ü@ä.example", " a@b.example "]),
    "uri": st.sampled_from(["https://a.example/?b=c&d=%20", "urn:x:y", " "]),
    "color": st.sampled_from(["#FF0000", "#ff0000", "red"]),
    "byte": st.sampled_from(["aGFsbG8=", "a\nb"]),
    "uuid": st.uuids().map(str),
}


KINDS = st.sampled_from(["integer", "number", "boolean", "string"])
TAGS = st.text("abcdef", min_size=1, max_size=3)


def _titled(texts: list[str]) -> Raw:
    return {"oneOf": [{"const": text, "title": f"The {at}."} for at, text in enumerate(texts)]}


LEAVES: st.SearchStrategy[Raw] = st.one_of(
    KINDS.map(lambda each: {"type": each}),
    KINDS.map(lambda each: {"type": [each, "null"]}),
    st.lists(KINDS, min_size=2, max_size=3, unique=True).map(lambda each: {"type": each}),
    st.sampled_from(sorted(FORMATS)).map(lambda each: {"type": "string", "format": each}),
    st.sampled_from([{"type": "string", "maxLength": 2000}, {"type": "string", "title": "T"}, {}]),
    st.lists(TEXTS, min_size=1, max_size=4, unique=True).map(lambda each: {"type": "string", "enum": each}),
    # To JSON Schema 0 and 0.0 are one value, which an enumeration holds once.
    st.lists(SCALARS, min_size=1, max_size=5, unique_by=lambda each: (isinstance(each, bool), each)).map(
        lambda each: {"enum": each}
    ),
    ANYTHING.map(lambda each: {"const": each}),
    st.lists(TEXTS, min_size=2, max_size=3, unique=True).map(_titled),
)
"""Schemas without others in them."""


def _containers(inner: st.SearchStrategy[Raw]) -> st.SearchStrategy[Raw]:
    return st.one_of(
        inner.map(lambda each: {"type": "array", "items": each}),
        st.lists(TAGS, min_size=2, max_size=5, unique=True).map(
            lambda each: {"type": "array", "items": {"type": "string", "enum": each}}
        ),
        st.lists(inner, min_size=1, max_size=3).map(lambda each: {"type": "array", "prefixItems": each}),
        st.lists(inner, min_size=1, max_size=3).map(lambda each: {"type": "array", "items": each}),
        st.lists(inner, min_size=1, max_size=3).map(_patterned),
        inner.map(lambda each: {"type": "object", "additionalProperties": each}),
        st.lists(inner, min_size=2, max_size=3).map(lambda each: {"anyOf": each}),
        inner.map(lambda each: {"anyOf": [each, {"type": "null"}]}),
        _objects(inner),
        _discriminated(inner),
    )


def _patterned(shapes: list[Raw]) -> Raw:
    return {"type": "object", "patternProperties": {f"^{'abc'[at]}_": each for at, each in enumerate(shapes)}}


@st.composite
def _objects(draw: st.DrawFn, inner: st.SearchStrategy[Raw]) -> Raw:
    properties = draw(st.dictionaries(NAMES, inner, min_size=1, max_size=4))
    raw: Raw = {"type": draw(st.sampled_from(["object", ["object", "null"]])), "properties": properties}
    raw["required"] = [name for name in properties if draw(st.booleans())]
    further = draw(st.sampled_from(["none", "any", "some", "unsaid"]))
    if further != "unsaid":
        raw["additionalProperties"] = {"none": False, "any": True}.get(further) if further != "some" else draw(inner)
    return raw


@st.composite
def _discriminated(draw: st.DrawFn, inner: st.SearchStrategy[Raw]) -> Raw:
    tags = draw(st.lists(TAGS, min_size=2, max_size=3, unique=True))
    shapes = [
        {"type": "object", "required": ["kind"], "properties": {"kind": {"const": tag}, "more": draw(inner)}}
        for tag in tags
    ]
    return {"oneOf": shapes, "discriminator": {"propertyName": "kind"}}


SCHEMAS: st.SearchStrategy[Raw] = st.recursive(LEAVES, _containers, max_leaves=6)


@st.composite
def filled(draw: st.DrawFn) -> tuple[Raw, Json]:
    """A schema with a value that it is meant for."""
    raw = draw(SCHEMAS)
    return raw, _value(draw, raw)


@dataclass(frozen=True)
class Inherited:
    """A base that components extend, in a place where any of them may stand, and a value of one of them."""

    components: Raw
    raw: Raw
    value: Json


@st.composite
def inherited(draw: st.DrawFn) -> Inherited:
    """Inheritance as Swagger had it: a base with a discriminator, mapped or not, and `allOf` in the rest."""
    names = draw(st.lists(st.sampled_from(["Cat", "Dog", "A.b", "a/b", "\u00e9"]), min_size=1, max_size=4, unique=True))
    tags = draw(st.lists(TAGS, min_size=len(names), max_size=len(names), unique=True))
    base: Raw = draw(_objects(LEAVES)) | {"discriminator": {"propertyName": "kind"}, "type": "object"}
    base["properties"] = {**base["properties"], "kind": {"type": "string"}}
    base["required"] = [*base["required"], *draw(st.sampled_from([[], ["kind"]]))]
    said = dict(zip(names, tags if draw(st.booleans()) else names, strict=True))
    if said[names[0]] != names[0]:
        base["discriminator"]["mapping"] = {tag: _reference(name) for name, tag in said.items()}
    components: Raw = {"Base": base}
    extended = "Base"
    for name in names:
        own = draw(st.dictionaries(NAMES, LEAVES, max_size=3))
        own.pop("kind", None)
        components[name] = {"allOf": [{"$ref": _reference(extended)}, {"type": "object", "properties": own}]}
        extended = draw(st.sampled_from(["Base", name]))
    chosen = draw(st.sampled_from(names))
    value = {**_inherited_value(draw, components, chosen), "kind": said[chosen]}
    ref = {"$ref": _reference("Base")}
    several = draw(st.booleans())
    return Inherited(components, {"type": "array", "items": ref} if several else ref, [value] if several else value)


def _reference(name: str) -> str:
    return f"#/components/schemas/{name.replace('/', '~1')}"


def _inherited_value(draw: st.DrawFn, components: Raw, name: str) -> Json:
    """A value of a component with all that it inherits; what its own part says wins."""
    if name == "Base":
        return _object(draw, components["Base"])
    base, own = components[name]["allOf"]
    above = _inherited_value(draw, components, base["$ref"].rpartition("/")[2].replace("~1", "/"))
    return {**above, **_object(draw, own)}


def _value(draw: st.DrawFn, raw: Raw) -> Json:
    if "const" in raw:
        return raw["const"]
    if "enum" in raw:
        return draw(st.sampled_from(raw["enum"]))
    for union in ("anyOf", "oneOf"):
        if union in raw:
            return _value(draw, draw(st.sampled_from(raw[union])))
    kinds = raw.get("type", "anything")
    kind = draw(st.sampled_from(kinds)) if isinstance(kinds, list) else kinds
    if kind in BY_TYPE:
        return draw(BY_TYPE[kind])
    if kind == "string":
        return draw(FORMATS.get(raw.get("format", ""), TEXTS))
    if "prefixItems" in raw:
        return [_value(draw, each) for each in raw["prefixItems"]]
    if kind == "array" and isinstance(raw["items"], list):
        return [_value(draw, each) for each in raw["items"]]
    if kind == "array":
        return [_value(draw, raw["items"]) for _ in range(draw(COUNTS))]
    return _object(draw, raw)


BY_TYPE: Mapping[str, st.SearchStrategy[Json]] = {
    "null": st.none(),
    "boolean": st.booleans(),
    "integer": INTEGERS,
    "number": NUMBERS,
    "anything": ANYTHING,
}
COUNTS = st.integers(min_value=0, max_value=4)


def _object(draw: st.DrawFn, raw: Raw) -> Json:
    found = {
        name: _value(draw, each)
        for name, each in raw.get("properties", {}).items()
        if name in raw.get("required", ()) or draw(st.booleans())
    }
    for pattern, each in raw.get("patternProperties", {}).items():
        if draw(st.booleans()):
            found[f"{pattern.removeprefix('^')}{draw(TAGS)}"] = _value(draw, each)
    further = raw.get("additionalProperties", False)
    if further is False:
        return found
    for _ in range(draw(COUNTS)):
        name = draw(NAMES)
        if name not in raw.get("properties", {}):
            found[name] = _value(draw, further if isinstance(further, dict) else {})
    return found


def is_same(one: Json, other: Json) -> bool:
    """Whether two values are the same JSON, to the last digit; the order of an object's members aside."""
    return same(one, other) and sorted(exact.dumps(one)) == sorted(exact.dumps(other))
