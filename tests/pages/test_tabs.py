"""The tabs of an item, on its own page and on those below it."""

from typing import Any

import pytest

from tests.pages.library import DOCUMENT, NUMBER, book, get, library, library_api, place, query, ref
from webapp import create_app
from webapp.testing import Answer, Browser, FakeAPI

LOANS = [{"id": 1, "reader": "Ada"}]


def tabs(page: Answer) -> dict[str, str | None]:
    return {link.text: link.get("href") for link in page.page.all("nav.tabs a")}


def current(page: Answer) -> list[str]:
    return [link.text for link in page.page.all("nav.tabs a[aria-current]")]


async def test_they_are_the_same_on_the_item_and_on_what_lies_below_it() -> None:
    api = library_api({"GET /books/1": book(1), "GET /books/1/loans": LOANS})
    async with library(api) as browser:
        item = await browser.get("/books/1")
        below = await browser.get("/books/1/loans")

    assert tabs(item) == {"Overview": "/books/1", "Loans": "/books/1/loans", "Cover": "/books/1/cover"}
    assert tabs(below) == tabs(item)
    assert current(item) == ["Overview"]
    assert current(below) == ["Loans"]


async def test_a_view_below_an_item_has_them_too() -> None:
    paths = {
        **DOCUMENT["paths"],
        "/books/{id}/stats": get({"type": "object"}, place("id"), summary="Get statistics of a book"),
    }
    api = FakeAPI({"GET /books/1/stats": {"lent": 3}}, accounts=None, document={**DOCUMENT, "paths": paths})
    async with library(api) as browser:
        page = await browser.get("/books/1/stats")

    assert current(page) == ["Statistics"]
    assert page.page.one("h1").text == "Statistics of a book"


async def test_an_item_below_that_no_list_leads_to_is_opened_by_its_id() -> None:
    notes = {
        "get": get(ref("Author"), place("book_id"), place("note_id"))["get"],
        "patch": {"responses": {"200": {"description": "OK"}}, "operationId": "change_note"},
    }
    paths = {**DOCUMENT["paths"], "/books/{book_id}/notes/{note_id}": notes}
    api = FakeAPI({"GET /books/1": book(1)}, accounts=None, document={**DOCUMENT, "paths": paths})
    async with library(api) as browser:
        page = await browser.get("/books/1")
        form = await browser.get(tabs(page)["Open note by ID"] or "")

    assert form.status == 200
    assert "book_id=1" in form.url


@pytest.mark.parametrize(
    ("summary", "tab"),
    [
        ("Logo of a project", "Logo"),
        ("Get the project's logo", "Logo"),
        ("Project logo", "Logo"),
        ("Export for this project", "Export"),
        ("Projections", "Projections"),
    ],
)
async def test_a_tab_doesnt_say_whose_it_is(summary: str, tab: str) -> None:
    paths = {
        "/projects": {"get": {"responses": {}}},
        "/projects/{id}": {"get": {"responses": {}}},
        "/projects/{id}/logo": {"get": {"summary": summary, "responses": {}}},
    }
    document = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths}
    api = FakeAPI({"GET /projects/7": {"id": 7}, "GET /projects": []}, accounts=None, document=document)

    async with Browser(create_app("http://api", transport=api.transport)) as browser:
        page = await browser.get("/projects/7")

    assert tabs(page)[tab] == "/projects/7/logo"


async def test_a_list_that_lies_under_nothing_has_none() -> None:
    async with library(library_api({"GET /authors": [], "GET /authors/7": {"id": 7, "name": "Ann"}})) as browser:
        listed = await browser.get("/authors")
        alone = await browser.get("/authors/7")

    assert tabs(listed) == {}
    assert tabs(alone) == {}


async def test_a_list_elsewhere_that_can_show_what_is_the_items_is_a_tab() -> None:
    books = get({"type": "array", "items": ref("Book")}, query("author_id", NUMBER))
    paths = {**DOCUMENT["paths"], "/books": books}
    api = FakeAPI({"GET /authors/7": {"id": 7, "name": "Ann"}}, accounts=None, document={**DOCUMENT, "paths": paths})
    async with library(api) as browser:
        page = await browser.get("/authors/7")

    assert tabs(page) == {"Overview": "/authors/7", "Books": "/books?author_id=7"}


SETTINGS: dict[str, Any] = {
    "/settings": {
        "get": get({"type": "object", "properties": {"name": {"type": "string"}}})["get"],
        "put": {"responses": {"200": {"description": "OK"}}},
    }
}


async def test_a_thing_there_is_one_of_is_called_what_it_is() -> None:
    document = {**DOCUMENT, "paths": SETTINGS}
    api = FakeAPI({"GET /settings": {"name": "Tracker"}}, accounts=None, document=document)
    async with library(api) as browser:
        page = await browser.get("/settings")

    assert page.page.one("h1").text == "Settings"
    assert "Tracker" in page.main
    assert tabs(page) == {}
