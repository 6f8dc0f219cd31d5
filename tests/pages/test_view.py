"""The page of any other GET."""

from typing import Any

import httpx
import pytest

from tests.pages.library import book, library, library_api
from tests.pages.workshop import NUMBER, does, workshop
from webapp.testing import FakeAPI


def asked(api: FakeAPI, path: str) -> list[Any]:
    return [dict(received.query) for received in api.requests if received.path == path]


async def test_an_object_is_shown_as_facts_and_sections_with_its_inputs_above() -> None:
    api = library_api({"GET /stats": {"loans": 12, "by_genre": [{"genre": "poetry", "loans": 3}]}})
    async with library(api) as browser:
        page = await browser.get("/stats?days=7")

    assert "12" in page.main
    assert page.page.one("section h2").text == "By genre"
    assert page.page.one("main form input[name=days]").get("value") == "7"
    assert asked(api, "/stats") == [{"days": "7"}]


async def test_an_id_that_is_asked_for_is_suggested() -> None:
    wanted = {"name": "tool_id", "in": "query", "required": True, "schema": NUMBER}
    paths = {"/wear": {"get": does("getWear", "Get wear", {"type": "object"}, None, wanted)}}
    async with workshop({"GET /wear": {"loss": 3}}, paths=paths) as (browser, _):
        empty = await browser.get("/wear")
        filled = await browser.get("/wear?tool_id=7")
        suggested = await browser.htmx("GET", "/-/choices/tools?tool_id=ham", target="filter-tool_id-list")

    for page in (empty, filled):
        assert page.page.one("main form [name=tool_id]").get("hx-get") == "/-/choices/tools"
    assert filled.page.one("main form [name=tool_id]").get("value") == "7"
    assert "Hammer" in suggested.text


async def test_a_list_of_a_known_kind_of_thing_leads_to_that_things_pages() -> None:
    async with library(library_api({"GET /featured": [book(1), book(2)]})) as browser:
        page = await browser.get("/featured?genre=poetry")

    assert page.links["Book 2"] == "/books/2"
    assert page.page.one("h1").text == "Featured"
    assert page.links["Clear all"] == "/featured"


async def test_what_needs_an_input_asks_for_it_and_not_the_api() -> None:
    api = library_api({"GET /report": {"sum": 3}})
    async with library(api) as browser:
        page = await browser.get("/report")
        filled = await browser.submit("main form", year="2026")

    assert "Fill in Year" in page.main
    assert filled.url == "/report?year=2026"
    assert "Sum" in filled.main
    assert asked(api, "/report") == [{"year": "2026"}]


@pytest.mark.parametrize(
    ("complaint", "said"),
    [
        ({"detail": [{"loc": ["query", "year"], "msg": "too early", "type": "x"}]}, "too early"),
        ({"detail": "No such year."}, "No such year."),
    ],
)
async def test_a_refused_input_is_shown_with_the_complaint(complaint: Any, said: str) -> None:
    async with library(library_api({"GET /report": (422, complaint)})) as browser:
        page = await browser.get("/report?year=1")

    assert page.status == 422
    assert said in page.main
    assert page.page.one("input[name=year]").get("value") == "1"


async def test_a_refusal_without_any_input_is_an_error_page() -> None:
    async with library(library_api({"GET /stats": (400, {"detail": "Not today."})})) as browser:
        page = await browser.get("/stats")

    assert page.status == 400
    assert page.page.find("main form input[name=days]") is None


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/feed", "Connecting"),
        ("/ticker", "Connecting"),
        ("/auth/oauth/google/callback", "signing in"),
    ],
)
async def test_what_is_no_page_is_not_even_asked_for(path: str, said: str) -> None:
    api = library_api({})
    async with library(api) as browser:
        page = await browser.get(path)

    assert page.status == 200
    assert said in page.main
    assert asked(api, path) == []


async def test_markup_is_shown_as_its_source() -> None:
    answer = httpx.Response(200, headers={"Content-Type": "text/html"}, content=b"<h1>Terms</h1><script>x()</script>")
    async with library(library_api({"GET /terms": answer})) as browser:
        page = await browser.get("/terms")

    assert "<h1>Terms</h1>" in page.page.one("pre").raw_text
    scripts = [script for script in page.page.all("script") if script.get("type") != "speculationrules"]
    assert [script for script in scripts if not script.get("src").startswith("/-/static/")] == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (httpx.Response(204), "without any content"),
        (httpx.Response(200, json={}), "nothing in it"),
        (httpx.Response(200, json=[]), "Nothing here yet"),
        (httpx.Response(200, json=["one", "two"]), "two"),
        (httpx.Response(200, headers={"Content-Type": "application/json"}, content=b"null"), "null"),
        (httpx.Response(200, json="a word"), "a word"),
        (httpx.Response(200, headers={"Content-Type": "application/pdf"}, content=b"%PDF-1"), "application/pdf · 6"),
        (httpx.Response(200, headers={"Content-Type": "text/plain"}, content=b"x" * 70_000), "…"),
    ],
)
async def test_any_answer_is_shown_as_what_it_is(answer: httpx.Response, said: str) -> None:
    async with library(library_api({"GET /anything": answer})) as browser:
        page = await browser.get("/anything")

    assert page.status == 200
    assert said in page.main


async def test_an_attachment_is_named_and_can_be_saved() -> None:
    headers = {"Content-Type": "text/csv", "Content-Disposition": 'attachment; filename="all.csv"'}
    answer = httpx.Response(200, headers=headers, content=b"a,b\n1,2\n")
    async with library(library_api({"GET /anything": answer})) as browser:
        page = await browser.get("/anything")

    assert "all.csv" in page.main
    assert page.links["Download"] == "/-/files/anything"


async def test_a_number_is_shown_as_text() -> None:
    async with library(library_api({"GET /count": 42})) as browser:
        page = await browser.get("/count")

    assert page.page.one("pre").text == "42"


async def test_an_error_of_the_api_is_an_error_page() -> None:
    async with library(library_api({"GET /stats": (500, {})})) as browser:
        page = await browser.get("/stats")

    assert page.status == 502


async def test_htmx_is_told_the_address_without_empty_inputs() -> None:
    async with library(library_api({"GET /stats": {"loans": 1}})) as browser:
        await browser.get("/stats")
        part = await browser.htmx("GET", "/stats?days=", target="body")

    assert part.hx_url == "/stats"


async def test_what_says_it_is_json_and_is_not_is_shown_as_it_is_but_for_its_secrets() -> None:
    content = b'{"name": "Ada", "api_token": "hunter2",}'
    answer = httpx.Response(200, headers={"Content-Type": "application/json"}, content=content)
    async with library(library_api({"GET /anything": answer})) as browser:
        page = await browser.get("/anything")

    assert page.status == 502
    assert "isn't the JSON it says it is" in page.main
    assert "Ada" in page.page.one("main pre").text
    assert "hunter2" not in page.text


async def test_lines_of_json_that_say_they_are_json_are_shown_line_by_line() -> None:
    content = b'{"n": 1}\n{"n": 2, "password": "hunter2"}\n'
    answer = httpx.Response(200, headers={"Content-Type": "application/json"}, content=content)
    async with library(library_api({"GET /anything": answer})) as browser:
        page = await browser.get("/anything")

    assert '{"n": 1}' in page.page.one("main pre").text
    assert "hunter2" not in page.text
