"""One SQLite connection for every thread and event loop, opened when it is first needed."""

import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Row = dict[str, Any]


class Database:
    """
    A SQLite file, or memory where no file is named.

    The lock is held for the length of a `with` block, so a block never awaits: it is a few short statements.
    `prepare` gets each new connection before anyone else does.
    """

    def __init__(self, path: Path | None, prepare: Callable[[sqlite3.Connection], None]) -> None:
        self._path = path
        self._prepare = prepare
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._finalizer: weakref.finalize[[], Database] | None = None

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, to ask."""
        with self._lock:
            yield self._opened()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The connection, to change something: all of the block or, where it raises, nothing of it."""
        with self._lock:
            connection = self._opened()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def close(self) -> None:
        """Let go of the file, and of everything that was only in memory. Using the database again opens it anew."""
        with self._lock:
            if self._finalizer is not None:
                self._finalizer()
            self._connection = self._finalizer = None

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            connection = sqlite3.connect(
                self._path or ":memory:", check_same_thread=False, isolation_level=None, timeout=10
            )
            connection.row_factory = as_dict
            for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON", "temp_store = MEMORY"):
                connection.execute(f"PRAGMA {pragma}")
            try:
                self._prepare(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
            # Whoever forgets to close leaves no warning behind.
            self._finalizer = weakref.finalize(self, connection.close)
        return self._connection


def as_dict(cursor: sqlite3.Cursor, values: Sequence[Any]) -> Row:
    """A row with its columns' names."""
    return {column[0]: value for column, value in zip(cursor.description, values, strict=True)}


def one(connection: sqlite3.Connection, sql: str, values: Sequence[Any] = ()) -> Row | None:
    """The first row of an answer."""
    row: Row | None = connection.execute(sql, values).fetchone()
    return row


def every(connection: sqlite3.Connection, sql: str, values: Sequence[Any] = ()) -> list[Row]:
    """All rows of an answer."""
    return connection.execute(sql, values).fetchall()


def number(connection: sqlite3.Connection, sql: str, values: Sequence[Any] = ()) -> int:
    """An answer that is a single number."""
    row: Row = connection.execute(sql, values).fetchone()
    (value,) = row.values()
    return int(value)


def insert(connection: sqlite3.Connection, table: str, row: Row) -> int:
    """Add a row; returns its id. Table and column names are ours, never a client's."""
    columns = ", ".join(row)
    marks = ", ".join("?" * len(row))
    added = connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", tuple(row.values()))  # noqa: S608
    return int(added.lastrowid or 0)


def update(connection: sqlite3.Connection, table: str, key: Any, changes: Row) -> None:
    """Change columns of the row with that id. Table and column names are ours, never a client's."""
    columns = ", ".join(f"{column} = ?" for column in changes)
    connection.execute(f"UPDATE {table} SET {columns} WHERE id = ?", (*changes.values(), key))  # noqa: S608
