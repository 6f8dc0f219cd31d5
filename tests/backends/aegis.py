"""What the tests put into Aegis, by its own API where it has one for it."""

import os
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx

POSTS = 12
EXECUTIONS = 60
FAILURES = 20


def seed(url: str, username: str, password: str) -> None:
    """Publish posts, found an organisation, and leave runs of scheduled jobs behind."""
    with httpx.Client(base_url=f"{url}/api/v1", trust_env=False, timeout=30) as api:
        api.post("/auth/token", data={"username": username, "password": password}).raise_for_status()
        api.post("/blog/tags", json={"name": "Tea"}).raise_for_status()
        for number in range(1, POSTS + 1):
            post = {"title": f"Post {number:02}", "content": f"All about tea, part {number}.", "tag_slugs": ["tea"]}
            made = api.post("/blog/posts", json=post).raise_for_status().json()
            api.post(f"/blog/posts/{made['id']}/publish").raise_for_status()
        api.post("/orgs", json={"name": "Tea Traders", "slug": "tea-traders"}).raise_for_status()
        api.post("/auth/logout").raise_for_status()
    _leave_executions(_database(urlsplit(url).port or 80))


def forget(url: str) -> None:
    """Remove the database of an Aegis that has ended."""
    database = _database(urlsplit(url).port or 80)
    for suffix in ("", "-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


def _database(port: int) -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("BACKENDS") or cache / "webapp-backends") / "aegis" / "run" / f"aegis-{port}.db"


def _leave_executions(database: Path) -> None:
    """The scheduler would take hours to make these; it writes the same rows."""
    begun = datetime(2026, 11, 1, 8, tzinfo=UTC)
    rows = [
        (
            f"job-{number % 3}",
            f"Job {number % 3}",
            (begun + timedelta(hours=number)).strftime("%Y-%m-%d %H:%M:%S.%f"),
            (begun + timedelta(hours=number, seconds=2)).strftime("%Y-%m-%d %H:%M:%S.%f"),
            2000.0,
            "failed" if number % 3 == 0 else "success",
        )
        for number in range(EXECUTIONS)
    ]
    connection = sqlite3.connect(database, timeout=30)
    try:
        with connection:
            connection.executemany(
                "INSERT INTO job_execution (job_id, job_name, started_at, finished_at, duration_ms, status)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                rows,
            )
    finally:
        connection.close()
