"""Looks for an API's OpenAPI document where such documents usually are."""

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from html import unescape
from urllib.parse import urljoin, urlsplit, urlunsplit

from webapp.errors import DocumentError
from webapp.openapi.document import Document
from webapp.record import record

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
LINK = re.compile(r"<link\s([^<>]{1,2000})>", re.IGNORECASE)
ATTRIBUTE = re.compile(r"""([A-Za-z-]{1,20})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^"'\s]+))""")


@record(frozen=True, slots=True)
class Fetched:
    """An answer to a GET; `headers` have lower-case names, `url` is where it came from in the end."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    url: str


@record(frozen=True, slots=True)
class Found:
    """A document, with the answer it came in."""

    document: Document
    fetched: Fetched
    at_target: bool = False
    """Whether it lies at the very URL that was named, which is then not the API's."""


class NoDocument(DocumentError):
    """
    Nothing that was tried is a document.

    `first` is what the target itself answered, `refused` the answers that ask for a sign-in.
    """

    def __init__(self, message: str, first: Fetched | None, refused: Sequence[Fetched] = ()) -> None:
        super().__init__(message)
        self.first = first
        self.refused = tuple(refused)


Fetch = Callable[[str], Awaitable[Fetched | None]]
"""Gets a URL; None where nothing answers."""


def looks_like_document(url: str) -> bool:
    """Whether a URL is more likely that of a document than that of an API, by how it ends."""
    split = urlsplit(url)
    ending = split.path + (f"?{split.query}" if split.query else "")
    return split.path.lower().endswith((".json", ".yaml", ".yml")) or ending.endswith(KNOWN_PATHS)


def origin_of(url: str) -> str:
    """The scheme and host of a URL."""
    return urlunsplit((*urlsplit(url)[:2], "", "", ""))


async def discover(fetch: Fetch, target: str) -> Found:
    """
    The document of the API at `target`, or at `target` itself.

    Asked in turn, until one is a document: the target, what its answer links to as `service-desc` or shows as its
    documentation, and the usual paths below the target and above it. Raises NoDocument, which lists what was tried,
    and DocumentError for a document that can't be read.
    """
    search = _Search(fetch)
    first = await search.fetch(target)
    document = search.document(first)
    if first is not None and document is not None:
        return Found(document, first, at_target=True)

    for url in (*_mentioned(first, target), *_known(target)):
        fetched = await search.fetch(url)
        document = search.document(fetched)
        if fetched is not None and document is not None:
            return Found(document, fetched)
    raise NoDocument(
        f"There is no OpenAPI document at {target}. Tried: {', '.join(search.tried)}.", first, search.refused
    )


class _Search:
    """What was asked for so far, each URL once."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._seen: set[str] = set()
        self.tried: list[str] = []
        self.refused: list[Fetched] = []

    async def fetch(self, url: str) -> Fetched | None:
        if url in self._seen:
            return None
        self._seen.add(url)
        fetched = await self._fetch(url)
        split = urlsplit(url)
        shown = (split.path or "/") + (f"?{split.query}" if split.query else "")
        self.tried.append(f"{shown} ({fetched.status if fetched else 'no answer'})")
        if fetched is not None and fetched.status in (401, 403):
            self.refused.append(fetched)
        return fetched

    def document(self, fetched: Fetched | None) -> Document | None:
        """The document in an answer, if it is one."""
        document = document_in(fetched)
        if document is None and fetched is not None and fetched.status == 200:
            self.tried[-1] += " is no document"
        return document


def document_in(fetched: Fetched | None) -> Document | None:
    """The document in an answer, if it is one; one that says it is and can't be read raises DocumentError."""
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
        return None


def _mentioned(fetched: Fetched | None, target: str) -> Iterator[str]:
    """What an answer says about where the document is, on the same host."""
    if fetched is None:
        return
    for link, parameters in re.findall(r"<([^<>]*)>([^,]*)", fetched.headers.get("link", "")):
        if _is_description(parameters):
            yield from _same_host(fetched.url, link, target)
    if b"<" in fetched.content[:512]:
        page = fetched.content[:65536].decode("utf-8", "replace")
        for url in (*_linked(page), *MENTIONED.findall(page)[:3]):
            yield from _same_host(fetched.url, url, target)


def _linked(page: str) -> Iterator[str]:
    """What `<link rel="service-desc">` in a web page leads to."""
    for element in LINK.findall(page)[:50]:
        attributes = {name.lower(): unescape("".join(values)) for name, *values in ATTRIBUTE.findall(element)}
        if "service-desc" in attributes.get("rel", "").lower().split() and "href" in attributes:
            yield attributes["href"]


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
            yield origin_of(target) + folder + path
        if not folder:
            return
        folder = folder.rpartition("/")[0]
