"""What the documents' APIs answer: one value for each schema, always the same."""

from collections.abc import Mapping
from typing import Any

from tests.corpus.documents import Corpus

DEEPEST = 5
TEXTS = {
    "date": "2026-11-21",
    "date-time": "2026-11-21T09:30:00Z",
    "uuid": "6f1b0f0e-7c0a-4c57-9f0e-0c6a2f6b7c11",
    "email": "ada@example.com",
    "uri": "https://example.com/",
    "url": "https://example.com/",
}


def sample(corpus: Corpus, raw: Any, depth: int = 0) -> Any:
    """A value that fits the schema well enough to be shown: examples first, then one of its type."""
    schema = corpus.resolve(raw)
    if not isinstance(schema, Mapping) or depth > DEEPEST:
        return None
    if "example" in schema:
        return schema["example"]
    if isinstance(schema.get("enum"), list) and schema["enum"]:
        return schema["enum"][0]
    for key in ("allOf", "oneOf", "anyOf"):
        if isinstance(schema.get(key), list) and schema[key]:
            return _of_parts(corpus, schema, key, depth)
    return _of_type(corpus, schema, depth)


def _of_parts(corpus: Corpus, schema: Mapping[str, Any], key: str, depth: int) -> Any:
    parts = schema[key] if key == "allOf" else schema[key][:1]
    made = [sample(corpus, part, depth + 1) for part in parts]
    objects = [each for each in made if isinstance(each, Mapping)]
    if not objects:
        return made[0]
    own = _of_type(corpus, schema, depth) if "properties" in schema else {}
    return {name: value for each in (*objects, own) for name, value in each.items()}


def _of_type(corpus: Corpus, schema: Mapping[str, Any], depth: int) -> Any:
    match schema.get("type"):
        case "array":
            return [sample(corpus, schema.get("items", {}), depth + 1) for _ in range(2)]
        case "integer":
            return 7
        case "number":
            return 7.5
        case "boolean":
            return True
        case "string":
            return TEXTS.get(str(schema.get("format")), "Some words")
        case None if "properties" not in schema:
            return None
    properties = schema.get("properties", {})
    return {name: sample(corpus, each, depth + 1) for name, each in properties.items()}
