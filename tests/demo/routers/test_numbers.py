"""Insights and reports."""

from typing import Any

import httpx
import pytest


async def test_throughput_counts_what_the_list_shows(viewer: httpx.AsyncClient, member: httpx.AsyncClient) -> None:
    for _ in range(2):
        await member.post("/issues", json={"project_id": 1, "title": "x"})
    opened = (await member.get("/issues", params={"size": 1})).json()["items"][0]["id"]
    await member.post(f"/issues/{opened}/close", json={})

    answer = (await viewer.get("/insights/throughput", params={"days": 7, "project_id": 1})).json()

    assert [each["date"] for each in answer["points"]] == [
        *("2025-12-30", "2025-12-31", "2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04", "2026-01-05"),
    ]
    assert answer["points"][-1] == {"date": "2026-01-05", "opened": 2, "closed": 1}
    assert answer["unit"] == "issues"


async def test_the_backlog_ends_with_what_is_open_now(viewer: httpx.AsyncClient) -> None:
    for query in ({}, {"project_id": 2}):
        points = (await viewer.get("/insights/backlog", params={"days": 365, **query})).json()["points"]
        totals = [
            (await viewer.get("/issues", params={"status": status, "size": 1, **query})).json()["total"]
            for status in ("open", "in_progress", "in_review")
        ]
        assert points[-1]["value"] == sum(totals)
        assert len(points) == 365


async def test_cycle_times_are_days_or_nothing(viewer: httpx.AsyncClient) -> None:
    answer = (await viewer.get("/insights/cycle-time", params={"days": 90})).json()

    values = [each["value"] for each in answer["points"]]
    assert len(values) == 90
    assert values[-1] is None
    assert all(value is None or value >= 0 for value in values)
    assert sum(value is not None for value in values) > 60


async def test_the_overview_adds_up(viewer: httpx.AsyncClient) -> None:
    answer = (await viewer.get("/insights/overview")).json()

    total = (await viewer.get("/issues", params={"size": 1})).json()["total"]
    assert sum(answer["by_status"].values()) == sum(answer["by_priority"].values()) == total
    assert answer["open_issues"] == total - answer["by_status"]["closed"]
    assert 0 < answer["overdue_issues"] < answer["open_issues"]
    assert 0 < answer["unassigned_issues"] < answer["open_issues"]
    assert answer["closed_this_week"] > 0
    assert answer["closed_last_week"] > 0


async def test_a_workload_is_what_was_due_and_done(member: httpx.AsyncClient) -> None:
    new: dict[str, Any] = {"project_id": 1, "title": "x", "assignee_id": 2, "estimate": 7, "due_date": "2027-03-02"}
    await member.post("/issues", json=new)

    answer = (await member.get("/reports/workload", params={"from": "2027-03-01", "to": "2027-03-31"})).json()

    assert (answer["from"], answer["to"], answer["total_hours"]) == ("2027-03-01", "2027-03-31", 7)
    assert answer["rows"] == [
        {"user_id": 2, "full_name": "Milo Brandt", "assigned": 1, "closed": 0, "estimated_hours": 7}
    ]


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ({}, [["query", "from"], ["query", "to"]]),
        ({"from": "2026-01-01"}, [["query", "to"]]),
        ({"from": "2026-01-02", "to": "2026-01-01"}, [["query"]]),
    ],
)
async def test_a_report_says_which_question_is_missing(
    viewer: httpx.AsyncClient, query: dict[str, str], places: list[list[str]]
) -> None:
    answer = await viewer.get("/reports/workload", params=query)

    assert answer.status_code == 422
    assert [each["loc"] for each in answer.json()["detail"]] == places
