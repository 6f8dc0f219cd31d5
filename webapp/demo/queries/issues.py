"""Issues."""

import json
import sqlite3

from webapp.demo.database import Row, every, number, one
from webapp.demo.models.issues import ProjectIssueQuery
from webapp.demo.queries.select import Where, order

RANKS = {
    "priority": "CASE issues.priority WHEN 'low' THEN 0 WHEN 'medium' THEN 1 WHEN 'high' THEN 2 ELSE 3 END",
    "title": "issues.title COLLATE NOCASE",
    # Says the table, for projects have these too.
    "created_at": "issues.created_at",
    "updated_at": "issues.updated_at",
}
REFERENCE = "projects.key || '-' || issues.number"
FROM = "FROM issues JOIN projects ON projects.id = issues.project_id"
ROW = f"""
issues.id, {REFERENCE} AS reference, issues.title, issues.status, issues.priority, issues.project_id,
issues.assignee_id, issues.reporter_id, issues.labels, issues.estimate, issues.start_date, issues.due_date,
issues.created_at, issues.updated_at, issues.closed_at
"""
ISSUE = f"""
{ROW}, issues.body, issues.resolution, issues.checklist, issues.deleted_at, issues.version,
projects.key AS project_key, projects.name AS project_name, projects.colour AS project_colour
"""


def page(connection: sqlite3.Connection, query: ProjectIssueQuery, project_id: int | None) -> tuple[list[Row], int]:
    """One page of issues, and how many there are in all."""
    where = _where(query, project_id)
    rows = every(
        connection,
        f"SELECT {ROW} {FROM} {where} {order(query.sort, RANKS, 'issues.id')} LIMIT ? OFFSET ?",
        [*where.values, query.size, query.offset],
    )
    # Every issue has its project: only a search needs its key.
    source = FROM if query.q else "FROM issues"
    return rows, number(connection, f"SELECT count(*) {source} {where}", where.values)


def _where(query: ProjectIssueQuery, project_id: int | None) -> Where:
    where = Where()
    where.add("issues.deleted_at IS NOT NULL" if query.deleted else "issues.deleted_at IS NULL")
    where.equal(
        {
            "issues.project_id": project_id,
            "issues.status": query.status,
            "issues.priority": query.priority,
            "issues.assignee_id": query.assignee_id,
        }
    )
    if query.label is not None:
        # A label's name has no quote in it, so this is exact.
        where.add("instr(issues.labels, ?)", json.dumps(query.label))
    if query.due_after is not None:
        where.add("issues.due_date >= ?", query.due_after.isoformat())
    if query.due_before is not None:
        where.add("issues.due_date <= ?", query.due_before.isoformat())
    where.contains(query.q, "issues.title", "issues.body", REFERENCE)
    return where


def get(connection: sqlite3.Connection, issue_id: int) -> Row | None:
    """One issue with its project in passing, deleted or not."""
    row = one(connection, f"SELECT {ISSUE} {FROM} WHERE issues.id = ?", (issue_id,))
    if row is not None:
        row["project"] = {
            "id": row["project_id"],
            "key": row.pop("project_key"),
            "name": row.pop("project_name"),
            "colour": row.pop("project_colour"),
        }
    return row


def after(
    connection: sqlite3.Connection, issue_id: int, limit: int, *, project_id: int | None, status: str | None
) -> list[Row]:
    """The issues that come next by id, for a walk through all of them."""
    where = Where()
    where.add("issues.deleted_at IS NULL AND issues.id > ?", issue_id)
    where.equal({"issues.project_id": project_id, "issues.status": status})
    return every(connection, f"SELECT {ROW} {FROM} {where} ORDER BY issues.id LIMIT ?", [*where.values, limit])
