"""What happened."""

import sqlite3

from webapp.demo.database import Row, every, insert, number
from webapp.demo.models.activity import ActivityKind, ActivityQuery
from webapp.demo.queries.select import Where


def before(connection: sqlite3.Connection, query: ActivityQuery, activity_id: int | None) -> list[Row]:
    """What happened before that one, the newest first."""
    where = Where()
    where.equal({"kind": query.kind, "user_id": query.user_id, "project_id": query.project_id})
    if activity_id is not None:
        where.add("id < ?", activity_id)
    return every(
        connection,
        f"SELECT * FROM activity {where} ORDER BY id DESC LIMIT ?",  # noqa: S608
        [*where.values, query.limit + 1],
    )


def after(connection: sqlite3.Connection, activity_id: int) -> list[Row]:
    """What happened since that one, the oldest first."""
    return every(connection, "SELECT * FROM activity WHERE id > ? ORDER BY id LIMIT 100", (activity_id,))


def newest(connection: sqlite3.Connection) -> int:
    """The id of what happened last."""
    return number(connection, "SELECT coalesce(max(id), 0) FROM activity")


def note(
    connection: sqlite3.Connection,
    kind: ActivityKind,
    *,
    at: str,
    user_id: int,
    summary: str,
    project_id: int | None = None,
    issue_id: int | None = None,
) -> None:
    """Write down what somebody did."""
    row = {
        "at": at,
        "kind": kind,
        "user_id": user_id,
        "project_id": project_id,
        "issue_id": issue_id,
        "summary": summary,
    }
    insert(connection, "activity", row)
