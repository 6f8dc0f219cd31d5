"""Signing in, registering, signing out."""

import httpx
import pytest
from fastapi import FastAPI

from tests.demo.house import (
    ADMIN,
    DISABLED,
    LOCKED,
    MEMBER,
    Clock,
    client,
    cookies_of,
    renew,
    running,
    sign_in,
    status_with,
    tokens,
    tokens_of,
)

WRONG = {"detail": "Incorrect email or password"}
NEW = {"email": "new@example.com", "password": "long-enough", "full_name": "New One"}


async def test_signing_in_gives_a_bearer_token_and_both_cookies(guest: httpx.AsyncClient) -> None:
    answer = await sign_in(guest, ADMIN)

    assert answer.status_code == 200
    session, refresh = cookies_of(answer)["tracker_session"], cookies_of(answer)["tracker_refresh"]
    assert answer.json() == {"access_token": session.value, "token_type": "bearer"}
    assert (session.path, session.max_age, session.same_site, session.http_only) == ("/", "900", "lax", True)
    assert (refresh.path, refresh.max_age, refresh.same_site) == ("/auth", "1209600", "strict")
    assert refresh.http_only
    assert len(refresh.value) == 43
    assert not session.secure
    assert not refresh.secure


async def test_over_https_the_cookies_are_secure(app: FastAPI) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://demo.test") as guest:
        answer = await sign_in(guest, ADMIN)

    assert {cookie.secure for cookie in cookies_of(answer).values()} == {True}


async def test_the_address_is_found_in_whatever_case_it_is_typed(guest: httpx.AsyncClient) -> None:
    answer = await sign_in(guest, (" Demo@Example.COM ", ADMIN[1]))

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "account",
    [(ADMIN[0], "wrong"), ("nobody@example.com", "wrong"), LOCKED, (DISABLED[0], "wrong"), (ADMIN[0], " ")],
    ids=["wrong password", "unknown", "locked", "disabled with the wrong password", "blank"],
)
async def test_a_wrong_sign_in_says_always_the_same(guest: httpx.AsyncClient, account: tuple[str, str]) -> None:
    answer = await sign_in(guest, account)

    assert (answer.status_code, answer.json()) == (401, WRONG)
    assert answer.headers["www-authenticate"] == "Bearer"
    assert cookies_of(answer) == {}


async def test_an_account_without_a_password_opens_with_none(
    admin: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    address = next(user["email"] for user in (await admin.get("/users")).json()["items"])

    answer = await sign_in(guest, (address, "00"))

    assert answer.status_code == 401


async def test_a_disabled_account_is_told_so_with_the_right_password_alone(guest: httpx.AsyncClient) -> None:
    answer = await sign_in(guest, DISABLED)

    assert (answer.status_code, answer.json()) == (403, {"detail": "Account disabled"})


async def test_signing_in_takes_a_form_and_no_json(guest: httpx.AsyncClient) -> None:
    answer = await guest.post("/auth/token", json={"username": ADMIN[0], "password": ADMIN[1]})

    assert answer.status_code == 422
    assert {tuple(each["loc"]) for each in answer.json()["detail"]} == {("body", "username"), ("body", "password")}


async def test_signing_in_again_ends_the_session_whose_refresh_cookie_came_along(app: FastAPI) -> None:
    earlier = await tokens(app)

    async with client(app, Cookie=f"tracker_refresh={earlier.refresh}") as guest:
        await sign_in(guest, ADMIN)

    assert await status_with(app, earlier.access) == 401
    assert (await renew(app, earlier.refresh)).status_code == 401


async def test_a_stranger_s_refresh_cookie_does_no_harm_when_signing_in(app: FastAPI) -> None:
    async with client(app, Cookie="tracker_refresh=junk") as guest:
        answer = await sign_in(guest, ADMIN)

    assert answer.status_code == 200


async def test_too_many_tries_from_one_address_are_turned_away_for_a_minute(clock: Clock) -> None:
    with running(None, clock, tries_per_minute=3) as app:
        async with client(app, **{"X-Forwarded-For": "203.0.113.7"}) as guest:
            statuses = [(await sign_in(guest, (ADMIN[0], "wrong"))).status_code for _ in range(3)]
            refused = await sign_in(guest, ADMIN)
            registering = await guest.post("/auth/register", json=NEW)
        async with client(app, **{"X-Forwarded-For": "203.0.113.8, 10.0.0.1"}) as other:
            elsewhere = await sign_in(other, ADMIN)
        clock.forward(60)
        async with client(app, **{"X-Forwarded-For": "203.0.113.7"}) as guest:
            later = await sign_in(guest, ADMIN)

    assert statuses == [401, 401, 401]
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
    assert registering.status_code == 429
    assert elsewhere.status_code == 200
    assert later.status_code == 200


async def test_forwarded_addresses_are_believed_only_where_they_are_trusted(clock: Clock) -> None:
    with running(None, clock, tries_per_minute=1, trust_forwarded=False) as app:
        async with client(app) as guest:
            first = await guest.post("/auth/register", json=NEW, headers={"X-Forwarded-For": "203.0.113.7"})
            second = await guest.post("/auth/register", json=NEW, headers={"X-Forwarded-For": "203.0.113.8"})

    assert (first.status_code, second.status_code) == (200, 429)


async def test_registering_signs_in_at_once(guest: httpx.AsyncClient) -> None:
    answer = await guest.post("/auth/register", json=NEW)

    assert answer.status_code == 200
    assert set(cookies_of(answer)) == {"tracker_session", "tracker_refresh"}
    me = (await guest.get("/auth/me")).json()
    assert me == answer.json()
    assert (me["email"], me["full_name"], me["role"], me["is_active"]) == (NEW["email"], "New One", "member", True)
    assert me["has_password"]


async def test_who_registered_signs_in_with_that_password(guest: httpx.AsyncClient, app: FastAPI) -> None:
    await guest.post("/auth/register", json=NEW)

    assert await status_with(app, (await tokens(app, (NEW["email"], NEW["password"]))).access) == 200


async def test_an_address_registers_once(guest: httpx.AsyncClient) -> None:
    answer = await guest.post("/auth/register", json={**NEW, "email": "DEMO@example.com"})

    assert (answer.status_code, answer.json()) == (400, {"detail": "Email already registered"})


@pytest.mark.parametrize(
    ("field", "value"), [("password", "short"), ("email", "not an address"), ("full_name", "x" * 101)]
)
async def test_a_bad_registration_names_the_field(guest: httpx.AsyncClient, field: str, value: str) -> None:
    answer = await guest.post("/auth/register", json={**NEW, field: value})

    assert answer.status_code == 422
    assert [each["loc"] for each in answer.json()["detail"]] == [["body", field]]


async def test_signing_out_ends_the_session_and_takes_the_cookies_back(app: FastAPI) -> None:
    mine, other = await tokens(app), await tokens(app)

    async with client(app, **mine.bearer) as me:
        answer = await me.post("/auth/logout")

    assert (answer.status_code, answer.json()) == (200, {"detail": "Logged out"})
    _assert_deleted(answer)
    assert await status_with(app, mine.access) == 401
    assert (await renew(app, mine.refresh)).status_code == 401
    assert await status_with(app, other.access) == 200


async def test_signing_out_without_a_valid_access_token_takes_the_cookies_back_and_ends_nothing(
    app: FastAPI, clock: Clock
) -> None:
    mine = await tokens(app)
    clock.forward(901)

    async with client(app, Cookie=f"tracker_session={mine.access}; tracker_refresh={mine.refresh}") as me:
        answer = await me.post("/auth/logout")

    assert (answer.status_code, answer.json()) == (401, {"detail": "Could not validate credentials"})
    assert answer.headers["www-authenticate"] == "Bearer"
    _assert_deleted(answer)
    assert (await renew(app, mine.refresh)).status_code == 200


async def test_a_last_login_is_written_down(app: FastAPI, clock: Clock) -> None:
    clock.forward(3600)
    mine = await tokens(app, MEMBER)

    async with client(app, **mine.bearer) as me:
        assert (await me.get("/auth/me")).json()["last_login"] == "2026-01-05T11:00:00Z"


def _assert_deleted(answer: httpx.Response) -> None:
    deleted = cookies_of(answer)
    assert {name: (each.value, each.max_age, each.path, each.same_site) for name, each in deleted.items()} == {
        "tracker_session": ("", "0", "/", "lax"),
        "tracker_refresh": ("", "0", "/auth", "lax"),
    }


async def test_both_tokens_are_new_at_every_sign_in(app: FastAPI) -> None:
    first, second = await tokens(app), await tokens(app)

    assert first.access != second.access
    assert first.refresh != second.refresh
    assert tokens_of(await renew(app, first.refresh)).refresh not in (first.refresh, second.refresh)
