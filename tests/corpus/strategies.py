"""Values that a schema of a document allows, drawn by Hypothesis."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

from tests.corpus.documents import Corpus

Json = Any
Draw = Callable[[st.SearchStrategy[Any]], Any]

DEEPEST = 4
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff"), max_size=12)
FORMATS: Mapping[str, st.SearchStrategy[str]] = {
    "date": st.dates().map(str),
    "date-time": st.datetimes().map(lambda at: at.replace(microsecond=0).isoformat() + "Z"),
    "uuid": st.uuids().map(str),
    "email": st.from_regex(r"[a-z]{1,8}@example\.com", fullmatch=True),
    "uri": st.from_regex(r"https://example\.com/[a-z]{0,8}", fullmatch=True),
    "url": st.from_regex(r"https://example\.com/[a-z]{0,8}", fullmatch=True),
    "byte": st.from_regex(r"([A-Za-z0-9]{4}){1,3}", fullmatch=True),
}
LARGEST = {"int32": 2**31 - 1, "int64": 2**63 - 1}


@st.composite
def values(draw: Draw, corpus: Corpus, schema: Mapping[str, Any]) -> Json:
    """A value of this schema, most of the time: keywords that contradict each other are the document's affair."""
    return _Drawing(draw, corpus).value(schema, 0)


class _Drawing:
    def __init__(self, draw: Draw, corpus: Corpus) -> None:
        self._draw = draw
        self._corpus = corpus

    def value(self, raw: Any, depth: int) -> Json:
        schema = self._merged(raw, 0)
        if schema.get("nullable") and self._chance():
            return None
        if isinstance(schema.get("enum"), list) and schema["enum"]:
            return self._draw(st.sampled_from(schema["enum"]))
        match self._type(schema):
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, depth)
            case "integer":
                return self._draw(st.integers(*_bounds(schema, whole=True)))
            case "number":
                low, high = _bounds(schema, whole=False)
                return self._draw(st.floats(low, high, allow_nan=False, allow_infinity=False))
            case "boolean":
                return self._draw(st.booleans())
            case "string":
                return self._draw(_texts(schema))
        return self._draw(TEXT)

    def _merged(self, raw: Any, depth: int) -> dict[str, Any]:
        """The schema with its reference followed, one branch of a union chosen, and `allOf` put together."""
        node = self._corpus.resolve(raw)
        if not isinstance(node, Mapping) or depth > DEEPEST * 2:
            return {}
        schema = {key: value for key, value in node.items() if key not in ("allOf", "oneOf", "anyOf")}
        parts = [each for each in node.get("allOf", ()) if isinstance(each, Mapping)]
        parts += [
            self._draw(st.sampled_from(node[key])) for key in ("oneOf", "anyOf") if isinstance(node.get(key), list)
        ]
        for part in parts:
            other = self._merged(part, depth + 1)
            required = [*schema.get("required", ()), *other.get("required", ())]
            properties = {**schema.get("properties", {}), **other.get("properties", {})}
            schema = {**other, **schema}
            if required:
                schema["required"] = required
            if properties:
                schema["properties"] = properties
        return schema

    def _type(self, schema: Mapping[str, Any]) -> str:
        given = schema.get("type")
        if isinstance(given, str):
            return given
        if "properties" in schema or "additionalProperties" in schema:
            return "object"
        return "array" if "items" in schema else "any"

    def _object(self, schema: Mapping[str, Any], depth: int) -> Json:
        required = schema.get("required")
        needed = set(required) if isinstance(required, list) else set()
        made = {}
        for name, raw in schema.get("properties", {}).items():
            each = self._corpus.resolve(raw)
            if isinstance(each, Mapping) and each.get("readOnly"):
                continue
            if name in needed or (depth < DEEPEST and self._chance()):
                made[name] = self.value(raw, depth + 1)
        extra = schema.get("additionalProperties")
        if isinstance(extra, Mapping) and depth < DEEPEST:
            for key in self._draw(st.lists(TEXT.filter(bool), max_size=2, unique=True)):
                made.setdefault(key, self.value(extra, depth + 1))
        return made

    def _array(self, schema: Mapping[str, Any], depth: int) -> Json:
        least = int(schema.get("minItems", 0))
        most = min(int(schema.get("maxItems", 3)), max(least, 3))
        count = self._draw(st.integers(least, most)) if depth < DEEPEST else least
        return [self.value(schema.get("items", {}), depth + 1) for _ in range(count)]

    def _chance(self) -> bool:
        return bool(self._draw(st.booleans()))


def _texts(schema: Mapping[str, Any]) -> st.SearchStrategy[str]:
    pattern = schema.get("pattern")
    if isinstance(pattern, str):
        try:
            re.compile(pattern)
            return st.from_regex(pattern).filter(lambda text: "\x00" not in text and text.isprintable())
        except re.error:
            pass
    found = FORMATS.get(str(schema.get("format")))
    if found is not None:
        return found
    least = int(schema.get("minLength", 0))
    most = min(int(schema.get("maxLength", least + 12)), least + 12)
    letters = st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff")
    return st.text(letters, min_size=least, max_size=max(most, least))


def _bounds(schema: Mapping[str, Any], *, whole: bool) -> tuple[Any, Any]:
    largest = LARGEST.get(str(schema.get("format")), 10**12)
    low, high = schema.get("minimum"), schema.get("maximum")
    low = low if isinstance(low, int | float) else -largest
    high = high if isinstance(high, int | float) else largest
    if schema.get("exclusiveMinimum") is True:
        low += 1
    if schema.get("exclusiveMaximum") is True:
        high -= 1
    return (int(low), int(high)) if whole else (float(low), float(high))
