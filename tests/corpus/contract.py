"""Whether a value is what a document asks for, judged by a JSON Schema library."""

from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.corpus.documents import Corpus

ROOT = "urn:document"


class Contract:
    """A document's schemas as JSON Schema, for values that are sent to the API."""

    def __init__(self, corpus: Corpus) -> None:
        self._root = _converted(corpus.root)
        self._registry: Registry[Any] = Registry().with_resource(
            ROOT, Resource.from_contents(self._root, default_specification=DRAFT202012)
        )

    def complaints(self, schema: Mapping[str, Any], value: Any) -> list[str]:
        """What is wrong with a value, a sentence each; nothing where it's fine."""
        validator = Draft202012Validator(_absolute(_converted(schema)), registry=self._registry)
        return [f"{'/'.join(map(str, error.path))}: {error.message[:200]}" for error in validator.iter_errors(value)]


def _converted(node: Any) -> Any:
    """OpenAPI 3.0's dialect as JSON Schema; read-only properties aren't required of whoever writes."""
    if isinstance(node, list):
        return [_converted(each) for each in node]
    if not isinstance(node, Mapping):
        return node
    if isinstance(node.get("$ref"), str):
        return {"$ref": node["$ref"]}
    new = {key: _converted(value) for key, value in node.items()}
    _say_null(node, new)
    _say_exclusive(node, new)
    _ask_for_less(node, new)
    return new


def _say_null(node: Mapping[str, Any], new: dict[str, Any]) -> None:
    if node.get("nullable") is True and isinstance(node.get("type"), str):
        new["type"] = [node["type"], "null"]
        if isinstance(node.get("enum"), list):
            new["enum"] = [*node["enum"], None]


def _say_exclusive(node: Mapping[str, Any], new: dict[str, Any]) -> None:
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(node.get(exclusive), bool):
            del new[exclusive]
            if node[exclusive] and bound in node:
                new[exclusive] = new.pop(bound)


def _ask_for_less(node: Mapping[str, Any], new: dict[str, Any]) -> None:
    properties, required = node.get("properties"), node.get("required")
    if isinstance(properties, Mapping) and isinstance(required, list):
        hidden = {name for name, each in properties.items() if isinstance(each, Mapping) and each.get("readOnly")}
        new["required"] = [name for name in required if name not in hidden]
    elif not isinstance(required, list | bool | None):
        new.pop("required", None)


def _absolute(node: Any) -> Any:
    if isinstance(node, list):
        return [_absolute(each) for each in node]
    if not isinstance(node, Mapping):
        return node
    return {
        key: f"{ROOT}{value}"
        if key == "$ref" and isinstance(value, str) and value.startswith("#")
        else _absolute(value)
        for key, value in node.items()
    }
