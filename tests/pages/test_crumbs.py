"""The way down to a page."""

from typing import Any

from starlette.requests import Request

from tests.pages.library import DOCUMENT, get, listed, place, ref
from webapp.html.context import Link
from webapp.openapi.document import Document
from webapp.openapi.resources import build_site
from webapp.openapi.routes import Routes
from webapp.pages.crumbs import crumbs

PATHS: dict[str, Any] = {
    "/books": get(listed(ref("Book"))),
    "/books/{book_id}": get(ref("Book"), place("book_id")),
    "/books/{book_id}/loans": get({"type": "array", "items": {"type": "object"}}, place("book_id")),
    "/books/{book_id}/loans/{loan_id}": get({"type": "object"}, place("book_id"), place("loan_id")),
    "/stats": get({"type": "object"}, summary="Statistics"),
    "/stats/today": get({"type": "object"}, summary="Today"),
}
REQUEST = Request({"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""})


def routes_of(paths: dict[str, Any]) -> Routes:
    return Routes(build_site(Document({**DOCUMENT, "paths": paths})))


def way(path: str, paths: dict[str, Any] = PATHS) -> list[tuple[str, str]]:
    routes = routes_of(paths)
    match = routes.match(path)
    assert match is not None
    return [(crumb.label, crumb.href) for crumb in crumbs(REQUEST, routes, match, "Here")]


def test_every_page_above_is_passed_lists_items_and_views() -> None:
    assert way("/books/1/loans/2") == [
        ("Home", "/"),
        ("Books", "/books"),
        ("Book 1", "/books/1"),
        ("Loans", "/books/1/loans"),
        ("Here", "/books/1/loans/2"),
    ]
    assert way("/stats/today")[1] == ("Statistics", "/stats")


def test_the_last_one_is_the_page_itself() -> None:
    routes = routes_of(PATHS)
    match = routes.match("/books")
    assert match is not None

    assert crumbs(REQUEST, routes, match, "Books")[-1] == Link("Books", "/books", current=True)


def test_a_list_that_lies_elsewhere_than_its_items_is_passed_too() -> None:
    paths = {
        "/catalogue/recent": get({"type": "array", "items": ref("Book")}),
        "/catalogue/{book_id}": get(ref("Book"), place("book_id")),
    }
    routes = routes_of(paths)
    match = routes.match("/catalogue/4")
    assert match is not None
    labels = [crumb.href for crumb in crumbs(REQUEST, routes, match, "Here")]

    assert labels == ["/", "/catalogue/recent", "/catalogue/4"]
