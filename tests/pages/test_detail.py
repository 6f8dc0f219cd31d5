"""The page of one item."""

import pytest

from tests.pages.library import DOCUMENT, book, get, library, library_api, listed, place, query, ref
from webapp.testing import FakeAPI


async def test_an_item_shows_its_values_under_its_name() -> None:
    async with library(library_api({"GET /books/1": book(1, author={"id": 7, "name": "Ann Ash"})})) as browser:
        page = await browser.get("/books/1")

    facts = {fact.one("dt").text: fact.one("dd").text for fact in page.page.all(".facts div") if fact.find("dt")}
    assert page.page.one("h1").text == "Book 1"
    assert "Title" not in facts
    assert facts["Genre"] == "Fiction"
    assert facts["Price"].startswith("9.5")
    assert "In euros." in facts["Price"]
    assert list(facts)[-1] == "Created at"
    assert facts["Author"] == "Ann Ash 7"
    assert page.links["Ann Ash"] == "/authors/7"


async def test_a_field_that_happens_to_hold_what_the_item_is_called_is_shown_as_any_other() -> None:
    async with library(library_api({"GET /books/1": book(1, title="Emma", heroine="Emma")})) as browser:
        page = await browser.get("/books/1")

    facts = {fact.one("dt").text: fact.one("dd").text for fact in page.page.all(".facts div") if fact.find("dt")}
    assert facts["Heroine"] == "Emma"
    assert "Title" not in facts


async def test_the_way_down_is_shown_and_what_lies_under_the_item_is_linked() -> None:
    async with library(library_api({"GET /books/1": book(1)})) as browser:
        page = await browser.get("/books/1")

    assert page.links["Home"] == "/"
    assert page.links["Books"] == "/books"
    assert page.links["Loans"] == "/books/1/loans"
    assert page.links["Cover"] == "/books/1/cover"


async def test_nested_parts_become_sections_of_facts_or_small_tables() -> None:
    address = {"city": "Bern", "street": {"name": "A", "more": {"x": 1}}}
    nested = book(
        1,
        editions=[{"name": f"Edition {number}", "pages": number} for number in range(1, 31)],
        publisher={"name": "Oak", "since": 1900, "address": address},
    )
    async with library(library_api({"GET /books/1": nested})) as browser:
        page = await browser.get("/books/1")

    headings = [heading.text for heading in page.page.all("section h2")]
    assert headings[:3] == ["Editions", "Publisher", "Publisher · Address"]
    assert "Edition 20" in page.main
    assert page.page.one("label[for=all-1]").text == "Show all 30"
    assert "Edition 30" in page.page.one("tbody.rest").text
    assert "Bern" in page.main


async def test_secrets_are_neither_facts_nor_in_the_raw_answer() -> None:
    answer = book(1, api_token="t-1", keys=[{"secret": "s-1"}], owner={"password": "p-1", "has_password": True, "a": 1})
    async with library(library_api({"GET /books/1": answer})) as browser:
        page = await browser.get("/books/1")

    for secret in ("open sesame", "t-1", "s-1", "p-1"):
        assert secret not in page.text
    assert "Has password" in page.main
    assert "••••••" in page.page.one("details.raw pre").text


async def test_a_wrapped_item_is_unwrapped() -> None:
    async with library(library_api({"GET /books/1": {"data": book(1)}})) as browser:
        page = await browser.get("/books/1")

    assert page.page.one("h1").text == "Book 1"


@pytest.mark.parametrize(
    ("answer", "title"),
    [
        ({"id": 1, "name": "A name"}, "A name"),
        ({"id": 1, "price": 2}, "Book 1"),
        ({"id": 1, "title": ""}, "Book 1"),
        ({"id": 1, "title": None, "label": "Labelled"}, "Labelled"),
    ],
)
async def test_an_item_without_its_usual_name_still_has_one(answer: object, title: str) -> None:
    async with library(library_api({"GET /books/1": answer})) as browser:
        page = await browser.get("/books/1")

    assert page.page.one("h1").text == title


async def test_an_item_that_turns_out_to_be_something_else_is_shown_as_that() -> None:
    async with library(library_api({"GET /books/1": ["just", "words"]})) as browser:
        page = await browser.get("/books/1")

    assert page.status == 200
    assert "words" in page.main


async def test_nothing_there_is_a_404_page() -> None:
    async with library(library_api({"GET /books/1": (404, {"detail": "No such book"})})) as browser:
        page = await browser.get("/books/1")

    assert page.status == 404
    assert "No such book" in page.main


async def test_an_id_with_odd_characters_stays_one_segment_for_the_api() -> None:
    api = library_api(
        {"GET /authors/{id}": {"id": "50% off?", "name": "Ann"}, "GET /authors": [{"id": "50% off?", "name": "Ann"}]}
    )
    async with library(api) as browser:
        listed = await browser.get("/authors")
        page = await browser.get(listed.links["Ann"])

    assert listed.links["Ann"] == "/authors/50%25%20off%3F"
    assert page.status == 200


ELSEWHERE = {
    **DOCUMENT,
    "paths": {
        "/shelves/{shelf_id}": get(ref("Author"), place("shelf_id"), tag="Shelves"),
        "/shelves/{id}/books": get(listed(ref("Book")), place("id"), tag="Shelves"),
        "/books/{book_id}": get(ref("Book"), place("book_id")),
        "/lists/books": get(listed(ref("Book")), query("page", {"type": "integer"})),
        "/settings": get({"type": "object", "properties": {"theme": {"type": "string"}}}),
    },
}


async def test_what_lies_below_is_linked_though_it_calls_the_item_s_id_something_else() -> None:
    api = FakeAPI({"GET /shelves/5": {"id": 5, "name": "Top"}}, accounts=None, document=ELSEWHERE)
    async with library(api) as browser:
        page = await browser.get("/shelves/5")

    assert page.links["Books"] == "/shelves/5/books"


async def test_an_id_that_can_not_be_part_of_a_path_is_no_link() -> None:
    rows = [{"id": "..", "name": "Up"}, {"id": None, "name": "None"}, {"id": 3, "name": "Fine"}]
    async with library(library_api({"GET /authors": rows})) as browser:
        page = await browser.get("/authors")

    assert "Up" in page.main
    assert {"Up", "None", "Fine"} & set(page.links) == {"Fine"}


async def test_a_single_thing_without_an_id_has_a_page_too() -> None:
    api = FakeAPI({"GET /settings": {"theme": "dark"}}, accounts=None, document=ELSEWHERE)
    async with library(api) as browser:
        page = await browser.get("/settings")

    assert page.status == 200
    assert "dark" in page.main
