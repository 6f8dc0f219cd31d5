"""What somebody wrote, and every mistake in it."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from webapp.errors import SettingsError
from webapp.openapi.overrides.reading import (
    LOGIN,
    OPERATIONS,
    PAGING,
    RESOURCE,
    SORTING,
    parse_overrides,
    read_overrides,
)
from webapp.openapi.overrides.values import OFF, LoginOverride, Overrides, PagingOverride, SortingOverride
from webapp.openapi.site import PagingStyle


def test_a_file_says_what_it_says_and_nothing_else() -> None:
    read = parse_overrides(
        """
        [site]
        title = "Our tracker"
        [document]
        varies = true
        [login]
        kind = "json"
        path = "/auth/login"
        extra = { mode = "session" }
        me = false
        [operations.run-job]
        hidden = true
        [resources.projects]
        label = "Our projects"
        columns = ["name", "status"]
        id = "key"
        title = false
        items = "data.items"
        search = false
        paging = { style = "offset", position = "skip" }
        sorting = { parameter = "sort", choices = { "-date" = "due date desc" } }
        relations = { owner = "users", reviewer = false }
        [resources.tags]
        items = ["a.b", "c"]
        paging = false
        sorting = false
        """,
        "x.toml",
    )

    assert (read.title, read.varies) == ("Our tracker", True)
    assert read.login == LoginOverride(kind="json", path="/auth/login", extra={"mode": "session"}, me=OFF)
    assert read.operations["run-job"].hidden is True
    projects, tags = read.resources["projects"], read.resources["tags"]
    assert (projects.label, projects.columns, projects.singular) == ("Our projects", ("name", "status"), None)
    assert (projects.id, projects.title, projects.items, projects.search) == ("key", OFF, ("data", "items"), OFF)
    assert projects.paging == PagingOverride(style=PagingStyle.OFFSET, position="skip")
    assert projects.sorting == SortingOverride(parameter="sort", choices={"-date": ("due date", True)})
    assert projects.relations == {"owner": "users", "reviewer": OFF}
    assert (tags.items, tags.paging, tags.sorting) == (("a.b", "c"), OFF, OFF)


def test_nothing_said_is_nothing_overridden() -> None:
    assert parse_overrides("", "x.toml") == read_overrides({}) == Overrides()


def resource(**said: Any) -> dict[str, Any]:
    return {"resources": {"projects": said}}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"resource": {}}, "resource is not known; is it resources."),
        ({"color": 1}, "color is not known; known are site, document, api, login, resources, operations."),
        (resource(lable="x"), "resources.projects.lable is not known; is it label."),
        (resource(columns="name"), "resources.projects.columns is 'name', but must be a list of field names."),
        (resource(columns=["a", 1]), "resources.projects.columns is ['a', 1], but must be a list of field names."),
        (resource(hidden="yes"), "resources.projects.hidden is 'yes', but must be true or false."),
        (resource(label=""), "resources.projects.label is '', but must be a text."),
        (resource(label=True), "resources.projects.label is true, but must be a text."),
        (resource(id=7), "resources.projects.id is 7, but must be a field's name or false."),
        (resource(id=True), "resources.projects.id is true, but must be a field's name or false."),
        (resource(items=3), "resources.projects.items is 3, but must be a dotted path or a list of names or false."),
        (resource(paging=1), "resources.projects.paging is 1, but must be a table."),
        (
            resource(paging={"style": "pages"}),
            "resources.projects.paging.style is 'pages', but must be one of page, offset, cursor.",
        ),
        (
            resource(paging={"max_size": 0}),
            "resources.projects.paging.max_size is 0, but must be a whole number of at least 1.",
        ),
        (resource(paging={"first": True}), "resources.projects.paging.first is true, but must be 0 or 1."),
        (resource(paging={"sytle": 1}), "resources.projects.paging.sytle is not known; is it style."),
        (
            resource(sorting={"choices": {"-a": "a down"}}),
            'resources.projects.sorting.choices."-a" is \'a down\', but must be a field and its direction: "name asc".',
        ),
        (
            resource(relations={"owner": 1}),
            "resources.projects.relations.owner is 1, but must be the name of a resource or false.",
        ),
        (resource(relations=1), "resources.projects.relations is 1, but must be a table of fields and resources."),
        ({"resources": 1}, "resources is 1, but must be a table of resources."),
        ({"resources": {"a": 1}}, "resources.a is 1, but must be a table."),
        ({"api": {"write_headers": {"X Y": "z"}}}, "api.write_headers is {'X Y': 'z'}, but must be a table of headers"),
        (
            {"api": {"write_headers": {"X-Y": "a\nb"}}},
            "api.write_headers is {'X-Y': 'a\\nb'}, but must be a table of headers",
        ),
        (
            {"api": {"csrf": {"cookie": "c"}}},
            "api.csrf is {'cookie': 'c'}, but must be a table with a cookie and a header",
        ),
        ({"api": {"csrf": {"cookie": "c", "header": "X", "path": "x"}}}, "api.csrf.path is 'x', but must be a path"),
        ({"api": {"media_type": "json"}}, "api.media_type is 'json', but must be a media type"),
        ({"login": {"kind": "magic"}}, "login.kind is 'magic', but must be one of form, json, basic, bearer, api_key"),
        ({"login": {"path": "auth"}}, "login.path is 'auth', but must be a path that begins with a slash."),
        (
            {"login": {"me": "get /me"}},
            "login.me is 'get /me', but must be a path, or a method and a path: \"POST /auth/logout\" or false.",
        ),
        ({"login": {"extra": {"a": 1}}}, "login.extra is {'a': 1}, but must be a table of texts."),
        ({"site": {"name": "x"}}, "site.name is not known; "),
        ({"operations": {"a": {"label": 1}}}, "operations.a.label is 1, but must be a text."),
        ("text", "This is 'text', but must be a table."),
        (resource(label=["long"] * 50), "resources.projects.label is a list, but must be a text."),
    ],
)
def test_a_mistake_is_named_and_what_was_expected_told(given: Any, sentence: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_overrides(given)

    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a = ", "x.toml is not valid TOML: Invalid value (at end of document)"),
        (b"\xff", "x.toml is not valid TOML"),
        ("[resources.a]\nlable = 1", "x.toml: resources.a.lable is not known; is it label."),
        ("a = " + "[" * 100_000, "x.toml is not valid TOML"),
        (" " * 5_000_000, "x.toml: the file has more than 4 MB"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(text: str | bytes, sentence: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_overrides(text, "x.toml")

    assert str(caught.value).startswith(sentence)


def test_the_readme_explains_every_key() -> None:
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    section = readme.partition("## Put a guess right")[2].partition("\n## ")[0]

    for keys in (RESOURCE, PAGING, SORTING, LOGIN, OPERATIONS):
        assert [name for name in keys if f"`{name}`" not in section and f"{name} =" not in section] == []
    assert tomllib.loads(section.partition("```toml")[2].partition("```")[0])
