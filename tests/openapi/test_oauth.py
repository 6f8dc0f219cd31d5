"""Signing in somewhere else, as documents tell of it."""

from typing import Any

import pytest

from tests.openapi.building import TEXT, answers, query, site, takes
from webapp.openapi.codeflow import CodeFlow, OAuthButton

CODE = {"authorizationUrl": "https://id.test/authorize", "tokenUrl": "/token", "scopes": {"read": "", "write": ""}}
OAUTH = {"type": "oauth2", "flows": {"authorizationCode": CODE}}
OPENID = {"type": "openIdConnect", "openIdConnectUrl": "https://id.test/.well-known/openid-configuration"}


def flow(**schemes: Any) -> CodeFlow | None:
    return site({}, components={"securitySchemes": schemes}).accounts.code_flow


def buttons(*paths: str, **more: Any) -> tuple[OAuthButton, ...]:
    return site({path: {"get": answers(**more)} for path in paths}).accounts.buttons


def test_a_code_flow_is_where_its_scheme_says() -> None:
    assert flow(one=OAUTH) == CodeFlow(
        authorization="https://id.test/authorize", token="/token", scopes=("read", "write")
    )


def test_openid_connect_comes_before_plain_oauth() -> None:
    assert flow(one=OAUTH, two=OPENID) == CodeFlow(discovery="https://id.test/.well-known/openid-configuration")


@pytest.mark.parametrize(
    "scheme",
    [
        {"type": "http", "scheme": "Bearer"},
        {"type": "apiKey", "in": "header", "name": "Authorization"},
    ],
)
def test_a_token_to_paste_is_told_beside_it(scheme: dict[str, str]) -> None:
    found = flow(one=OPENID, two=scheme)

    assert found is not None
    assert not found.alone


@pytest.mark.parametrize(
    "scheme",
    [
        {"type": "oauth2"},
        {"type": "oauth2", "flows": {"authorizationCode": {"authorizationUrl": "https://id.test/a"}}},
        {"type": "oauth2", "flows": {"authorizationCode": {"authorizationUrl": 1, "tokenUrl": 2}}},
        {"type": "oauth2", "flows": {"password": {"tokenUrl": "/token"}}},
        {"type": "openIdConnect"},
        {"type": "openIdConnect", "openIdConnectUrl": ""},
        {"type": "http", "scheme": "basic"},
    ],
)
def test_what_lacks_a_part_is_no_code_flow(scheme: dict[str, Any]) -> None:
    assert flow(one=scheme) is None


def test_a_provider_is_known_by_its_start_and_its_callback() -> None:
    found = buttons("/api/v1/auth/oauth/github/start", "/api/v1/auth/oauth/github/callback", "/auth/oauth/x/start")

    assert found == (
        OAuthButton("github", "GitHub", "/api/v1/auth/oauth/github/start", "/api/v1/auth/oauth/github/callback"),
    )


@pytest.mark.parametrize("words", [("login", "callback"), ("authorize", "callback"), ("begin", "complete")])
def test_starts_have_many_names(words: tuple[str, str]) -> None:
    assert [each.label for each in buttons(*(f"/auth/google/{word}" for word in words))] == ["Google"]


@pytest.mark.parametrize(
    "paths",
    [
        ("/oauth2/authorize", "/oauth2/callback"),
        ("/auth/jwt/login", "/auth/jwt/callback"),
        ("/jobs/nightly/start", "/jobs/nightly/callback"),
        ("/auth/oauth/{provider}/start", "/auth/oauth/{provider}/callback"),
        ("/auth/oauth/github/connections", "/auth/oauth/github/callback"),
    ],
)
def test_what_only_looks_like_a_provider_is_none(paths: tuple[str, str]) -> None:
    assert buttons(*paths) == ()


def test_a_provider_in_the_path_is_one_of_those_that_are_listed() -> None:
    values = {
        "name": "provider",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "enum": ["github", "a/b"]},
    }
    found = buttons("/oauth/{provider}/login", "/oauth/{provider}/callback", parameters=[values])

    assert [(each.start, each.callback) for each in found] == [("/oauth/github/login", "/oauth/github/callback")]


def test_a_start_that_needs_to_be_told_something_is_no_button() -> None:
    needed = buttons("/oauth/x/start", "/oauth/x/callback", parameters=[query("tenant", required=True)])
    posted = site({"/oauth/x/start": {"post": takes(TEXT)}, "/oauth/x/callback": {"get": answers()}}).accounts.buttons

    assert needed == posted == ()
