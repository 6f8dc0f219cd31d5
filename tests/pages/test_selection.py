"""What can be done to several rows of a list."""

from typing import Any

import pytest

from tests.openapi.building import NUMBER, TEXT, answers, listing_of, resource, site, takes, thing
from webapp.openapi.routes import Routes
from webapp.pages.selection import MOST_ACTIONS, bulk_operations, path_of

REF = {"$ref": "#/components/schemas/Job"}
SCHEMAS = {"schemas": {"Job": thing(id=NUMBER, name=TEXT)}}


def paths(**doings: Any) -> dict[str, Any]:
    """Jobs, in a queue too, to which these things can be done."""
    return {
        "/queues": {"get": listing_of(thing(id=NUMBER))},
        "/queues/{queue_id}": {"get": answers(thing(id=NUMBER))},
        "/queues/{queue_id}/jobs": {"get": listing_of(REF)},
        "/jobs": {"get": listing_of(REF)},
        "/jobs/{job_id}": {"get": answers(REF), "delete": answers(operationId="delete"), "patch": takes(REF)},
        **{f"/jobs/{{id}}/{doing}": operation for doing, operation in doings.items()},
    }


def offered(name: str = "jobs", **doings: Any) -> list[str]:
    """What is offered for the rows of a list, by the last word of its path or else by its name."""
    found = site(paths(**doings), components=SCHEMAS)
    operations = bulk_operations(Routes(found), resource(found, name))
    return [each.path.rpartition("/")[2] if not each.path.endswith("}") else each.name for each in operations]


def test_deleting_comes_last() -> None:
    assert offered(run={"post": answers()}) == ["run", "delete"]


@pytest.mark.parametrize(
    "operation",
    [
        {"post": answers(parameters=[{"name": "why", "in": "query", "required": True, "schema": TEXT}])},
        {"post": {"requestBody": {"required": True, "content": {"text/plain": {"schema": TEXT}}}, "responses": {}}},
        {"patch": takes(thing(role=TEXT))},
        {"delete": answers()},
        {"post": answers(deprecated=True)},
        {"get": answers()},
    ],
)
def test_what_wants_to_be_told_more_or_only_reads_is_not_offered(operation: dict[str, Any]) -> None:
    assert offered(run=operation) == ["delete"]


def test_the_rows_of_a_nested_list_are_those_of_their_own() -> None:
    assert offered("queues-jobs", run={"post": answers()}) == ["run", "delete"]


def test_what_can_not_be_changed_offers_nothing() -> None:
    assert offered("queues") == []


def test_there_are_not_too_many() -> None:
    doings: Any = {f"do{number}": {"post": answers()} for number in range(20)}
    found = offered("jobs", **doings)

    assert len(found) == MOST_ACTIONS + 1
    assert found[-1] == "delete"


@pytest.mark.parametrize(
    ("above", "key", "path"),
    [(("7",), "9", "/a/7/b/9"), (("7", "8"), "9", "/a/7/b/9"), ((), "9", None), (("7",), "..", None)],
)
def test_a_path_is_made_of_what_is_above_and_the_row_s_own_key(
    above: tuple[str, ...], key: str, path: str | None
) -> None:
    operation = site({"/a/{x}/b/{y}": {"delete": answers()}}).operations[0]

    assert path_of(operation, above, key) == path
