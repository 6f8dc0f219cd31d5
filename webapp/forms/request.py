"""An operation's inputs as the request that carries them."""

import re
from collections.abc import AsyncIterable, Iterable, Iterator, Mapping
from dataclasses import field, replace
from types import EllipsisType
from typing import Any

from webapp.errors import UnsafePath
from webapp.forms.media import BodyKind, essence, kind_of
from webapp.forms.multipart import Part, encode_parts
from webapp.forms.styles import Pairs, as_json, as_text, written_in_header, written_in_path, written_in_query
from webapp.forms.upload import ANY_TYPE, Upload
from webapp.forms.values import ABSENT, Values
from webapp.openapi.operations import is_json
from webapp.openapi.schema import Schema
from webapp.openapi.site import Body, Operation, Parameter
from webapp.record import record

VARIABLE = re.compile(r"\{([^{}]*)\}")
UNSENDABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")
"""What would break out of a header's line."""
IN_COOKIES = re.compile(r"[^\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]")
"""What no cookie's value may hold (RFC 6265, 4.1.1)."""

Content = str | bytes | AsyncIterable[bytes]
Given = list[tuple[Parameter, Any]]


@record(frozen=True, slots=True)
class Outgoing:
    """What `api.request` is to be given. Of `json`, `data` and `content`, one at most is there."""

    method: str
    path: str
    """Filled in and quoted."""
    params: Pairs = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any | EllipsisType = ...
    data: Pairs | None = None
    content: Content | None = None


def encode(operation: Operation, values: Values, media_type: str | None = None) -> Outgoing:
    """
    The request that carries these inputs, the body as `media_type`.

    What isn't given isn't sent. Raises UnsafePath where a value can't be in a path, a header or a cookie.
    """
    request = Outgoing(
        operation.method,
        _path(operation, _given(operation, values, "path")),
        tuple(_query(_given(operation, values, "query"))),
        {
            **_accepted(operation),
            **_headers(_given(operation, values, "header")),
            **_cookies(_given(operation, values, "cookie")),
        },
    )
    body, content = body_of(operation, media_type), values.get("body", ABSENT)
    return request if body is None or content is ABSENT else _with_body(request, body, content)


def body_of(operation: Operation, media_type: str | None) -> Body | None:
    """The body of that media type; the first where none is named, None where there are none."""
    named = [body for body in operation.bodies if body.media_type == media_type]
    return next(iter(named or operation.bodies), None)


def _given(operation: Operation, values: Values, location: str) -> Given:
    given = values.get(location) or {}
    return [
        (parameter, given[parameter.name])
        for parameter in operation.parameters
        if parameter.location == location and given.get(parameter.name, ABSENT) is not ABSENT
    ]


def _path(operation: Operation, given: Given) -> str:
    values = {parameter.name: written_in_path(parameter, value) for parameter, value in given}

    def fill(place: re.Match[str]) -> str:
        text = values.get(place[1], "")
        if text in ("", ".", ".."):
            raise UnsafePath(f"The value for {place[1]!r} can't be part of a path.")
        return text

    # Whatever else is unfit for a path is refused by the client, which sees the whole of it.
    return VARIABLE.sub(fill, operation.path)


def _query(given: Given) -> Iterator[tuple[str, str]]:
    for parameter, value in given:
        yield from written_in_query(parameter, value)


def _accepted(operation: Operation) -> dict[str, str]:
    """What to ask for where the answer is declared to be no JSON, which is what the client asks for."""
    types = operation.answer_types
    if not types or any(map(is_json, types)) or any(UNSENDABLE.search(each) for each in types):
        return {}
    return {"Accept": ", ".join([*types, "*/*;q=0.5"])}


def _headers(given: Given) -> dict[str, str]:
    headers = {}
    for parameter, value in given:
        if value is None:
            continue
        headers[parameter.name] = text = written_in_header(parameter, value)
        if UNSENDABLE.search(text):
            raise UnsafePath(f"The value for {parameter.name!r} can't be part of a header.")
    return headers


def _cookies(given: Given) -> dict[str, str]:
    pairs = list(_query(given))
    if any(IN_COOKIES.search(part) for pair in pairs for part in pair):
        raise UnsafePath("A cookie can't hold such a value.")
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in pairs)} if pairs else {}


def _with_body(request: Outgoing, body: Body, value: Any) -> Outgoing:
    match kind_of(body):
        case BodyKind.JSON:
            return _typed(replace(request, json=value), body, unless=("application/json", "*/*", "application/*", ""))
        case BodyKind.FORM:
            return replace(request, data=tuple(_form_pairs(body, value)))
        case BodyKind.MULTIPART:
            media_type, content = encode_parts(list(_parts(body, value)))
            media_type = media_type.replace("multipart/form-data", essence(body.media_type), 1)
            return replace(request, content=content, headers={**request.headers, "Content-Type": media_type})
        case BodyKind.TEXT:
            return _typed(replace(request, content=as_text(value)), body)
        case BodyKind.FILE:
            return _with_file(request, body, value)


def _typed(request: Outgoing, body: Body, *, unless: Iterable[str] = ()) -> Outgoing:
    """The request with its body's own media type, which the client doesn't know."""
    if body.media_type.strip().lower() in unless:
        return request
    return replace(request, headers={**request.headers, "Content-Type": body.media_type})


def _with_file(request: Outgoing, body: Body, value: Any) -> Outgoing:
    file = value if isinstance(value, Upload) else Upload.held("", ANY_TYPE, as_text(value).encode())
    # A range such as image/* is no type to send; what the file itself is said to be is one.
    media_type = file.media_type if "*" in body.media_type else body.media_type
    content = file.chunks if file.content is None else file.content
    return replace(request, content=content, headers={**request.headers, "Content-Type": media_type})


def _form_pairs(body: Body, value: Any) -> Iterator[tuple[str, str]]:
    """A form's fields: arrays repeat their name, objects are JSON, unless the document wants it otherwise."""
    for name, each in value.items() if isinstance(value, Mapping) else ():
        encoding = _encoding(body, name)
        if "style" in encoding or "explode" in encoding:
            style = str(encoding.get("style", "form"))
            explode = encoding.get("explode", style == "form") is True
            asked = Parameter(name, "query", required=False, schema=Schema(), style=style, explode=explode)
            yield from written_in_query(asked, each)
        elif _is_json_part(encoding):
            yield name, as_json(each)
        else:
            for item in each if isinstance(each, list) else [each]:
                if item is not None:
                    yield name, as_text(item)


def _parts(body: Body, value: Any) -> Iterator[Part]:
    for name, each in value.items() if isinstance(value, Mapping) else ():
        encoding = _encoding(body, name)
        if _is_json_part(encoding) and not isinstance(each, Upload):
            yield Part(name, as_json(each), "application/json")
            continue
        for item in each if isinstance(each, list) else [each]:
            if item is not None:
                yield _part(name, item, encoding)


def _part(name: str, value: Any, encoding: Mapping[str, Any]) -> Part:
    if isinstance(value, Upload):
        return Part(name, value)
    if isinstance(value, Mapping | list):
        return Part(name, as_json(value), "application/json")
    told = encoding.get("contentType")
    # A list or a range of types is a choice, and no type to send.
    return Part(name, as_text(value), told if isinstance(told, str) and not set("*,") & set(told) else "")


def _encoding(body: Body, name: str) -> Mapping[str, Any]:
    found = body.encoding.get(name)
    return found if isinstance(found, Mapping) else {}


def _is_json_part(encoding: Mapping[str, Any]) -> bool:
    told = encoding.get("contentType")
    return isinstance(told, str) and essence(told).endswith("json")
