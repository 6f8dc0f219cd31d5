"""Who is let in: cookie or bearer, roles, and nothing else."""

import base64
import json
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from tests.demo.house import MEMBER, Clock, client, state_of, status_with, tokens
from webapp.demo.auth.guard import signer
from webapp.demo.auth.tokens import Claims, Signer

REFUSED = {"detail": "Could not validate credentials"}
PUBLIC = {("GET", "/health"), ("POST", "/auth/register"), ("POST", "/auth/token"), ("POST", "/auth/refresh")}


async def test_a_cookie_opens_as_well_as_a_bearer_token(app: FastAPI) -> None:
    mine = await tokens(app)

    for header in ({"Cookie": f"tracker_session={mine.access}"}, mine.bearer):
        async with client(app, **header) as me:
            assert (await me.get("/auth/me")).json()["email"] == "demo@example.com"


async def test_the_cookie_wins_even_when_it_is_junk(app: FastAPI) -> None:
    mine = await tokens(app)

    async with client(app, Cookie="tracker_session=junk", **mine.bearer) as me:
        answer = await me.get("/auth/me")

    assert (answer.status_code, answer.json()) == (401, REFUSED)


async def test_the_cookie_wins_over_another_s_bearer_token(app: FastAPI) -> None:
    mine, theirs = await tokens(app), await tokens(app, MEMBER)

    async with client(app, Cookie=f"tracker_session={mine.access}", **theirs.bearer) as me:
        assert (await me.get("/auth/me")).json()["email"] == "demo@example.com"


async def test_without_a_sign_in_every_operation_but_the_public_ones_is_a_401(app: FastAPI) -> None:
    asked = set()
    async with client(app) as guest:
        for path, operations in app.openapi()["paths"].items():
            for method in operations:
                asked.add((method.upper(), path))
                if (method.upper(), path) in PUBLIC:
                    continue
                answer = await guest.request(method, path.replace("{", "").replace("}", ""), json={})
                if answer.status_code == 422:
                    answer = await guest.request(method, _filled(path), **_smallest(app, method, path))
                assert (answer.status_code, answer.json()) == (401, REFUSED), (method, path)
                assert answer.headers["www-authenticate"] == "Bearer"

    assert asked > PUBLIC
    assert len(asked) > 60


def _filled(path: str) -> str:
    return "/".join("1" if part.startswith("{") else part for part in path.split("/"))


def _smallest(app: FastAPI, method: str, path: str) -> dict[str, Any]:
    """A request with just what the document demands; who asks comes before what they ask for."""
    operation = app.openapi()["paths"][path][method]
    query = {each["name"]: "2026-01-01" for each in operation.get("parameters", ()) if each["in"] == "query"}
    if "multipart/form-data" in operation.get("requestBody", {}).get("content", {}):
        return {"files": {"file": b"x"}}
    return {"params": query if path.startswith("/reports") else {}, "json": {}}


async def test_a_token_expires_to_the_second(app: FastAPI, clock: Clock) -> None:
    mine = await tokens(app)
    clock.forward(899)
    assert await status_with(app, mine.access) == 200
    clock.forward(1)
    assert await status_with(app, mine.access) == 401


async def test_a_token_of_another_key_or_algorithm_is_worth_nothing(app: FastAPI) -> None:
    header, payload, signature = (await tokens(app)).access.split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    other = Signer(b"another key").sign(Claims("demo@example.com", "x"), role="admin", expires=2e9)

    for forged in (
        other,
        f"{none}.{payload}.",
        f"{none}.{payload}.{signature}",
        f"{header}.{payload}.{signature}x",
        f"{header}.{payload}A.{signature}",
        f"{payload}.{signature}",
        "..",
        "é",
    ):
        async with client(app) as guest:
            answer = await guest.get("/auth/me", headers={b"Authorization": f"Bearer {forged}".encode()})
        assert answer.status_code == 401, forged


async def test_a_token_says_whose_it_is_and_which_session_it_belongs_to(app: FastAPI) -> None:
    payload = (await tokens(app)).access.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))

    assert set(claims) == {"sub", "role", "sid", "exp", "jti"}
    assert (claims["sub"], claims["role"], claims["exp"]) == ("demo@example.com", "admin", 1_767_608_100.0)


async def test_a_well_signed_token_of_no_session_is_worth_nothing(app: FastAPI) -> None:
    token = signer(state_of(app)).sign(Claims("demo@example.com", "no-such-session"), role="admin", expires=2e9)

    assert await status_with(app, token) == 401


async def test_a_header_of_another_key_is_not_read(app: FastAPI) -> None:
    signed = signer(state_of(app))
    token = signed.sign(Claims("demo@example.com", "x"), role="admin", expires=2e9)

    assert signed.read(token, now=0) == Claims("demo@example.com", "x")
    assert "another" not in repr(Signer(b"another key"))


async def test_who_is_deactivated_is_out_with_the_next_request(app: FastAPI, admin: httpx.AsyncClient) -> None:
    theirs = await tokens(app, MEMBER)
    await admin.post("/users/2/deactivate")

    async with client(app, **theirs.bearer) as them:
        answer = await them.get("/issues")
        leaving = await them.post("/auth/logout")

    assert (answer.status_code, answer.json()) == (401, {"detail": "Inactive user"})
    assert "www-authenticate" not in answer.headers
    assert leaving.status_code == 401

    await admin.post("/users/2/activate")
    assert await status_with(app, theirs.access) == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/issues", {"project_id": 1, "title": "x"}),
        ("PATCH", "/issues/1", {"title": "x"}),
        ("DELETE", "/issues/1", None),
        ("POST", "/issues/1/close", {}),
        ("POST", "/issues/bulk-close", {"ids": [1]}),
        ("POST", "/projects", {"key": "NEW", "name": "New"}),
        ("POST", "/projects/1/archive", None),
        ("POST", "/issues/1/comments", {"body": "x"}),
        ("POST", "/labels", {"name": "x", "colour": "#000000"}),
    ],
)
async def test_a_viewer_changes_nothing(viewer: httpx.AsyncClient, method: str, path: str, body: object) -> None:
    answer = await viewer.request(method, path, json=body)

    assert (answer.status_code, answer.json()) == (403, {"detail": "Insufficient permissions"})


async def test_a_viewer_reads_everything_but_the_settings(viewer: httpx.AsyncClient) -> None:
    for path in ("/issues", "/projects", "/users", "/labels", "/activity", "/insights/overview", "/exports"):
        assert (await viewer.get(path)).status_code == 200, path
    assert (await viewer.get("/settings")).status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("DELETE", "/projects/1", None),
        ("DELETE", "/labels/bug", None),
        ("POST", "/users", {"email": "x@example.com", "full_name": "X"}),
        ("POST", "/users/5/deactivate", None),
        ("GET", "/settings", None),
    ],
)
async def test_some_things_are_for_admins(member: httpx.AsyncClient, method: str, path: str, body: object) -> None:
    assert (await member.request(method, path, json=body)).status_code == 403


async def test_health_is_for_everybody(guest: httpx.AsyncClient) -> None:
    answer = await guest.get("/health")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_every_route_is_in_the_document(app: FastAPI) -> None:
    hidden = [route.path for route in app.routes if isinstance(route, APIRoute) and not route.include_in_schema]

    assert hidden == []
