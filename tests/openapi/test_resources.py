from typing import Any

import pytest

from tests.openapi.building import NUMBER, TEXT, answers, listing_of, operation, query, resource, site, takes, thing
from webapp.openapi.site import PagingStyle

PROJECT = thing(id=NUMBER, name=TEXT, owner_id=NUMBER)
ISSUE = thing(id=NUMBER, title=TEXT, project_id=NUMBER, assignee_user_id=NUMBER)
USER = thing(id=NUMBER, email=TEXT)

TRACKER: dict[str, Any] = {
    "/api/v1/projects": {"get": listing_of(PROJECT, tags=["work"]), "post": takes(PROJECT, tags=["work"])},
    "/api/v1/projects/{project_id}": {
        "get": answers(PROJECT, tags=["work"]),
        "patch": takes(PROJECT),
        "put": takes(PROJECT),
        "delete": {"responses": {"204": {}}},
    },
    "/api/v1/projects/{project_id}/archive": {"post": {}},
    "/api/v1/projects/{project_id}/stats": {"get": answers(thing(open=NUMBER))},
    "/api/v1/projects/{project_id}/issues": {
        "get": answers(
            thing(items={"type": "array", "items": ISSUE}, total=NUMBER),
            parameters=[
                query("page", NUMBER),
                query("size", NUMBER),
                query("q"),
                query("status", {"enum": ["open", "closed"]}),
            ],
        ),
        "post": takes(ISSUE),
    },
    "/api/v1/projects/{project_id}/issues/{issue_id}": {"get": answers(ISSUE)},
    "/api/v1/projects/import": {"post": {}},
    "/api/v1/users": {"get": listing_of(USER, tags=["people"])},
    "/api/v1/users/{user_id}": {"get": answers(USER)},
    "/api/v1/settings": {"get": answers(thing(theme=TEXT)), "put": takes(thing(theme=TEXT))},
    "/api/v1/health": {"get": answers(thing(status=TEXT, checks={"type": "array", "items": thing(name=TEXT)}))},
    "/api/v1/search": {"get": listing_of(thing(id=NUMBER), parameters=[query("q", required=True)])},
}


def test_a_collection_with_its_item_is_a_resource() -> None:
    found = resource(site(TRACKER), "projects")

    assert (found.label, found.singular, found.tag, found.path) == ("Projects", "Project", "Work", "/api/v1/projects")
    assert found.list is not None
    assert found.item is not None
    assert found.create is not None
    assert found.update is not None
    assert found.delete is not None
    assert [each.method for each in (found.list, found.item, found.create, found.update, found.delete)] == [
        "GET",
        "GET",
        "POST",
        "PATCH",
        "DELETE",
    ]
    assert (found.items_path, found.id_field, found.title_field) == ((), "id", "name")
    assert found.row_schema is not None
    assert list(found.row_schema.properties) == ["id", "name", "owner_id"]
    assert found.confidence > 0.8


def test_what_is_done_to_an_item_belongs_to_its_resource() -> None:
    found = resource(site(TRACKER), "projects")

    assert [(each.method, each.path.removeprefix("/api/v1/projects")) for each in found.actions] == [
        ("PUT", "/{project_id}"),
        ("POST", "/{project_id}/archive"),
        ("POST", "/import"),
    ]
    assert [each.path for each in found.views] == ["/api/v1/projects/{project_id}/stats"]


def test_an_action_is_an_items_if_it_needs_to_know_which() -> None:
    found = site(
        {
            **TRACKER,
            "/api/v1/settings/reset": {"post": {}},
            "/api/v1/projects/{project_id}/issues/bulk": {"post": {}},
            "/api/v1/projects/{project_id}/issues/{issue_id}/close": {"post": {}},
        }
    )

    def actions(name: str) -> tuple[list[str], list[str]]:
        one = resource(found, name)
        return [each.path for each in one.item_actions], [each.path for each in one.collection_actions]

    assert actions("projects") == (
        ["/api/v1/projects/{project_id}", "/api/v1/projects/{project_id}/archive"],
        ["/api/v1/projects/import"],
    )
    assert actions("projects-issues") == (
        ["/api/v1/projects/{project_id}/issues/{issue_id}/close"],
        ["/api/v1/projects/{project_id}/issues/bulk"],
    )
    assert actions("settings") == (["/api/v1/settings/reset"], [])


def test_what_belongs_to_nothing_is_the_rest() -> None:
    found = site({"/geocode/{place}": {"get": answers(TEXT)}, "/ping": {"post": {}}, "/now": {"get": answers(TEXT)}})

    assert [each.path for each in found.rest] == ["/geocode/{place}", "/ping"]
    assert [each.path for each in found.views] == ["/now"]


def test_a_list_below_an_item_is_a_resource_of_its_own() -> None:
    found = resource(site(TRACKER), "projects-issues")

    assert (found.label, found.parent, found.items_path) == ("Issues", "projects", ("items",))
    assert found.paging is not None
    assert (found.paging.style, found.paging.position, found.paging.size) == (PagingStyle.PAGE, "page", "size")
    assert found.search is not None
    assert [each.name for each in found.filters] == ["status"]


def test_fields_that_hold_ids_point_to_the_resource_they_name() -> None:
    found = site(TRACKER)

    assert resource(found, "projects-issues").relations == {"project_id": "projects", "assignee_user_id": "users"}
    assert resource(found, "projects").relations == {}


def test_a_thing_there_is_one_of_is_a_resource_too() -> None:
    found = resource(site(TRACKER), "settings")

    assert found.list is None
    assert found.item is not None
    assert found.update is not None
    assert (found.label, found.singular, found.path) == ("Settings", "Settings", "/api/v1/settings")


def test_everything_else_that_can_be_got_is_a_view() -> None:
    assert [each.path for each in site(TRACKER).views] == ["/api/v1/health", "/api/v1/search"]


def test_an_item_without_a_list_can_be_opened_by_its_id() -> None:
    found = site(
        {"/users/{id}": {"get": answers(USER), "patch": takes(USER)}, "/geocode/{address}": {"get": answers(USER)}}
    )

    (users,) = found.resources
    assert (users.name, users.path, users.list) == ("users", "/users", None)
    assert users.item is not None
    assert users.confidence < 0.5


def test_the_key_to_read_by_may_differ_from_the_key_to_write_by() -> None:
    post = thing(id=NUMBER, slug=TEXT, title=TEXT)
    found = site(
        {
            "/posts": {"get": listing_of(post)},
            "/posts/{slug}": {"get": answers(post)},
            "/posts/{post_id}": {"put": takes(post), "delete": {}},
            "/comments": {"get": listing_of(thing(id=NUMBER, post_id=NUMBER, post_slug=TEXT))},
        }
    )
    posts = resource(found, "posts")

    assert posts.id_field == "slug"
    assert posts.update is not None
    assert posts.update.path == "/posts/{post_id}"
    assert resource(found, "comments").relations == {"post_slug": "posts"}


@pytest.mark.parametrize(
    ("paths", "name", "item"),
    [
        ({"/users": {"get": listing_of(USER)}, "/user/{id}": {"get": answers(USER)}}, "users", "/user/{id}"),
        ({"/user": {"get": listing_of(USER)}, "/users/{id}": {"get": answers(USER)}}, "user", "/users/{id}"),
        ({"/users/list": {"get": listing_of(USER)}, "/users/{id}": {"get": answers(USER)}}, "users", "/users/{id}"),
        (
            {"/users.json": {"get": listing_of(USER)}, "/users/{id}.json": {"get": answers(USER)}},
            "users",
            "/users/{id}.json",
        ),
        ({"/users/": {"get": listing_of(USER)}, "/users/{id}/": {"get": answers(USER)}}, "users", "/users/{id}/"),
    ],
)
def test_items_are_found_however_the_paths_are_written(paths: dict[str, Any], name: str, item: str) -> None:
    (found,) = site(paths).resources

    assert (found.name, found.label) == (name, "Users")
    assert found.item is not None
    assert found.item.path == item


def test_an_api_that_says_what_it_does_in_its_paths_is_understood() -> None:
    found = site(
        {
            "/users/all": {"get": listing_of(USER)},
            "/users/create": {"post": takes(USER)},
            "/users/{id}": {"get": answers(USER)},
            "/users/{id}/update": {"post": takes(USER)},
            "/users/{id}/delete": {"post": {}},
        }
    )
    (users,) = found.resources

    assert users.create is not None
    assert users.update is not None
    assert users.delete is not None
    assert (users.create.path, users.update.path, users.delete.path) == (
        "/users/create",
        "/users/{id}/update",
        "/users/{id}/delete",
    )


def test_a_variable_that_chooses_is_no_item() -> None:
    found = site(
        {
            "/cards": {"get": listing_of(thing(id=TEXT))},
            "/cards/{filter}": {"get": listing_of(thing(id=TEXT))},
            "/boards": {"get": listing_of(thing(id=TEXT))},
            "/boards/{field}": {"get": answers(TEXT)},
            "/boards/{board_id}": {"get": answers(thing(id=TEXT))},
        }
    )

    assert resource(found, "cards").item is None
    item = resource(found, "boards").item
    assert item is not None
    assert item.path == "/boards/{board_id}"


def test_a_list_without_a_schema_is_known_by_its_words() -> None:
    found = site(
        {
            "/countries": {"get": {"summary": "Retrieve a list of countries"}},
            "/currencies": {"get": {"operationId": "list_currencies"}},
            "/weather": {"get": {"summary": "How it is outside"}},
            "/things": {"get": {}, "post": {}},
            "/things/{id}": {"get": {}},
        }
    )

    assert [each.name for each in found.resources] == ["countries", "currencies", "things"]
    assert resource(found, "things").items_path is None
    assert [each.path for each in found.views] == ["/weather"]


def test_a_function_that_answers_a_list_is_no_resource() -> None:
    found = site(
        {
            "/geocode": {"get": listing_of(thing(lat=NUMBER), parameters=[query("address", required=True)])},
            "/config": {
                "get": answers(thing(name=TEXT, mode=TEXT, level=TEXT, plugins={"type": "array", "items": thing()}))
            },
            "/me": {"get": answers(USER)},
        }
    )

    assert found.resources == ()
    assert len(found.views) == 3


def test_an_api_key_that_every_list_wants_does_not_count_against_it() -> None:
    schemes = {"securitySchemes": {"key": {"type": "apiKey", "in": "query", "name": "key"}}}
    paths = {"/users": {"get": listing_of(USER, parameters=[query("key", required=True)])}}

    (users,) = site(paths, components=schemes).resources

    assert users.filters == ()


def test_nested_rows_lead_to_their_own_pages_elsewhere() -> None:
    schemas = {"schemas": {"Task": thing(gid=TEXT, name=TEXT), "Project": thing(gid=TEXT)}}
    task, project = {"$ref": "#/components/schemas/Task"}, {"$ref": "#/components/schemas/Project"}
    found = site(
        {
            "/projects": {"get": listing_of(project)},
            "/projects/{project_gid}": {"get": answers(project)},
            "/projects/{project_gid}/tasks": {"get": listing_of(task)},
            "/projects/{project_gid}/notes": {"get": listing_of(thing(id=TEXT))},
            "/tasks": {"get": listing_of(task)},
            "/tasks/{task_gid}": {"get": answers(task)},
            "/comments": {"get": listing_of(thing(gid=TEXT, task_gid=TEXT, task_id=TEXT))},
        },
        components=schemas,
    )
    nested = resource(found, "projects-tasks")

    assert nested.item is operation(found, "GET", "/tasks/{task_gid}")
    assert nested.id_field == "gid"
    assert resource(found, "projects-notes").item is None
    assert resource(found, "comments").relations == {"task_gid": "tasks", "task_id": "tasks"}


def test_names_are_unique_and_labels_differ() -> None:
    found = site(
        {
            "/blog/posts": {"get": listing_of(thing(id=TEXT))},
            "/blog/admin/posts": {"get": listing_of(thing(id=TEXT))},
            "/v1/jobs": {"get": listing_of(thing(id=TEXT))},
            "/v2/jobs": {"get": listing_of(thing(id=TEXT))},
            "/sms/a/receipts": {"get": listing_of(thing(id=TEXT))},
            "/fax/a/receipts": {"get": listing_of(thing(id=TEXT))},
            "/listUsers": {"get": listing_of(USER)},
            "/": {"get": answers(thing())},
        }
    )
    names = [each.name for each in found.resources]

    assert names == [
        "blog-posts",
        "blog-admin-posts",
        "jobs",
        "jobs-2",
        "sms-a-receipts",
        "fax-a-receipts",
        "list-users",
    ]
    assert [each.label for each in found.resources if "post" in each.name] == ["Blog posts", "Admin posts"]
    assert [each.label for each in found.resources if "receipts" in each.name] == ["SMS a receipts", "Fax a receipts"]
    assert resource(found, "list-users").label == "Users"


def test_a_word_that_says_nothing_alone_takes_the_one_before() -> None:
    found = site(
        {"/members/details": {"get": listing_of(thing(id=TEXT))}, "/tyk/apis": {"get": listing_of(thing(id=TEXT))}}
    )

    assert [each.label for each in found.resources] == ["Member details", "APIs"]


def test_untagged_operations_are_grouped_by_their_paths() -> None:
    found = site(
        {
            "/blog/posts": {"get": listing_of(USER)},
            "/blog/tags": {"get": listing_of(USER)},
            "/users": {"get": listing_of(USER)},
        }
    )

    assert [each.tag for each in found.resources] == ["Blog", "Blog", "General"]


def test_relations_are_only_made_where_one_target_fits() -> None:
    found = site(
        {
            "/scheduler/jobs": {"get": listing_of(thing(id=TEXT))},
            "/scheduler/jobs/{id}": {"get": answers(thing(id=TEXT))},
            "/jobs": {"get": listing_of(thing(id=TEXT))},
            "/jobs/{id}": {"get": answers(thing(id=TEXT))},
            "/users": {"get": listing_of(USER)},
            "/users/{id}": {"get": answers(USER)},
            "/orgs": {"get": listing_of(thing(id=NUMBER, parent_org_id=NUMBER, org_id=NUMBER), tags=["organizations"])},
            "/orgs/{id}": {"get": answers(thing(id=NUMBER), tags=["organizations"])},
            "/runs": {
                "get": listing_of(
                    thing(
                        id=NUMBER,
                        job_id=TEXT,
                        user_id=TEXT,
                        userId=NUMBER,
                        created_by_user_id=NUMBER,
                        shipping_user_id=NUMBER,
                        organization_id=NUMBER,
                        user_ids={"type": "array", "items": NUMBER},
                        user=NUMBER,
                        user_name=TEXT,
                        user_slug=TEXT,
                        weather_id=NUMBER,
                        owner=thing(id=NUMBER),
                    )
                )
            },
        }
    )

    assert resource(found, "runs").relations == {
        "userId": "users",
        "created_by_user_id": "users",
        "organization_id": "orgs",
        "user_ids": "users",
        "user": "users",
    }
    assert resource(found, "orgs").relations == {"parent_org_id": "orgs"}


PEOPLE_FIELDS = {
    "assignee_id": NUMBER,
    "created_by_id": NUMBER,
    "lead_user_id": NUMBER,
    "weather_id": NUMBER,
    "owner": TEXT,
}


def test_a_field_that_can_only_mean_a_person_leads_to_the_users() -> None:
    found = site(
        {
            "/users": {"get": listing_of(USER)},
            "/users/{id}": {"get": answers(USER)},
            "/runs": {"get": listing_of(thing(id=NUMBER, reviewer_id=TEXT, **PEOPLE_FIELDS))},
        }
    )

    assert resource(found, "runs").relations == dict.fromkeys(("assignee_id", "created_by_id", "lead_user_id"), "users")


def test_where_two_lists_could_be_the_people_none_is_guessed() -> None:
    lists = {f"/{area}/users": {"get": listing_of(USER)} for area in ("staff", "shop")}
    items = {f"/{area}/users/{{id}}": {"get": answers(USER)} for area in ("staff", "shop")}
    found = site({**lists, **items, "/runs": {"get": listing_of(thing(id=NUMBER, assignee_id=NUMBER))}})

    assert resource(found, "runs").relations == {}


def test_a_list_with_a_filter_by_another_things_id_shows_what_is_its() -> None:
    book = thing(id=NUMBER, title=TEXT, author_id=NUMBER)
    found = site(
        {
            "/authors": {"get": listing_of(thing(id=NUMBER))},
            "/authors/{id}": {"get": answers(thing(id=NUMBER))},
            "/users": {"get": listing_of(USER)},
            "/users/{id}": {"get": answers(USER)},
            "/books": {
                "get": listing_of(
                    book,
                    parameters=[
                        query("author_id", NUMBER),
                        query("genre"),
                        query("lent_to_user_id", NUMBER),
                        query("created_by_user_id", NUMBER),
                        query("updated_by_user_id", NUMBER),
                    ],
                )
            },
            "/users/{id}/notes": {"get": listing_of(thing(id=NUMBER))},
            "/notes": {"get": listing_of(thing(id=NUMBER), parameters=[query("user_id", NUMBER)])},
        }
    )

    assert resource(found, "authors").shown_by == (("books", "author_id"),)
    assert resource(found, "users").shown_by == ()
    assert resource(found, "books").shown_by == ()


def test_an_id_in_front_is_an_id_too() -> None:
    found = site(
        {
            "/boards": {"get": listing_of(thing(id=TEXT))},
            "/boards/{idBoard}": {"get": answers(thing(id=TEXT))},
            "/cards": {"get": listing_of(thing(id=TEXT, idBoard=TEXT))},
        }
    )

    assert resource(found, "cards").relations == {"idBoard": "boards"}


def test_a_document_with_nothing_in_it_is_a_site_with_nothing_in_it() -> None:
    found = site({})

    assert (found.resources, found.views, found.operations) == ((), (), ())
    assert found.title == "Test"


def test_broken_references_cost_only_what_they_hide() -> None:
    gone = {"$ref": "#/components/schemas/Gone"}
    found = site(
        {
            "/users": {"get": listing_of(gone), "post": takes(gone)},
            "/users/{id}": {"get": answers(gone)},
            "/x": {"$ref": "#/no"},
        }
    )

    (users,) = found.resources
    assert users.item is not None
    assert users.id_field is None
    assert len(found.problems) == 1
