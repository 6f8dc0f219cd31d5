"""Documents of real APIs, written with no one like us in mind. They lie beside the project, or at `WEBAPP_CORPUS`."""

import os
from collections import Counter
from pathlib import Path

import pytest

from webapp.openapi.document import Document
from webapp.openapi.labels import normal
from webapp.openapi.naming import key_of
from webapp.openapi.posted import inputs_of
from webapp.openapi.resources import build_site
from webapp.openapi.routes import Routes
from webapp.openapi.schema import Schema
from webapp.openapi.site import MatchKind, Operation, Site

FOLDER = Path(os.environ.get("WEBAPP_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus")
DOCUMENTS = sorted(FOLDER.glob("*.json"))


def test_the_corpus_is_there() -> None:
    if not DOCUMENTS and os.environ.get("CI") != "true":
        pytest.skip("there is no corpus")
    assert DOCUMENTS


@pytest.fixture(scope="module", params=DOCUMENTS, ids=lambda path: path.stem)
def site(request: pytest.FixtureRequest) -> Site:
    path: Path = request.param
    return build_site(Document.parse(path.read_bytes(), url="https://docs.example/openapi.json"))


def filled(operation: Operation) -> str:
    """The operation's path with a value for each variable that it may have."""
    schemas = {each.name: each.schema for each in operation.parameters if each.location == "path"}
    path = operation.path
    for name in operation.path_parameters:
        path = path.replace(f"{{{name}}}", sample(schemas[name]), 1)
    return path


def sample(schema: Schema) -> str:
    return str(schema.enum[0]) if schema.enum else "17"


def test_every_get_is_a_page(site: Site) -> None:
    routes = Routes(site)
    gets = [each for each in site.operations if each.method == "GET"]
    at = Counter(key_of(each.path) for each in gets)

    for operation in gets:
        match = routes.match(filled(operation))
        assert match is not None
        assert at[key_of(operation.path)] > 1 or match.operation is operation
        assert list(match.path_params) == list(match.operation.path_parameters)


def test_every_list_is_the_page_of_its_resource(site: Site) -> None:
    routes = Routes(site)

    for resource in site.resources:
        if resource.list is not None:
            match = routes.match(filled(resource.list))
            assert match is not None
            assert match.kind is MatchKind.LIST
            assert match.resource is resource


def test_every_get_without_variables_is_claimed_once(site: Site) -> None:
    claims = Counter(each.name for each in site.views)
    claims.update(each.list.name for each in site.resources if each.list)
    claims.update(each.item.name for each in site.resources if each.item and not each.item.path_parameters)

    gets = {each.name for each in site.operations if each.method == "GET" and not each.path_parameters}
    assert {name for name, count in claims.items() if count == 1 and name in gets} == gets


def test_every_operation_is_claimed_once_and_found_by_its_slug(site: Site) -> None:
    routes = Routes(site)
    elsewhere = {each.name: each for each in site.resources if each.item and not each.item.path.startswith(each.path)}
    claims = Counter(each.name for each in (*site.views, *site.rest))
    for resource in site.resources:
        own = [resource.list, resource.create, resource.update, resource.delete, *resource.actions, *resource.views]
        # A nested list's rows may lead to the items of another resource.
        own += [] if resource.name in elsewhere and resource.parent else [resource.item]
        claims.update(each.name for each in own if each is not None)
        assert len(resource.actions) == len(resource.item_actions) + len(resource.collection_actions)

    assert {name: count for name, count in claims.items() if count != 1} == {}
    assert {each.name for each in site.operations} == set(claims)
    for operation in site.operations:
        assert routes.operation(operation.slug) is operation


def test_names_are_unique_and_whatever_is_named_exists(site: Site) -> None:
    names = [each.name for each in site.resources]

    assert len(set(names)) == len(names)
    assert len({each.name for each in site.operations}) == len(site.operations)
    for resource in site.resources:
        assert resource.name == resource.name.strip("-").lower()
        assert resource.label
        assert resource.singular
        assert resource.parent is None or resource.parent in names
        assert set(resource.relations.values()) <= set(names)


def test_what_is_read_off_a_list_is_in_it(site: Site) -> None:
    for resource in site.resources:
        fields = {
            normal(name)
            for schema in (resource.row_schema, resource.item_schema)
            if schema
            for name in schema.properties
        }
        for told in (resource.id_field, resource.title_field, *resource.relations):
            assert told is None or normal(told) in fields
        declared = {each.name for each in inputs_of(resource.list)} if resource.list else set()
        used = [each.name for each in resource.filters]
        used += [resource.paging.position] if resource.paging else []
        used += [resource.search.name] if resource.search else []
        used += [resource.sorting.parameter] if resource.sorting else []
        assert len(set(used)) == len(used)
        assert set(used) <= declared


def test_every_schema_can_be_looked_at(site: Site) -> None:
    for operation in site.operations:
        look(operation.answer or Schema(), depth=3)
        for parameter in operation.parameters:
            look(parameter.schema, depth=3)
        for body in operation.bodies:
            look(body.schema, depth=3)


def look(schema: Schema, depth: int) -> None:
    assert schema.problem is None or schema.is_unknown
    if depth:
        inner = [*schema.properties.values(), *schema.branches, *([schema.items] if schema.items else [])]
        for each in inner[:20]:
            look(each, depth - 1)
