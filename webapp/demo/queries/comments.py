"""Comments."""

import sqlite3

from webapp.demo.database import Row, every, one


def after(connection: sqlite3.Connection, issue_id: int, comment_id: int, limit: int) -> list[Row]:
    """An issue's comments from the oldest on, with their replies."""
    comments = every(
        connection,
        "SELECT * FROM comments WHERE issue_id = ? AND reply_to IS NULL AND id > ? ORDER BY id LIMIT ?",
        (issue_id, comment_id, limit),
    )
    return [with_replies(connection, comment) for comment in comments]


def get(connection: sqlite3.Connection, issue_id: int, comment_id: int) -> Row | None:
    """One comment on an issue."""
    return one(connection, "SELECT * FROM comments WHERE id = ? AND issue_id = ?", (comment_id, issue_id))


def with_replies(connection: sqlite3.Connection, comment: Row) -> Row:
    """A comment and what was said to it."""
    replies = every(connection, "SELECT * FROM comments WHERE reply_to = ? ORDER BY id", (comment["id"],))
    return {**comment, "replies": replies}
