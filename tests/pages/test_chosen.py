"""Which columns a list shows, where somebody has chosen."""

from tests.pages.library import DOCUMENT, asked, books, get, library, library_api, listed, query, ref
from webapp.pages.chosen import joined
from webapp.testing import Answer, FakeAPI


def headings(page: Answer) -> list[str]:
    """What stands above the columns."""
    return [cell.text for cell in page.page.all("thead th")]


async def test_the_columns_asked_for_are_shown_in_that_order_and_the_api_does_not_hear_of_it() -> None:
    api = library_api({"GET /books": books(2)})
    async with library(api) as browser:
        page = await browser.get("/books?columns=price,title,nonsense,lock_code")

    assert headings(page) == ["Price", "Title"]
    assert page.links["9.5"] == "/books/1"
    assert "columns" not in asked(api, "/books")


async def test_every_column_can_be_had_but_secrets() -> None:
    async with library(library_api({"GET /books": books(1)})) as browser:
        page = await browser.get("/books?columns=*")

    assert {"Blurb", "ID", "Tags"} <= set(headings(page))
    assert "Lock code" not in headings(page)


async def test_a_choice_of_nothing_that_is_there_is_none() -> None:
    async with library(library_api({"GET /books": books(1)})) as browser:
        chosen = await browser.get("/books?columns=nonsense")
        own = await browser.get("/books")

    assert headings(chosen) == headings(own)


async def test_the_choice_is_kept_by_filters_orders_and_pages() -> None:
    async with library(library_api({"GET /books": books(25, total=100)})) as browser:
        page = await browser.get("/books?columns=title,genre&q=tea")
        found = await browser.submit("#filters", q="oak")

    assert page.links["Title"] == "/books?q=tea&columns=title%2Cgenre&sort=title"
    assert "columns=title%2Cgenre" in page.page.one("a[rel=next]").get("href")
    assert found.url == "/books?q=oak&columns=title%2Cgenre"


async def test_the_menu_works_without_javascript_and_keeps_the_rest_of_the_question() -> None:
    async with library(library_api({"GET /books": books(1)})) as browser:
        await browser.get("/books?q=tea&sort=title")
        page = await browser.click("Columns")
        ticked = [
            each.get("value") for each in page.page.all("#columns input[type=checkbox]") if "checked" in each.attributes
        ]
        chosen = await browser.submit("#columns", columns=["title", "price"])

    assert ticked[0] == "title"
    assert headings(chosen) == ["Title", "Price"]
    assert chosen.page.one("#search").get("value") == "tea"
    assert chosen.page.one("th[aria-sort=ascending]").text == "Title"
    assert chosen.links["As before"] == "/books?q=tea&sort=title"


async def test_a_parameter_of_that_name_that_is_the_api_s_own_is_left_to_it() -> None:
    own = get(listed(ref("Book")), query("columns"), query("page", {"type": "integer"}))
    api = FakeAPI({"GET /books": books(1)}, accounts=None, document={**DOCUMENT, "paths": {"/books": own}})
    async with library(api) as browser:
        page = await browser.get("/books?columns=title")

    assert asked(api, "/books")["columns"] == "title"
    assert len(headings(page)) > 2
    assert page.page.find("#columns") is None


async def test_rows_that_are_no_objects_leave_no_choice() -> None:
    async with library(library_api({"GET /anything": ["a", "b"]})) as browser:
        page = await browser.get("/anything?columns=x")

    assert page.page.find("#columns") is None


def test_a_form_s_many_values_become_one() -> None:
    assert joined((("columns", "a,b"), ("q", "x"), ("columns", "b"), ("columns", " c "))) == (
        ("q", "x"),
        ("columns", "a,b,c"),
    )
    assert joined((("columns", " , "), ("q", "x"))) == (("q", "x"),)
