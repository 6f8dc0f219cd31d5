"""Exports: asked for, waited for, fetched."""

import csv
import io
from typing import Any

import httpx

from tests.demo.house import Clock, client, running, tokens


async def started(who: httpx.AsyncClient, **request: Any) -> str:
    """Where a new export's progress is told."""
    answer = await who.post("/exports", json=request)
    assert answer.status_code == 202
    return str(answer.headers["location"])


async def test_an_export_tells_its_progress_until_it_is_done(viewer: httpx.AsyncClient, clock: Clock) -> None:
    answer = await viewer.post("/exports", json={})
    location = answer.headers["location"]
    seen = []
    for seconds in (0, 6, 30, 23, 1):
        clock.forward(seconds)
        status = await viewer.get(location)
        seen.append((status.json()["state"], status.json()["progress"], status.headers.get("retry-after")))

    assert (answer.status_code, answer.json()["state"], answer.headers["retry-after"]) == (202, "queued", "1")
    assert seen == [
        ("queued", 0, "1"),
        ("running", 10, "1"),
        ("running", 60, "1"),
        ("running", 98, "1"),
        ("done", 100, None),
    ]
    export = (await viewer.get(location)).json()
    assert export["finished_at"] == "2026-01-05T10:01:00Z"
    assert export["download_url"] == f"{location}/download"


async def test_the_file_holds_every_issue_once(viewer: httpx.AsyncClient, clock: Clock) -> None:
    location = await started(viewer)
    clock.forward(60)

    answer = await viewer.get(f"{location}/download")

    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="issues-2026-01-05.csv"'
    assert len(rows) == (await viewer.get("/issues", params={"size": 1})).json()["total"]
    assert len({row["id"] for row in rows}) == len(rows)
    assert list(rows[0])[:3] == ["id", "reference", "title"]


async def test_a_file_may_be_json_and_hold_less(viewer: httpx.AsyncClient, clock: Clock) -> None:
    location = await started(viewer, format="json", project_id=2, status="open")
    clock.forward(60)

    answer = await viewer.get(f"{location}/download")

    listed = await viewer.get("/issues", params={"project_id": 2, "status": "open", "size": 100, "sort": "created_at"})
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == listed.json()["items"]


async def test_a_file_of_nothing_is_still_a_file(viewer: httpx.AsyncClient, clock: Clock) -> None:
    locations = [await started(viewer, format=kind, project_id=999) for kind in ("json", "csv")]
    clock.forward(60)

    as_json, as_csv = [await viewer.get(f"{location}/download") for location in locations]

    assert as_json.json() == []
    assert as_csv.text.startswith("id,reference,")


async def test_what_a_spreadsheet_would_run_is_made_text(member: httpx.AsyncClient, clock: Clock) -> None:
    new = {"key": "NEW", "name": "x"}
    project = (await member.post("/projects", json=new)).json()["id"]
    await member.post("/issues", json={"project_id": project, "title": "=1+1"})
    location = await started(member, project_id=project)
    clock.forward(60)

    (row,) = csv.DictReader(io.StringIO((await member.get(f"{location}/download")).text))

    assert row["title"] == "'=1+1"


async def test_what_is_not_done_can_not_be_fetched_but_cancelled(viewer: httpx.AsyncClient, clock: Clock) -> None:
    location = await started(viewer)
    clock.forward(15)

    early = await viewer.get(f"{location}/download")
    cancelled = await viewer.post(f"{location}/cancel")
    clock.forward(600)

    assert (early.status_code, early.json()) == (409, {"detail": "The export isn't done yet"})
    assert (cancelled.json()["state"], cancelled.json()["progress"]) == ("cancelled", 25)
    assert (await viewer.get(location)).json() == cancelled.json()
    assert (await viewer.post(f"{location}/cancel")).status_code == 409
    assert (await viewer.get(f"{location}/download")).status_code == 409


async def test_exports_are_listed_the_newest_first(viewer: httpx.AsyncClient, clock: Clock) -> None:
    first = await started(viewer)
    clock.forward(1)
    second = await started(viewer)

    listed = (await viewer.get("/exports")).json()

    assert [f"/exports/{each['id']}" for each in listed] == [second, first]
    assert {each["requested_by_user_id"] for each in listed} == {3}


async def test_an_unknown_export_is_a_404(viewer: httpx.AsyncClient) -> None:
    for path in ("/exports/x", "/exports/x/download"):
        assert (await viewer.get(path)).json() == {"detail": "Export not found"}


async def test_an_export_may_take_no_time(clock: Clock) -> None:
    with running(None, clock, export_seconds=0) as app:
        async with client(app, **(await tokens(app)).bearer) as me:
            assert (await me.post("/exports", json={})).json()["state"] == "done"
