"""Makes the site from the API's OpenAPI document: in a file, at a URL, or found by looking around at the API."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from webapp.client import APIClient
from webapp.errors import APIError, BadGateway, DocumentError, Unavailable
from webapp.openapi.discover import Fetch, Fetched, discover
from webapp.openapi.document import Document
from webapp.openapi.resources import build_site
from webapp.openapi.site import Site


async def read_site(api_url: str, openapi: str | None, client: Callable[[str], APIClient]) -> Site:
    """
    The site of the API at `api_url`; `openapi` is its document's URL or file where that is known.

    `client` makes a client for a base URL. Raises DocumentError, or Unavailable where nothing answers.
    """
    return build_site(await _read_document(api_url, openapi, client), base_url=api_url)


async def _read_document(api_url: str, openapi: str | None, client: Callable[[str], APIClient]) -> Document:
    if openapi is None:
        return await discover(_fetch(client, api_url), api_url)
    if "://" not in openapi:
        return Document.parse(await _read_file(openapi), url=api_url)
    fetched = await _fetch(client, openapi)(openapi)
    if fetched is None or fetched.status != 200:
        raise DocumentError(f"There is no OpenAPI document at {openapi}.")
    return Document.parse(fetched.content, url=fetched.url)


async def _read_file(path: str) -> bytes:
    try:
        return await asyncio.to_thread(Path(path).read_bytes)
    except OSError as error:
        raise DocumentError(f"The OpenAPI document {path} can't be read: {error.strerror}.") from error


def _fetch(client: Callable[[str], APIClient], base: str) -> Fetch:
    """A function that gets URLs from one host, without anybody's credentials."""
    parts = urlsplit(base)
    origin = f"{parts.scheme}://{parts.netloc}"
    asker = client(origin)

    async def fetch(url: str) -> Fetched | None:
        try:
            reply = await asker.request("GET", url.removeprefix(origin) or "/", headers={"Accept": "*/*"})
        except Unavailable as error:
            if error.api_status is None:
                raise
            return Fetched(error.api_status, {}, b"", url)
        except BadGateway:
            return None
        except APIError as error:
            return Fetched(error.api_status or error.status, {}, b"", url)
        headers = {name.lower(): value for name, value in reply.headers.items()}
        return Fetched(reply.status, headers, reply.content, url)

    return fetch
