"""Finding the document, at the API, in a file, at a URL of its own, and looking at it again."""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.pages.house import document
from webapp.client import APIClient
from webapp.errors import APIError, DocumentError, RateLimited, Unavailable
from webapp.openapi.browsing import OpenRoutes
from webapp.openapi.site import Site
from webapp.pages.documents import Documents, Edition

DOCUMENT = json.dumps(document()).encode()

Answer = httpx.Response | Callable[[httpx.Request], httpx.Response]


class API:
    """An API where each URL answers what is given for it, and 404 for all others."""

    def __init__(
        self, answers: Mapping[str, Answer], openapi: str | None = None, *, api: str | None = "http://api.test"
    ):
        self.answers = dict(answers)
        self.asked: list[httpx.Request] = []
        self.documents = Documents(api, openapi, self.client)

    def client(self, base: str) -> APIClient:
        return APIClient(base, transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.get(str(request.url), httpx.Response(404))
        return (
            answer(request)
            if callable(answer)
            else httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)
        )

    async def look(self, known: Edition | None = None) -> Edition:
        return await self.documents.look(known)


async def read(
    answers: Mapping[str, httpx.Response], openapi: str | None = None, *, api: str | None = "http://api.test"
) -> Site:
    """The site of such an API."""
    return (await API(answers, openapi, api=api).look()).site


def found(content: bytes = DOCUMENT, headers: Mapping[str, str] | None = None) -> httpx.Response:
    return httpx.Response(200, content=content, headers={"Content-Type": "application/json", **(headers or {})})


def titled(title: str, **more: Any) -> bytes:
    return json.dumps({**document(title=title), **more}).encode()


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


@pytest.mark.parametrize(
    ("failure", "error"), [(httpx.ConnectError("refused"), Unavailable), (httpx.PoolTimeout("full"), RateLimited)]
)
async def test_an_api_that_is_not_available_is_not_one_without_a_document(
    failure: Exception, error: type[APIError]
) -> None:
    def down(_: httpx.Request) -> httpx.Response:
        raise failure

    with pytest.raises(error):
        await Documents(
            "http://api.test", None, lambda base: APIClient(base, transport=httpx.MockTransport(down))
        ).look()


async def test_a_503_along_the_way_is_an_answer() -> None:
    site = await read({"http://api.test/": httpx.Response(503), "http://api.test/openapi.json": found()})

    assert site.title == "Scripted"


# Where the API is


@pytest.mark.parametrize(
    ("servers", "expected"),
    [
        ([{"url": "https://live.test/v2"}], "https://live.test/v2"),
        ([{"url": "/v2"}], "http://docs.test/v2"),
        ([], "http://docs.test"),
        ([{"url": "http://localhost:8000/v2"}], "http://docs.test/v2"),
    ],
)
async def test_a_document_may_say_where_its_api_is(servers: list[Any], expected: str) -> None:
    answers = {"http://docs.test/x/openapi.json": found(titled("Here", servers=servers))}

    assert (await read(answers, "http://docs.test/x/openapi.json", api=None)).base_url == expected


async def test_the_base_url_that_was_given_wins() -> None:
    answers = {"http://docs.test/openapi.json": found(titled("Here", servers=[{"url": "https://live.test/v2"}]))}

    assert (await read(answers, "http://docs.test/openapi.json", api="http://api.test")).base_url == "http://api.test"


async def test_a_base_url_that_is_a_document_says_itself_where_its_api_is() -> None:
    def served(title: str) -> httpx.Response:
        return found(titled(title, servers=[{"url": "/v3"}]))

    api = API({"http://api.test/spec": served("Here")}, api="http://api.test/spec")
    edition = await api.look()
    assert edition.site.base_url == "http://api.test/v3"

    api.answers["http://api.test/spec"] = served("Changed")
    changed = await api.look(edition)
    assert (changed.site.title, changed.site.base_url) == ("Changed", "http://api.test/v3")


# In parts


async def test_parts_on_the_same_host_are_fetched_and_no_others() -> None:
    paths = {"/a": {"$ref": "parts/a.json"}, "/b": {"$ref": "http://evil.test/b.json"}}
    api = API(
        {
            "http://api.test/openapi.json": found(titled("In parts", paths=paths)),
            "http://api.test/parts/a.json": found(b'{"get": {"$ref": "deeper.json"}}'),
            "http://api.test/parts/deeper.json": found(b"{}"),
        }
    )

    edition = await api.look()

    assert "/a" in [each.path for each in edition.site.operations]
    assert any("evil.test" in problem for problem in edition.site.problems)
    assert {request.url.host for request in api.asked} == {"api.test"}

    assert await api.look(edition) is edition
    api.answers["http://api.test/parts/deeper.json"] = found(b'{"summary": "New"}')
    assert await api.look(edition) is not edition


@pytest.mark.parametrize("target", ["a\\\\b.json", "a\x00b.json", "%2e%2e/%2e%2e/b.json", "..;/b.json"])
async def test_a_part_at_no_sound_address_is_left_out(target: str) -> None:
    paths = {"/a": {"$ref": target}, "/b": {"get": {}}}
    api = API({"http://api.test/openapi.json": found(titled("In parts", paths=paths))})

    edition = await api.look()

    assert [each.path for each in edition.site.operations] == ["/b"]


async def test_parts_without_end_are_cut_off() -> None:
    def more(request: httpx.Request) -> httpx.Response:
        number = int(request.url.path.strip("/x.json"))
        return found(json.dumps({"$ref": f"/x{number + 1}.json"}).encode())

    endless = {f"http://api.test/x{number}.json": more for number in range(1000)}
    api = API({"http://api.test/openapi.json": found(titled("Long", paths={"/a": {"$ref": "/x1.json"}})), **endless})

    await api.look()

    assert len(api.asked) < 80


async def test_a_files_parts_are_files_in_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    (tmp_path / "secret.json").write_text('{"get": {"operationId": "secret"}}')
    (folder / "a.json").write_text('{"get": {"operationId": "inside"}}')
    paths = {"/a": {"$ref": "a.json"}, "/b": {"$ref": "../secret.json"}, "/c": {"$ref": "http://api.test/c.json"}}
    (folder / "openapi.json").write_bytes(titled("In parts", paths=paths))
    (folder / "link.json").symlink_to(tmp_path / "secret.json")
    api = API({}, str(folder / "openapi.json"))

    site = (await api.look()).site

    assert [each.name for each in site.operations] == ["inside"]
    assert len(site.problems) == 2
    assert api.asked == []


# Looking again


async def test_an_unchanged_document_costs_a_question_and_no_answer() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        same = request.headers.get("if-none-match") == '"1"'
        return httpx.Response(304) if same else found(headers={"ETag": '"1"'})

    api = API({"http://api.test/openapi.json": answer})
    edition = await api.look()

    assert await api.look(edition) is edition
    assert api.asked[-1].headers["if-none-match"] == '"1"'


async def test_a_document_without_an_etag_is_compared() -> None:
    api = API({"http://api.test/openapi.json": found(headers={"Last-Modified": "Sat, 21 Nov 2026 11:00:00 GMT"})})
    edition = await api.look()
    asked = len(api.asked)

    assert await api.look(edition) is edition
    assert len(api.asked) == asked + 1
    assert "if-modified-since" in api.asked[-1].headers

    api.answers["http://api.test/openapi.json"] = found(titled("Changed"))
    assert (await api.look(edition)).site.title == "Changed"


async def test_a_document_that_has_moved_is_looked_for_anew() -> None:
    api = API({"http://api.test/openapi.json": found()})
    edition = await api.look()

    del api.answers["http://api.test/openapi.json"]
    api.answers["http://api.test/docs/openapi.json"] = found(titled("Moved"))

    assert (await api.look(edition)).url == "http://api.test/docs/openapi.json"


@pytest.mark.parametrize("answer", [httpx.Response(500), httpx.Response(401), httpx.Response(200, content=b"{")])
async def test_a_document_that_breaks_is_no_new_edition(answer: httpx.Response) -> None:
    api = API({"http://api.test/openapi.json": found()})
    edition = await api.look()
    api.answers["http://api.test/openapi.json"] = answer

    with pytest.raises((DocumentError, Unavailable)):
        await api.look(edition)


async def test_a_file_is_looked_at_again_when_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "openapi.json"
    path.write_bytes(DOCUMENT)
    api = API({}, str(path))
    edition = await api.look()
    assert await api.look(edition) is edition

    os.utime(path, ns=(1, 1))
    touched = await api.look(edition)
    assert touched.routes is edition.routes

    path.write_bytes(titled("Changed"))
    assert (await api.look(touched)).site.title == "Changed"


# Without a document


async def test_an_api_without_a_document_is_known_by_its_first_answer() -> None:
    root = {"users": "http://api.test/users", "docs": "http://elsewhere.test/", "version": "1"}
    api = API({"http://api.test/": httpx.Response(200, json=root)})

    edition = await api.look()

    assert edition.bare
    assert [(view.label, view.path) for view in edition.site.views] == [("Users", "/users")]
    assert isinstance(edition.routes, OpenRoutes)
    assert "No OpenAPI document was found" in edition.site.lacks
    assert await api.look(edition) is edition

    api.answers["http://api.test/openapi.json"] = found()
    assert (await api.look(edition)).site.title == "Scripted"


async def test_a_document_that_asks_for_a_sign_in_says_so() -> None:
    edition = await API({"http://api.test/openapi.json": httpx.Response(401)}).look()

    assert edition.bare
    assert "only to those who are signed in" in edition.site.lacks


async def test_a_named_document_that_asks_for_a_sign_in_is_waited_for() -> None:
    answers = {"http://api.test/hidden.json": httpx.Response(403)}

    assert (await API(answers, "http://api.test/hidden.json").look()).bare
    with pytest.raises(DocumentError):
        await API({}, "http://api.test/hidden.json").look()


# As somebody


def for_holders_of(token: str, inside: bytes, outside: Answer) -> Callable[[httpx.Request], httpx.Response]:
    """A document for those with a token, and another answer for all others."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.headers.get("authorization") == f"Bearer {token}":
            return found(inside)
        assert isinstance(outside, httpx.Response)
        return httpx.Response(outside.status_code, headers=outside.headers, content=outside.content)

    return answer


async def test_whoever_is_signed_in_may_get_more() -> None:
    api = API({"http://api.test/openapi.json": for_holders_of("ada", titled("More"), found())})
    public = await api.look()

    ada = await api.documents.look_as(api.client("http://api.test").with_bearer("ada"), public)
    bob = await api.documents.look_as(api.client("http://api.test").with_bearer("bob"), public)

    assert ada.site.title == "More"
    assert bob is public
    assert await api.documents.look_as(api.client("http://api.test").with_bearer("ada"), public, ada) is ada


async def test_a_refused_document_is_found_by_whoever_may_have_it() -> None:
    api = API({"http://api.test/openapi.json": for_holders_of("ada", titled("More"), httpx.Response(401))})
    public = await api.look()

    ada = await api.documents.look_as(api.client("http://api.test").with_bearer("ada"), public)

    assert public.bare
    assert ada.site.title == "More"


async def test_no_credentials_leave_the_base_url() -> None:
    api = API({"http://api.test/openapi.json": found()}, api="http://api.test/v1")
    public = await api.look()
    asked = len(api.asked)

    assert await api.documents.look_as(api.client("http://api.test/v1").with_bearer("ada"), public) is public
    assert len(api.asked) == asked
