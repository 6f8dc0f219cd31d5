"""
The error bodies of the world, read into one shape.

    RFC 9457        {"title", "detail", "errors": [{"pointer", "detail"}]}, {"invalid-params": [{"name", "reason"}]}
    FastAPI         {"detail": "..."}, {"detail": [{"loc", "msg", "input"}]}; `input` and `ctx` are never read
    Django REST     {"field": ["..."], "non_field_errors": ["..."]}, nested as the data is
    JSON:API        {"errors": [{"detail", "source": {"pointer"}}]}
    Rails, .NET     {"errors": {"field": ["..."]}}, {"message", "errors": [{"field", "message"}]}
    OAuth           {"error": "invalid_grant", "error_description": "..."}
    Prefect         {"exception_message", "exception_detail": [{"loc", "msg"}]}; what it echoes is never read
    others          {"error": {"message", "code"}}, {"message": ["..."]}, a line of text

HTML is never shown. Everything is bounded: an API can't fill a page with its error.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote

from webapp.record import record

_MOST_FIELDS = 100
_MOST_MESSAGES = 10
_MOST_ENTRIES = 500
_LONGEST_NAME = 200
_LONGEST_MESSAGE = 500
_DEEPEST = 8

_UNSEEN = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028-\u202e\u2066-\u2069]+")
_BRACKET = re.compile(r"\[([^\[\]]*)\]")
_CODE = re.compile(r"[a-z]+(?:[_.-][a-z0-9]+)+|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")

_PLACES = frozenset(("body", "query", "path", "header", "cookie"))  # how FastAPI begins a loc
_WHOLE = frozenset(("", "non_field_errors", "__all__", "base", "__root__", "_errors", "_schema"))
_DETAIL = (
    *("detail", "error_description", "message", "error", "msg", "reason", "title", "description"),
    "exception_message",
)
_LISTS = (
    *("errors", "invalid-params", "invalid_params", "violations", "fieldViolations", "issues", "details", "fields"),
    "exception_detail",
)
_ECHOES = frozenset(("request_body", "requestBody", "request", "input", "payload", "body"))  # what was sent, as objects
_NAMES = ("loc", "field", "pointer", "name", "propertyPath", "property", "path", "param", "parameter", "attribute")
_MESSAGES = ("msg", "detail", "message", "defaultMessage", "reason", "description", "title", "error", "code")
_BESIDE = ("status", "statusCode", "status_code", "code", "type", "instance", "timestamp", "path", "method", "meta")
_TRACES = ("ok", "success", "traceId", "trace_id", "requestId", "request_id", "documentation_url", "error_uri")
_NOT_FIELDS = frozenset((*_DETAIL, *_LISTS, *_BESIDE, *_TRACES))

_SENTENCES = {
    400: "The API couldn't make sense of the request.",
    401: "The API wants a sign-in.",
    403: "You may not do this.",
    404: "There is no such thing.",
    405: "The API doesn't offer this.",
    409: "This contradicts what the API holds now.",
    410: "This no longer exists.",
    412: "This has changed since it was read.",
    413: "This is larger than the API takes.",
    415: "The API doesn't take this kind of content.",
    422: "The API didn't accept the input.",
    423: "This is locked.",
    429: "Too many requests; please wait a little.",
    502: "The API's own backend didn't answer properly.",
    503: "The API is not available just now.",
    504: "The API took too long.",
}


@record(frozen=True, slots=True)
class Problem:
    """`detail` is one sentence, `fields` maps a field's dotted path to its complaints, `code` is the API's own word."""

    detail: str = ""
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    code: str | None = None
    locations: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Where a field is, `body`, `query`, `path`, `header` or `cookie`, as far as the API says so."""
    sentences: tuple[str, ...] = ()
    """Complaints about the whole, where there is a list of them: they may begin with a field's name."""


def read_problem(status: int, data: Any = None, text: str = "") -> Problem:
    """The problem in an error's body: its `data` where that was JSON, else its `text`."""
    found = _Findings()
    if data is not None:
        _read(data, found, bare_fields=400 <= status < 500)
    else:
        found.detail = _plain(status, text)
    detail = found.detail
    if found.whole and (not detail or not found.fields):
        detail = detail if detail in found.whole else " ".join((*((detail,) if detail else ()), *found.whole[:3]))
    fields = {name: tuple(messages) for name, messages in found.fields.items()}
    said = _cut(detail, _LONGEST_MESSAGE) or generic(status)
    return Problem(said, MappingProxyType(fields), found.code, MappingProxyType(found.locations), tuple(found.whole))


def generic(status: int) -> str:
    """Our own sentence for a status, where the API has none."""
    if status in _SENTENCES:
        return _SENTENCES[status]
    return "The API failed to answer." if status >= 500 else "The API refused the request."


class _Findings:
    """What has been found so far: complaints under a field's name, or about the whole."""

    __slots__ = ("code", "detail", "fields", "locations", "whole")

    def __init__(self) -> None:
        self.detail = ""
        self.code: str | None = None
        self.fields: dict[str, list[str]] = {}
        self.locations: dict[str, str] = {}
        self.whole: list[str] = []

    def complain(self, name: str, message: Any, location: str = "") -> None:
        text = _sentence(message)
        if not text:
            return
        if location and self.locations.get(name, location) != location:
            name = f"{location}.{name}"  # the same name in another part of the request
        if name in _WHOLE:
            bucket = self.whole
        elif name in self.fields or len(self.fields) < _MOST_FIELDS:
            bucket = self.fields.setdefault(name, [])
        else:
            return
        if location and bucket is not self.whole:
            self.locations.setdefault(name, location)
        if text not in bucket and len(bucket) < _MOST_MESSAGES:
            bucket.append(text)

    def note_code(self, value: Any) -> None:
        if self.code is None and isinstance(value, str) and 0 < len(value) <= 100:
            self.code = _tidy(value)


def _read(data: Any, found: _Findings, *, bare_fields: bool, depth: int = 0) -> None:
    if depth > _DEEPEST:
        return
    match data:
        case str():
            _read_sentence(data, found)
        case list():
            _read_entries(data, found, "", depth)
        case Mapping():
            _read_object(data, found, bare_fields=bare_fields, depth=depth)


def _read_sentence(text: str, found: _Findings) -> None:
    if _CODE.fullmatch(text.strip()):
        found.note_code(text.strip())
    found.detail = found.detail or _sentence(text)


def _read_object(data: Mapping[str, Any], found: _Findings, *, bare_fields: bool, depth: int) -> None:
    for name in ("code", "error_code", "errorCode"):
        found.note_code(data.get(name))
    for name in _DETAIL:
        value = data.get(name)
        if name == "title" and isinstance(value, list):
            continue  # Django REST, about a field called title
        if name == "error" and isinstance(value, str) and "error_description" in data:
            found.note_code(value)
        _read(value, found, bare_fields=False, depth=depth + 1)
    _read_reason(data.get("reason"), found)
    for name in _LISTS:
        _read_complaints(data.get(name), found, "", depth + 1)
    if bare_fields:
        _read_bare_fields(data, found, depth)


def _read_reason(reason: Any, found: _Findings) -> None:
    """Airflow: the reason in words beside a message that speaks of logs. In one word it is a code."""
    text = _sentence(reason) if isinstance(reason, str) else ""
    if " " in text and text not in found.detail:
        found.detail = f"{text.rstrip('.')}. {found.detail}"


def _read_bare_fields(data: Mapping[str, Any], found: _Findings, depth: int) -> None:
    """Django REST: the fields' names on top, beside nothing or beside words that are never fields."""
    for name, value in data.items():
        if name in _ECHOES and isinstance(value, Mapping):
            continue
        if name not in _NOT_FIELDS or (name in ("title", "code", "type", "path", "status") and isinstance(value, list)):
            _read_complaints(value, found, field_path(name), depth + 1)


def _read_complaints(value: Any, found: _Findings, name: str, depth: int) -> None:
    """Whatever stands for the complaints about `name`: a sentence, several, or objects nested as the data is."""
    if depth > _DEEPEST:
        return
    match value:
        case str():
            found.complain(name, value)
        case list():
            _read_entries(value, found, name, depth)
        case Mapping():
            for key, inner in list(value.items())[:_MOST_ENTRIES]:
                _read_complaints(inner, found, _below(name, field_path(str(key))), depth + 1)


def _read_entries(entries: list[Any], found: _Findings, name: str, depth: int) -> None:
    for index, entry in enumerate(entries[:_MOST_ENTRIES]):
        if not isinstance(entry, Mapping):
            found.complain(name, entry)
        elif not _read_entry(entry, found, name, depth):
            _read_complaints(entry, found, _below(name, str(index)) if name else "", depth + 1)


def _read_entry(entry: Mapping[str, Any], found: _Findings, name: str, depth: int) -> bool:
    """One object that names a field and says what is wrong with it; False when it's something else."""
    message = next((entry[key] for key in _MESSAGES if isinstance(entry.get(key), str) and entry[key]), None)
    if message is None:
        for key in _LISTS:
            if isinstance(entry.get(key), list):
                _read_complaints(entry[key], found, name, depth + 1)
                return True
        return False
    extensions = entry.get("extensions")
    if isinstance(extensions, Mapping):
        found.note_code(extensions.get("code"))
        entry = {**entry, **{key: extensions[key] for key in ("field",) if key in extensions}}
    found.note_code(entry.get("code"))
    found.complain(_below(name, _place(entry)), message, _location(entry))
    return True


def _location(entry: Mapping[str, Any]) -> str:
    """The part of the request that is complained about: FastAPI's `loc` begins with it, JSON:API tells it apart."""
    source = entry.get("source")
    if isinstance(source, Mapping):
        kinds = {"pointer": "body", "parameter": "query", "header": "header"}
        return next((kind for key, kind in kinds.items() if isinstance(source.get(key), str)), "")
    loc = entry.get("loc")
    return str(loc[0]) if isinstance(loc, list) and len(loc) > 1 and loc[0] in _PLACES else ""


def _place(entry: Mapping[str, Any]) -> str:
    source = entry.get("source")
    if isinstance(source, Mapping):
        entry = {"pointer": source.get("pointer"), "name": source.get("parameter")}
    for key in _NAMES:
        value = entry.get(key)
        if isinstance(value, str) and value:
            return field_path(value)
        if isinstance(value, list):
            parts = [str(part) for part in value if isinstance(part, str | int)]
            return _bounded(parts[1:] if key == "loc" and parts and parts[0] in _PLACES else parts)
    return ""


def field_path(name: str) -> str:
    """A field's dotted path, from a JSON pointer (`#/a/0`), JSONPath (`$.a[0]`), brackets (`a[b]`) or dots."""
    name = name.strip()[: 2 * _LONGEST_NAME]
    if name.startswith(("/", "#/")):
        parts = [part.replace("~1", "/").replace("~0", "~") for part in unquote(name.lstrip("#")).split("/")[1:]]
        if parts[:1] == ["data"]:
            parts = parts[2:] if parts[1:2] in (["attributes"], ["relationships"]) else parts[1:]
        return _bounded(parts)
    name = _BRACKET.sub(r".\1", name.removeprefix("$")).replace("..", ".").strip(".")
    return _bounded([name])


def _bounded(parts: Iterable[str]) -> str:
    return _cut(_tidy(".".join(parts)), _LONGEST_NAME)


def _below(name: str, part: str) -> str:
    if part in _WHOLE:
        return name
    return f"{name}.{part}"[:_LONGEST_NAME] if name else part


def _plain(status: int, text: str) -> str:
    """A body that isn't JSON, if it's a sentence for people: neither a page nor what a failing server blurts out."""
    text = text.strip()
    if not text or text.startswith("<") or len(text) > _LONGEST_MESSAGE or status >= 500:
        return ""
    return _tidy(text)


def _sentence(value: Any) -> str:
    if not isinstance(value, str):
        return ""
    text = _tidy(value).removeprefix("Value error, ")  # Pydantic's own words before those of a validator
    if _CODE.fullmatch(text):
        text = re.sub(r"[_.-]", " ", text).lower()
        text = text[:1].upper() + text[1:]
    return _cut(text, _LONGEST_MESSAGE)


def _tidy(text: str) -> str:
    return _UNSEEN.sub(" ", text[: 4 * _LONGEST_MESSAGE]).strip()


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
