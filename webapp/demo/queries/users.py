"""People."""

import sqlite3

from webapp.demo.database import Row, every, number, one
from webapp.demo.models.users import UserQuery
from webapp.demo.queries.select import Where, order

TEXTS = {"full_name": "full_name COLLATE NOCASE"}


def page(connection: sqlite3.Connection, query: UserQuery) -> tuple[list[Row], int]:
    """One page of users, and how many there are in all."""
    where = Where()
    where.equal({"role": query.role, "is_active": query.is_active})
    where.contains(query.q, "full_name", "job_title")
    rows = every(
        connection,
        f"SELECT * FROM users {where} {order(query.sort, TEXTS, 'id')} LIMIT ? OFFSET ?",  # noqa: S608
        [*where.values, query.size, query.offset],
    )
    return rows, number(connection, f"SELECT count(*) FROM users {where}", where.values)  # noqa: S608


def get(connection: sqlite3.Connection, user_id: int) -> Row | None:
    """One user."""
    return one(connection, "SELECT * FROM users WHERE id = ?", (user_id,))


def by_email(connection: sqlite3.Connection, email: str) -> Row | None:
    """The user with this address, in whatever case it is written."""
    return one(connection, "SELECT * FROM users WHERE email = ?", (email.strip(),))
