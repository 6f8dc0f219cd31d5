"""Looks for an API's OpenAPI document where such documents usually are."""

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit, urlunsplit

from webapp.errors import DocumentError
from webapp.openapi.document import Document

KNOWN_PATHS = (
    "/openapi.json",
    "/api/openapi.json",
    "/api/v1/openapi.json",
    "/openapi.yaml",
    "/v3/api-docs",
    "/swagger/v1/swagger.json",
    "/swagger.json",
    "/docs/openapi.json",
    "/api-docs",
    "/api/docs.json",
    "/schema/?format=json",
    "/openapi",
    "/server/specs/oas",
)
MENTIONED = re.compile(r"""(?:\burl|\bspec-url|\bdata-url|\bapiDescriptionUrl)["']?\s*[:=]\s*["']([^"'\s<>]+)["']""")
"""How a page that shows a document names it: Swagger UI, Redoc, Scalar, Stoplight."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer to a GET; `headers` have lower-case names, `url` is where it came from in the end."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    url: str


Fetch = Callable[[str], Awaitable[Fetched | None]]
"""Gets a URL; None where nothing answers."""


async def discover(fetch: Fetch, target: str) -> Document:
    """
    The document of the API at `target`, or at `target` itself.

    Asked in turn, until one is a document: the target, what its answer links to as `service-desc` or shows as its
    documentation, and the usual paths below the target and above it. Raises DocumentError, which lists what was tried.
    """
    tried: list[str] = []
    seen: set[str] = set()
    first = await _fetch(fetch, target, seen, tried)
    document = _document(first, tried)
    if document is not None:
        return document

    for url in (*_mentioned(first, target), *_known(target)):
        document = _document(await _fetch(fetch, url, seen, tried), tried)
        if document is not None:
            return document
    raise DocumentError(f"There is no OpenAPI document at {target}. Tried: {', '.join(tried)}.")


async def _fetch(fetch: Fetch, url: str, seen: set[str], tried: list[str]) -> Fetched | None:
    if url in seen:
        return None
    seen.add(url)
    fetched = await fetch(url)
    split = urlsplit(url)
    shown = (split.path or "/") + (f"?{split.query}" if split.query else "")
    tried.append(f"{shown} ({fetched.status if fetched else 'no answer'})")
    return fetched


def _document(fetched: Fetched | None, tried: list[str]) -> Document | None:
    """The document in an answer, if it is one; a document of the wrong kind is an error at once."""
    if fetched is None or fetched.status != 200:
        return None
    head = fetched.content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    claims = re.search(
        rb"""^["']?(openapi|swagger)["']?\s*:|[{,]\s*["'](openapi|swagger)["']\s*:""", head, re.MULTILINE
    )
    try:
        return Document.parse(fetched.content, url=fetched.url)
    except DocumentError:
        if claims and not head.startswith(b"<"):
            raise
        tried[-1] += " is no document"
        return None


def _mentioned(fetched: Fetched | None, target: str) -> Iterator[str]:
    """What an answer says about where the document is, on the same host."""
    if fetched is None:
        return
    for link, parameters in re.findall(r"<([^<>]*)>([^,]*)", fetched.headers.get("link", "")):
        if _is_description(parameters):
            yield from _same_host(fetched.url, link, target)
    if b"<" in fetched.content[:512]:
        for url in MENTIONED.findall(fetched.content[:65536].decode("utf-8", "replace"))[:3]:
            yield from _same_host(fetched.url, url, target)


def _is_description(parameters: str) -> bool:
    """Whether `; rel="service-desc"` is among a link's parameters."""
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "rel" and "service-desc" in value.strip(" \t\"'").lower().split():
            return True
    return False


def _same_host(base: str, link: str, target: str) -> Iterator[str]:
    """Where a link on the page at `base` leads, if that is on the target's host."""
    try:
        url = urljoin(base, link)
        same = urlsplit(url)[:2] == urlsplit(target)[:2]
    except ValueError:
        return
    if same:
        yield url


def _known(target: str) -> Iterator[str]:
    """The usual paths: all of them below the target, then below each folder above it."""
    split = urlsplit(target)
    folder = split.path.rstrip("/")
    while True:
        for path in KNOWN_PATHS:
            yield urlunsplit((split.scheme, split.netloc, "", "", "")) + folder + path
        if not folder:
            return
        folder = folder.rpartition("/")[0]
