"""The text of a document, JSON or YAML, as Python values."""

import importlib
import json
import re
from datetime import date
from typing import Any

from webapp.errors import DocumentError

MAX_BYTES = 32 * 2**20
"""The largest documents known have 15 MB."""

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
        values = json.loads(text)
        return _as_json(values, {}) if SURROGATE.search(text) else values
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise DocumentError(f"The document is not valid JSON: {error.msg} ({where}).") from error
    except (RecursionError, ValueError) as error:
        raise DocumentError("The document is not usable JSON: it holds values too deep or too large.") from error


def _yaml(text: str) -> Any:
    try:
        yaml = importlib.import_module("yaml")
    except ImportError as error:
        raise DocumentError("The document is not JSON; to read YAML, install PyYAML (pip install pyyaml).") from error
    try:
        loaded = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        return _as_json(loaded, {})
    except yaml.YAMLError as error:
        raise DocumentError(f"The document is not valid YAML: {' '.join(str(error).split())}.") from error
    except RecursionError as error:
        raise DocumentError("The document is not usable YAML: it is nested too deeply.") from error


def _as_json(value: Any, done: dict[int, Any]) -> Any:
    """
    The value with string keys, without dates and lone surrogates, as the same document in sound JSON would have it.

    What an alias repeats is converted once and stays shared (`done`), so a few lines of aliases can't fill the memory.
    """
    if isinstance(value, str):
        return _encodable(value)
    if isinstance(value, date):
        return value.isoformat()
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
    return str(key).lower() if isinstance(key, bool) else _encodable(str(key))


def _encodable(text: str) -> str:
    """The text with U+FFFD for each half of a pair that stands alone, which no URL and no page could hold."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
