"""The text of a document, JSON or YAML, as Python values."""

import importlib
import json
import re
from collections.abc import Iterable
from typing import Any

from webapp.errors import DocumentError

MAX_BYTES = 32 * 2**20
"""The largest documents known have 15 MB."""

MAX_VALUES = 5_000_000
"""As many as there are in the largest documents ten times over; aliases of YAML can make many of a few."""

SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
"""How JSON may write half of a character."""


def decode(content: bytes | str) -> Any:
    """
    The values in a JSON or YAML text.

    YAML needs PyYAML, which is used when it is installed. Raises DocumentError, which says where the text is wrong.
    """
    if len(content) > MAX_BYTES:
        raise DocumentError(f"The document is larger than {MAX_BYTES // 2**20} MB.")
    text = _text(content).strip()
    if not text:
        raise DocumentError("The document is empty.")
    if text.startswith("<"):
        raise DocumentError("This is a web page, not an OpenAPI document.")
    return _json(text) if text.startswith(("{", "[")) else _yaml(text)


def _text(content: bytes | str) -> str:
    if isinstance(content, str):
        return _encodable(content.removeprefix("\ufeff"))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(f"The document is not UTF-8 text (byte {error.start}).") from error


def _json(text: str) -> Any:
    try:
        values = json.loads(text, object_pairs_hook=joined)
        return _as_json(values, {}) if SURROGATE.search(text) else values
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise DocumentError(f"The document is not valid JSON: {error.msg} ({where}).") from error
    except (RecursionError, ValueError) as error:
        raise DocumentError("The document is not usable JSON: it holds values too deep or too large.") from error


def joined(pairs: Iterable[tuple[Any, Any]]) -> dict[Any, Any]:
    """
    An object from its members. Of two with one name the last counts; two objects are put together.

    A path that is written down twice, once with its GET and once with its POST, would lose one of them otherwise.
    """
    pairs = pairs if isinstance(pairs, list) else list(pairs)
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    by_name: dict[Any, list[Any]] = {}
    for name, value in pairs:
        by_name.setdefault(name, []).append(value)
    return {name: _one(values) for name, values in by_name.items()}


def _one(values: list[Any]) -> Any:
    if not all(isinstance(value, dict) for value in values):
        return values[-1]
    members: dict[Any, Any] = {}
    # An alias may stand here a million times.
    for value in {id(value): value for value in values}.values():
        members.update(value)
    return members


def _yaml(text: str) -> Any:
    try:
        yamltext = importlib.import_module("webapp.openapi.yamltext")
    except ImportError as error:
        raise DocumentError("The document is not JSON; to read YAML, install PyYAML (pip install pyyaml).") from error
    try:
        loaded = yamltext.load(text, joined)
        if _count(loaded, {}) > MAX_VALUES:
            raise DocumentError("The document is not usable YAML: its aliases make too much of it.")
        return _as_json(loaded, {})
    except RecursionError as error:
        raise DocumentError("The document is not usable YAML: it is nested too deeply.") from error


def _count(value: Any, known: dict[int, int]) -> int:
    """How many values there are with every alias written out."""
    if not isinstance(value, dict | list):
        return 1
    if id(value) not in known:
        inner = value.values() if isinstance(value, dict) else value
        known[id(value)] = 1 + sum(_count(each, known) for each in inner)
    return known[id(value)]


def _as_json(value: Any, done: dict[int, Any]) -> Any:
    """
    The value with string keys and without lone surrogates, as the same document in sound JSON would have it.

    What an alias repeats is converted once and stays shared (`done`).
    """
    if isinstance(value, str):
        return _encodable(value)
    if not isinstance(value, dict | list):
        return value
    if id(value) in done:
        return done[id(value)]
    if isinstance(value, list):
        converted: Any = []
        done[id(value)] = converted
        converted.extend(_as_json(each, done) for each in value)
    else:
        converted = {}
        done[id(value)] = converted
        converted.update((_key(key), _as_json(each, done)) for key, each in value.items())
    return converted


def _key(key: Any) -> str:
    """A member's name, which YAML may write as a number (`200:`), a truth or nothing."""
    return json.dumps(key) if key is None or isinstance(key, bool) else _encodable(str(key))


def _encodable(text: str) -> str:
    """The text with U+FFFD for each half of a pair that stands alone, which no URL and no page could hold."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
