"""
A path can't leave the API.

Paths come from documents, from the address bar and from ids in the data, so all of them pass through here. What comes
out begins with the API's own prefix, is ASCII, and means the same place to every server on the way.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from enum import Enum
from typing import Any
from urllib.parse import quote, unquote_to_bytes, urlencode

from webapp.errors import UnsafePath

Params = Mapping[str, Any] | Iterable[tuple[str, Any]]

_PLAIN = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9_~.-]*)+/?")  # most paths, and no segment that begins with a dot
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PATH_SAFE = "/%:@!$&'()*+,;=~"
_QUERY_SAFE = "/%:@!$'()*+,;=~?&"
_DOTS = str.maketrans({"\u3002": ".", "\uff61": "."})  # full stops that IDNA, but not NFKC, folds into "."
_LAYERS = 4  # how often something on the way might decode a path again


def join(prefix: str, path: str, params: Params | None = None) -> str:
    """The request target (`/prefix/path?query`) for `path`, which may carry a query of its own."""
    if _PLAIN.fullmatch(path):
        target = prefix + path
        return f"{target}?{query}" if params and (query := encode_query(params)) else target
    if _CONTROL.search(path):
        raise UnsafePath("A path can't hold control characters.")
    path, mark, own_query = path.partition("?")
    target = prefix + _checked(path) if path else prefix or "/"
    query = quote(_LONE_PERCENT.sub("%25", own_query), safe=_QUERY_SAFE) if mark else ""
    if params and (more := encode_query(params)):
        query = f"{query}&{more}" if query else more
    return f"{target}?{query}" if query else target


def _checked(path: str) -> str:
    if not path.startswith("/"):
        raise UnsafePath("A path of the API begins with a slash.")
    if path.startswith("//") or "\\" in path:
        raise UnsafePath("A path of the API can't name a host.")
    for segment in path.split("/"):
        if segment:
            _check_segment(segment)
    return quote(_LONE_PERCENT.sub("%25", path), safe=_PATH_SAFE)


def _check_segment(segment: str) -> None:
    """Refuse a segment that is, or becomes when decoded, a step up or a control character."""
    for _ in range(_LAYERS):
        folded = unicodedata.normalize("NFKC", segment).translate(_DOTS)
        for part in re.split(r"[/\\\u2044\u2215\u29f8\u29f5]", folded):
            if part.split(";")[0].strip() in (".", ".."):  # "..;" is ".." to some Java servers
                raise UnsafePath("A path of the API can't step out of it.")
        if _CONTROL.search(segment):
            raise UnsafePath("A path can't hold control characters.")
        if "%" not in segment:
            return
        try:
            decoded = unquote_to_bytes(segment).decode()
        except UnicodeDecodeError:
            raise UnsafePath("A path is UTF-8.") from None  # overlong dots are not
        if decoded == segment:
            return
        segment = decoded
    raise UnsafePath("A path can't be encoded so many times.")


def fill_path(template: str, values: Mapping[str, object], spanning: Collection[str] = ()) -> str:
    """
    `/projects/{id}` with its places filled: each value becomes exactly one segment.

    Of those that are `spanning`, slashes divide segments. Raises UnsafePath for a value that a path can't hold.
    """

    def fill(place: re.Match[str]) -> str:
        name = place.group(1)
        value = scalar(values.get(name))
        parts = value.split("/") if name in spanning else [value]
        if any(part in ("", ".", "..") for part in parts) or _CONTROL.search(value):
            raise UnsafePath(f"The value for {name!r} can't be part of a path.")
        return "/".join(quote(part, safe="~:@!$&'()*+,;=") for part in parts)

    return re.sub(r"\{([^{}]+)\}", fill, template)


def encode_query(params: Params) -> str:
    """A query string: lists repeat their name, None is left out, booleans are `true` and `false`."""
    pairs: list[tuple[str, str]] = []
    for name, value in params.items() if isinstance(params, Mapping) else params:
        values = value if isinstance(value, list | tuple | set | frozenset) else (value,)
        pairs.extend((name, scalar(item)) for item in values if item is not None)
    try:
        return urlencode(pairs, quote_via=quote, safe="")
    except UnicodeEncodeError:
        raise UnsafePath("A query is UTF-8.") from None


def scalar(value: object) -> str:
    """One value as forms, queries and paths write it."""
    match value:
        case str() if not isinstance(value, Enum):
            return value
        case bool():
            return "true" if value else "false"
        case Enum():
            return scalar(value.value)
        case date():
            return value.isoformat()
        case None:
            return ""
        case _:
            return str(value)
