"""The wiring: started or not, in memory or on a file, one of many, in any loop and thread."""

import asyncio
import threading
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Mount

from tests.demo.house import ADMIN, Clock, client, cookies_of, running, sign_in, state_of, tokens
from webapp.demo.app import create_demo


def test_nothing_is_opened_before_it_is_needed(tmp_path: Path) -> None:
    create_demo(tmp_path / "tracker.db")

    assert list(tmp_path.iterdir()) == []


async def test_without_a_lifespan_the_first_request_sets_up(tmp_path: Path) -> None:
    with running(tmp_path / "tracker.db", Clock()) as app:
        mine = await tokens(app)
        async with client(app, **mine.bearer) as me:
            assert (await me.get("/issues")).json()["total"] > 2_900

    assert _names(tmp_path) == {"tracker.db", "tracker.db.files"}


async def test_a_lifespan_opens_and_closes_and_may_be_run_again(clock: Clock) -> None:
    app = create_demo(clock=clock)
    folders = []
    for _ in range(2):
        async with app.router.lifespan_context(app):
            folders.append(state_of(app).files.path("").resolve())
            assert folders[-1].is_dir()
            await tokens(app)
        assert not folders[-1].exists()

    assert folders[0] != folders[1]


async def test_what_was_written_to_a_file_is_there_after_a_restart(clock: Clock, tmp_path: Path) -> None:
    path = tmp_path / "tracker.db"
    for expected in (201, 409):
        with running(path, clock) as app:
            async with client(app, **(await tokens(app)).bearer) as me:
                assert (await me.post("/labels", json={"name": "kept", "colour": "#000000"})).status_code == expected


async def test_two_demos_share_nothing(clock: Clock) -> None:
    with running(None, clock) as one, running(None, clock) as other:
        mine = await tokens(one)
        async with client(one, **mine.bearer) as me, client(other, **mine.bearer) as stranger:
            await me.post("/labels", json={"name": "mine", "colour": "#000000"})
            assert (await stranger.get("/labels/mine")).status_code == 401
        async with client(other, **(await tokens(other)).bearer) as them:
            assert (await them.get("/labels/mine")).status_code == 404


def test_several_event_loops_in_several_threads_use_one_demo(app: FastAPI) -> None:
    made: list[int] = []

    async def work(number: int) -> None:
        async with client(app) as somebody:
            await sign_in(somebody, ADMIN)
            answers = await asyncio.gather(
                *(somebody.post("/issues", json={"project_id": 1, "title": f"{number}-{each}"}) for each in range(10))
            )
            made.extend(answer.json()["id"] for answer in answers)

    threads = [threading.Thread(target=lambda number=number: asyncio.run(work(number))) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(made)) == 40


async def test_below_another_app_the_refresh_cookie_finds_its_way(app: FastAPI) -> None:
    outer = Starlette(routes=[Mount("/api", app)])
    transport = httpx.ASGITransport(outer)
    async with httpx.AsyncClient(transport=transport, base_url="http://demo.test/api") as guest:
        answer = await guest.post("/auth/token", data={"username": ADMIN[0], "password": ADMIN[1]})
        renewed = await guest.post("/auth/refresh")

    assert cookies_of(answer)["tracker_refresh"].path == "/api/auth"
    assert renewed.status_code == 200


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b'{"project_id": 1, "title": "\\ud800"}', "application/json"),
        (b'{"project_id": 1, "title": "x", "estimate": NaN}', "application/json"),
        (b'{"project_id": 1, "title": "x", "estimate": Infinity}', "application/json"),
        (b'{"project_id": 1, "title": "x", "estimate": 1e999}', "application/json"),
        (b'{"project_id": 1', "application/json"),
        (b'{"project_id": true, "title": ["x"]}', "application/json"),
        (b"[]", "application/json"),
        (b"null", "application/json"),
        (b"", "application/json"),
        (b"project_id=1", "application/x-www-form-urlencoded"),
    ],
)
async def test_a_body_that_can_not_be_read_is_a_422(member: httpx.AsyncClient, content: bytes, media_type: str) -> None:
    answer = await member.post("/issues", content=content, headers={"Content-Type": media_type})

    assert answer.status_code == 422, answer.text
    assert answer.json()["detail"][0]["loc"][0] == "body"


async def test_a_password_of_odd_signs_is_only_wrong(guest: httpx.AsyncClient) -> None:
    for password in (b"%ff%fe", b"%00", b"%ed%a0%80", "🦊".encode(), b"x" * 5000):
        body = b"username=demo%40example.com&password=" + password
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = await guest.post("/auth/token", content=body, headers=headers)
        assert answer.status_code == 401, password


async def test_odd_headers_are_written_down_as_they_are(app: FastAPI) -> None:
    async with client(app) as guest:
        answer = await guest.post(
            "/auth/token",
            data={"username": ADMIN[0], "password": ADMIN[1]},
            headers={b"User-Agent": b"\xff\xfe", b"X-Forwarded-For": b" , ,"},
        )
        sessions = (await guest.get("/auth/sessions")).json()

    assert answer.status_code == 200
    assert (sessions[0]["user_agent"], sessions[0]["ip"]) == ("ÿþ", "127.0.0.1")


@pytest.mark.parametrize("path", ["/nope", "/issues/7/nope"])
async def test_what_is_not_there_is_a_404_in_json(admin: httpx.AsyncClient, path: str) -> None:
    answer = await admin.get(path, headers={"Accept": "text/html"})

    assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"})


async def test_a_method_that_is_not_there_is_a_405_in_json(admin: httpx.AsyncClient) -> None:
    answer = await admin.delete("/issues")

    assert (answer.status_code, answer.json()) == (405, {"detail": "Method Not Allowed"})


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}
