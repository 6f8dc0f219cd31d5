"""Projects and who works on them."""

from typing import Any

import httpx
import pytest

NEW: dict[str, Any] = {"key": "NEW", "name": "Something new"}


async def created(client: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    """A new project."""
    answer = await client.post("/projects", json={**NEW, **fields})
    assert answer.status_code == 201, answer.text
    project: dict[str, Any] = answer.json()
    return project


async def test_projects_come_in_pages_by_name(viewer: httpx.AsyncClient) -> None:
    answer = (await viewer.get("/projects", params={"size": 10})).json()

    names = [each["name"].lower() for each in answer["items"]]
    assert (answer["total"], answer["page"], answer["size"]) == (24, 1, 10)
    assert names == sorted(names)
    assert len(names) == 10


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ({"status": "active"}, lambda each: each["status"] == "active"),
        ({"archived": True}, lambda each: each["archived"] is True),
        ({"archived": False}, lambda each: each["archived"] is False),
        ({"q": "search"}, lambda each: "search" in f"{each['name']} {each['summary']}".lower()),
    ],
)
async def test_projects_are_filtered(viewer: httpx.AsyncClient, query: dict[str, Any], fits: Any) -> None:
    answer = (await viewer.get("/projects", params={**query, "size": 100})).json()

    assert 0 < answer["total"] < 24
    assert all(fits(each) for each in answer["items"])


@pytest.mark.parametrize("sort", ["name", "-key", "budget", "-budget", "started_on", "-created_at"])
async def test_projects_are_sorted(viewer: httpx.AsyncClient, sort: str) -> None:
    field = sort.removeprefix("-")
    items = (await viewer.get("/projects", params={"sort": sort, "size": 100})).json()["items"]
    present = [each[field] for each in items if each[field] is not None]

    assert present == sorted(present, reverse=sort.startswith("-"))
    assert all(each[field] is None for each in items[len(present) :])


async def test_projects_of_one_lead(viewer: httpx.AsyncClient) -> None:
    lead = (await viewer.get("/projects/1")).json()["lead_user_id"]

    items = (await viewer.get("/projects", params={"lead_user_id": lead})).json()["items"]

    assert {each["lead_user_id"] for each in items} == {lead}


async def test_a_project_begins_with_defaults_and_a_place_to_find_it(member: httpx.AsyncClient) -> None:
    answer = await member.post("/projects", json=NEW)
    project = answer.json()

    assert answer.status_code == 201
    assert (await member.get(answer.headers["location"])).json() == project
    assert project == {
        **NEW,
        "id": project["id"],
        "summary": "",
        "status": "planned",
        "lead_user_id": None,
        "budget": None,
        "started_on": None,
        "colour": "#2f6fed",
        "website": None,
        "links": [],
        "archived": False,
        "open_issues": 0,
        "created_at": "2026-01-05T10:00:00Z",
        "updated_at": "2026-01-05T10:00:00Z",
    }


async def test_a_key_is_taken_once(member: httpx.AsyncClient) -> None:
    mine = await created(member)

    again = await member.post("/projects", json=NEW)
    changed = await member.patch(f"/projects/{mine['id']}", json={"key": "WEB"})
    kept = await member.patch(f"/projects/{mine['id']}", json={"key": "NEW"})

    assert (again.status_code, again.json()) == (409, {"detail": "There is a project with the key NEW already"})
    assert changed.status_code == 409
    assert kept.status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("key", "lower"), ("key", "X"), ("name", " "), ("budget", -1), ("colour", "red"), ("website", "ftp://x")),
        *(("lead_user_id", 999), ("status", "lost"), ("links", [{"label": "x", "url": "x"}]), ("started_on", "then")),
    ],
)
async def test_a_field_that_is_wrong_is_named(member: httpx.AsyncClient, field: str, value: Any) -> None:
    answer = await member.post("/projects", json={**NEW, field: value})

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"][:2] == ["body", field]


async def test_a_patch_touches_what_was_sent_and_a_put_everything(member: httpx.AsyncClient) -> None:
    links = [{"label": "Roadmap", "url": "https://example.com/r"}]
    mine = await created(member, budget=10.5, links=links, lead_user_id=1, started_on="2026-01-01")
    path = f"/projects/{mine['id']}"

    patched = (await member.patch(path, json={"status": "active", "lead_user_id": None})).json()
    replaced = (await member.put(path, json={"key": "NEW", "name": "Replaced"})).json()

    assert patched == {**mine, "status": "active", "lead_user_id": None}
    assert (replaced["name"], replaced["status"], replaced["budget"], replaced["links"]) == (
        *("Replaced", "planned", None, []),
    )
    assert (await member.put(path, json={"name": "No key"})).status_code == 422
    assert (await member.patch(path, json={"name": None})).status_code == 422


async def test_archiving_and_taking_out_again(member: httpx.AsyncClient) -> None:
    mine = await created(member)
    path = f"/projects/{mine['id']}"

    assert (await member.post(f"{path}/archive")).json()["archived"] is True
    assert (await member.post(f"{path}/archive")).status_code == 409
    assert (await member.post(f"{path}/restore")).json()["archived"] is False
    assert (await member.post(f"{path}/restore")).status_code == 409


async def test_only_a_project_without_issues_is_deleted(admin: httpx.AsyncClient) -> None:
    mine = await created(admin)
    await admin.post(f"/projects/{mine['id']}/members", json={"user_id": 1})

    assert (await admin.delete(f"/projects/{mine['id']}")).status_code == 204
    assert (await admin.get(f"/projects/{mine['id']}")).status_code == 404
    refused = await admin.delete("/projects/1")
    assert (refused.status_code, refused.json()["detail"]) == (409, "The project has issues; archive it instead")


async def test_open_issues_are_counted(viewer: httpx.AsyncClient) -> None:
    project = (await viewer.get("/projects/3")).json()
    issues = (await viewer.get("/projects/3/issues", params={"size": 1})).json()["total"]
    closed = (await viewer.get("/projects/3/issues", params={"size": 1, "status": "closed"})).json()["total"]

    assert project["open_issues"] == issues - closed > 0


async def test_members_come_and_go(member: httpx.AsyncClient) -> None:
    mine = await created(member)
    path = f"/projects/{mine['id']}/members"

    added = await member.post(path, json={"user_id": 3, "role": "tester"})

    assert added.status_code == 201
    assert added.json() == {"user_id": 3, "full_name": "Vera Lindgren", "role": "tester", "since": "2026-01-05"}
    assert (await member.get(path)).json() == [added.json()]
    assert (await member.post(path, json={"user_id": 3})).status_code == 409
    assert (await member.post(path, json={"user_id": 999})).json()["detail"][0]["loc"] == ["body", "user_id"]
    assert (await member.delete(f"{path}/3")).status_code == 204
    assert (await member.delete(f"{path}/3")).status_code == 404
    assert (await member.get("/projects/999/members")).status_code == 404


async def test_a_logo_is_a_png_in_the_project_s_colour(viewer: httpx.AsyncClient) -> None:
    answer = await viewer.get("/projects/1/logo")

    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG\r\n\x1a\n")
    assert answer.content != (await viewer.get("/projects/2/logo")).content


async def test_a_brief_is_a_page_with_nothing_alive_in_it(member: httpx.AsyncClient) -> None:
    mine = await created(member, name="<script>alert(1)</script>")

    answer = await member.get(f"/projects/{mine['id']}/brief")

    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "&lt;script&gt;" in answer.text
    assert "<script>" not in answer.text
