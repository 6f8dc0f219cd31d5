"""Overrides on a site."""

from typing import Any

import pytest

from tests.openapi.building import TEXT, listing_of, operation, query, resource, site, takes, thing
from webapp.openapi.overrides.applying import apply_overrides, misfit
from webapp.openapi.overrides.reading import read_overrides
from webapp.openapi.site import Paging, PagingStyle, Resource, Site, Sorting

BOOK = thing(id=TEXT, title=TEXT, author_id=TEXT, isbn=TEXT)
PATHS: dict[str, Any] = {
    "/books": {
        "get": listing_of(
            BOOK,
            parameters=[
                query("q"),
                query("page", {"type": "integer"}),
                query("size", {"type": "integer"}),
                query("lang"),
            ],
        ),
        "post": takes(BOOK),
    },
    "/books/{book_id}": {"get": listing_of(BOOK), "delete": {}},
    "/books/{book_id}/lend": {"post": {"operationId": "lendBook"}},
    "/authors": {"get": listing_of(thing(id=TEXT, name=TEXT))},
    "/authors/{author_id}": {"get": {"responses": {}}},
    "/me": {"get": {"responses": {}}},
}


def found() -> Site:
    return site(PATHS)


def books(**said: Any) -> Resource:
    """The books, with this said about them."""
    return resource(apply_overrides(found(), read_overrides({"resources": {"books": said}})), "books")


def test_what_is_said_is_so_and_all_else_stays() -> None:
    before = resource(found(), "books")

    after = books(label="Volumes", group="Library", hidden=True, columns=["isbn"], id="isbn", title=False, items="data")

    assert (after.label, after.tag, after.hidden, after.columns) == ("Volumes", "Library", True, ("isbn",))
    assert (after.id_field, after.title_field, after.items_path) == ("isbn", None, ("data",))
    assert (after.singular, after.path, after.paging) == (before.singular, before.path, before.paging)


def test_the_site_has_another_title() -> None:
    assert apply_overrides(found(), read_overrides({"site": {"title": "Library"}})).title == "Library"


def test_paging_is_put_right_in_one_line_or_made() -> None:
    assert books(paging={"first": 0}).paging == Paging(PagingStyle.PAGE, "page", "size", first=0)
    assert books(paging=False).paging is None
    made = apply_overrides(
        found(), read_overrides({"resources": {"authors": {"paging": {"style": "offset", "position": "skip"}}}})
    )
    authors = resource(made, "authors")
    assert authors.paging == Paging(PagingStyle.OFFSET, "skip")
    assert books(paging={"size": "n"}).paging == Paging(PagingStyle.PAGE, "page", "n")


def test_what_the_document_forgot_is_sent_all_the_same() -> None:
    after = apply_overrides(
        found(),
        read_overrides(
            {
                "resources": {
                    "authors": {
                        "search": "name",
                        "filters": ["born"],
                        "sorting": {"parameter": "by", "choices": {"n": "name asc"}},
                    }
                }
            }
        ),
    )
    authors = resource(after, "authors")

    assert authors.search is not None
    assert authors.search.name == "name"
    assert [each.name for each in authors.filters] == ["born"]
    assert authors.sorting == Sorting("by", {"n": ("name", False)})
    assert authors.list is not None
    assert {each.name for each in authors.list.query} == {"name", "born", "by"}
    assert operation(after, "GET", "/authors") is authors.list


def test_search_and_filters_are_chosen_among_the_parameters() -> None:
    after = books(search="lang", filters=["q"])

    assert after.search is not None
    assert after.search.name == "lang"
    assert [each.name for each in after.filters] == ["q"]
    assert books(search=False).search is None
    assert books(filters=[]).filters == ()


def test_relations_are_added_and_taken_away() -> None:
    assert resource(found(), "books").relations == {"author_id": "authors"}

    assert books(relations={"isbn": "books"}).relations == {"author_id": "authors", "isbn": "books"}
    assert books(relations={"author_id": False}).relations == {}
    assert books(relations={"isbn": "nowhere"}).relations == {"author_id": "authors"}


def test_an_operation_is_the_same_wherever_it_stands() -> None:
    said = {"operations": {"lend-book": {"label": "Lend out", "hidden": True}}}

    after = apply_overrides(found(), read_overrides(said))

    lend = operation(after, "POST", "/books/{book_id}/lend")
    assert (lend.label, lend.hidden) == ("Lend out", True)
    assert lend in resource(after, "books").actions


def test_what_the_api_lacks_is_passed_over() -> None:
    said = read_overrides({"resources": {"films": {"label": "X"}}, "operations": {"nothing": {"hidden": True}}})

    before = found()

    assert apply_overrides(before, said) == before


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"resources": {"bookz": {}}}, "resources.bookz: the API has no resource called 'bookz'; is it books?"),
        (
            {"resources": {"zzzz": {}}},
            "resources.zzzz: the API has no resource called 'zzzz'; `webapp inspect` lists them.",
        ),
        (
            {"resources": {"books": {"relations": {"author_id": "autors", "x": False}}}},
            "resources.books.relations.author_id: the API has no resource called 'autors'; is it authors?",
        ),
        (
            {"operations": {"lend_book": {}}},
            "operations.lend_book: the API has no operation called 'lend_book'; is it lend-book?",
        ),
        ({"resources": {"books": {"relations": {"a": "authors"}}}, "operations": {"lend-book": {}}}, ""),
    ],
)
def test_what_does_not_fit_the_api_is_told_in_a_sentence(said: Any, sentence: str) -> None:
    assert misfit(found(), read_overrides(said)) == sentence
