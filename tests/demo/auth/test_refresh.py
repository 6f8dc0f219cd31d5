"""Renewal: rotation, the reuse window, the end of a family."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from fastapi import FastAPI

from tests.demo.house import (
    ADMIN,
    MEMBER,
    Clock,
    Tokens,
    client,
    cookies_of,
    renew,
    running,
    state_of,
    status_with,
    tokens,
    tokens_of,
)
from webapp.demo.database import every

INVALID = (401, {"detail": "Invalid refresh token"})


async def test_renewing_rotates_both_tokens(app: FastAPI) -> None:
    first = await tokens(app)

    answer = await renew(app, first.refresh)

    second = tokens_of(answer)
    assert answer.json() == {"access_token": second.access, "token_type": "bearer"}
    assert second.access != first.access
    assert second.refresh != first.refresh
    assert await status_with(app, second.access) == 200


async def test_the_old_access_token_stays_good_until_it_expires(app: FastAPI, clock: Clock) -> None:
    first = await tokens(app)
    clock.forward(600)
    second = tokens_of(await renew(app, first.refresh))

    assert await status_with(app, first.access) == 200
    clock.forward(300)
    assert await status_with(app, first.access) == 401
    assert await status_with(app, second.access) == 200


async def test_an_expired_access_token_is_not_needed_to_renew(app: FastAPI, clock: Clock) -> None:
    first = await tokens(app)
    clock.forward(7 * 86_400)

    second = tokens_of(await renew(app, first.refresh))

    assert await status_with(app, second.access) == 200


async def test_without_a_refresh_cookie_nothing_is_set_or_deleted(app: FastAPI) -> None:
    mine = await tokens(app)
    async with client(app, **mine.bearer) as me:
        answer = await me.post("/auth/refresh")

    assert (answer.status_code, answer.json()) == (401, {"detail": "No refresh token"})
    assert cookies_of(answer) == {}


async def test_an_unknown_refresh_token_takes_both_cookies_back(app: FastAPI) -> None:
    answer = await renew(app, "junk")

    assert (answer.status_code, answer.json()) == INVALID
    assert answer.headers["www-authenticate"] == "Bearer"
    assert {name: (each.value, each.max_age) for name, each in cookies_of(answer).items()} == {
        "tracker_session": ("", "0"),
        "tracker_refresh": ("", "0"),
    }


async def test_an_old_refresh_token_expires(app: FastAPI, clock: Clock) -> None:
    first = await tokens(app)
    clock.forward(14 * 86_400)

    answer = await renew(app, first.refresh)

    assert (answer.status_code, answer.json()) == INVALID


async def test_within_the_window_a_used_token_gives_another_live_successor(app: FastAPI, clock: Clock) -> None:
    first = await tokens(app)
    second = tokens_of(await renew(app, first.refresh))
    clock.forward(30)

    third = tokens_of(await renew(app, first.refresh))

    assert third.refresh != second.refresh
    for each in (second, third):
        assert await status_with(app, each.access) == 200
        assert (await renew(app, each.refresh)).status_code == 200


async def test_after_the_window_a_used_token_ends_the_family_at_once(app: FastAPI, clock: Clock) -> None:
    first = await tokens(app)
    second = tokens_of(await renew(app, first.refresh))
    bystander = await tokens(app)
    clock.forward(31)

    answer = await renew(app, first.refresh)

    assert (answer.status_code, answer.json()) == INVALID
    assert set(cookies_of(answer)) == {"tracker_session", "tracker_refresh"}
    assert [await status_with(app, each.access) for each in (first, second)] == [401, 401]
    assert (await renew(app, second.refresh)).status_code == 401
    assert await status_with(app, bystander.access) == 200


async def test_the_window_begins_with_the_first_use_and_is_not_stretched(app: FastAPI, clock: Clock) -> None:
    first = await tokens(app)
    await renew(app, first.refresh)
    clock.forward(20)
    await renew(app, first.refresh)
    clock.forward(20)

    assert (await renew(app, first.refresh)).status_code == 401


async def test_eight_renewals_at_once_give_eight_live_successors(app: FastAPI) -> None:
    first = await tokens(app)

    answers = await asyncio.gather(*(renew(app, first.refresh) for _ in range(8)))

    successors = [tokens_of(answer) for answer in answers]
    assert len({each.refresh for each in successors}) == 8
    assert [(await renew(app, each.refresh)).status_code for each in successors] == [200] * 8


async def test_the_window_can_be_closed(clock: Clock) -> None:
    with running(None, clock, reuse_window=0) as app:
        first = await tokens(app)
        await renew(app, first.refresh)
        clock.forward(0.001)

        assert (await renew(app, first.refresh)).status_code == 401


async def test_lifetimes_can_be_less_than_a_second(clock: Clock) -> None:
    with running(None, clock, access_seconds=0.2, refresh_seconds=0.5) as app:
        first = await tokens(app)
        assert await status_with(app, first.access) == 200
        clock.forward(0.3)
        assert await status_with(app, first.access) == 401
        answer = await renew(app, first.refresh)
        assert [each.max_age for each in cookies_of(answer).values()] == ["1", "1"]


async def test_who_was_deactivated_can_not_renew(app: FastAPI) -> None:
    theirs = await tokens(app, MEMBER)
    await _deactivate_member(app)

    answer = await renew(app, theirs.refresh)

    assert (answer.status_code, answer.json()) == (401, {"detail": "User unavailable"})
    assert set(cookies_of(answer)) == {"tracker_session", "tracker_refresh"}


async def test_renewing_tells_the_session_s_device_anew(app: FastAPI, clock: Clock) -> None:
    first = await tokens(app, agent="one", address="203.0.113.1")
    clock.forward(60)
    headers = {"Cookie": f"tracker_refresh={first.refresh}", "User-Agent": "two", "X-Forwarded-For": "203.0.113.2"}
    async with client(app, **headers) as guest:
        second = tokens_of(await guest.post("/auth/refresh"))

    async with client(app, **second.bearer) as me:
        (session,) = (await me.get("/auth/sessions")).json()

    assert (session["user_agent"], session["ip"]) == ("two", "203.0.113.2")
    assert session["last_used_at"] == "2026-01-05T10:01:00Z"
    assert session["expires_at"] == "2026-01-19T10:01:00Z"


async def test_no_refresh_token_lies_in_the_database(app: FastAPI) -> None:
    first = await tokens(app)
    with state_of(app).reading() as connection:
        stored = every(connection, "SELECT hash FROM refresh_tokens")

    assert len(stored) == 1
    assert first.refresh not in str(stored)


async def test_sessions_that_expired_are_forgotten(app: FastAPI, clock: Clock) -> None:
    await tokens(app)
    clock.forward(15 * 86_400)
    await tokens(app)

    with state_of(app).reading() as connection:
        assert [_count(connection, table) for table in ("sessions", "refresh_tokens")] == [1, 1]


@pytest.mark.parametrize("kept", [True, False], ids=["kept", "in memory"])
async def test_tokens_outlive_a_restart_just_when_the_data_do(clock: Clock, tmp_path: Path, kept: bool) -> None:
    path = tmp_path / "tracker.db" if kept else None
    with running(path, clock) as app:
        mine: Tokens = await tokens(app, ADMIN)
        state_of(app).close()

        assert await status_with(app, mine.access) == (200 if kept else 401)
        assert (await renew(app, mine.refresh)).status_code == (200 if kept else 401)


async def _deactivate_member(app: FastAPI) -> None:
    async with client(app, **(await tokens(app)).bearer) as admin:
        assert (await admin.post("/users/2/deactivate")).status_code == 200


def _count(connection: sqlite3.Connection, table: str) -> int:
    return len(every(connection, f"SELECT * FROM {table}"))
