"""Devices: where an account is signed in, and how that ends."""

import httpx
from fastapi import FastAPI

from tests.demo.house import ADMIN, MEMBER, Clock, client, renew, status_with, tokens


async def test_each_sign_in_is_a_device_and_one_of_them_is_this(app: FastAPI, clock: Clock) -> None:
    await tokens(app, agent="phone", address="203.0.113.1")
    clock.forward(60)
    mine = await tokens(app, agent="laptop", address="203.0.113.2")

    async with client(app, **mine.bearer) as me:
        sessions = (await me.get("/auth/sessions")).json()

    assert [(each["user_agent"], each["ip"], each["is_current"]) for each in sessions] == [
        ("laptop", "203.0.113.2", True),
        ("phone", "203.0.113.1", False),
    ]
    assert set(sessions[0]) == {
        *("id", "source", "user_agent", "ip", "created_at", "last_used_at", "expires_at", "is_current")
    }
    assert sessions[0]["source"] == "password"
    assert sessions[0]["created_at"] == "2026-01-05T10:01:00Z"


async def test_a_renewed_session_is_still_one_device(app: FastAPI) -> None:
    mine = await tokens(app)
    await renew(app, mine.refresh)
    await renew(app, mine.refresh)

    async with client(app, **mine.bearer) as me:
        assert len((await me.get("/auth/sessions")).json()) == 1


async def test_ending_the_others_leaves_this_one(app: FastAPI) -> None:
    others = [await tokens(app), await tokens(app)]
    mine, stranger = await tokens(app), await tokens(app, MEMBER)

    async with client(app, **mine.bearer) as me:
        answer = await me.delete("/auth/sessions")
        again = await me.delete("/auth/sessions")

    assert (answer.status_code, answer.json()) == (200, {"revoked": 2})
    assert again.json() == {"revoked": 0}
    assert [await status_with(app, each.access) for each in others] == [401, 401]
    assert [(await renew(app, each.refresh)).status_code for each in others] == [401, 401]
    assert [await status_with(app, each.access) for each in (mine, stranger)] == [200, 200]


async def test_ending_one_device_ends_it_alone(app: FastAPI) -> None:
    other, mine = await tokens(app), await tokens(app)
    async with client(app, **mine.bearer) as me:
        (found,) = [each["id"] for each in (await me.get("/auth/sessions")).json() if not each["is_current"]]
        answer = await me.delete(f"/auth/sessions/{found}")
        again = await me.delete(f"/auth/sessions/{found}")

    assert (answer.status_code, answer.content) == (204, b"")
    assert (again.status_code, again.json()) == (404, {"detail": "Session not found"})
    assert await status_with(app, other.access) == 401
    assert (await renew(app, other.refresh)).status_code == 401
    assert await status_with(app, mine.access) == 200


async def test_ending_one_s_own_session_is_signing_out(admin: httpx.AsyncClient) -> None:
    (mine,) = [each["id"] for each in (await admin.get("/auth/sessions")).json() if each["is_current"]]

    assert (await admin.delete(f"/auth/sessions/{mine}")).status_code == 204
    assert (await admin.get("/auth/me")).status_code == 401


async def test_another_s_session_is_not_found(app: FastAPI, admin: httpx.AsyncClient) -> None:
    theirs = await tokens(app, MEMBER)
    async with client(app, **theirs.bearer) as them:
        (found,) = [each["id"] for each in (await them.get("/auth/sessions")).json()]

    assert (await admin.delete(f"/auth/sessions/{found}")).status_code == 404
    assert await status_with(app, theirs.access) == 200


async def test_the_account_shows_no_secrets(admin: httpx.AsyncClient) -> None:
    answer = await admin.get("/auth/me")

    assert set(answer.json()) == {
        *("email", "full_name", "is_active", "is_verified", "role", "id", "last_login", "created_at", "updated_at"),
        "has_password",
    }
    assert answer.json()["email"] == ADMIN[0]
