"""Finding the document: at the API, in a file, at a URL of its own."""

import json
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from tests.pages.house import document
from webapp.client import APIClient
from webapp.errors import DocumentError, Unavailable
from webapp.openapi.site import Site
from webapp.pages.documents import read_site

DOCUMENT = json.dumps(document()).encode()


async def read(
    answers: Mapping[str, httpx.Response], openapi: str | None = None, *, api: str = "http://api.test"
) -> Site:
    """The site of an API where each URL answers what is given for it, and 404 for all others."""

    def answer(request: httpx.Request) -> httpx.Response:
        return answers.get(str(request.url), httpx.Response(404))

    transport = httpx.MockTransport(answer)
    return await read_site(api, openapi, lambda base: APIClient(base, transport=transport))


def found() -> httpx.Response:
    return httpx.Response(200, content=DOCUMENT, headers={"Content-Type": "application/json"})


async def test_it_is_looked_for_at_the_api() -> None:
    assert (await read({"http://api.test/openapi.json": found()})).title == "Scripted"


async def test_below_a_base_path_and_above_it() -> None:
    assert (await read({"http://api.test/v1/openapi.json": found()}, api="http://api.test/v1")).title == "Scripted"
    assert (await read({"http://api.test/openapi.json": found()}, api="http://api.test/v1")).title == "Scripted"


async def test_what_cannot_be_used_on_the_way_does_not_end_the_search() -> None:
    broken = httpx.Response(200, content=b"{", headers={"Content-Type": "application/json"})

    site = await read({"http://api.test/": broken, "http://api.test/openapi.json": found()})

    assert site.title == "Scripted"


async def test_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "openapi.json").write_bytes(DOCUMENT)

    assert (await read({}, str(tmp_path / "openapi.json"))).title == "Scripted"


async def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"nothing\.json can't be read: No such file"):
        await read({}, str(tmp_path / "nothing.json"))


async def test_a_url_on_another_host_is_read() -> None:
    assert (await read({"http://docs.test/tracker.json": found()}, "http://docs.test/tracker.json")).title == "Scripted"


async def test_a_url_without_a_document_is_named() -> None:
    with pytest.raises(DocumentError, match=r"http://docs\.test/gone\.json"):
        await read({}, "http://docs.test/gone.json")


async def test_an_api_that_is_not_available_is_not_one_without_a_document() -> None:
    def down(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(Unavailable):
        await read_site("http://api.test", None, lambda base: APIClient(base, transport=httpx.MockTransport(down)))


async def test_a_503_along_the_way_is_an_answer() -> None:
    site = await read({"http://api.test/": httpx.Response(503), "http://api.test/openapi.json": found()})

    assert site.title == "Scripted"
