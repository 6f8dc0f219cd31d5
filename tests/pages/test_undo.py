"""What takes what back."""

from typing import Any

import pytest

from tests.openapi.building import NUMBER, answers, listing_of, resource, site, takes, thing
from webapp.openapi.site import Resource
from webapp.pages.undo import needs_input, opposite_of

ROW = thing(id=NUMBER)
PLACE = {"name": "id", "in": "path", "required": True, "schema": NUMBER}


def books(*doings: str, **more: Any) -> Resource:
    """Books that can be deleted, and to which these things can be done."""
    paths = {
        "/books": {"get": listing_of(ROW)},
        "/books/{id}": {"get": answers(ROW, parameters=[PLACE]), "delete": answers(parameters=[PLACE])},
        **{f"/books/{{book}}/{doing}": {"post": answers(**more)} for doing in doings},
    }
    return resource(site(paths), "books")


@pytest.mark.parametrize(
    ("done", "doings", "back"),
    [
        ("delete", ("restore",), "restore"),
        ("delete", ("undelete", "restore"), "undelete"),
        ("delete", ("archive", "restore"), None),
        ("delete", ("publish",), None),
        ("archive", ("archive", "restore"), "restore"),
        ("archive", ("archive", "unarchive"), "unarchive"),
        ("close", ("close", "reopen"), "reopen"),
        ("run", ("run", "stop"), None),
    ],
)
def test_an_operation_is_taken_back_by_its_opposite(done: str, doings: tuple[str, ...], back: str | None) -> None:
    found = books(*doings)
    operation = found.delete if done == "delete" else next(each for each in found.actions if each.path.endswith(done))
    assert operation is not None

    opposite = opposite_of(found, operation)

    assert (opposite.path.rpartition("/")[2] if opposite else None) == back


def test_what_wants_to_be_told_more_takes_nothing_back() -> None:
    required = {"name": "why", "in": "query", "required": True, "schema": {"type": "string"}}
    found = books("restore", parameters=[required])
    assert found.delete is not None

    assert opposite_of(found, found.delete) is None


@pytest.mark.parametrize(
    ("operation", "needs"),
    [
        (answers(), False),
        (takes(thing(a=NUMBER)), False),
        (takes({**thing(a=NUMBER), "required": ["a"]}), False),
        ({"requestBody": {"required": True, "content": {"application/json": {"schema": thing(a=NUMBER)}}}}, False),
        (
            {
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {**thing(a=NUMBER), "required": ["a"]}}},
                }
            },
            True,
        ),
        ({"requestBody": {"required": True, "content": {"text/plain": {"schema": {"type": "string"}}}}}, True),
    ],
)
def test_an_operation_needs_input_if_it_can_not_be_done_without(operation: dict[str, Any], needs: bool) -> None:
    found = site({"/go": {"post": {"responses": {"200": {"description": "OK"}}, **operation}}})

    assert needs_input(found.operations[0]) is needs
