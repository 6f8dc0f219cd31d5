"""Projects and their members."""

import sqlite3

from webapp.demo.database import Row, every, number, one
from webapp.demo.models.projects import ProjectQuery
from webapp.demo.queries.select import Where, order

TEXTS = {"name": "name COLLATE NOCASE"}
COLUMNS = """
projects.*,
(SELECT count(*) FROM issues
 WHERE issues.project_id = projects.id AND issues.deleted_at IS NULL AND issues.status <> 'closed') AS open_issues
"""


def page(connection: sqlite3.Connection, query: ProjectQuery) -> tuple[list[Row], int]:
    """One page of projects, and how many there are in all."""
    where = Where()
    where.equal({"status": query.status, "lead_user_id": query.lead_user_id, "archived": query.archived})
    where.contains(query.q, "key", "name", "summary")
    rows = every(
        connection,
        f"SELECT {COLUMNS} FROM projects {where} {order(query.sort, TEXTS, 'id')} LIMIT ? OFFSET ?",  # noqa: S608
        [*where.values, query.size, query.offset],
    )
    return rows, number(connection, f"SELECT count(*) FROM projects {where}", where.values)  # noqa: S608


def get(connection: sqlite3.Connection, project_id: int) -> Row | None:
    """One project."""
    return one(connection, f"SELECT {COLUMNS} FROM projects WHERE id = ?", (project_id,))  # noqa: S608


def key_is_taken(connection: sqlite3.Connection, key: str, *, by_other_than: int = 0) -> bool:
    """Whether another project has this key."""
    return one(connection, "SELECT 1 FROM projects WHERE key = ? AND id <> ?", (key, by_other_than)) is not None


def has_issues(connection: sqlite3.Connection, project_id: int) -> bool:
    """Whether a project has any, deleted ones included."""
    return one(connection, "SELECT 1 FROM issues WHERE project_id = ? LIMIT 1", (project_id,)) is not None


def next_number(connection: sqlite3.Connection, project_id: int) -> int:
    """A number for a project's next issue; none is given twice."""
    return number(
        connection,
        "UPDATE projects SET last_number = last_number + 1 WHERE id = ? RETURNING last_number",
        (project_id,),
    )


def members(connection: sqlite3.Connection, project_id: int) -> list[Row]:
    """Who works on a project."""
    return every(
        connection,
        "SELECT members.user_id, users.full_name, members.role, members.since "
        "FROM members JOIN users ON users.id = members.user_id "
        "WHERE members.project_id = ? ORDER BY users.full_name COLLATE NOCASE, users.id",
        (project_id,),
    )
