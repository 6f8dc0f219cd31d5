"""The rows that are there from the start."""

import sqlite3
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from tests.demo.house import MONDAY, Clock, running, state_of
from webapp.demo.auth.guard import signer
from webapp.demo.database import as_dict, every, number, one
from webapp.demo.files import FileStore
from webapp.demo.seeding.seed import prepare

TABLES = ("users", "projects", "members", "labels", "issues", "comments", "activity")
TODAY = "2026-01-05"


def contents(app: FastAPI) -> dict[str, list[dict[str, Any]]]:
    """All rows."""
    with state_of(app).reading() as connection:
        return {table: every(connection, f"SELECT * FROM {table}") for table in TABLES}


def test_the_same_seed_and_day_give_the_same_rows(app: FastAPI) -> None:
    expected = contents(app)

    with running(None, Clock(MONDAY + 3600), seed=42) as same_day, running(None, Clock(), seed=7) as other_seed:
        assert contents(same_day) == expected
        assert contents(other_seed) != expected


def test_there_are_a_few_thousand_rows_and_all_belong_together(app: FastAPI) -> None:
    rows = contents(app)

    assert {table: len(rows[table]) for table in ("users", "projects", "labels", "issues")} == {
        "users": 65,
        "projects": 24,
        "labels": 12,
        "issues": 3_000,
    }
    assert len(rows["comments"]) > 3_000
    with state_of(app).reading() as connection:
        assert every(connection, "PRAGMA foreign_key_check") == []
        assert one(connection, "PRAGMA integrity_check") == {"integrity_check": "ok"}


def test_everything_happened_before_today_and_in_order(app: FastAPI) -> None:
    rows = contents(app)

    for issue in rows["issues"]:
        moments = [issue["created_at"], issue["updated_at"], issue["closed_at"] or issue["updated_at"]]
        assert moments == sorted(moments)
        assert moments[-1] < TODAY
        assert (issue["status"] == "closed") == (issue["closed_at"] is not None) == (issue["resolution"] is not None)
        if issue["start_date"] and issue["due_date"]:
            assert issue["start_date"] <= issue["due_date"]
    assert [each["at"] for each in rows["activity"]] == sorted(each["at"] for each in rows["activity"])
    assert max(each["created_at"] for each in rows["comments"]) < TODAY
    assert rows["activity"][-1]["at"] > "2026-01-03"


def test_whoever_signs_in_has_work(app: FastAPI) -> None:
    with state_of(app).reading() as connection:
        for user_id in (1, 2):
            query = "SELECT count(*) FROM issues WHERE assignee_id = ? AND status <> 'closed'"
            assert number(connection, query, (user_id,)) > 3


def test_a_file_is_filled_once_with_the_same_rows(app: FastAPI, tmp_path: Path) -> None:
    path = tmp_path / "tracker.db"
    with running(path, Clock()) as first:
        assert contents(first) == contents(app)
        with state_of(first).writing() as connection:
            connection.execute("DELETE FROM activity")

    with running(path, Clock()) as second:
        assert contents(second) == {**contents(app), "activity": []}


def test_two_processes_that_start_at_once_fill_a_file_once(tmp_path: Path) -> None:
    """The one that waits for the other's lock finds its work done."""
    files = FileStore(tmp_path / "files")
    late, early = (sqlite3.connect(tmp_path / "x.db", isolation_level=None) for _ in range(2))
    for connection in (late, early):
        connection.row_factory = as_dict
    ahead = False

    def get_ahead(statement: str) -> None:
        nonlocal ahead
        if statement.startswith("BEGIN") and not ahead:
            ahead = True
            prepare(early, files, seed=1, now=MONDAY)

    late.set_trace_callback(get_ahead)
    prepare(late, files, seed=2, now=MONDAY)

    assert ahead
    assert every(late, "SELECT * FROM meta") == every(early, "SELECT * FROM meta")
    late.close()
    early.close()


def test_demos_made_from_the_same_seed_have_keys_of_their_own(app: FastAPI) -> None:
    with running(None, Clock()) as other:
        assert signer(state_of(app)) != signer(state_of(other))
