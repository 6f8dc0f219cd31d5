"""Attachments."""

import sqlite3

from webapp.demo.database import Row, every, one


def of_issue(connection: sqlite3.Connection, issue_id: int) -> list[Row]:
    """The files that hang on an issue."""
    rows = every(connection, "SELECT * FROM attachments WHERE issue_id = ? ORDER BY id", (issue_id,))
    return [_with_url(row) for row in rows]


def get(connection: sqlite3.Connection, attachment_id: int) -> Row | None:
    """One file."""
    row = one(connection, "SELECT * FROM attachments WHERE id = ?", (attachment_id,))
    return _with_url(row) if row is not None else None


def _with_url(row: Row) -> Row:
    return {**row, "content_url": f"/attachments/{row['id']}/content"}
