"""Brings the paths of a document under the base URL that the client really uses."""

from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

from webapp.openapi.document import Document
from webapp.record import record


@record(frozen=True, slots=True)
class Base:
    """
    The base URL of a site's paths, and the way to it from the paths of the document.

    `theirs` is the path of the document's server, `ours` that of the URL in use. Where both are paths on one host
    (`joined`), `/api` + `/users` of the document is `/users` for a client at `/api` and `/api/users` for one at the
    root. Where they aren't, the document speaks of another host, and its paths count from wherever the client is.
    """

    url: str | None
    theirs: str
    ours: str
    joined: bool
    told: str | None
    """Where the document says that its API lives."""

    def path(self, path: str) -> str | None:
        """A path of the document for the client; None where it lies outside of the base URL."""
        return _below(self.ours, self.theirs + path) if self.joined else path

    def url_path(self, url: str) -> str | None:
        """The same for a URL in the document, which may be relative; None where it leads to another host or outside."""
        try:
            target = urlsplit(urljoin((self.told or "http://api") + "/", url))
        except ValueError:
            return None
        hosts = {urlsplit(known).netloc for known in (self.told, self.url, "http://api") if known}
        if target.netloc not in hosts:
            return None
        return _below(self.ours if self.joined else self.theirs, target.path)


def base_of(document: Document, base_url: str | None) -> Base:
    """How to get from the document's paths to those of a client at `base_url`, or at the document's own server."""
    told = document.base_url
    theirs = _path(told)
    if base_url is None:
        return Base(url=told, theirs=theirs, ours=theirs, joined=False, told=told)

    ours = _path(base_url)
    same_host = told is None or not theirs or urlsplit(told).hostname == urlsplit(base_url).hostname
    joined = theirs != ours and same_host and _any_below(ours, theirs, document.paths)
    return Base(url=base_url.rstrip("/"), theirs=theirs, ours=ours, joined=joined, told=told)


def _path(url: str | None) -> str:
    return urlsplit(url).path.rstrip("/") if url else ""


def _any_below(ours: str, theirs: str, paths: Iterable[str]) -> bool:
    return any(_below(ours, theirs + path) is not None for path in paths)


def _below(top: str, path: str) -> str | None:
    if path == top:
        return "/"
    return path[len(top) :] if path.startswith(top + "/") else None
