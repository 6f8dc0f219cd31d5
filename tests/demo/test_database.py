"""One connection for everybody."""

import sqlite3
from pathlib import Path

import pytest

from webapp.demo.database import Database, every, number, one


def prepare(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE IF NOT EXISTS things (id INTEGER PRIMARY KEY)")


def test_a_block_that_raises_changes_nothing() -> None:
    database = Database(None, prepare)

    def add_twice() -> None:
        with database.writing() as connection:
            connection.execute("INSERT INTO things (id) VALUES (1)")
            connection.execute("INSERT INTO things (id) VALUES (1)")

    with pytest.raises(sqlite3.IntegrityError):
        add_twice()

    with database.reading() as connection:
        assert every(connection, "SELECT * FROM things") == []
    database.close()


def test_after_closing_it_opens_again() -> None:
    database = Database(None, prepare)
    with database.writing() as connection:
        connection.execute("INSERT INTO things DEFAULT VALUES")

    database.close()
    database.close()

    with database.reading() as connection:
        assert number(connection, "SELECT count(*) FROM things") == 0
        assert one(connection, "SELECT * FROM things") is None
    database.close()


def test_two_databases_on_one_file_see_each_other_s_rows(tmp_path: Path) -> None:
    one_of_them, other = (Database(tmp_path / "x.db", prepare) for _ in range(2))
    with one_of_them.writing() as connection:
        connection.execute("INSERT INTO things DEFAULT VALUES")

    with other.reading() as connection:
        assert every(connection, "SELECT * FROM things") == [{"id": 1}]
    one_of_them.close()
    other.close()


def test_a_connection_that_could_not_be_prepared_is_let_go() -> None:
    given: list[sqlite3.Connection] = []

    def refuse(connection: sqlite3.Connection) -> None:
        given.append(connection)
        raise OSError("no room")

    with pytest.raises(OSError, match="no room"), Database(None, refuse).reading():
        pass
    with pytest.raises(sqlite3.ProgrammingError):
        given[0].execute("SELECT 1")
