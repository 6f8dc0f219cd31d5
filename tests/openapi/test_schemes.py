"""Security schemes, and which of them an operation asks for."""

from typing import Any

import pytest

from webapp.client.schemes import Scheme
from webapp.openapi.document import Document
from webapp.openapi.resources import build_site
from webapp.openapi.schemes import Requirements, guide_of, read_scheme
from webapp.openapi.site import Site

SCHEMES: dict[str, Any] = {
    "user": {"type": "oauth2", "flows": {"password": {"tokenUrl": "/auth/token", "scopes": {}}}},
    "admin": {"type": "apiKey", "in": "header", "name": "X-Admin"},
    "app": {"type": "apiKey", "in": "query", "name": "appid"},
}


def site(paths: dict[str, Any], *, security: Any = None, schemes: Any = None) -> Site:
    """The site of a document with these operations."""
    root: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "paths": paths,
        "components": {"securitySchemes": SCHEMES if schemes is None else schemes},
    }
    if security is not None:
        root["security"] = security
    return build_site(Document(root, url=None))


def get(*wanted: dict[str, Any] | list[str], **more: Any) -> dict[str, Any]:
    """A GET that wants one of these sets of schemes."""
    sets = [{name: [] for name in each} if isinstance(each, list) else each for each in wanted]
    return {"get": {"responses": {"200": {"description": "OK"}}, **({"security": sets} if sets else {}), **more}}


def names(requirements: Any, method: str, path: str) -> list[list[str]] | None:
    """What is asked for, by name."""
    wanted = requirements(method, path)
    return None if wanted is None else [[scheme.name for scheme in each] for each in wanted]


@pytest.mark.parametrize(
    ("raw", "scheme"),
    [
        ({"type": "http", "scheme": "Basic"}, Scheme("x", "basic", label="Name and password")),
        ({"type": "http", "scheme": "bearer"}, Scheme("x", "bearer", label="Access token")),
        ({"type": "oauth2", "flows": {}}, Scheme("x", "bearer", label="Access token")),
        ({"type": "openIdConnect"}, Scheme("x", "bearer", label="Access token")),
        ({"type": "apiKey", "in": "query", "name": "appid"}, Scheme("x", "key", "appid", "query", label="Appid")),
        (
            {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            Scheme("x", "key", "X-API-Key", "header", label="API key"),
        ),
        ({"type": "apiKey", "in": "header", "name": "Cookie"}, Scheme("x", "other")),
        ({"type": "apiKey", "in": "body", "name": "key"}, Scheme("x", "other")),
        (
            {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Token <token>"},
            Scheme("x", "bearer", prefix="Token", label="Access token", hint="Token <token>"),
        ),
        ({"type": "mutualTLS"}, Scheme("x", "other")),
        ({"type": "http", "scheme": "digest"}, Scheme("x", "other")),
        ({}, Scheme("x", "other")),
    ],
)
def test_a_scheme_is_what_can_be_sent_for_it(raw: dict[str, Any], scheme: Scheme) -> None:
    assert read_scheme("x", raw) == scheme


def test_an_operation_asks_for_its_own_or_else_for_the_documents() -> None:
    found = guide_of(
        site(
            {
                "/things": get(),
                "/admin": get(["admin"]),
                "/both": get(["user", "app"], ["admin"]),
                "/optional": get({}, ["user"]),
                "/open": get(security=[]),
                "/things/{id}": get(["admin"]),
                "/things/{id}/parts": get(),
                "/things/mine": get(["app"]),
                "/unknown": get(["nothing"]),
                "/half": get(["nothing"], ["admin"]),
            },
            security=[{"user": []}],
        )
    )
    wanted = found.wanted

    assert names(wanted, "get", "/things") == [["user"]]
    assert names(wanted, "GET", "/things/") == [["user"]]
    assert names(wanted, "GET", "/admin?x=1") == [["admin"]]
    assert names(wanted, "GET", "/both") == [["app", "user"], ["admin"]]
    assert names(wanted, "GET", "/optional") == [[], ["user"]]
    assert names(wanted, "GET", "/open") == []
    assert names(wanted, "GET", "/things/7") == [["admin"]]
    assert names(wanted, "GET", "/things/7/parts") == [["user"]]
    assert names(wanted, "GET", "/things/mine") == [["app"]]
    assert names(wanted, "GET", "/unknown") is None
    assert names(wanted, "GET", "/half") == [["admin"]]
    assert names(wanted, "POST", "/things") is None
    assert names(wanted, "GET", "/elsewhere") is None
    assert {scheme.name for scheme in found.schemes} == {"user", "admin", "app"}


def test_where_the_document_says_nothing_nothing_is_known() -> None:
    told = site({"/things": get()}, schemes={})

    assert told.operations[0].security is None
    assert guide_of(told).wanted is None


def test_where_there_is_but_one_scheme_nothing_has_to_be_chosen() -> None:
    assert guide_of(site({"/a": get(["admin"]), "/b": get(security=[])})).wanted is None


def test_a_path_that_spans_segments_is_found_whole() -> None:
    spanning = {"name": "path", "in": "path", "required": True, "allowReserved": True, "schema": {"type": "string"}}
    told = site({"/files/{path}": get(["admin"], parameters=[spanning]), "/b": get(["app"])})

    assert names(guide_of(told).wanted, "GET", "/files/a/b/c.txt") == [["admin"]]


def test_who_am_i_is_what_a_client_asks_when_in_doubt() -> None:
    told = guide_of(site({"/auth/me": get(["admin"]), "/b": get(["admin"])}))
    other = guide_of(site({"/b": get(["admin"])}))

    assert (told.check, told.names_caller) == ("/auth/me", True)
    assert (other.check, other.names_caller) == ("/b", False)


def test_what_has_been_found_is_remembered_for_so_many_paths_only() -> None:
    told = site({"/a/{id}": get(["admin"]), "/b": get(["app"])})
    requirements = Requirements(told.operations, told.accounts.schemes)
    for number in range(3000):
        assert names(requirements, "GET", f"/a/{number}") == [["admin"]]

    assert len(requirements._known) <= 1024
