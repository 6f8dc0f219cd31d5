"""Lists that are asked for with a POST."""

from typing import Any

import pytest

from tests.openapi.building import NUMBER, TEXT, answers, listing_of, operation, query, resource, site, takes, thing
from webapp.openapi.posted import inputs_of, split
from webapp.openapi.routes import Routes
from webapp.openapi.site import MatchKind, PagingStyle

FLOW = thing(id=TEXT, name=TEXT)
ROWS = {"200": {"description": "OK", "content": {"application/json": {"schema": {"type": "array", "items": FLOW}}}}}
WANTED = thing(
    limit={"type": "integer", "default": 200, "maximum": 200},
    offset=NUMBER,
    sort={"type": "string", "enum": ["NAME_ASC", "NAME_DESC"]},
    archived={"type": "boolean"},
    tags={"type": "array", "items": TEXT},
    flows=thing(
        operator={"type": "string", "enum": ["and_", "or_"]},
        id=thing(any_={"type": "array", "items": TEXT}),
        name=thing(like_=TEXT),
        state=thing(type=thing(any_={"type": "array", "items": {"enum": ["READY", "DONE"]}})),
    ),
    deployments=thing(name=thing(like_=TEXT)),
)


def asked(body: dict[str, Any] = WANTED, **more: Any) -> dict[str, Any]:
    return {"post": {**takes(body), "responses": ROWS, **more}}


FLOWS: dict[str, Any] = {
    "/flows/filter": asked(),
    "/flows/paginate": asked(),
    "/flows/": {"post": takes(FLOW)},
    "/flows/{id}": {"get": answers(FLOW), "patch": takes(FLOW)},
    "/flows/count": {"post": takes(WANTED)},
}


def test_a_list_that_only_a_post_gives_is_a_resource_with_its_items() -> None:
    found = resource(site(FLOWS), "flows")

    assert found.list is operation_of("/flows/filter", found.list)
    assert (found.label, found.path, found.id_field, found.title_field) == ("Flows", "/flows", "id", "name")
    assert found.item is not None
    assert found.create is not None
    assert found.create.path == "/flows/"
    assert [each.path for each in found.collection_actions] == ["/flows/paginate", "/flows/count"]


def operation_of(path: str, given: Any) -> Any:
    assert (given.method, given.path) == ("POST", path)
    return given


def test_what_its_body_takes_is_what_the_list_can_be_narrowed_by() -> None:
    found = resource(site(FLOWS), "flows")

    assert found.paging is not None
    assert (found.paging.style, found.paging.position, found.paging.size) == (PagingStyle.OFFSET, "offset", "limit")
    assert found.sorting is not None
    assert found.sorting.choices == {"NAME_ASC": ("NAME", False), "NAME_DESC": ("NAME", True)}
    assert found.search is not None
    assert found.search.name == "flows.name.like_"
    assert [each.name for each in found.filters] == ["archived", "tags", "flows.state.type.any_"]
    assert found.filters[-1].schema.title == "State type any"


def test_its_page_has_the_path_of_what_it_lists() -> None:
    routes = Routes(site(FLOWS))

    match = routes.match("/flows")

    assert match is not None
    assert (match.kind, match.path, match.api_path) == (MatchKind.LIST, "/flows", "/flows/filter")
    assert routes.match("/flows/filter").kind is MatchKind.ITEM  # type: ignore[union-attr]


def test_below_an_item_its_path_is_filled_in_like_any_other() -> None:
    nested = {"/pools/{pool}/queues/filter": asked(thing(limit=NUMBER, offset=NUMBER)), **FLOWS}
    nested |= {"/pools": {"get": listing_of(FLOW)}, "/pools/{name}": {"get": answers(FLOW)}}
    found = site(nested)

    match = Routes(found).match("/pools/my pool/queues")

    assert resource(found, "pools-queues").parent == "pools"
    assert match is not None
    assert (match.path, match.api_path) == ("/pools/my%20pool/queues", "/pools/my%20pool/queues/filter")


def test_where_something_else_can_be_got_the_list_keeps_its_own_path() -> None:
    found = site({**FLOWS, "/flows": {"get": answers(thing(version=TEXT))}})

    match = Routes(found).match("/flows/filter")

    assert resource(found, "flows").path == "/flows/filter"
    assert match is not None
    assert (match.kind, match.api_path) == (MatchKind.LIST, "")
    assert [each.path for each in found.views] == ["/flows"]


def test_where_a_get_lists_too_the_post_is_an_action() -> None:
    found = resource(site({**FLOWS, "/flows": {"get": listing_of(FLOW)}}), "flows")

    assert found.list is not None
    assert found.list.method == "GET"
    assert "/flows/filter" in [each.path for each in found.collection_actions]


@pytest.mark.parametrize(
    "paths",
    [
        {"/flows/filter": {"post": takes(WANTED)}},
        {"/flows/filter": asked({**WANTED, "required": ["sort"]})},
        {"/flows/run": asked()},
        {"/v1/search": asked()},
        {"/flows/{id}/filter": asked()},
        {"/texts/search": asked(thing(text=TEXT))},
        {"/flows/filter": {"post": {**takes(WANTED, "application/xml"), "responses": ROWS}}},
    ],
)
def test_a_post_that_may_be_something_else_is_never_sent_for_a_page(paths: dict[str, Any]) -> None:
    assert [each for each in site(paths).resources if each.list] == []


def test_a_query_becomes_the_body_it_stands_for() -> None:
    found = operation(site({"/flows/filter": asked(parameters=[query("dry")])}), "POST", "/flows/filter")

    params, body = split(
        found,
        [
            ("limit", "25"),
            ("offset", "NaN"),
            ("archived", "true"),
            ("tags", "a"),
            ("tags", "b"),
            ("flows.name.like_", "7"),
            ("flows.state.type.any_", "DONE"),
            ("dry", "1"),
            ("unknown", "x"),
        ],
    )

    assert params == [("dry", "1"), ("unknown", "x")]
    assert body == {
        "limit": 25,
        "offset": "NaN",
        "archived": True,
        "tags": ["a", "b"],
        "flows": {"name": {"like_": "7"}, "state": {"type": {"any_": ["DONE"]}}},
    }


def test_what_must_be_there_and_has_a_default_is_sent_along() -> None:
    wanted = {**thing(limit=NUMBER, mode={"type": "string", "default": "all"}), "required": ["mode"]}
    found = operation(site({"/flows/filter": asked(wanted)}), "POST", "/flows/filter")

    assert split(found, []) == ([], {"mode": "all"})
    assert [each.name for each in inputs_of(found) if each.required] == []


def test_a_thing_found_by_its_name_is_no_resource_of_its_own() -> None:
    found = site(
        {
            **FLOWS,
            "/flows/name/{name}": {"get": answers(FLOW), "patch": takes(FLOW), "delete": {}},
            "/flows/{id}/graph": {"get": answers(thing(nodes=NUMBER))},
        }
    )

    (flows,) = found.resources
    assert [each.path for each in flows.lookups] == ["/flows/name/{name}"]
    assert [each.path for each in flows.item_views] == ["/flows/{id}/graph"]
    assert "/flows/name/{name}" not in [each.path for each in flows.item_actions]
