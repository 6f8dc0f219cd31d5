"""Fills an empty database."""

import json
import secrets
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from io import BytesIO
from random import Random
from typing import Any

from webapp.demo.auth.passwords import hash_password
from webapp.demo.database import Row, as_dict, every
from webapp.demo.files import FileStore
from webapp.demo.schema import TABLES, VERSION
from webapp.demo.seeding import words
from webapp.demo.seeding.accounts import ACCOUNTS
from webapp.demo.seeding.samples import sample

PEOPLE = 60
ISSUES = 3_000
FILES = 36
HISTORY_DAYS = 420


def prepare(connection: sqlite3.Connection, files: FileStore, *, seed: int, now: float) -> None:
    """Make the tables and fill them, unless that was done before."""
    if _version(connection) == VERSION:
        return
    if _is_memory(connection):
        made = _made(seed, _start_of_day(now))
        connection.deserialize(made.database)
        files.expect(made.files)
        _make_key(connection)
        return
    connection.execute("BEGIN IMMEDIATE")
    # Another process may have been faster.
    if _version(connection) != VERSION:
        _fill(connection, files, seed, _start_of_day(now))
        _make_key(connection)
    connection.execute("COMMIT")


@dataclass(frozen=True, slots=True)
class _Made:
    """Everything that is made up, as bytes."""

    database: bytes
    files: Mapping[str, bytes]


@lru_cache(maxsize=2)
def _made(seed: int, today: datetime) -> _Made:
    """Kept, for it takes a hundred times longer to make than to copy, and a test suite wants it often."""
    connection, files = sqlite3.connect(":memory:", isolation_level=None), FileStore(None)
    connection.row_factory = as_dict
    _fill(connection, files, seed, today)
    names = [row["stored_as"] for row in connection.execute("SELECT stored_as FROM attachments")]
    made = _Made(connection.serialize(), {name: files.path(name).read_bytes() for name in names})
    connection.close()
    files.close()
    return made


def _fill(connection: sqlite3.Connection, files: FileStore, seed: int, today: datetime) -> None:
    for statement in TABLES.split(";"):
        connection.execute(statement)
    _Seeder(Random(seed), today).fill(connection, files)  # noqa: S311
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _make_key(connection: sqlite3.Connection) -> None:
    # Never the same for two databases, whatever the seed.
    connection.execute("INSERT INTO meta VALUES ('signing_key', ?)", (secrets.token_hex(32),))


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()["user_version"]
    return version


def _is_memory(connection: sqlite3.Connection) -> bool:
    return all(not row["file"] for row in every(connection, "PRAGMA database_list"))


def _start_of_day(now: float) -> datetime:
    return datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)


@dataclass(slots=True)
class _Seeder:
    """Makes rows up. All moments lie before today, so that whatever is done now is the newest."""

    rng: Random
    today: datetime
    users: list[Row] = field(default_factory=list)
    projects: list[Row] = field(default_factory=list)
    teams: dict[int, list[int]] = field(default_factory=dict)
    issues: list[Row] = field(default_factory=list)
    activity: list[Row] = field(default_factory=list)

    def fill(self, connection: sqlite3.Connection, files: FileStore) -> None:
        self.users = list(self._users())
        self.projects = list(self._projects())
        _insert(connection, "users", self.users)
        _insert(connection, "projects", self.projects)
        _insert(connection, "members", list(self._members()))
        _insert(
            connection,
            "labels",
            [dict(zip(("name", "colour", "description"), each, strict=True)) for each in words.LABELS],
        )
        self.issues = list(self._issues())
        _insert(connection, "issues", self.issues)
        connection.execute(
            "UPDATE projects SET last_number = "
            "(SELECT coalesce(max(number), 0) FROM issues WHERE project_id = projects.id)"
        )
        _insert(connection, "comments", list(self._comments()))
        _insert(connection, "attachments", list(self._attachments(files)))
        self.activity.sort(key=lambda row: row["at"])
        _insert(connection, "activity", self.activity)

    def _users(self) -> Iterator[Row]:
        for number, account in enumerate(ACCOUNTS, 1):
            yield {
                "id": number,
                "email": account.email,
                "full_name": account.full_name,
                "role": account.role,
                "job_title": account.job_title,
                "is_active": account.is_active,
                "is_verified": True,
                "is_locked": account.is_locked,
                "password_hash": hash_password(account.password, self.rng.randbytes(16)),
                "created_at": _stamp(self._ago(HISTORY_DAYS)),
                "last_login": None,
            }
        names = [(first, last) for first in words.FIRST_NAMES.split() for last in words.LAST_NAMES.split()]
        for number, (first, last) in enumerate(self.rng.sample(names, PEOPLE), len(ACCOUNTS) + 1):
            yield {
                "id": number,
                "email": f"{first}.{last}@example.com".lower(),
                "full_name": f"{first} {last}",
                "role": self.rng.choices(("member", "viewer", "admin"), (82, 15, 3))[0],
                "job_title": self.rng.choice(words.JOB_TITLES),
                "is_active": self.rng.random() > 0.06,
                "is_verified": self.rng.random() > 0.1,
                "is_locked": False,
                "password_hash": None,
                "created_at": _stamp(self._ago(HISTORY_DAYS, 40)),
                "last_login": _stamp(self._ago(30)) if self.rng.random() > 0.15 else None,
            }

    def _projects(self) -> Iterator[Row]:
        for number, (key, name, summary) in enumerate(words.PROJECTS, 1):
            created = self._ago(HISTORY_DAYS, HISTORY_DAYS - 60)
            archived = number % 9 == 0
            status = self.rng.choices(("active", "planned", "paused", "done"), (14, 3, 3, 2))[0]
            team = sorted(self.rng.sample(range(1, PEOPLE + 1), self.rng.randint(5, 12)))
            # Whoever signs in finds work of their own.
            self.teams[number] = sorted({*team, 1, 2}) if number % 2 else team
            yield {
                "id": number,
                "key": key,
                "name": name,
                "summary": summary,
                "status": "done" if archived else status,
                "lead_user_id": self.rng.choice(self.teams[number]),
                "budget": float(self.rng.randrange(5, 400) * 500) if self.rng.random() > 0.15 else None,
                "started_on": created.date().isoformat() if status != "planned" else None,
                "colour": f"#{self.rng.randrange(0x20, 0xC0):02x}{self.rng.randrange(0x20, 0xA0):02x}"
                f"{self.rng.randrange(0x40, 0xE0):02x}",
                "website": f"https://{key.lower()}.example.com/" if self.rng.random() > 0.4 else None,
                "links": json.dumps(self._links(key.lower())),
                "archived": archived,
                "created_at": _stamp(created),
                "updated_at": _stamp(self._ago(50)),
            }

    def _links(self, key: str) -> list[dict[str, str]]:
        pages = ("Roadmap", "Runbook", "Designs", "Dashboard")
        chosen = self.rng.sample(pages, self.rng.randint(0, 3))
        return [{"label": page, "url": f"https://wiki.example.com/{key}/{page.lower()}"} for page in chosen]

    def _members(self) -> Iterator[Row]:
        for project in self.projects:
            for user_id in self.teams[project["id"]]:
                leads = user_id == project["lead_user_id"]
                yield {
                    "project_id": project["id"],
                    "user_id": user_id,
                    "role": "lead" if leads else self.rng.choice(("developer", "developer", "designer", "tester")),
                    "since": self._ago(350).date().isoformat(),
                }

    def _issues(self) -> Iterator[Row]:
        numbers = dict.fromkeys(self.teams, 0)
        weights = [self.rng.randint(2, 10) for _ in self.projects]
        homes = self.rng.choices(self.projects, weights, k=ISSUES)
        moments = sorted(self._ago(HISTORY_DAYS - 60) for _ in range(ISSUES))
        for number, (project, created) in enumerate(zip(homes, moments, strict=True), 1):
            numbers[project["id"]] += 1
            yield self._issue(number, numbers[project["id"]], project, created)

    def _issue(self, number: int, in_project: int, project: Row, created: datetime) -> Row:
        rng = self.rng
        team = self.teams[project["id"]]
        age = (self.today - created).total_seconds()
        is_bug = rng.random() < 0.55
        title = self._bug() if is_bug else f"{rng.choice(words.WISHES)} {rng.choice(words.THINGS)}"
        took = rng.lognormvariate(1.9, 1.1) * 86_400
        closed = created + timedelta(seconds=took) if took < age and rng.random() < 0.9 else None
        assignee = rng.choice(team) if closed or rng.random() > 0.25 else None
        reporter = rng.choice(team)
        updated = closed or created + timedelta(seconds=rng.random() * age)
        started = created + timedelta(days=rng.randint(0, 6)) if assignee and rng.random() > 0.4 else None
        due = (started or created) + timedelta(days=rng.randint(3, 60)) if rng.random() > 0.35 else None
        reference = f"{project['key']}-{in_project}"
        self._note("issue_created", created, reporter, project["id"], number, f"opened {reference} {title}")
        if closed:
            self._note("issue_closed", closed, assignee, project["id"], number, f"closed {reference} {title}")
        return {
            "id": number,
            "project_id": project["id"],
            "number": in_project,
            "title": title,
            "body": self._body(is_bug),
            "status": "closed" if closed else self._status(assignee),
            "resolution": rng.choices(("fixed", "wont_fix", "duplicate", "cannot_reproduce"), (80, 8, 7, 5))[0]
            if closed
            else None,
            "priority": rng.choices(("low", "medium", "high", "urgent"), (25, 48, 21, 6))[0],
            "assignee_id": assignee,
            "reporter_id": reporter,
            "labels": json.dumps(self._labels(is_bug)),
            "checklist": json.dumps(self._checklist(closed is not None)),
            "estimate": rng.choice((0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 20.0, 40.0)) if rng.random() > 0.3 else None,
            "start_date": started.date().isoformat() if started else None,
            "due_date": due.date().isoformat() if due else None,
            "created_at": _stamp(created),
            "updated_at": _stamp(updated),
            "closed_at": _stamp(closed) if closed else None,
            "deleted_at": _stamp(updated) if rng.random() < 0.01 else None,
        }

    def _bug(self) -> str:
        title = f"{self.rng.choice(words.PLACES)} {self.rng.choice(words.FAULTS)}"
        return f"{title} {self.rng.choice(words.WHENS)}" if self.rng.random() < 0.7 else title

    def _status(self, assignee: int | None) -> str:
        return "open" if assignee is None else self.rng.choices(("open", "in_progress", "in_review"), (5, 3, 2))[0]

    def _labels(self, is_bug: bool) -> list[str]:
        rest = [name for name, _, _ in words.LABELS[3:]]
        kind = "bug" if is_bug else self.rng.choice(("feature", "improvement"))
        return [kind, *self.rng.sample(rest, self.rng.choices((0, 1, 2), (5, 3, 1))[0])]

    def _checklist(self, done: bool) -> list[dict[str, Any]]:
        if self.rng.random() < 0.6:
            return []
        texts = self.rng.sample(words.CHECKS, self.rng.randint(2, 4))
        return [{"text": text, "done": done or self.rng.random() < 0.3} for text in texts]

    def _body(self, is_bug: bool) -> str:
        reason = self.rng.choice(words.REASONS)
        if not is_bug:
            return reason
        steps = "\n".join(f"{number}. {step}" for number, step in enumerate(self.rng.sample(words.STEPS, 3), 1))
        return f"{reason}\n\n## Steps\n\n{steps}\n\n**Expected:** it just works."

    def _comments(self) -> Iterator[Row]:
        number = 0
        for issue in self.rng.sample(self.issues, ISSUES // 2):
            moment = datetime.fromisoformat(issue["created_at"])
            team = self.teams[issue["project_id"]]
            thread: int | None = None
            key = self.projects[issue["project_id"] - 1]["key"]
            said = f"commented on {key}-{issue['number']} {issue['title']}"
            for _ in range(self.rng.randint(1, 4)):
                number += 1
                moment += (self.today - moment) * (self.rng.random() * 0.2)
                answers = thread is not None and self.rng.random() < 0.4
                author = self.rng.choice(team)
                self._note("comment_added", moment, author, issue["project_id"], issue["id"], said)
                yield {
                    "id": number,
                    "issue_id": issue["id"],
                    "reply_to": thread if answers else None,
                    "author_id": author,
                    "body": self.rng.choice(words.REPLIES if answers else words.REMARKS),
                    "created_at": _stamp(moment),
                }
                if not answers:
                    thread = number

    def _attachments(self, files: FileStore) -> Iterator[Row]:
        recent = self.issues[-FILES * 3 :]
        for number, issue in enumerate(self.rng.sample(recent, FILES), 1):
            name, media_type, content = sample(self.rng)
            yield {
                "id": number,
                "issue_id": issue["id"],
                "name": name,
                "media_type": media_type,
                "size": len(content),
                "description": "",
                "stored_as": files.save(BytesIO(content)),
                "uploaded_by_user_id": issue["reporter_id"],
                "created_at": issue["created_at"],
            }

    def _note(self, kind: str, at: datetime, user_id: int | None, project_id: int, issue_id: int, summary: str) -> None:
        self.activity.append(
            {
                "at": _stamp(at),
                "kind": kind,
                "user_id": user_id or 1,
                "project_id": project_id,
                "issue_id": issue_id,
                "summary": summary,
            }
        )

    def _ago(self, most: float, least: float = 0) -> datetime:
        return self.today - timedelta(seconds=int(self.rng.uniform(least, most) * 86_400) + 1)


def _stamp(moment: datetime) -> str:
    return f"{moment.replace(microsecond=0, tzinfo=None).isoformat()}Z"


def _insert(connection: sqlite3.Connection, table: str, rows: list[Row]) -> None:
    columns = list(rows[0])
    marks = ", ".join(f":{column}" for column in columns)
    connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)  # noqa: S608
