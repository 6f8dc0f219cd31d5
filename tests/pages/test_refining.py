"""What refining a list does to the address bar and the history, and how it is sorted where headings are hidden."""

import pytest

from tests.pages.library import books, library, library_api


@pytest.mark.parametrize(
    ("before", "now", "header"),
    [
        ("/books?q=t", "/books?q=te", "hx-replace-url"),
        ("/books?q=tea", "/books?q=te", "hx-replace-url"),
        ("/books?q=te&genre=", "/books?q=tea&genre=", "hx-replace-url"),
        ("/books", "/books?q=t&genre=", "hx-push-url"),
        ("/books?q=tea", "/books?q=&genre=", "hx-push-url"),
        ("/books?q=tea", "/books?q=coffee&genre=", "hx-push-url"),
        ("/books?q=te", "/books?q=tea&genre=poetry&size=", "hx-push-url"),
        ("/authors?q=te", "/books?q=tea&genre=", "hx-push-url"),
    ],
)
async def test_typing_on_changes_the_address_and_anything_else_adds_one(before: str, now: str, header: str) -> None:
    async with library(library_api({"GET /books": books(), "GET /authors": []})) as browser:
        await browser.get(before)
        part = await browser.htmx("GET", now)

    shown = {name for name in ("hx-replace-url", "hx-push-url") if name in part.headers}
    assert shown == {header}
    assert "=&" not in part.headers[header]


async def test_where_headings_are_hidden_there_is_a_list_of_orders() -> None:
    async with library(library_api({"GET /books": books()})) as browser:
        page = await browser.get("/books?sort=title")

    orders = {link.text: link.get("href") for link in page.page.all("details.order a")}
    assert orders["Title, ascending"] == "/books?sort=-title"
    assert orders["Price"] == "/books?sort=price"


async def test_times_say_that_they_are_in_utc() -> None:
    async with library(library_api({"GET /books": books()})) as browser:
        page = await browser.get("/books")

    assert page.page.one("th[title='In UTC']").text == "Created at"
    assert "In UTC." in page.main
