"""Where a document says that its API lives."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

VARIABLE = re.compile(r"\{([^{}]+)\}")


def server_url(servers: Any, document_url: str | None) -> str | None:
    """
    The base URL of the API, without a trailing slash; None where the document doesn't tell one that can be used.

    Of several servers, the one on the document's own host is meant, else the first. Without servers, or with a
    relative one, it is resolved against the document's URL. A server that calls itself localhost while its document
    came from elsewhere, or http while that came by https, doesn't know of the proxy before it: its path counts, on the
    document's host.
    """
    given = servers if isinstance(servers, list) and servers else [{"url": "/"}]
    urls = [url for server in given if (url := _resolve(server, document_url)) is not None]
    here = urlsplit(document_url) if document_url else None
    if here is None or not here.netloc:
        return urls[0] if urls else None
    known = next((url for url in urls if urlsplit(url).netloc == here.netloc), None)
    known = known or next((url for url in urls if not _is_local(url)), urls[0] if urls else None)
    return _behind_proxy(known, here) if known else None


def _behind_proxy(url: str, here: SplitResult) -> str:
    server = urlsplit(url)
    hidden = _is_local(url) and not _is_local(here.geturl())
    upgraded = server.hostname == here.hostname and (server.scheme, here.scheme) == ("http", "https")
    return f"{here.scheme}://{here.netloc}{server.path}" if hidden or upgraded else url


def _is_local(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return host in ("localhost", "0.0.0.0", "::1", "host.docker.internal") or host.startswith("127.")  # noqa: S104


def _resolve(server: Any, document_url: str | None) -> str | None:
    if not isinstance(server, Mapping) or not isinstance(server.get("url"), str):
        return None
    template = _fill(server["url"].strip(), server.get("variables"))
    if template is None:
        return None
    url = _split(template, document_url or "")
    if url is None or url.scheme not in ("http", "https", ""):
        return None
    if not url.netloc or url.username is not None:
        return None
    return f"{url.scheme or 'https'}://{url.netloc}{url.path.rstrip('/')}"


def _split(url: str, base: str) -> SplitResult | None:
    try:
        split = urlsplit(urljoin(base, url))
        _ = split.port  # a port that is no number shows only when it is asked for
    except ValueError:
        return None
    return split


def _fill(template: str, variables: Any) -> str | None:
    """The template with each variable's default; None where one has none."""
    known = variables if isinstance(variables, Mapping) else {}
    missing = False

    def default(match: re.Match[str]) -> str:
        nonlocal missing
        variable = known.get(match[1])
        value = variable.get("default") if isinstance(variable, Mapping) else None
        missing = missing or value is None
        return str(value)

    filled = VARIABLE.sub(default, template)
    return None if missing else filled
