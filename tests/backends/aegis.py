"""What the tests put into Aegis, by its own API where it has one for it."""

import os
import sqlite3
import subprocess
from contextlib import closing
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
    _leave_executions(_database_at(url))


def forget(url: str) -> None:
    """Remove the database of an Aegis that has ended."""
    database = _database_at(url)
    for suffix in ("", "-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


def mailed(url: str, kind: str, email: str) -> str:
    """
    The token that Aegis would have sent by mail, which has no server here: for a `password_reset`, an
    `email_verification` or an `org_invite`.
    """
    by_user = f"SELECT token FROM {kind}_token t JOIN user u ON u.id = t.user_id WHERE u.email = ? ORDER BY t.id DESC"
    by_email = "SELECT token FROM org_invite WHERE email = ? ORDER BY id DESC"
    with closing(sqlite3.connect(_database_at(url), timeout=30)) as connection:
        row = connection.execute(by_email if kind == "org_invite" else by_user, (email,)).fetchone()
    assert row is not None, f"no {kind} for {email}"
    return str(row[0])


def schedule(url: str) -> None:
    """Have Aegis's scheduler put down its jobs, as it does when it starts; it isn't left running."""
    project = _database(0).parent.parent / "projects" / "myapp"
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{_database_at(url)}"}
    python = str(project / ".venv" / "bin" / "python")
    subprocess.run([python, "-c", _SCHEDULE], cwd=project, env=environment, check=True, capture_output=True)


_SCHEDULE = """
import asyncio
from app.components.scheduler.main import create_scheduler

async def main():
    scheduler = create_scheduler()
    scheduler.start(paused=True)
    scheduler.shutdown()

asyncio.run(main())
"""


def _database_at(url: str) -> Path:
    return _database(urlsplit(url).port or 80)


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
