"""Where links lead: below the app's own mount point, and never to another site."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, quote_plus, unquote, urlencode

from starlette.requests import HTTPConnection

Params = Mapping[str, Any] | Sequence[tuple[str, Any]]

MAX_NEXT = 2048
"""Characters; longer addresses than that are nobody's."""

_SLASHES = re.compile(r"^[/\\]+")
"""Two slashes at the front would name another host."""
_UNSEEN = re.compile(r"[\x00-\x20\x7f]")
"""What browsers leave out of an address, so that `/\t/host` names one to them. Documents' paths may hold anything."""
_PLAIN = re.compile(r"/(?![/\\])[^\x00-\x20\x7f]*")
"""A path in which there is nothing of either."""
_UNRESERVED = re.compile(r"[A-Za-z0-9_.~-]*")
"""What stands in a query as it is."""
_RESERVED = "/?#[]@!$&'()*+,;=:%-._~"


def href(request: HTTPConnection, path: str, params: Params = ()) -> str:
    """
    A link to a page of this app, wherever the app is mounted.

    `path` begins with a slash and is quoted already; `params` become the query.
    """
    below = path if _PLAIN.fullmatch(path) else _made_plain(path)
    root = request.scope.get("root_path", "")
    address = quote(root.rstrip("/")) + below if root else below
    return f"{address}?{_query(params)}" if params else address


def _made_plain(path: str) -> str:
    return _UNSEEN.sub(lambda found: quote(found[0]), _SLASHES.sub("/", path))


def _query(params: Params) -> str:
    pairs = params.items() if isinstance(params, Mapping) else params
    if any(type(value) is not str for _, value in pairs):
        return urlencode(params, doseq=True)
    return "&".join([f"{_quoted(name)}={_quoted(value)}" for name, value in pairs])


def _quoted(text: str) -> str:
    return text if _UNRESERVED.fullmatch(text) else quote_plus(text)


def sent_path(request: HTTPConnection) -> str:
    """The path of a request, encoded as the browser sent it; some servers add the query to theirs."""
    raw = request.scope.get("raw_path", b"").partition(b"?")[0].decode("latin-1")
    return raw or quote(request.scope["path"])


def here(request: HTTPConnection) -> str:
    """The path and query of a request, encoded as the browser sent them; never a link to another host."""
    path = _SLASHES.sub("/", sent_path(request))
    query = request.scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path


def below_mount(request: HTTPConnection, address: str) -> str:
    """An address of this app without the path that it is mounted at."""
    root = quote(request.scope.get("root_path", "").rstrip("/"))
    below = address.removeprefix(root) if address == root or address.startswith(root + "/") else address
    return below or "/"


def safe_next(value: str | None, default: str = "/") -> str:
    """
    The path to go on to, as somebody's query named it; the default unless it is a path on this very site.

    Browsers ignore tabs and newlines in addresses, take a backslash for a slash and two slashes for a host; others on
    the way decode once more than they should. So no reading of the path may be anything but a plain path.
    """
    if not value or len(value) > MAX_NEXT or _CONTROL.search(value):
        return default
    reading = re.split(r"[?#]", value, maxsplit=1)[0]
    for _ in range(3):
        if not _plain(reading) or not _plain(unicodedata.normalize("NFKC", reading)):
            return default
        reading = unquote(reading)
    return quote(value, safe=_RESERVED)


def next_or_home(request: HTTPConnection, value: str | None) -> str:
    """As `safe_next`; or else the start page."""
    return safe_next(value, default=href(request, "/"))


_CONTROL = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\ufeff\ud800-\udfff]")


def _plain(path: str) -> bool:
    if not path.startswith("/") or path.startswith("//") or "\\" in path or _CONTROL.search(path.replace(" ", "")):
        return False
    return not any(segment in (".", "..") for segment in path.split("/"))
