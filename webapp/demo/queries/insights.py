"""Numbers over time."""

import sqlite3
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from webapp.demo.database import Row, every, number, one
from webapp.demo.queries.select import Where


def overview(connection: sqlite3.Connection, today: date) -> Row:
    """How things stand."""
    week = (today - timedelta(days=6)).isoformat()
    fortnight = (today - timedelta(days=13)).isoformat()
    counts = one(
        connection,
        "SELECT coalesce(sum(status <> 'closed'), 0) AS open_issues, "
        "coalesce(sum(status <> 'closed' AND due_date < ?), 0) AS overdue_issues, "
        "coalesce(sum(status <> 'closed' AND assignee_id IS NULL), 0) AS unassigned_issues, "
        "coalesce(sum(closed_at >= ?), 0) AS closed_this_week, "
        "coalesce(sum(closed_at >= ? AND closed_at < ?), 0) AS closed_last_week "
        "FROM issues WHERE deleted_at IS NULL",
        (today.isoformat(), week, fortnight, week),
    )
    return {
        **(counts or {}),
        "by_status": _counts(connection, "status"),
        "by_priority": _counts(connection, "priority"),
    }


def throughput(connection: sqlite3.Connection, first: date, last: date, project_id: int | None) -> list[Row]:
    """Issues opened and closed, day by day."""
    opened = _by_day(connection, "created_at", "count(*)", first, project_id)
    closed = _by_day(connection, "closed_at", "count(*)", first, project_id)
    return [{"date": day, "opened": opened.get(day, 0), "closed": closed.get(day, 0)} for day in _days(first, last)]


def backlog(connection: sqlite3.Connection, first: date, last: date, project_id: int | None) -> list[Row]:
    """Issues that were open at the end of each day."""
    where = _of_project(project_id)
    where.add("created_at < ? AND (closed_at IS NULL OR closed_at >= ?)", first.isoformat(), first.isoformat())
    standing = number(connection, f"SELECT count(*) FROM issues {where}", where.values)  # noqa: S608
    points = []
    for day in throughput(connection, first, last, project_id):
        standing += day["opened"] - day["closed"]
        points.append({"date": day["date"], "value": standing})
    return points


def cycle_time(connection: sqlite3.Connection, first: date, last: date, project_id: int | None) -> list[Row]:
    """How many days the issues closed on a day had been open, on average."""
    days = "avg(julianday(closed_at) - julianday(created_at))"
    averages = _by_day(connection, "closed_at", f"round({days}, 1)", first, project_id)
    return [{"date": day, "value": averages.get(day)} for day in _days(first, last)]


def workload(connection: sqlite3.Connection, first: date, last: date) -> list[Row]:
    """What was due and what was done by whom."""
    span: Sequence[Any] = (first.isoformat(), last.isoformat())
    beyond = (first.isoformat(), (last + timedelta(days=1)).isoformat())
    return every(
        connection,
        "SELECT users.id AS user_id, users.full_name, "
        "coalesce(sum(due_date BETWEEN ? AND ?), 0) AS assigned, "
        "coalesce(sum(closed_at >= ? AND closed_at < ?), 0) AS closed, "
        "coalesce(sum(CASE WHEN due_date BETWEEN ? AND ? THEN estimate END), 0) AS estimated_hours "
        "FROM users JOIN issues ON issues.assignee_id = users.id AND issues.deleted_at IS NULL "
        "GROUP BY users.id HAVING assigned OR closed ORDER BY estimated_hours DESC, users.id",
        (*span, *beyond, *span),
    )


def _of_project(project_id: int | None) -> Where:
    where = Where()
    where.add("deleted_at IS NULL")
    where.equal({"project_id": project_id})
    return where


def _by_day(
    connection: sqlite3.Connection, column: str, value: str, first: date, project_id: int | None
) -> dict[str, Any]:
    where = _of_project(project_id)
    where.add(f"{column} >= ?", first.isoformat())
    rows = every(
        connection,
        f"SELECT substr({column}, 1, 10) AS day, {value} AS value FROM issues {where} GROUP BY day",  # noqa: S608
        where.values,
    )
    return {row["day"]: row["value"] for row in rows}


def _counts(connection: sqlite3.Connection, column: str) -> dict[str, int]:
    rows = every(
        connection,
        f"SELECT {column} AS name, count(*) AS many FROM issues WHERE deleted_at IS NULL GROUP BY {column}",  # noqa: S608
    )
    return {row["name"]: row["many"] for row in rows}


def _days(first: date, last: date) -> list[str]:
    return [(first + timedelta(days=days)).isoformat() for days in range((last - first).days + 1)]
