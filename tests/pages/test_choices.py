"""Suggestions for fields that hold an id: whose they are, what is looked for, and what they look like."""

from typing import Any

import pytest

from tests.openapi.building import NUMBER, TEXT, answers, listing_of, operation, query, site, takes, thing
from tests.pages.house import demo_browser
from tests.pages.library import asked, books, library, library_api
from webapp.openapi.relations import Targets
from webapp.openapi.schema import Schema
from webapp.openapi.site import Site
from webapp.testing import Answer

AUTHORS = [{"id": number, "name": name} for number, name in enumerate(("Ann Ash", "Bob Oak", "Åsa Elm"), 1)]


def suggested(answer: Answer) -> dict[str, str]:
    """The suggestions: what is sent, and what it is called."""
    return {option.get("value"): option.text for option in answer.page.all("option")}


async def test_a_list_without_a_search_is_looked_through() -> None:
    async with library(library_api({"GET /authors": AUTHORS})) as browser:
        everyone = await browser.htmx("GET", "/-/choices/authors")
        one = await browser.htmx("GET", "/-/choices/authors?q=ÅSA")
        by_id = await browser.htmx("GET", "/-/choices/authors?q=2")

    assert suggested(everyone) == {"1": "Ann Ash", "2": "Bob Oak", "3": "Åsa Elm"}
    assert suggested(one) == {"3": "Åsa Elm"}
    assert suggested(by_id) == {"2": "Bob Oak"}


async def test_a_list_with_a_search_is_asked() -> None:
    api = library_api({"GET /books": books(2)})
    async with library(api) as browser:
        answer = await browser.htmx("GET", "/-/choices/books?q=tea")

    assert asked(api, "/books") == {"q": "tea", "size": "20"}
    assert suggested(answer) == {"1": "Book 1", "2": "Book 2"}


async def test_an_input_may_ask_under_its_own_name() -> None:
    async with library(library_api({"GET /authors": AUTHORS})) as browser:
        answer = await browser.htmx("GET", "/-/choices/authors?body%2Fauthor_id=bob")

    assert suggested(answer) == {"2": "Bob Oak"}


async def test_there_are_never_more_than_one_can_look_at() -> None:
    many = [{"id": number, "name": f"Author {number}"} for number in range(500)]
    async with library(library_api({"GET /authors": many})) as browser:
        answer = await browser.htmx("GET", "/-/choices/authors")

    assert len(suggested(answer)) == 20


async def test_what_is_hostile_is_only_text_and_what_has_no_id_is_left_out() -> None:
    rows: list[Any] = [{"id": '"><script>', "name": "</option><b>x"}, {"name": "Nobody"}, "odd"]
    async with library(library_api({"GET /authors": rows})) as browser:
        answer = await browser.htmx("GET", "/-/choices/authors")

    assert suggested(answer) == {'"><script>': "</option><b>x"}
    assert "<script" not in answer.text


@pytest.mark.parametrize("name", ["nothing", "books-loans"])
async def test_what_is_no_list_by_itself_offers_nothing(name: str) -> None:
    async with library(library_api({})) as browser:
        answer = await browser.get(f"/-/choices/{name}")

    assert answer.status == 404


async def test_a_filter_by_an_id_suggests_and_its_chip_has_a_name() -> None:
    async with demo_browser() as browser:
        await browser.sign_in("demo@example.com", "demo-pass-123")
        page = await browser.get("/issues?project_id=2&columns=title,project_id")
        where = page.page.one("input[name=project_id]")
        found = await browser.htmx("GET", where.get("hx-get") + "?project_id=web")

    assert page.page.one("li.chip b").text == page.page.all("td.k-reference")[0].text
    assert where.get("list") == "filter-project_id-list"
    assert "Website" in suggested(found).values()


async def test_a_form_s_references_suggest() -> None:
    async with demo_browser() as browser:
        await browser.sign_in("demo@example.com", "demo-pass-123")
        page = await browser.get("/-/operations/create-issue")

    where = {each.get("name"): each.get("data-choices") for each in page.page.all("input.reference")}
    assert where["body/project_id"] == "/-/choices/projects"
    assert where["body/assignee_id"] == "/-/choices/users"


def _shop() -> Site:
    order = thing(id=NUMBER, customer_id=NUMBER, note=TEXT)
    customer = thing(id=NUMBER, name=TEXT)
    number = {"name": "id", "in": "path", "required": True, "schema": NUMBER}
    return site(
        {
            "/customers": {"get": answers(listing_of(customer))},
            "/customers/{id}": {"get": {**answers(customer), "parameters": [number]}},
            "/orders": {"get": answers(listing_of(order), parameters=[query("customer_id", NUMBER)])},
            "/orders/{id}": {"get": {**answers(order), "parameters": [number]}},
            "/orders/{id}/move": {"post": {**takes(thing(customer_ids={"type": "array"})), "parameters": [number]}},
        }
    )


def test_a_field_of_any_body_refers_to_what_it_is_named_after() -> None:
    targets = Targets(_shop().resources)

    found = targets.of_field("customer_id", Schema(NUMBER))
    assert found is not None
    assert found.name == "customers"
    assert targets.of_field("note", Schema(TEXT)) is None
    assert targets.of_field("customer_id", Schema({"type": "object"})) is None


def test_a_variable_of_a_path_is_the_thing_whose_path_ends_there() -> None:
    shop = _shop()
    targets = Targets(shop.resources)
    move = operation(shop, "POST", "/orders/{id}/move")

    found = targets.of_variable(move.path, "id")
    assert found is not None
    assert found.name == "orders"
    assert targets.of_variable("/nowhere/{id}", "id") is None
