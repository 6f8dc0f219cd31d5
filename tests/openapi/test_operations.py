from typing import Any

import pytest

from tests.openapi.building import NUMBER, TEXT, answers, document, operation, query, site, takes, thing
from webapp.openapi.operations import read_operations
from webapp.openapi.site import Operation


def only(paths: dict[str, Any], **more: Any) -> Operation:
    (operation,) = read_operations(document(paths, **more))
    return operation


@pytest.mark.parametrize(
    ("path", "raw", "label"),
    [
        ("/orgs", {"summary": "List My Orgs", "operationId": "list_my_orgs_api_v1_orgs_get"}, "List my orgs"),
        ("/orgs", {"summary": "List the Big Orgs.", "operationId": "x"}, "List the Big Orgs"),
        ("/orgs", {"summary": "getOrgs()"}, "Get orgs"),
        ("/orgs", {"summary": "trends <b>beta</b>\nmore"}, "Trends beta"),
        ("/api/orgs", {"operationId": "list_orgs_api_orgs_get"}, "List orgs"),
        ("/orgs", {"operationId": "orgs/listForUser"}, "Orgs list for user"),
        ("/orgs", {}, "Orgs"),
        ("/orgs/{id}", {}, "Get org"),
        ("/{id}", {}, "Get id"),
        ("/", {}, "Get root"),
        ("/api/v1/health", {}, "Health"),
    ],
)
def test_an_operation_is_called_as_a_person_would(path: str, raw: dict[str, Any], label: str) -> None:
    assert only({path: {"get": raw}}).label == label


@pytest.mark.parametrize(
    ("written", "path", "name"),
    [
        ("/files/{path:path}", "/files/{path}", "path"),
        ("/v1/{name=projects/*}:cancel", "/v1/{name}:cancel", "name"),
        ("/{proxy+}", "/{proxy}", "proxy"),
        ("/{+path}/x", "/{path}/x", "path"),
        ("/users/{user-id}", "/users/{user-id}", "user-id"),
        ("/orders/{id:[0-9]+}", "/orders/{id}", "id"),
    ],
)
def test_a_variable_is_known_by_its_name_alone(written: str, path: str, name: str) -> None:
    parameter = {"name": name, "in": "path", "required": True, "schema": TEXT, "description": "Told."}
    (found,) = site({written: {"get": {"parameters": [parameter]}}}).operations

    assert (found.path, found.path_parameters) == (path, (name,))
    assert [(each.name, each.description) for each in found.parameters] == [(name, "Told.")]


def test_operations_without_a_name_are_called_after_what_they_do() -> None:
    made = read_operations(
        document(
            {
                "/jobs": {"post": {}},
                "/jobs/{id}": {"put": {}, "delete": {}, "patch": {}},
                "/jobs/{id}/run": {"post": {}},
                "/jobs/search": {"post": {}},
                "/settings": {"put": {}},
            }
        )
    )

    assert [each.label for each in made] == [
        *("Create job", "Replace job", "Delete job", "Change job", "Run"),
        *("Search", "Replace settings"),
    ]
    assert [each.name for each in made][:2] == ["post /jobs", "put /jobs/{id}"]


def test_a_long_summary_is_cut_at_a_word() -> None:
    label = only({"/x": {"get": {"summary": "word " * 40}}}).label

    assert label.endswith("word…")
    assert len(label) <= 81


@pytest.mark.parametrize(
    ("method", "path", "raw", "slug"),
    [
        ("patch", "/projects/{id}", {"operationId": "update_project"}, "update-project"),
        ("patch", "/projects/{id}", {"operationId": "updateProject"}, "update-project"),
        ("get", "/api/orgs", {"operationId": "list_orgs_api_orgs_get"}, "list-orgs"),
        ("get", "/orgs/{id}", {}, "get-orgs-id"),
        ("post", "/", {"operationId": "…"}, "operation"),
    ],
)
def test_an_operation_has_a_name_fit_for_a_url(method: str, path: str, raw: dict[str, Any], slug: str) -> None:
    assert only({path: {method: raw}}).slug == slug


def test_slugs_are_unique_even_where_names_differ_only_in_signs() -> None:
    made = read_operations(document({"/a": {"get": {"operationId": "a.b"}, "post": {"operationId": "a_b"}}}))

    assert [each.slug for each in made] == ["a-b", "a-b-2"]


def test_names_are_unique_even_where_the_document_repeats_them() -> None:
    made = read_operations(document({"/a": {"get": {"operationId": "x"}}, "/b": {"get": {"operationId": "x"}}}))

    assert [each.name for each in made] == ["x", "x 2"]


def test_every_kind_of_method_is_read() -> None:
    made = read_operations(
        document(
            {
                "/a": {"query": {}, "options": {}, "trace": {}, "additionalOperations": {"COPY": {}}, "summary": "no"},
                "x-b": {},
            }
        )
    )

    assert [each.method for each in made] == ["QUERY", "OPTIONS", "TRACE", "COPY"]


def test_parameters_of_the_path_are_shared_and_overruled() -> None:
    paths = {
        "/a/{id}": {
            "parameters": [query("page", NUMBER), query("old", deprecated=True)],
            "get": {"parameters": [query("page", TEXT, description="Which"), {"name": "X", "in": "header"}]},
        }
    }

    made = only(paths)

    assert [(each.location, each.name) for each in made.parameters] == [
        ("query", "page"),
        ("query", "old"),
        ("header", "X"),
        ("path", "id"),
    ]
    assert [each.schema.type for each in made.query] == ["string", "string"]
    assert made.parameters[1].deprecated
    assert made.parameters[3].required


def test_parameters_keep_how_they_are_written() -> None:
    raw = [
        query("a", {"type": "array"}, explode=False),
        query("b", {"type": "object"}, style="deepObject", explode=True),
        {"name": "c", "in": "query", "content": {"application/json": {"schema": NUMBER}}},
        query("d", TEXT, example="x", examples={"one": {"value": "y"}, "two": {}}),
        {"name": "e", "in": "nowhere"},
        {"in": "query"},
        {"name": "gone", "in": "path", "schema": TEXT},
        {"$ref": "#/components/parameters/Gone"},
    ]

    a, b, c, d = only({"/x": {"get": {"parameters": raw}}}).parameters

    assert (a.explode, a.style) == (False, "form")
    assert (b.explode, b.style) == (True, "deepObject")
    assert (c.media_type, c.schema.type) == ("application/json", "integer")
    assert d.examples == ("x", "y")


def test_an_object_in_the_query_is_one_parameter_for_each_property() -> None:
    pageable = {**thing(page=NUMBER, size=NUMBER), "required": ["page"]}

    made = only(
        {"/x": {"get": {"parameters": [query("pageable", pageable, required=True), query("free", {"type": "object"})]}}}
    )

    assert [(each.name, each.required) for each in made.query] == [("page", True), ("size", False), ("free", False)]


def test_a_query_in_the_path_becomes_parameters() -> None:
    made = only({"/history?q={query}&kind=sms&{by}=1&": {"get": {"parameters": [{"name": "query", "in": "path"}]}}})

    assert made.path == "/history"
    assert [(each.name, each.required) for each in made.query] == [("q", False), ("kind", True), ("by", False)]
    assert made.query[1].schema.const == "sms"


def test_a_path_without_a_slash_gets_one() -> None:
    assert only({"items#fragment": {"get": {}}}).path == "/items"


def test_bodies_and_answers_are_read_by_media_type() -> None:
    made = only(
        {
            "/x": {
                "post": {
                    **takes(thing(a=TEXT), "multipart/form-data"),
                    "responses": {"201": {"content": {"text/csv": {}, "application/vnd.api+json": {"schema": NUMBER}}}},
                }
            }
        }
    )

    assert [(body.media_type, body.required, list(body.schema.properties)) for body in made.bodies] == [
        ("multipart/form-data", False, ["a"])
    ]
    assert made.answer_types == ("text/csv", "application/vnd.api+json")
    assert made.answer is not None
    assert made.answer.type == "integer"


@pytest.mark.parametrize(
    ("responses", "types", "known"),
    [
        ({"204": {"description": "Gone"}}, (), False),
        ({"404": {"content": {"application/json": {"schema": TEXT}}}}, (), False),
        ({"default": {"content": {"application/json": {"schema": TEXT}}}}, ("application/json",), True),
        ({"default": {"content": {"application/json": {"schema": TEXT}}}, "204": {}}, (), False),
        ({"2XX": {"content": {"*/*": {"schema": TEXT}}}}, ("*/*",), True),
        ({"200": {"content": {"application/x-ndjson": {"schema": TEXT}}}}, ("application/x-ndjson",), False),
        ({"200": {"content": {"application/json": {}}}}, ("application/json",), False),
        ({"200": {"$ref": "#/gone"}}, (), False),
        ([], (), False),
    ],
)
def test_the_successful_answer_is_found(responses: Any, types: tuple[str, ...], known: bool) -> None:
    made = only({"/x": {"get": {"responses": responses}}})

    assert made.answer_types == types
    assert (made.answer is not None) is known


def test_whether_a_sign_in_is_needed_is_told_or_not() -> None:
    paths = {
        "/open": {"get": answers(security=[])},
        "/maybe": {"get": answers(security=[{}, {"key": []}])},
        "/closed": {"get": answers(security=[{"key": []}])},
        "/default": {"get": answers()},
    }

    assert [each.secured for each in read_operations(document(paths))] == [False, False, True, None]
    assert [each.secured for each in read_operations(document(paths, security=[{"key": []}]))] == [
        False,
        False,
        True,
        True,
    ]


def test_tags_are_headings() -> None:
    tags = [{"name": "dag_run", "x-displayName": "Runs"}, {"name": "a", "summary": "The A"}, {"name": 5}, "no"]

    made = only({"/x": {"get": {"tags": ["dag_run", "a", "userGroups", "Öffentlich", "In words", 7]}}}, tags=tags)

    assert made.tags == ("Runs", "The A", "User groups", "Öffentlich", "In words")


def test_a_broken_path_is_passed_over_and_noted() -> None:
    read = document({"/a": {"$ref": "#/components/pathItems/gone"}, "/b": {"get": {}}, "/c": 7})

    assert [each.path for each in read_operations(read)] == ["/b"]
    assert len(read.problems) == 1


def test_a_parameter_whose_reference_is_no_url_is_noted_and_left_out() -> None:
    found = site({"/a": {"get": answers(parameters=[{"$ref": "http://["}])}})

    assert operation(found, "GET", "/a").parameters == ()
    assert found.problems == ("The reference http://[ is not a URL.",)


@pytest.mark.parametrize(
    ("written", "more", "spans"),
    [
        ("/files/{path:path}", {}, True),
        ("/v1/{path=projects/*}:cancel", {}, True),
        ("/{path+}", {}, True),
        ("/{+path}/x", {}, True),
        ("/files/{path}", {"allowReserved": True}, True),
        ("/files/{path}", {}, False),
        ("/orders/{path:[0-9]+}", {}, False),
    ],
)
def test_a_document_says_which_value_may_be_several_segments(written: str, more: Any, spans: bool) -> None:
    parameter = {"name": "path", "in": "path", "required": True, "schema": TEXT, **more}

    assert only({written: {"get": {"parameters": [parameter]}}}).spanning == (frozenset({"path"}) if spans else set())
