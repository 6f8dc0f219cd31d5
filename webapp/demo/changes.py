"""What every change to an issue has in common."""

import sqlite3
from typing import Any

from webapp.demo.auth.guard import Caller
from webapp.demo.database import Row, update
from webapp.demo.models.activity import ActivityKind
from webapp.demo.preconditions import require_match
from webapp.demo.problems import conflict, invalid, not_found
from webapp.demo.queries import activity, issues, labels, preferences, users
from webapp.demo.state import Demo


def existing(connection: sqlite3.Connection, issue_id: int) -> Row:
    """An issue, deleted or not; HTTPException 404 where there is none."""
    row = issues.get(connection, issue_id)
    if row is None:
        raise not_found("Issue")
    return row


def changeable(connection: sqlite3.Connection, issue_id: int) -> Row:
    """An issue that isn't deleted; HTTPException 404 or 409."""
    row = existing(connection, issue_id)
    if row["deleted_at"] is not None:
        raise conflict("The issue is deleted; restore it first")
    return row


def meant(connection: sqlite3.Connection, issue_id: int, if_match: str | None) -> Row:
    """An issue that can be changed, and is the version the client means; HTTPException 404, 409, 412 or 428."""
    row = changeable(connection, issue_id)
    require_match(if_match, etag_of(row), required=preferences.read(connection).require_if_match)
    return row


def etag_of(row: Row) -> str:
    """What tells an issue's versions apart."""
    return f'"{row["id"]}-{row["version"]}"'


def change(
    connection: sqlite3.Connection,
    demo: Demo,
    caller: Caller,
    row: Row,
    kind: ActivityKind,
    summary: str,
    **columns: Any,
) -> Row:
    """Write an issue's columns and who did it; returns the issue as it is now."""
    now = demo.now()
    update(connection, "issues", row["id"], {**columns, "updated_at": now, "version": row["version"] + 1})
    note(connection, demo, caller, row, kind, summary)
    return existing(connection, row["id"])


def note(
    connection: sqlite3.Connection, demo: Demo, caller: Caller, row: Row, kind: ActivityKind, summary: str
) -> None:
    """Write down what somebody did with an issue; `summary` is the verb."""
    activity.note(
        connection,
        kind,
        at=demo.now(),
        user_id=caller.id,
        project_id=row["project_id"],
        issue_id=row["id"],
        summary=f"{summary} {row['reference']} {row['title']}",
    )


def check_assignee(connection: sqlite3.Connection, user_id: int | None) -> None:
    """RequestValidationError where nobody has that id; HTTPException 409 where they can't work on anything."""
    if user_id is None:
        return
    user = users.get(connection, user_id)
    if user is None:
        raise invalid("assignee_id", "There is no such user", user_id)
    if not user["is_active"]:
        raise conflict("That user's account is disabled")


def check_labels(connection: sqlite3.Connection, names: list[str]) -> None:
    """RequestValidationError where one of the labels doesn't exist."""
    unknown = labels.unknown(connection, names)
    if unknown:
        raise invalid("labels", f"There is no label called {unknown[0]}", names)
