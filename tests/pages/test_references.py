"""Names instead of ids: where they come from, how many are asked for, and what happens without them."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx

from tests.pages.house import demo_browser
from tests.pages.library import AUTHOR, DOCUMENT, asked, book, get, library, library_api, query, ref
from webapp.openapi.site import Resource
from webapp.pages.references import CALLS, Names, name_in
from webapp.testing import FakeAPI, Received

AUTHORS = [{"id": number, "name": f"Author {number}"} for number in range(1, 60)]


def shelf(*authors: Any, **values: Any) -> dict[str, Any]:
    """A page of books by these authors."""
    rows = [book(number, author_id=author, **values) for number, author in enumerate(authors, 1)]
    return {"items": rows, "total": len(rows)}


def paths_of(api: FakeAPI) -> list[str]:
    """What was asked for beside the list."""
    return [each.path for each in api.requests if each.path.startswith("/authors")]


async def test_an_id_is_shown_as_a_name_that_leads_there_with_the_id_at_hand() -> None:
    api = library_api({"GET /books": shelf(7, 7, 8), "GET /authors/7": {"id": 7, "name": "Ann Ash"}})
    async with library(api) as browser:
        page = await browser.get("/books")

    assert page.links["Ann Ash"] == "/authors/7"
    assert page.links["8"] == "/authors/8"
    assert sorted(paths_of(api)) == ["/authors/7", "/authors/8"]


async def test_what_the_answer_holds_itself_is_not_asked_for() -> None:
    rows = {"items": [book(1, author={"id": 7, "name": "Ann Ash"}), book(2, author_id=8, author_name="Bob Oak")]}
    api = library_api({"GET /books": rows})
    async with library(api) as browser:
        page = await browser.get("/books?columns=title,author_id")

    assert page.links["Ann Ash"] == "/authors/7"
    assert page.links["Bob Oak"] == "/authors/8"
    assert paths_of(api) == []


async def test_an_embedded_object_that_is_another_thing_lends_nobody_its_name() -> None:
    rows = {"items": [book(1, author={"id": 9, "name": "Somebody else"})]}
    async with library(library_api({"GET /books": rows})) as browser:
        page = await browser.get("/books?columns=title,author_id")

    assert page.links["7"] == "/authors/7"


async def test_of_many_things_their_list_is_asked_for_once() -> None:
    api = library_api({"GET /books": shelf(*range(1, 21)), "GET /authors": AUTHORS})
    async with library(api) as browser:
        page = await browser.get("/books")

    assert page.links["Author 20"] == "/authors/20"
    assert paths_of(api) == ["/authors"]


async def test_of_a_list_in_pages_two_are_asked_for_side_by_side() -> None:
    number = {"type": "integer", "default": 1}
    paged = get(
        {"type": "array", "items": ref("Author")}, query("page", number), query("size", {**number, "maximum": 30})
    )

    def authors(received: Received) -> Any:
        return AUTHORS[30:] if received.query.get("page") == "2" else AUTHORS[:30]

    api = _with_list(paged, shelf(*range(20, 41)))
    api.answers["GET /authors"] = authors
    async with library(api) as browser:
        page = await browser.get("/books")

    assert {"Author 20", "Author 40"} <= set(page.links)
    queries = [dict(each.query) for each in api.requests if each.path == "/authors"]
    assert queries == [{"size": "30"}, {"size": "30", "page": "2"}]


async def test_a_list_that_takes_ids_is_asked_for_just_those() -> None:
    ids = query("ids", {"type": "array", "items": {"type": "integer"}}, explode=False)
    api = _with_list(get({"type": "array", "items": ref("Author")}, ids), shelf(7, 8, 9, 10, 11, 12))
    api.answers["GET /authors"] = AUTHORS[6:12]
    async with library(api) as browser:
        page = await browser.get("/books")

    assert asked(api, "/authors") == {"ids": "7,8,9,10,11,12"}
    assert page.links["Author 12"] == "/authors/12"


async def test_no_page_makes_more_calls_than_it_may() -> None:
    needy = get({"type": "array", "items": ref("Author")}, query("shop", required=True))
    api = _with_list(needy, shelf(*range(1, 26)))
    api.answers["GET /authors/{author_id}"] = lambda received: {"id": 1, "name": f"Author {received.params}"}
    async with library(api) as browser:
        page = await browser.get("/books")

    assert page.status == 200
    assert len(paths_of(api)) == CALLS


async def test_all_names_are_asked_for_at_the_same_time() -> None:
    waiting = asyncio.Barrier(3)

    async def author(received: Received) -> Any:
        async with asyncio.timeout(10):
            await waiting.wait()
        return {"id": 1, "name": f"Author {received.params['author_id']}"}

    api = library_api({"GET /books": shelf(1, 2, 3), "GET /authors/{author_id}": author})
    async with library(api) as browser:
        page = await browser.get("/books")

    assert {"Author 1", "Author 2", "Author 3"} <= set(page.links)


async def test_names_that_do_not_come_or_come_as_nonsense_leave_the_ids() -> None:
    def author(received: Received) -> Any:
        answers: Mapping[str, Any] = {"1": (500, {}), "2": [1, 2], "3": httpx.ConnectError("down"), "4": {"id": 4}}
        return answers[received.params["author_id"]]

    api = library_api({"GET /books": shelf(1, 2, 3, 4), "GET /authors/{author_id}": author})
    async with library(api) as browser:
        page = await browser.get("/books")

    assert page.status == 200
    assert {"1", "2", "3", "4"} <= set(page.links)


async def test_a_page_does_not_wait_for_a_name_that_never_comes() -> None:
    async def never(_: Received) -> Any:
        await asyncio.Event().wait()

    api = library_api({"GET /books": shelf(1), "GET /authors/{author_id}": never})
    async with library(api) as browser, asyncio.timeout(8):
        page = await browser.get("/books")

    assert page.links["1"] == "/authors/1"


async def test_a_session_that_ends_with_a_name_is_over() -> None:
    api = FakeAPI({"GET /books": shelf(1)}, document=_secured())
    async with library(api) as browser:
        await browser.sign_in()

        def end(_: Received) -> Any:
            api.end_sessions()
            return (401, {"detail": "Not authenticated"})

        api.answers["GET /authors/{author_id}"] = end
        page = await browser.get("/books")

    assert page.url.startswith("/login")


async def test_only_columns_that_are_shown_get_names() -> None:
    api = library_api({"GET /books": shelf(1, 2)})
    async with library(api) as browser:
        await browser.get("/books?columns=title,genre")

    assert paths_of(api) == []


async def test_an_item_has_names_too_also_in_its_parts() -> None:
    nested = book(1, author_id=7, editions=[{"name": "First", "author_id": 8}])
    api = library_api({"GET /books/1": nested, "GET /authors": AUTHORS[:1]})
    api.answers["GET /authors/{author_id}"] = lambda received: {"name": f"Author {received.params['author_id']}"}
    async with library(api) as browser:
        page = await browser.get("/books/1")

    facts = {fact.one("dt").text: fact.one("dd").text for fact in page.page.all(".facts div") if fact.find("dt")}
    assert facts["Author"] == "Author 7 7"
    assert page.links["Author 8"] == "/authors/8"


async def test_the_demo_s_issues_name_projects_and_people() -> None:
    async with demo_browser() as browser:
        await browser.sign_in("demo@example.com", "demo-pass-123")
        page = await browser.get("/issues?columns=title,project_id,assignee_id,reporter_id")

    named = [cell.text for cell in page.page.all("td.k-reference")]
    assert named
    assert not any(text.isdecimal() for text in named)


def test_several_ids_are_named_together_and_unknown_ones_stay() -> None:
    names = Names({"author_ids": "authors"}, {("authors", "1"): "Ann"})

    assert names("author_ids", [1, 2]) == "Ann, 2"
    assert names("author_ids", [2]) is None
    assert names("author_ids", True) is None
    assert names("other", 1) is None


def test_a_thing_without_a_name_has_none() -> None:
    authors = Resource("authors", "Authors", "Author", "", "/authors", title_field="pen")

    assert name_in(authors, {"pen": "Oak", "name": "Ann"}) == "Oak"
    assert name_in(authors, {"pen": " ", "name": "Ann"}) == "Ann"
    assert name_in(authors, {"id": 1}) == ""
    assert name_in(authors, "Ann") == ""


def _with_list(authors: Any, answer: Any) -> FakeAPI:
    paths = {**DOCUMENT["paths"], "/authors": authors}
    return FakeAPI({"GET /books": answer}, accounts=None, document={**DOCUMENT, "paths": paths})


def _secured() -> dict[str, Any]:
    from tests.pages.house import document

    signed = document(paths=DOCUMENT["paths"])
    schemas = {**DOCUMENT["components"]["schemas"], "Author": AUTHOR}
    return {**signed, "components": {**signed["components"], "schemas": schemas}}
