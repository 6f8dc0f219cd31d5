from typing import Any

import pytest

from tests.openapi.building import NUMBER, TEXT, answers, listing_of, site, takes, thing
from webapp.client.refresh import RefreshEndpoint
from webapp.openapi.security import refresh_endpoint
from webapp.openapi.site import Accounts, SignIn

FORM = "application/x-www-form-urlencoded"
LOGIN = {**thing(email=TEXT, password=TEXT), "required": ["email", "password"]}
GRANT = thing(
    grant_type={"anyOf": [{"type": "string", "pattern": "^password$"}, {"type": "null"}]},
    username=TEXT,
    password=TEXT,
    scope=TEXT,
)
TOKEN = {"200": {"content": {"application/json": {"schema": thing(access_token=TEXT, refresh_token=TEXT)}}}}


def password_flow(**flow: str) -> dict[str, Any]:
    return {"securitySchemes": {"oauth": {"type": "oauth2", "flows": {"password": {"scopes": {}, **flow}}}}}


def accounts(paths: dict[str, Any], **more: Any) -> Accounts:
    return site(paths, **more).accounts


@pytest.mark.parametrize(
    "url", ["/api/v1/auth/token", "api/v1/auth/token", "./auth/token", "http://api.example/api/v1/auth/token"]
)
def test_the_token_endpoint_of_the_document_is_the_way_in(url: str) -> None:
    found = accounts({"/api/v1/auth/token": {"post": takes(GRANT, FORM)}}, components=password_flow(tokenUrl=url))

    assert found.sign_in == SignIn(
        "/api/v1/auth/token", "form", "username", "password", "Username", {"grant_type": "password"}
    )
    assert found.required


def test_a_token_endpoint_that_is_no_operation_is_used_all_the_same() -> None:
    found = accounts({}, components=password_flow(tokenUrl="/auth/token"))
    elsewhere = accounts({}, components=password_flow(tokenUrl="https://id.elsewhere.example/token"))
    unnamed = accounts({}, components=password_flow())

    assert found.sign_in == SignIn(
        "/auth/token", "form", "username", "password", "Username", {"grant_type": "password"}, either=True
    )
    assert elsewhere.sign_in is None
    assert unnamed.sign_in is None


def test_a_token_endpoint_is_moved_below_the_base_url_in_use() -> None:
    found = site(
        {"/users": {"get": answers()}},
        base_url="http://h.example",
        url="http://h.example/openapi.json",
        servers=[{"url": "/api"}],
        components=password_flow(tokenUrl="auth/token"),
    )

    assert found.accounts.sign_in is not None
    assert found.accounts.sign_in.path == "/api/auth/token"


def test_whoever_registers_with_an_address_signs_in_with_it() -> None:
    paths = {
        "/auth/token": {"post": takes(GRANT, FORM)},
        "/auth/register": {"post": takes(thing(email=TEXT, password=TEXT))},
    }

    found = accounts(paths, components=password_flow(tokenUrl="/auth/token"))

    assert found.sign_in is not None
    assert found.sign_in.username_label == "Email"
    assert found.register is not None


@pytest.mark.parametrize(
    ("field", "label"),
    [("email", "Email"), ("username", "Username"), ("phone", "Phone"), ("usernameOrEmail", "Username or email")],
)
def test_a_login_is_known_by_its_shape(field: str, label: str) -> None:
    found = accounts(
        {"/auth/login": {"post": takes(thing(**{field: TEXT, "password": TEXT, "remember_me": {"type": "boolean"}}))}}
    )

    assert found.sign_in == SignIn("/auth/login", "json", field, "password", label)
    assert not found.required


def test_of_several_logins_the_likeliest_is_taken() -> None:
    found = accounts(
        {
            "/admin/login": {"post": {**takes(LOGIN), "responses": TOKEN}},
            "/auth/session": {"post": takes(LOGIN)},
            "/auth/login": {"post": {**takes(LOGIN), "responses": TOKEN}},
        }
    )

    assert found.sign_in is not None
    assert found.sign_in.path == "/auth/login"


def test_a_token_may_come_wrapped_in_data() -> None:
    wrapped = {"200": {"content": {"application/json": {"schema": thing(data=thing(access_token=TEXT))}}}}
    found = accounts(
        {"/auth/session": {"post": takes(LOGIN)}, "/auth/token": {"post": {**takes(LOGIN), "responses": wrapped}}}
    )

    assert found.sign_in is not None
    assert found.sign_in.path == "/auth/token"


@pytest.mark.parametrize(
    "body",
    [
        thing(email=TEXT),
        thing(password=TEXT),
        {**thing(email=TEXT, password=TEXT, tenant=TEXT), "required": ["tenant"]},
        thing(client_id=TEXT, client_secret=TEXT),
    ],
)
def test_what_asks_for_anything_else_is_no_login(body: dict[str, Any]) -> None:
    assert accounts({"/auth/login": {"post": takes(body)}}).sign_in is None


def test_what_has_one_answer_is_sent_along() -> None:
    body = {
        **thing(username=TEXT, password=TEXT, mode={"const": "json"}, tenant={"type": "string", "default": "main"}),
        "required": ["mode", "tenant"],
    }

    found = accounts({"/login": {"post": takes(body)}, "/login/two": {"post": takes(LOGIN, "text/plain")}})

    assert found.sign_in is not None
    assert found.sign_in.extra == {"mode": "json"}


def test_everything_around_an_account_is_found() -> None:
    device = thing(id=TEXT, user_agent=TEXT, ip=TEXT)
    found = accounts(
        {
            "/auth/login": {"post": takes(LOGIN)},
            "/auth/register": {"post": takes(LOGIN)},
            "/auth/logout": {"post": {}, "get": {}},
            "/cache/refresh": {"post": {}},
            "/auth/refresh": {"post": {}},
            "/auth/me": {"get": answers(thing(email=TEXT))},
            "/auth/sessions": {"get": listing_of(device), "delete": {}},
            "/auth/sessions/{id}": {"delete": {}},
        }
    )

    assert [
        operation and f"{operation.method} {operation.path}"
        for operation in (
            found.register,
            found.sign_out,
            found.refresh,
            found.me,
            found.sessions,
            found.end_session,
            found.end_other_sessions,
        )
    ] == [
        "POST /auth/register",
        "POST /auth/logout",
        "POST /auth/refresh",
        "GET /auth/me",
        "GET /auth/sessions",
        "DELETE /auth/sessions/{id}",
        "DELETE /auth/sessions",
    ]


def test_look_alikes_are_left_alone() -> None:
    found = accounts(
        {
            "/weather/current": {"get": answers(thing(t=NUMBER))},
            "/conference/sessions": {"get": listing_of(thing(id=TEXT, title=TEXT))},
            "/newsletter/register": {"post": takes(thing(email=TEXT))},
            "/cache/refresh": {"post": {}},
            "/teams/me": {"get": listing_of(thing(id=TEXT))},
        }
    )

    assert found == Accounts()


def test_sessions_that_look_like_devices_are_found_anywhere() -> None:
    found = accounts(
        {"/sessions": {"get": listing_of(thing(id=TEXT, user_agent=TEXT, is_current={"type": "boolean"}))}}
    )

    assert found.sessions is not None
    assert found.end_session is None
    assert found.end_other_sessions is None


def test_a_profile_of_a_user_is_who_am_i() -> None:
    found = accounts(
        {"/user/profile": {"get": answers(thing(name=TEXT))}, "/company/profile": {"get": answers(thing(name=TEXT))}}
    )

    assert found.me is not None
    assert found.me.path == "/user/profile"


def test_signing_out_may_be_deleting_what_signing_in_made() -> None:
    assert accounts({"/auth/token": {"post": takes(LOGIN), "delete": {}}}).sign_out is not None
    assert accounts({"/session": {"delete": {}}}).sign_out is not None
    assert accounts({"/things": {"delete": {}}}).sign_out is None


def test_an_empty_refresh_goes_by_cookie() -> None:
    found = accounts({"/auth/refresh": {"post": {}}})

    assert refresh_endpoint(found) == RefreshEndpoint("/auth/refresh", "cookie")


def test_a_refresh_that_takes_the_token_goes_by_json() -> None:
    body = thing(refreshToken=TEXT, mode={"const": "json"})

    found = accounts({"/renewals/refresh": {"post": takes(body)}})

    assert refresh_endpoint(found) == RefreshEndpoint(
        "/renewals/refresh", "json", field="refreshToken", extra={"mode": "json"}
    )


def test_a_token_endpoint_that_gives_refresh_tokens_takes_them_back() -> None:
    paths = {"/oauth/token": {"post": {**takes(GRANT, FORM), "responses": TOKEN}}}

    found = accounts(paths, components=password_flow(tokenUrl="/oauth/token"))

    assert refresh_endpoint(found) == RefreshEndpoint("/oauth/token", "grant")


def test_a_refresh_url_that_is_an_operation_is_used() -> None:
    paths = {"/oauth/token": {"post": takes(GRANT, FORM)}, "/oauth/again": {"post": {}}}

    found = accounts(paths, components=password_flow(tokenUrl="/oauth/token", refreshUrl="/oauth/again"))

    assert found.refresh is not None
    assert found.refresh.path == "/oauth/again"


def test_without_a_way_to_renew_there_is_none() -> None:
    found = accounts(
        {"/auth/token": {"post": takes(GRANT, FORM)}},
        components=password_flow(tokenUrl="/auth/token", refreshUrl="/gone"),
    )

    assert refresh_endpoint(found) is None


@pytest.mark.parametrize("url", ["http://[", "//[/token", "http://h.example:port/token"])
def test_a_token_url_that_is_none_gives_no_way_to_sign_in(url: str) -> None:
    flows = {"password": {"tokenUrl": url, "refreshUrl": url}}

    found = site(
        {"/users": {"get": answers()}},
        components={"securitySchemes": {"p": {"type": "oauth2", "flows": flows}}},
    )

    assert found.accounts.sign_in is None
    assert found.accounts.refresh is None


def test_an_answer_that_contains_itself_is_looked_into_only_so_far() -> None:
    login = takes(thing(username=TEXT, password=TEXT))
    login["responses"] = answers({"$ref": "#/components/schemas/Envelope"})["responses"]

    found = site(
        {"/login": {"post": login}},
        components={"schemas": {"Envelope": thing(data={"$ref": "#/components/schemas/Envelope"})}},
    )

    assert found.accounts.sign_in is not None
