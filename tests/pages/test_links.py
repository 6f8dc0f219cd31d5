"""Which page a row leads to."""

from typing import Any

import pytest
from starlette.requests import Request

from tests.openapi.building import NUMBER, TEXT, answers, listing_of, site, thing
from webapp.openapi.routes import Routes
from webapp.openapi.site import Resource
from webapp.pages.links import Links
from webapp.pages.masking import MASK

BOOK = thing(id=TEXT, title=TEXT)

PATHS: dict[str, Any] = {
    "/books": {"get": listing_of(BOOK)},
    "/books/{id}": {"get": answers(BOOK)},
    "/books/{book_id}/pages": {"get": listing_of(thing(id=NUMBER))},
    "/books/{book_id}/pages/{id}": {"get": answers(thing(id=NUMBER))},
    "/rates": {"get": listing_of(thing(id=NUMBER))},
}

VALUES = [
    7,
    0,
    -1,
    "a",
    "a b",
    "..",
    ".",
    "",
    "a/b",
    "a?b",
    "\u00e9",
    "\x00",
    True,
    None,
    1.5,
    [1],
    {"id": 1},
    MASK,
    "%2e",
]


@pytest.mark.parametrize("root", ["", "/be low"])
@pytest.mark.parametrize("name", ["books", "books-pages", "rates"])
@pytest.mark.parametrize("here", [{}, {"book_id": "9/9"}, {"book_id": "1"}])
def test_many_rows_lead_where_each_does_by_itself(name: str, here: dict[str, str], root: str) -> None:
    routes, request = Routes(site(PATHS)), Request({"type": "http", "root_path": root, "headers": []})
    resource = _resource(routes, name)
    links = Links(request, routes, here)
    rows: list[Any] = [*({"id": value} for value in VALUES), {"id": 3, "book_id": "b"}, {}, "text", None]

    for id_field in ("id", None):
        item = links.items(resource, id_field)
        assert [item(row) for row in rows] == [links.item(resource, row, id_field) for row in rows]


def test_a_row_leads_to_its_item_below_our_own_mount_point() -> None:
    routes, request = Routes(site(PATHS)), Request({"type": "http", "root_path": "/app", "headers": []})

    book = Links(request, routes, {}).items(_resource(routes, "books"), "id")
    page = Links(request, routes, {"book_id": "1"}).items(_resource(routes, "books-pages"), "id")

    assert (book({"id": "b 1"}), book({"id": 7}), book({"id": ".."})) == ("/app/books/b%201", "/app/books/7", None)
    assert page({"id": 7}) == "/app/books/1/pages/7"


def _resource(routes: Routes, name: str) -> Resource:
    found = routes.resource(name)
    assert found is not None, [each.name for each in routes.site.resources]
    return found
