"""People."""

from typing import Any

import httpx
import pytest


async def test_addresses_are_shown_to_admins_and_to_oneself(
    admin: httpx.AsyncClient, member: httpx.AsyncClient
) -> None:
    query = {"size": 100}
    to_admin = (await admin.get("/users", params=query)).json()["items"]
    to_member = (await member.get("/users", params=query)).json()["items"]

    assert all(each["email"] for each in to_admin)
    assert [each["email"] for each in to_member if each["email"]] == ["member@example.com"]
    assert (await member.get("/users/1")).json()["email"] is None


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ({"role": "viewer"}, lambda each: each["role"] == "viewer"),
        ({"is_active": False}, lambda each: each["is_active"] is False),
        ({"q": "dana"}, lambda each: each["full_name"] == "Dana Reyes"),
        ({"q": "qa engineer"}, lambda each: each["job_title"] == "QA engineer"),
    ],
)
async def test_users_are_filtered(admin: httpx.AsyncClient, query: dict[str, Any], fits: Any) -> None:
    answer = (await admin.get("/users", params=query)).json()

    assert 0 < answer["total"] < 65
    assert all(fits(each) for each in answer["items"])


async def test_users_are_sorted_with_those_who_never_came_last(admin: httpx.AsyncClient) -> None:
    items = (await admin.get("/users", params={"sort": "-last_login", "size": 100})).json()["items"]
    present = [each["last_login"] for each in items if each["last_login"]]

    assert present == sorted(present, reverse=True)
    assert items[0]["id"] == 1
    assert items[-1]["last_login"] is None


async def test_an_admin_makes_accounts(admin: httpx.AsyncClient) -> None:
    new = {"email": "new@example.com", "full_name": "New One", "role": "viewer"}
    answer = await admin.post("/users", json=new)

    assert answer.status_code == 201
    assert (await admin.get(answer.headers["location"])).json() == answer.json()
    assert (await admin.post("/users", json=new)).status_code == 409


async def test_everybody_changes_their_own_name_and_admins_roles(
    admin: httpx.AsyncClient, member: httpx.AsyncClient
) -> None:
    assert (await member.patch("/users/2", json={"full_name": "Milo B."})).json()["full_name"] == "Milo B."
    assert (await member.patch("/users/2", json={"role": "admin"})).status_code == 403
    assert (await member.patch("/users/1", json={"full_name": "x"})).status_code == 403
    assert (await admin.patch("/users/2", json={"role": "viewer"})).json()["role"] == "viewer"
    assert (await admin.patch("/users/999", json={})).status_code == 404
    # A role counts from the next request on, whatever the token says.
    assert (await member.post("/labels", json={"name": "x", "colour": "#000000"})).status_code == 403


async def test_nobody_locks_themselves_out(admin: httpx.AsyncClient) -> None:
    assert (await admin.post("/users/1/deactivate")).status_code == 409
    assert (await admin.post("/users/2/deactivate")).json()["is_active"] is False
    assert (await admin.post("/users/2/activate")).json()["is_active"] is True
    assert (await admin.post("/users/999/activate")).status_code == 404


async def test_who_does_not_exist_is_a_404(viewer: httpx.AsyncClient) -> None:
    answer = await viewer.get("/users/999")

    assert (answer.status_code, answer.json()) == (404, {"detail": "User not found"})
