"""What the OpenAPI document says, as a frontend reads it."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI

SECURED: list[dict[str, list[str]]] = [{"OAuth2PasswordBearer": []}]
METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture
def document() -> dict[str, Any]:
    from webapp.demo.app import create_demo

    return create_demo().openapi()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every operation with its method and path."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield method, path, item[method]


def test_it_says_what_it_is(document: dict[str, Any]) -> None:
    assert document["info"]["title"] == "Tracker"
    assert document["openapi"].startswith("3.1")
    used = {tag for _, _, operation in operations(document) for tag in operation["tags"]}
    assert {each["name"] for each in document["tags"] if each["description"]} == used


def test_every_operation_has_a_short_name_of_its_own_and_is_described(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]

    assert len(set(names)) == len(names)
    assert max(map(len, names)) <= 20
    for _, path, operation in operations(document):
        assert operation["summary"], path
        assert operation["description"], path


def test_signing_in_is_declared_as_fastapi_does(document: dict[str, Any]) -> None:
    assert document["components"]["securitySchemes"] == {
        "OAuth2PasswordBearer": {
            "type": "oauth2",
            "flows": {"password": {"scopes": {}, "tokenUrl": "/auth/token"}},
        }
    }
    public = {f"{method} {path}" for method, path, operation in operations(document) if "security" not in operation}
    assert public == {"get /health", "post /auth/register", "post /auth/token", "post /auth/refresh"}
    for _, path, operation in operations(document):
        if "security" in operation:
            assert operation["security"] == SECURED
            cookies = [each["name"] for each in operation["parameters"] if each["in"] == "cookie"]
            assert cookies == ["tracker_session"], path
    refresh = document["paths"]["/auth/refresh"]["post"]
    assert not {"parameters", "requestBody", "security"} & set(refresh)
    form = document["paths"]["/auth/token"]["post"]["requestBody"]["content"]
    assert list(form) == ["application/x-www-form-urlencoded"]


def test_every_answer_with_a_body_has_a_schema(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        good = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
        assert good, (method, path)
        for answer in good:
            for content in answer.get("content", {}).values():
                assert content.keys() & {"schema", "itemSchema"}, (method, path)


def test_problems_are_json_whatever_the_answer_would_have_been(document: dict[str, Any]) -> None:
    for _, path, operation in operations(document):
        for status, answer in operation["responses"].items():
            if status.startswith("4"):
                assert list(answer["content"]) == ["application/json"], path


def test_both_kinds_of_paging_and_none_are_there(document: dict[str, Any]) -> None:
    def query(path: str) -> set[str]:
        return {each["name"] for each in document["paths"][path]["get"]["parameters"] if each["in"] == "query"}

    assert query("/issues") == {
        *("page", "size", "q", "sort", "status", "priority", "project_id", "assignee_id", "label", "due_after"),
        *("due_before", "deleted"),
    }
    assert query("/activity") == {"cursor", "limit", "kind", "user_id", "project_id"}
    assert query("/labels") == set()
    assert query("/reports/workload") == {"from", "to"}


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def references(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                yield value["$ref"]
            for each in value.values():
                yield from references(each)
        elif isinstance(value, list):
            for each in value:
                yield from references(each)

    schemas = document["components"]["schemas"]
    assert {each.removeprefix("#/components/schemas/") for each in references(document)} <= set(schemas)


def test_what_a_patch_may_leave_out_it_may_not_set_to_nothing(document: dict[str, Any]) -> None:
    patch = document["components"]["schemas"]["IssuePatch"]

    assert "required" not in patch
    assert patch["properties"]["title"]["type"] == "string"
    assert {"type": "null"} in patch["properties"]["assignee_id"]["anyOf"]
    assert not any("default" in each for name, each in patch["properties"].items() if name != "assignee_id")


async def test_it_is_served(app: FastAPI, document: dict[str, Any]) -> None:
    assert app.openapi() == document
