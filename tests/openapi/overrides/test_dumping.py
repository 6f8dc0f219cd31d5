"""A site written down as a file to edit."""

import tomllib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.openapi.building import TEXT, answers, listing_of, query, site, thing
from tests.openapi.test_corpus import DOCUMENTS
from webapp.openapi.document import Document
from webapp.openapi.overrides.applying import apply_overrides, misfit
from webapp.openapi.overrides.dumping import dump_overrides
from webapp.openapi.overrides.reading import parse_overrides, read_overrides
from webapp.openapi.resources import build_site
from webapp.openapi.site import KeyPlace, SignIn, Site


def read_back(found: Site) -> Site:
    overrides = parse_overrides(dump_overrides(found), "dumped.toml")
    assert misfit(found, overrides) == ""
    return apply_overrides(found, overrides)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_a_file_that_nobody_edits_changes_nothing(path: Any) -> None:
    found = build_site(Document.parse(path.read_bytes(), url="https://docs.example/openapi.json"))

    assert read_back(found) == found
    assert dump_overrides(found) == dump_overrides(found)


WAYS = [
    SignIn("/login", "form", "user", "pass", "User", {"grant_type": "password"}),
    SignIn("/login", "json", "user", "pass", token_field="data.jwt"),
    SignIn("/login", "form", "user", "pass", either=True),
    SignIn("", "basic"),
    SignIn("", "bearer", scheme=""),
    SignIn("", "api_key", keys=(KeyPlace("X-Key", "header", "Key"),)),
    SignIn("", "api_key", keys=(KeyPlace("a", "query", "A", "From the console."), KeyPlace("b", "cookie", "B"))),
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.encoding)
def test_nor_does_it_change_how_one_signs_in(way: SignIn) -> None:
    found = site({"/a": {"get": listing_of(thing(id=TEXT))}})
    others = tuple(each for each in WAYS if each.name != way.name and each.encoding != way.encoding)[:2]
    found = replace(found, accounts=replace(found.accounts, sign_in=way, ways=(way, *others)))

    assert read_back(found) == found


Words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=12).filter(str.strip)


@given(title=Words, label=Words, field=Words, parameter=Words, values=st.lists(Words, max_size=3))
def test_whatever_things_are_called_they_keep_their_names(
    title: str, label: str, field: str, parameter: str, values: list[str]
) -> None:
    sort = query("sort", {"type": "string", "enum": [*values, "name", "-name"]})
    rows = thing(**{"id": TEXT, field: TEXT})
    listed = listing_of(rows, tags=[label], summary=label, parameters=[query(parameter), sort, query("page")])
    found = site({"/things": {"get": listed}, "/things/{id}": {"get": {"responses": {}}}}, info={"title": title})

    assert read_back(found) == found


def test_it_says_how_sure_it_is_and_what_could_be_said() -> None:
    found = site(
        {
            "/a/{id}": {"get": {}, "put": {}},
            "/b": {"get": listing_of(thing(id=TEXT, x=TEXT), parameters=[query("page")])},
        }
    )

    text = dump_overrides(found, varies=True)

    assert "# /a, no list. Confidence 0.44, a guess." in text
    assert 'update = "PUT /a/{id}"' in text
    assert "# the list GET /b. Confidence" in text
    assert '# columns = ["id", "x"]  # chosen by what they hold' in text
    assert tomllib.loads(text)["document"] == {"varies": True}


def test_no_text_of_the_document_ends_a_comment() -> None:
    found = replace(site({}), title="Shop\n[login]\rkind = 1\x0b\x00")

    assert list(tomllib.loads(dump_overrides(found))) == ["site", "login"]


def test_rows_that_lead_nowhere_are_written_down() -> None:
    found = site({"/books": {"get": listing_of(thing(id=TEXT, title=TEXT))}})
    said = apply_overrides(found, read_overrides({"resources": {"books": {"id": False}}}))

    assert "\nid = false\n" in dump_overrides(said)
    assert read_back(said) == said


def test_where_else_one_signs_in_is_told() -> None:
    openid = {"type": "openIdConnect", "openIdConnectUrl": "https://id.test/\n[login]"}
    paths = {f"/oauth/github/{word}": {"get": answers(TEXT)} for word in ("start", "callback")}
    dumped = dump_overrides(site(paths, components={"securitySchemes": {"id": openid}}))

    assert "# Tokens come from https://id.test/ [login]: WEBAPP_OIDC_CLIENT_ID" in dumped
    assert "# Sign in with GitHub by GET /oauth/github/start" in dumped
    tomllib.loads(dumped)
