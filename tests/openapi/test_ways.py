"""The ways to sign in that go along with every call."""

from typing import Any

import pytest

from tests.openapi.building import NUMBER, TEXT, answers, listing_of, query, resource, site, takes, thing
from webapp.openapi.site import SignIn

BASIC = {"type": "http", "scheme": "basic"}
BEARER = {"type": "http", "scheme": "bearer"}
OAUTH = {"type": "oauth2", "flows": {"authorizationCode": {"authorizationUrl": "/a", "tokenUrl": "/t", "scopes": {}}}}
LOGIN = {"/auth/login": {"post": takes({**thing(email=TEXT, password=TEXT), "required": ["email", "password"]})}}


def key(name: str, place: str = "header", **more: Any) -> dict[str, Any]:
    return {"type": "apiKey", "in": place, "name": name, **more}


def ways(*alternatives: dict[str, Any], paths: dict[str, Any] | None = None, **schemes: Any) -> tuple[SignIn, ...]:
    more: dict[str, Any] = {"security": list(alternatives)} if alternatives else {}
    return site(paths or {}, components={"securitySchemes": schemes}, **more).accounts.ways


@pytest.mark.parametrize(
    ("scheme", "name", "encoding"),
    [
        (BASIC, "basic", "basic"),
        (BEARER, "bearer", "bearer"),
        (OAUTH, "bearer", "bearer"),
        ({"type": "openIdConnect", "openIdConnectUrl": "/x"}, "bearer", "bearer"),
        (key("X-API-Key"), "api-key-x-api-key", "api_key"),
        (key("appid", "query"), "api-key-appid", "api_key"),
        (key("sid", "cookie"), "api-key-sid", "api_key"),
    ],
)
def test_each_scheme_is_a_way(scheme: dict[str, Any], name: str, encoding: str) -> None:
    (way,) = ways(one=scheme)

    assert (way.name, way.encoding, way.is_posted, way.path) == (name, encoding, False, "")


@pytest.mark.parametrize(
    "scheme",
    [
        {"type": "http", "scheme": "digest"},
        {"type": "mutualTLS"},
        key("Cookie"),
        key("two words"),
        key("x", "body"),
        key("", "query"),
        {},
    ],
)
def test_what_nobody_could_paste_is_none(scheme: dict[str, Any]) -> None:
    assert ways(one=scheme) == ()


def test_keys_that_are_asked_for_together_are_one_way_and_alternatives_several() -> None:
    found = ways(
        {"app": [], "user": []},
        {"basic": []},
        basic=BASIC,
        app=key("key", "query", description="See **your** page."),
        user=key("token", "query"),
        unused=key("X-Other"),
    )

    assert [each.name for each in found] == ["api-key-key-token", "basic"]
    assert [(each.label, each.hint) for each in found[0].keys] == [("API key", "See your page."), ("Token", "")]


def test_a_password_and_a_key_may_be_asked_for_at_once() -> None:
    (way,) = ways({"basic": [], "app": []}, basic=BASIC, app=key("X-Billbee-Api-Key"))

    assert (way.encoding, [each.name for each in way.keys]) == ("basic", ["X-Billbee-Api-Key"])


def test_the_commonest_way_comes_first() -> None:
    secured = {f"/{number}": {"get": {**answers(TEXT), "security": [{"bearer": []}]}} for number in range(3)}
    secured["/x"] = {"get": {**answers(TEXT), "security": [{"basic": []}]}}

    assert [each.name for each in ways(paths=secured, basic=BASIC, bearer=BEARER)] == ["bearer", "basic"]


def test_a_login_goes_before_the_token_that_it_gives_and_its_cookie_is_no_way() -> None:
    found = ways(paths=LOGIN, bearer=BEARER, cookie=key("sid", "cookie"))

    assert [each.name for each in found] == ["password", "bearer"]


@pytest.mark.parametrize(
    ("told", "scheme"),
    [
        ("API Key - NetworkInsight {token}", "NetworkInsight"),
        ('Token-based authentication with required prefix "Token"', "Token"),
        ("Send `Bearer <token>`.", "Bearer"),
        ("Your token.", ""),
    ],
)
def test_what_stands_before_a_token_is_told_in_prose(told: str, scheme: str) -> None:
    schemes = {"one": key("Authorization", description=told)}
    (pasted,) = ways(**schemes)
    login, *_ = ways(paths=LOGIN, **schemes)

    assert (pasted.encoding, pasted.scheme, pasted.hint) == ("bearer", scheme, told.replace("`", ""))
    assert (login.encoding, login.scheme) == ("json", scheme or "Bearer")


def test_credentials_are_tried_with_what_only_those_get_who_are_signed_in() -> None:
    schemes: dict[str, Any] = {"components": {"securitySchemes": {"basic": BASIC}}}
    asked: list[Any] = [{"basic": []}]
    paths: dict[str, Any] = {
        "/health": {"get": {**answers(TEXT), "security": []}},
        "/search": {"get": {**answers(TEXT), "security": asked, "parameters": [query("q", required=True)]}},
        "/orders": {"get": {**answers(TEXT), "security": asked}},
    }
    first = site(paths, **schemes).accounts.check
    mine = site({**paths, "/users/me": {"get": answers(thing(name=TEXT))}}, **schemes).accounts.check
    none = site({"/health": {"get": answers(TEXT)}}, **schemes).accounts.check

    assert first is not None
    assert first.path == "/orders"
    assert mine is not None
    assert mine.path == "/users/me"
    assert none is None


def test_a_key_is_no_input_of_an_operation() -> None:
    schemes = {"securitySchemes": {"key": key("key", "query"), "head": key("X-Key")}}
    parameters = [query("key", required=True), query("q"), {"name": "x-key", "in": "header", "schema": TEXT}]
    found = site({"/users": {"get": listing_of(thing(id=NUMBER), parameters=parameters)}}, components=schemes)

    assert [each.name for each in found.operations[0].parameters] == ["q"]
    assert found.credentials == resource(found, "users").credentials == {"key"}
