"""What is said about signing in."""

from typing import Any

from tests.openapi.building import TEXT, site, takes, thing
from webapp.openapi.overrides.applying import apply_overrides
from webapp.openapi.overrides.reading import read_overrides
from webapp.openapi.security import refresh_endpoint
from webapp.openapi.site import Accounts, KeyPlace, Site

LOGIN: dict[str, Any] = {
    "/auth/login": {"post": takes(thing(email=TEXT, password=TEXT))},
    "/auth/me": {"get": {"responses": {}}},
    "/auth/bye": {"post": {"operationId": "bye", "responses": {}}},
}


def accounts(said: dict[str, Any], paths: dict[str, Any] | None = None) -> Accounts:
    return apply_overrides(found(paths), read_overrides({"login": said})).accounts


def found(paths: dict[str, Any] | None = None) -> Site:
    return site(LOGIN if paths is None else paths)


def test_a_detail_is_put_right() -> None:
    way = accounts({"username_field": "login", "username_label": "Login"}).sign_in

    assert way is not None
    assert (way.path, way.username_field, way.password_field, way.username_label) == (
        "/auth/login",
        "login",
        "password",
        "Login",
    )


def test_a_sign_in_that_the_document_does_not_tell_is_made() -> None:
    made = accounts({"path": "/session", "username_field": "user", "extra": {"mode": "x"}}, {})

    assert made.sign_in is not None
    assert made.ways == (made.sign_in,)
    assert (made.sign_in.encoding, made.sign_in.path) == ("json", "/session")
    assert (made.sign_in.username_field, made.sign_in.password_field) == ("user", "password")
    assert made.sign_in.extra == {"mode": "x"}


def test_another_kind_comes_before_what_was_inferred() -> None:
    made = accounts({"kind": "bearer", "scheme": "Token"})

    assert made.sign_in is not None
    assert (made.sign_in.encoding, made.sign_in.scheme) == ("bearer", "Token")
    assert made.ways[0] == made.sign_in
    assert [each.encoding for each in made.ways[1:]] == [each.encoding for each in found().accounts.ways]


def test_a_key_goes_where_it_is_said_to() -> None:
    made = accounts({"kind": "api_key", "key": "X-Token", "key_in": "query", "key_label": "Your key"}, {})

    assert made.sign_in is not None
    assert made.sign_in.keys == (KeyPlace("X-Token", "query", "Your key"),)


def test_there_may_be_none() -> None:
    made = accounts({"kind": "none"})

    assert made.sign_in is None
    assert made.ways == ()


def test_too_little_makes_no_sign_in() -> None:
    assert accounts({"username_field": "user"}, {}).sign_in is None
    assert accounts({"kind": "form"}, {}).sign_in is None


def test_the_operations_around_it_are_found_or_made_up() -> None:
    made = accounts({"sign_out": "/auth/bye", "me": "/whoami", "refresh": "PUT /renew", "register": False})

    assert made.sign_out is not None
    assert made.sign_out.name == "bye"
    assert made.me is not None
    assert (made.me.method, made.me.path) == ("GET", "/whoami")
    assert made.refresh is not None
    assert (made.refresh.method, made.refresh.path) == ("PUT", "/renew")
    assert made.register is None
    assert accounts({"me": False}).me is None


def test_a_renewal_may_want_its_token_in_the_body() -> None:
    endpoint = refresh_endpoint(accounts({"refresh": "/auth/refresh", "refresh_field": "refresh_token"}))

    assert endpoint is not None
    assert (endpoint.kind, endpoint.path, endpoint.field) == ("json", "/auth/refresh", "refresh_token")
