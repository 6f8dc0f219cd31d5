"""What a document says about its own pages."""

from collections.abc import Mapping
from typing import Any

from tests.openapi.building import TEXT, document, listing_of, operation, resource, thing
from webapp.openapi.overrides.extensions import apply_extensions
from webapp.openapi.resources import build_site
from webapp.openapi.site import Site


def told(paths: Any, more: Mapping[str, Any] | None = None, *, base_url: str | None = None) -> Site:
    read = document(paths, **(more or {}))
    return apply_extensions(build_site(read, base_url=base_url), read, base_url=base_url)


def books(**more: Any) -> dict[str, Any]:
    one = {"get": {"responses": {}}, "delete": {"operationId": "burn"}}
    return {"/books": {"get": listing_of(thing(id=TEXT, title=TEXT)), **more}, "/books/{id}": one}


def test_the_root_says_what_a_file_would() -> None:
    found = told(books(), {"x-webapp": {"site": {"title": "Library"}, "resources": {"books": {"label": "Volumes"}}}})

    assert found.title == "Library"
    assert resource(found, "books").label == "Volumes"


def test_a_path_speaks_of_its_resource_and_comes_after_the_root() -> None:
    root = {"resources": {"books": {"label": "From the root", "singular": "Tome"}}}

    found = told(books(**{"x-webapp": {"label": "From the path", "columns": ["title"]}}), {"x-webapp": root})

    tomes = resource(found, "books")
    assert (tomes.label, tomes.singular, tomes.columns) == ("From the path", "Tome", ("title",))


def test_an_operation_speaks_of_itself() -> None:
    paths = books()
    paths["/books/{id}"]["delete"]["x-webapp"] = {"label": "Burn it", "hidden": True}

    burn = operation(told(paths), "DELETE", "/books/{id}")

    assert (burn.label, burn.hidden) == ("Burn it", True)


def test_paths_are_those_of_the_document_wherever_the_client_is() -> None:
    paths = books(**{"x-webapp": {"label": "Volumes"}})

    found = told(paths, {"servers": [{"url": "http://api.example/v1"}]}, base_url="http://api.example")

    assert resource(found, "books").path == "/v1/books"
    assert resource(found, "books").label == "Volumes"


def test_a_mistake_is_a_problem_of_the_document() -> None:
    paths = books(**{"x-webapp": {"lable": "Volumes"}})
    paths["/books/{id}"]["delete"]["x-webapp"] = 7

    found = told(paths, {"x-webapp": {"nothing": 1}})

    assert [each.partition(":")[0] for each in found.problems] == [
        "x-webapp",
        "/books x-webapp",
        "DELETE /books/{id} x-webapp",
    ]
    assert "lable is not known; is it label" in found.problems[1]


def test_a_document_without_a_word_of_it_stays_as_it_is() -> None:
    read = document(books())
    found = build_site(read)

    assert apply_extensions(found, read, base_url=None) is found
