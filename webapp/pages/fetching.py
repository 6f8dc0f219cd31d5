"""Gets the texts that a document consists of: by URL with one client's credentials, or from files in one folder."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from webapp.client import APIClient
from webapp.errors import APIError, BadGateway, DocumentError, RateLimited, Unavailable, UnsafePath
from webapp.openapi.decoding import MAX_BYTES, decode
from webapp.openapi.discover import Fetched
from webapp.openapi.externals import LEADS_OUT, MOST, MOST_BYTES, elsewhere
from webapp.record import record

Read = Callable[[str], Awaitable[bytes | None]]
"""Gives the text at a URL; None where it can't be had."""


class Asker:
    """Gets URLs with one client, and none that lie outside of its base URL."""

    def __init__(self, client: APIClient) -> None:
        self._client = client

    def reaches(self, url: str) -> bool:
        """Whether a URL lies below the client's base."""
        return url == self._client.base_url or url.startswith(self._client.base_url + "/")

    async def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Fetched | None:
        """
        An answer of any status; None where nothing usable came.

        Raises Unavailable where nothing answers at all, and RateLimited where there was no connection to ask by.
        """
        if not self.reaches(url):
            return None
        path = url.removeprefix(self._client.base_url) or "/"
        try:
            reply = await self._client.request("GET", path, headers={"Accept": "*/*", **(headers or {})})
        except (Unavailable, RateLimited) as error:
            if error.api_status is None:
                raise
            return Fetched(error.api_status, {}, b"", url)
        except BadGateway as error:
            failed = error.api_status is not None and error.api_status >= 500
            return Fetched(error.api_status or 500, {}, b"", url) if failed else None
        except UnsafePath:
            return None  # what a document refers to may be anything
        except APIError as error:
            return Fetched(error.api_status or error.status, {}, b"", url)
        told = {name.lower(): value for name, value in reply.headers.items()}
        return Fetched(reply.status, told, reply.content, url)

    async def read(self, url: str) -> bytes | None:
        """The text at a URL."""
        fetched = await self.fetch(url)
        return fetched.content if fetched is not None and fetched.status == 200 else None


def beside(path: Path) -> Read:
    """Reads files in the folder of a document and below it, and no others, by their file: URLs."""
    folder = path.resolve().parent

    def read(url: str) -> bytes | None:
        parts = urlsplit(url)
        wanted = Path(unquote(parts.path)).resolve()
        if parts.scheme != "file" or not wanted.is_relative_to(folder):
            return None
        try:
            return read_capped(wanted)
        except OSError:
            return None

    return lambda url: asyncio.to_thread(read, url)


def read_capped(path: Path) -> bytes:
    """The bytes of a file, if a document may have so many; raises OSError or DocumentError."""
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise DocumentError(f"The document {path.name} is larger than {MAX_BYTES // 2**20} MB.")
    return content


@record(frozen=True, slots=True)
class Reading:
    """A document's file as it was read once, for whoever wants it next."""

    content: bytes = field(repr=False)
    root: Any = field(repr=False)
    """Its values."""
    stamp: tuple[int, int]
    """The file's time and size before it was read."""


def stamp_of(path: Path) -> tuple[int, int]:
    """By what a change of a file is noticed; raises OSError."""
    about = path.stat()
    return about.st_mtime_ns, about.st_size


async def read_others(read: Read, content: bytes, url: str) -> dict[str, bytes]:
    """The texts of all documents that one refers to, and those refer to, by URL; what can't be had is left out."""
    found: dict[str, bytes] = {}
    waiting = _elsewhere(content, url)
    asked, size = {url}, 0
    while waiting and len(asked) <= MOST:
        target = waiting.pop(0)
        if target in asked:
            continue
        asked.add(target)
        text = await read(target)
        if text is None or size + len(text) > MOST_BYTES:
            continue
        size += len(text)
        found[target] = text
        waiting += _elsewhere(text, target)
    return found


def _elsewhere(content: bytes, url: str) -> list[str]:
    if not LEADS_OUT.search(content):
        return []
    try:
        return list(elsewhere(decode(content), url))
    except DocumentError:
        return []


def digest_of(content: bytes, others: Mapping[str, bytes]) -> str:
    """What tells one version of a document from another."""
    digest = hashlib.sha256(content)
    for url in sorted(others):
        digest.update(hashlib.sha256(url.encode()).digest() + hashlib.sha256(others[url]).digest())
    return digest.hexdigest()
