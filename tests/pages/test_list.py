"""The page of a list: its rows, and what the address and the filters make of them."""

from typing import Any

import pytest

from tests.pages.library import DOCUMENT, asked, book, books, get, library, library_api, listed, place, query, ref
from webapp.pages.listview import MOST_ROWS
from webapp.testing import FakeAPI, Received


async def test_a_list_shows_its_rows_each_leading_to_its_own_page() -> None:
    async with library(library_api({"GET /books": books(2)})) as browser:
        page = await browser.get("/books")

    assert page.status == 200
    assert page.links["Book 1"] == "/books/1"
    assert page.page.one("h1").text == "Books"
    assert page.page.one("tr#books-2")
    assert page.page.all("thead th")[0].text == "Title"


async def test_a_field_with_another_things_id_leads_there() -> None:
    async with library(library_api({"GET /books": books(1)})) as browser:
        page = await browser.get("/books")

    assert page.links["7"] == "/authors/7"


async def test_an_embedded_object_is_shown_by_its_name_and_leads_to_its_page() -> None:
    rows = {"items": [book(1, author={"id": 9, "name": "Ann Ash"})], "total": 1}
    async with library(library_api({"GET /books": rows})) as browser:
        page = await browser.get("/books")

    assert page.links["Ann Ash"] == "/authors/9"


async def test_secrets_are_nowhere_on_the_page() -> None:
    answer = {"items": [book(1, api_key="k-123", extra={"password": "hunter2"})], "total": 1}
    async with library(library_api({"GET /books": answer})) as browser:
        page = await browser.get("/books")

    assert "Book 1" in page.text
    for secret in ("open sesame", "k-123", "hunter2"):
        assert secret not in page.text


async def test_long_texts_and_nested_lists_do_not_become_columns() -> None:
    async with library(library_api({"GET /books": books(2)})) as browser:
        page = await browser.get("/books")

    headings = [cell.text for cell in page.page.all("thead th")]
    assert "Blurb" not in headings
    assert "Genre" in headings
    assert len(headings) <= 8


async def test_every_declared_parameter_is_passed_on_and_nothing_else() -> None:
    api = library_api({"GET /books": books(1)})
    async with library(api) as browser:
        await browser.get("/books?genre=poetry&sort=-title&page=2&utm_source=mail")

    assert asked(api, "/books") == {"genre": "poetry", "sort": "-title", "page": "2", "size": "25"}


async def test_where_the_document_declares_nothing_everything_is_passed_on() -> None:
    api = library_api({"GET /authors": [{"id": 1, "name": "Ann"}]})
    async with library(api) as browser:
        await browser.get("/authors?whatever=1")

    assert asked(api, "/authors") == {"whatever": "1"}


async def test_twenty_five_rows_are_asked_for_where_the_api_would_give_too_few() -> None:
    api = library_api({"GET /books": books(25, total=100)})
    async with library(api) as browser:
        page = await browser.get("/books")

    assert asked(api, "/books")["size"] == "25"
    assert "size=25" not in page.page.one("a[rel=next]").get("href")


async def test_a_form_s_empty_fields_lead_to_the_address_without_them() -> None:
    async with library(library_api({"GET /books": books(1)})) as browser:
        page = await browser.get("/books?q=&genre=poetry&price_min=")

    assert page.url == "/books?genre=poetry"
    assert [each.status for each in page.history] == [303]


async def test_htmx_is_told_the_address_without_empty_fields_and_gets_the_list_alone() -> None:
    async with library(library_api({"GET /books": books(1)})) as browser:
        await browser.get("/books")
        part = await browser.htmx("GET", "/books?q=&genre=poetry", target="list")

    assert part.status == 200
    assert part.hx_url == "/books?genre=poetry"
    assert "<h1" not in part.text
    assert "Book 1" in part.text


async def test_filters_in_force_are_shown_each_with_a_way_to_take_it_off() -> None:
    async with library(library_api({"GET /books": books(1)})) as browser:
        page = await browser.get("/books?q=tea&genre=poetry&in_stock=true&sort=title&page=2")

    chips = {chip.text.split(":")[0]: chip.one("a").get("href") for chip in page.page.all("li.chip")}
    assert chips == {
        "Search": "/books?genre=poetry&in_stock=true&sort=title",
        "Genre": "/books?q=tea&in_stock=true&sort=title",
        "In stock": "/books?q=tea&genre=poetry&sort=title",
    }
    assert page.links["Clear all"] == "/books?sort=title"


async def test_the_form_carries_the_order_along_but_not_the_page() -> None:
    async with library(library_api({"GET /books": books(1)})) as browser:
        page = await browser.get("/books?sort=title&page=2&size=50")

    hidden = {each.get("name"): each.get("value") for each in page.page.all("input[type=hidden][form=filters]")}
    assert hidden == {"sort": "title", "size": "50"}


async def test_what_the_api_has_against_a_filter_is_said_at_its_control_and_the_way_out_stays() -> None:
    complaint = {"detail": [{"loc": ["query", "price_min"], "msg": "must be a number", "type": "float"}]}
    async with library(library_api({"GET /books": (422, complaint)})) as browser:
        page = await browser.get("/books?price_min=cheap")

    assert page.status == 422
    assert page.page.one("input[name=price_min]").get("aria-invalid") == "true"
    assert page.page.one("input[name=price_min]").get("value") == "cheap"
    assert "must be a number" in page.main
    assert page.links["Clear all"] == "/books"


async def test_a_filter_refused_in_place_says_so_where_the_rows_were() -> None:
    complaint = {"detail": [{"loc": ["query", "price_min"], "msg": "must be a number", "type": "float"}]}
    async with library(library_api({"GET /books": (422, complaint)})) as browser:
        await browser.get("/books?price_min=cheap")
        part = await browser.htmx("GET", "/books?price_min=cheap")

    assert part.status == 422
    assert "must be a number" in part.page.one("[role=alert]").text
    assert "Nothing matches" not in part.text


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((400, {"detail": "Unknown order."}), "Unknown order."),
        ((422, {"detail": [{"loc": ["query", "page"], "msg": "too large", "type": "x"}]}), "Page: too large"),
        ((400, {}), "make sense"),
    ],
)
async def test_a_complaint_that_no_control_stands_for_is_said_above_the_list(answer: Any, said: str) -> None:
    async with library(library_api({"GET /books": answer})) as browser:
        page = await browser.get("/books?sort=nothing&page=9")

    assert page.status == 422
    assert said in page.main
    assert page.links["Show the list from its beginning"] == "/books"


async def test_a_list_that_is_refused_without_any_filter_is_an_error_page() -> None:
    async with library(library_api({"GET /books": (400, {"detail": "No."})})) as browser:
        page = await browser.get("/books")

    assert page.status == 400
    assert page.page.find("#list") is None


async def test_times_are_sent_as_rfc_3339_and_lists_of_values_in_one() -> None:
    api = library_api({"GET /books": books(1)})
    async with library(api) as browser:
        page = await browser.get("/books?seen_after=2026-11-21T14:05&shelf=a&shelf=b")

    assert asked(api, "/books")["seen_after"] == "2026-11-21T14:05:00Z"
    assert asked(api, "/books")["shelf"] == "a,b"
    assert page.page.one("input[name=seen_after]").get("value") == "2026-11-21T14:05"


async def test_a_list_without_a_schema_is_shown_from_its_rows() -> None:
    rows = [{"name": "One", "size": 1}, {"name": "Two", "colour": "#09f"}]
    async with library(library_api({"GET /anything": rows})) as browser:
        page = await browser.get("/anything")

    assert [cell.text for cell in page.page.all("thead th")] == ["Name", "Size", "Colour"]


async def test_a_list_that_turns_out_to_be_none_is_shown_as_what_it_is() -> None:
    async with library(library_api({"GET /authors": {"state": "closed for today"}})) as browser:
        page = await browser.get("/authors")

    assert page.status == 200
    assert "closed for today" in page.main
    assert page.page.find("#list") is None


async def test_an_empty_list_says_so() -> None:
    async with library(library_api({"GET /books": books(0)})) as browser:
        page = await browser.get("/books")

    assert "Nothing here yet" in page.main


async def test_the_list_under_an_item_knows_where_it_lies_and_does_not_repeat_it() -> None:
    rows = [{"id": 3, "book_id": 1, "reader": "Ann"}, {"id": 4, "book_id": 1, "reader": "Bob"}]
    async with library(library_api({"GET /books/1/loans": rows})) as browser:
        page = await browser.get("/books/1/loans")

    assert "Book ID" not in [cell.text for cell in page.page.all("thead th")]
    assert page.links["Books"] == "/books"
    assert page.links["Book 1"] == "/books/1"


async def test_pages_without_numbers_lead_on_and_back_to_the_beginning() -> None:
    def events(received: Received) -> Any:
        later = "cursor" in received.query
        rows = [{"id": 3 if later else 1, "name": "Later" if later else "First"}]
        return {"items": rows, "next_cursor": None if later else "abc"}

    async with library(library_api({"GET /events": events})) as browser:
        first = await browser.get("/events")
        second = await browser.get(first.page.one("a[rel=next]").get("href"))

    assert "Later" in second.main
    assert second.url == "/events?cursor=abc"
    assert second.links["« First page"] == "/events"
    assert "« First page" not in first.links


async def test_a_next_page_that_the_api_links_to_by_a_parameter_nobody_declared_works() -> None:
    def authors(received: Received) -> Any:
        if received.query.get("page") == "2":
            return {"data": [{"id": 2, "name": "Zoe"}], "links": {"prev": "http://api/authors?page=1"}}
        return {"data": [{"id": 1, "name": "Ann"}], "links": {"next": "http://api/authors?page=2"}}

    async with library(library_api({"GET /authors": authors})) as browser:
        first = await browser.get("/authors")
        page = await browser.get(first.page.one("a[rel=next]").get("href"))

    assert "Zoe" in page.main


async def test_every_link_respects_the_path_the_app_is_mounted_under() -> None:
    async with library(library_api({"GET /books": books(25, total=90)}), under="/shop") as browser:
        page = await browser.get("/shop/books?genre=poetry")

    ours = [link for link in page.links.values() if link.startswith("/")]
    assert page.status == 200
    assert ours
    assert all(link.startswith("/shop/") for link in ours)


async def test_headings_sort_by_what_the_api_declares_and_back_again() -> None:
    async with library(library_api({"GET /books": books(1)})) as browser:
        page = await browser.get("/books?page=3")
        sorted_page = await browser.get("/books?sort=title")

    assert page.links["Title"] == "/books?sort=title"
    assert sorted_page.links["Title"] == "/books?sort=-title"
    assert sorted_page.page.one("th[aria-sort=ascending]").text == "Title"
    assert "Genre" not in page.links


async def test_a_list_that_needs_an_input_asks_for_it_first() -> None:
    needy = get(listed(ref("Book")), query("shop", required=True), query("page", {"type": "integer"}))
    document = {**DOCUMENT, "paths": {"/stock": needy, "/stock/{id}": DOCUMENT["paths"]["/books/{book_id}"]}}
    api = FakeAPI({"GET /stock": books(1)}, accounts=None, document=document)
    async with library(api) as browser:
        page = await browser.get("/stock")
        answered = await browser.submit("main form", shop="north")

    assert "Fill in Shop" in page.main
    assert "Book 1" in answered.main
    assert [asked.query for asked in api.requests if asked.path == "/stock"] == [{"shop": "north"}]


async def test_the_item_above_is_not_repeated_under_another_name_either() -> None:
    member = {"type": "object", "properties": {"author_id": {"type": "integer"}, "pen_name": {"type": "string"}}}
    paths = {
        "/authors": DOCUMENT["paths"]["/authors"],
        "/authors/{person}": get(ref("Author"), place("person")),
        "/authors/{person}/names": get({"type": "array", "items": member}, place("person")),
    }
    names = [{"author_id": 3, "pen_name": "Oak"}, {"author_id": 3, "pen_name": "Elm"}]
    api = FakeAPI({"GET /authors/3/names": names}, accounts=None, document={**DOCUMENT, "paths": paths})
    async with library(api) as browser:
        page = await browser.get("/authors/3/names")

    assert [cell.text for cell in page.page.all("thead th")] == ["Pen name"]


async def test_decimals_that_an_api_writes_as_texts_stand_as_numbers_with_every_digit() -> None:
    price = {"type": "string", "pattern": r"^(?!^[-+.]*$)[+-]?0*\d*\.?\d*$"}
    row = {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}, "price": price}}
    document = {**DOCUMENT, "paths": {"/prices": get({"type": "array", "items": row})}}
    answer = [{"id": 1, "name": "Lamp", "price": "1234.50000"}, {"id": 2, "name": "Pen", "price": "on request"}]
    async with library(FakeAPI({"GET /prices": answer}, accounts=None, document=document)) as browser:
        page = await browser.get("/prices")

    assert [cell.text for cell in page.page.all("td.k-number")] == ["1 234.50000", "on request"]


async def test_of_more_rows_than_anybody_reads_the_first_are_shown_and_all_are_in_the_files() -> None:
    authors = [{"id": number, "name": f"Author {number}"} for number in range(1, MOST_ROWS + 1235)]
    async with library(library_api({"GET /authors": authors})) as browser:
        page = await browser.get("/authors")
        file = await browser.fetch("GET", page.links["CSV"])

    assert len(page.page.all("tbody tr")) == MOST_ROWS
    assert page.page.one(".extent").text == "3 234 in all"
    assert "1 234 more not shown. The files below hold all of them." in page.main
    assert file.text.count("Author ") == 3234


async def test_how_many_rows_a_page_leaves_out_is_said_beside_which_page_it_is() -> None:
    async with library(library_api({"GET /books": books(MOST_ROWS + 1, total=9000, size=MOST_ROWS + 1)})) as browser:
        page = await browser.get(f"/books?size={MOST_ROWS + 1}")

    assert page.page.one(".extent").text.endswith("2 001 of 9 000")
    assert "1 more not shown. Filters make them fewer; the files below hold all of them." in page.main
