from dataclasses import replace
from typing import Any

import pytest

from tests.openapi.building import NUMBER, TEXT, answers, listing_of, operation, site, takes, thing
from webapp.openapi.routes import Routes
from webapp.openapi.site import MatchKind, Resource

USER = thing(id=NUMBER, name=TEXT)


def routes(paths: dict[str, Any]) -> Routes:
    return Routes(site(paths))


PATHS: dict[str, Any] = {
    "/": {"get": answers()},
    "/users": {"get": listing_of(USER), "post": takes(USER)},
    "/users/me": {"get": answers(USER)},
    "/users/{id}": {"get": answers(USER), "delete": {}},
    "/users/{id}/posts": {"get": listing_of(USER)},
    "/users/{id}/stats": {"get": answers(USER)},
    "/users/me/{aspect}/deep": {"get": answers(USER)},
    "/health/": {"get": answers()},
    "/files/{name}.{ending}": {"get": answers()},
    "/files/{name}.schema.json": {"get": answers()},
    "/files/{name}/raw": {"get": answers()},
    "/größe der/{x}": {"get": answers()},
    "/only": {"post": {}},
}


@pytest.mark.parametrize(
    ("path", "kind", "resource", "params", "template"),
    [
        ("/", MatchKind.VIEW, None, {}, "/"),
        ("/users", MatchKind.LIST, "users", {}, "/users"),
        ("/users/", MatchKind.LIST, "users", {}, "/users"),
        ("/users/me", MatchKind.VIEW, None, {}, "/users/me"),
        ("/users/7", MatchKind.ITEM, "users", {"id": "7"}, "/users/{id}"),
        ("/users/7/posts", MatchKind.LIST, "users-posts", {"id": "7"}, "/users/{id}/posts"),
        ("/users/7/stats", MatchKind.VIEW, "users", {"id": "7"}, "/users/{id}/stats"),
        ("/users/me/stats", MatchKind.VIEW, "users", {"id": "me"}, "/users/{id}/stats"),
        ("/health", MatchKind.VIEW, None, {}, "/health/"),
        ("/files/a.b.txt", MatchKind.VIEW, None, {"name": "a", "ending": "b.txt"}, "/files/{name}.{ending}"),
        ("/files/a.schema.json", MatchKind.VIEW, None, {"name": "a"}, "/files/{name}.schema.json"),
        ("/files/a.b/raw", MatchKind.VIEW, None, {"name": "a.b"}, "/files/{name}/raw"),
    ],
)
def test_each_path_is_the_page_of_its_operation(
    path: str, kind: MatchKind, resource: str | None, params: dict[str, str], template: str
) -> None:
    match = routes(PATHS).match(path)

    assert match is not None
    assert match.kind is kind
    assert (match.resource and match.resource.name) == resource
    assert match.path_params == params
    assert match.operation.path == template


@pytest.mark.parametrize(
    "path",
    [
        "",
        "users",
        "/nothing",
        "/only",
        "/users//posts",
        "//users",
        "/users/7/posts/9",
        "/users/..",
        "/users/.",
        "/users/%2e%2E",
        "/users/..%2f..%2fadmin",
        "/users/a%5cb",
        "/users/a%0d%0aSet-Cookie",
        "/users/%00",
        "/users/%ff",
        "/users/me/x",
        "/files/raw",
    ],
)
def test_what_the_api_has_not_or_may_not_be_asked_for_is_no_page(path: str) -> None:
    assert routes(PATHS).match(path) is None


@pytest.mark.parametrize(
    ("path", "value", "quoted"),
    [
        ("/users/a.b@c.example", "a.b@c.example", "/users/a.b@c.example"),
        ("/users/a%20b", "a b", "/users/a%20b"),
        ("/users/a b", "a b", "/users/a%20b"),
        ("/users/na%C3%AFve", "naïve", "/users/na%C3%AFve"),
        ("/users/naïve", "naïve", "/users/na%C3%AFve"),
        ("/users/a%2Fb", "a/b", "/users/a%2Fb"),
        ("/users/100%25", "100%", "/users/100%25"),
        ("/users/ends.", "ends.", "/users/ends."),
        ("/users/.hidden", ".hidden", "/users/.hidden"),
        ("/users/a%3Fb%23c", "a?b#c", "/users/a%3Fb%23c"),
    ],
)
def test_any_value_fits_into_a_path_and_comes_out_quoted(path: str, value: str, quoted: str) -> None:
    match = routes(PATHS).match(path)

    assert match is not None
    assert match.path_params == {"id": value}
    assert match.path == quoted


def test_literals_may_need_quoting_too() -> None:
    match = routes(PATHS).match("/gr%C3%B6%C3%9Fe%20der/1")

    assert match is not None
    assert match.path == "/gr%C3%B6%C3%9Fe%20der/1"


def test_a_path_with_and_one_without_a_slash_are_kept_apart() -> None:
    found = routes(
        {
            "/a/{x}": {"get": answers()},
            "/a/{x}/": {"get": answers()},
            "/b": {"get": answers()},
            "/b/": {"get": answers()},
        }
    )

    for path, template in (("/a/1", "/a/{x}"), ("/a/1/", "/a/{x}/"), ("/b", "/b"), ("/b/", "/b/")):
        match = found.match(path)
        assert match is not None
        assert match.operation.path == template


def test_of_paths_that_differ_only_in_their_variables_the_one_that_allows_the_value_is_meant() -> None:
    found = routes(
        {
            "/cards": {"get": listing_of(USER)},
            "/cards/{id}": {"get": answers(USER)},
            "/cards/{filter}": {
                "get": listing_of(USER, parameters=[{"name": "filter", "in": "path", "schema": {"enum": ["open"]}}])
            },
            "/n/{name}": {"get": answers()},
            "/n/{number}": {"get": answers(parameters=[{"name": "number", "in": "path", "schema": NUMBER}])},
        }
    )

    for path, template in (("/cards/open", "filter"), ("/cards/7", "id"), ("/n/7", "number"), ("/n/x", "name")):
        match = found.match(path)
        assert match is not None
        assert list(match.path_params) == [template]


def test_an_item_that_several_lists_lead_to_belongs_to_the_nearest() -> None:
    row = {"$ref": "#/components/schemas/Task"}
    made = site(
        {
            "/projects": {"get": listing_of(thing(id=TEXT))},
            "/projects/{id}": {"get": answers(thing(id=TEXT))},
            "/projects/{id}/tasks": {"get": listing_of(row)},
            "/tasks": {"get": listing_of(row)},
            "/tasks/{id}": {"get": answers(row)},
        },
        components={"schemas": {"Task": thing(id=TEXT)}},
    )

    match = Routes(made).match("/tasks/7")

    assert match is not None
    assert match.resource is not None
    assert match.resource.name == "tasks"
    assert match.operation is operation(made, "GET", "/tasks/{id}")


def test_resources_are_found_by_name() -> None:
    found = routes(PATHS)

    users = found.resource("users")
    assert users is not None
    assert users.path == "/users"
    assert found.resource("nothing") is None
    assert found.site.title == "Test"


def test_a_path_with_half_a_character_still_has_a_page() -> None:
    match = routes({"/x\ud800/{id}": {"get": answers()}}).match("/x%EF%BF%BD/7")

    assert match is not None
    assert match.path == "/x%EF%BF%BD/7"


def test_an_operation_is_found_by_its_slug() -> None:
    routes = Routes(site({"/jobs/{id}/run": {"post": {"operationId": "runJob", "responses": {}}}}))

    found = routes.operation("run-job")

    assert found is not None
    assert (found.method, found.path) == ("POST", "/jobs/{id}/run")
    assert routes.operation("run") is None


def test_a_value_of_several_segments_is_one_in_the_page_and_several_for_the_api() -> None:
    found = routes({"/files/{path:path}/raw": {"get": answers()}}).match("/files/a%20b%2Fc%3F/raw")

    assert found is not None
    assert found.path_params == {"path": "a b/c?"}
    assert (found.path, found.api_path) == ("/files/a%20b%2Fc%3F/raw", "/files/a%20b/c%3F/raw")
    assert routes({"/files/{path:path}": {"get": answers()}}).match("/files/a%2F..%2Fb") is None


def test_what_is_planned_for_a_resource_is_made_once_and_for_a_stand_in_each_time() -> None:
    known = routes({"/users": {"get": listing_of(USER)}, "/shops": {"get": listing_of(USER)}})
    users, shops = known.site.resources
    made: list[str] = []

    def plan(_: Routes, resource: Resource) -> str:
        made.append(resource.label)
        return resource.label

    def other_plan(_: Routes, resource: Resource) -> str:
        return resource.path

    stand_in = replace(users, label="People")
    asked = [known.planned(plan, each) for each in (users, users, stand_in, users, shops, stand_in)]

    assert asked == ["Users", "Users", "People", "Users", "Shops", "People"]
    assert made == ["Users", "People", "Shops", "People"]
    assert known.planned(other_plan, users) == "/users"
