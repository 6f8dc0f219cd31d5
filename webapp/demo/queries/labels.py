"""Labels."""

import json
import sqlite3
from collections.abc import Iterable

from webapp.demo.database import Row, every, one

COUNTED = """
SELECT labels.*, coalesce(uses.many, 0) AS issue_count
FROM labels LEFT JOIN (
    SELECT each.value AS name, count(*) AS many FROM issues, json_each(issues.labels) AS each
    WHERE issues.deleted_at IS NULL GROUP BY each.value
) AS uses ON uses.name = labels.name
"""


def all_of_them(connection: sqlite3.Connection) -> list[Row]:
    """Every label, with how often it is used."""
    return every(connection, f"{COUNTED} ORDER BY labels.name")


def get(connection: sqlite3.Connection, name: str) -> Row | None:
    """One label."""
    return one(connection, f"{COUNTED} WHERE labels.name = ?", (name,))


def unknown(connection: sqlite3.Connection, names: Iterable[str]) -> list[str]:
    """Those of the names that are no label's."""
    known = {row["name"] for row in every(connection, "SELECT name FROM labels")}
    return [name for name in names if name not in known]


def delete(connection: sqlite3.Connection, name: str) -> None:
    """Remove a label, from the issues that carry it too."""
    connection.execute(
        "UPDATE issues SET labels = (SELECT json_group_array(value) FROM json_each(issues.labels) WHERE value <> ?), "
        "version = version + 1 WHERE instr(labels, ?)",
        (name, json.dumps(name)),
    )
    connection.execute("DELETE FROM labels WHERE name = ?", (name,))
