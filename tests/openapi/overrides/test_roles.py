"""Other operations for a resource than were inferred."""

from typing import Any

from tests.openapi.building import TEXT, answers, listing_of, operation, resource, site, thing
from webapp.openapi.overrides.applying import apply_overrides, misfit
from webapp.openapi.overrides.reading import read_overrides
from webapp.openapi.routes import Routes
from webapp.openapi.site import MatchKind, Site

PATHS: dict[str, Any] = {
    "/books": {"get": listing_of(thing(id=TEXT)), "post": {}},
    "/books/{id}": {"get": answers(thing(id=TEXT)), "put": {}, "delete": {}},
    "/books/{id}/full": {"get": answers(thing(id=TEXT, title=TEXT))},
    "/books/{id}/burn": {"post": {}},
    "/import": {"post": {}},
}


def told(**said: Any) -> Site:
    return apply_overrides(site(PATHS), read_overrides({"resources": {"books": said}}))


def test_another_operation_takes_the_place_and_the_old_one_stays_within_reach() -> None:
    found = told(item="/books/{id}/full", delete="POST /books/{id}/burn", create="/import")

    books = resource(found, "books")
    assert books.item is operation(found, "GET", "/books/{id}/full")
    assert books.item_schema is not None
    assert list(books.item_schema.properties) == ["id", "title"]
    assert operation(found, "GET", "/books/{id}") in books.views
    assert books.item not in books.views
    assert books.delete is operation(found, "POST", "/books/{id}/burn")
    assert books.create is operation(found, "POST", "/import")
    assert {(each.method, each.path) for each in books.actions} == {("DELETE", "/books/{id}"), ("POST", "/books")}
    match = Routes(found).match("/books/7/full")
    assert match is not None
    assert match.kind is MatchKind.ITEM


def test_there_may_be_none() -> None:
    books = resource(told(delete=False, item=False), "books")

    assert books.delete is None
    assert books.item is None
    assert "DELETE" in [each.method for each in books.actions]
    assert "/books/{id}" in [each.path for each in books.views]


def test_what_is_so_already_changes_nothing() -> None:
    found = site(PATHS)

    same = read_overrides({"resources": {"books": {"item": "/books/{id}", "update": "PUT /books/{id}"}}})
    assert apply_overrides(found, same) == found


def test_an_operation_that_is_not_there_is_passed_over_and_told() -> None:
    found = site(PATHS)
    wrong = read_overrides({"resources": {"books": {"update": "/books/{id}"}}})

    assert apply_overrides(found, wrong) == found
    assert misfit(found, wrong) == (
        "resources.books.update: the API has no operation called 'PATCH /books/{id}'; is it PUT /books/{id}?"
    )
