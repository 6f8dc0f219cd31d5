"""`create_demo`: the whole wiring."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.middleware import Middleware

from webapp.demo.auth.limits import RateLimit
from webapp.demo.database import Database
from webapp.demo.faults import FaultMiddleware
from webapp.demo.files import FileStore
from webapp.demo.options import Options
from webapp.demo.problems import say_what_is_invalid
from webapp.demo.routers import (
    activity,
    attachments,
    auth,
    comments,
    exports,
    health,
    insights,
    issue_actions,
    issues,
    labels,
    preferences,
    projects,
    reports,
    users,
)
from webapp.demo.seeding.seed import prepare
from webapp.demo.state import Demo

DESCRIPTION = """
A small issue tracker, made to be looked at: projects, issues, comments, files, reports, and an activity stream.

Sign in as `demo@example.com` with `demo-pass-123`.
"""

TAGS = (
    ("issues", "What is to be done."),
    ("comments", "What people say about an issue."),
    ("attachments", "Files that hang on an issue."),
    ("projects", "What issues belong to, and who works on them."),
    ("labels", "Words to sort issues by."),
    ("users", "People with an account."),
    ("activity", "What happened, as a list and as a stream."),
    ("insights", "Numbers over time."),
    ("reports", "Answers that need a question."),
    ("exports", "Issues as a file, which takes a minute."),
    ("settings", "How the tracker as a whole behaves; for admins."),
    ("auth", "Signing in and out, and one's own account."),
    ("health", "Whether it runs."),
)


def create_demo(
    database: str | Path | None = None,
    *,
    access_seconds: float = 900,
    refresh_seconds: float = 14 * 86_400,
    reuse_window: float = 30,
    tries_per_minute: int = 30,
    export_seconds: float = 60,
    max_upload: int = 4 * 1024**3,
    trust_forwarded: bool = True,
    clock: Callable[[], float] = time.time,
    seed: int = 42,
) -> FastAPI:
    """
    The demo API as an ASGI app; see `Options` for what can be set.

    `database` is a SQLite file, made and filled where there is none, with the uploads in a folder beside it; without
    one all is private to this app, and gone with it. Nothing is opened before the lifespan or the first request.
    `app.state.faults` and `app.state.counters` are for tests of clients (`webapp.demo.faults`).
    """
    options = Options(
        access_seconds=access_seconds,
        refresh_seconds=refresh_seconds,
        reuse_window=reuse_window,
        tries_per_minute=tries_per_minute,
        export_seconds=export_seconds,
        max_upload=max_upload,
        trust_forwarded=trust_forwarded,
    )
    demo = _demo(Path(database) if database is not None else None, options, clock, seed)

    app = FastAPI(
        title="Tracker",
        version="1.0.0",
        summary="A small issue tracker.",
        description=DESCRIPTION.strip(),
        openapi_tags=[{"name": name, "description": description} for name, description in TAGS],
        middleware=[Middleware(FaultMiddleware, faults=demo.faults, counters=demo.counters)],
        exception_handlers={RequestValidationError: say_what_is_invalid},
        lifespan=_lifespan,
    )
    app.state.demo = demo
    app.state.faults = demo.faults
    app.state.counters = demo.counters
    for router in (
        health.router,
        auth.router,
        users.router,
        projects.router,
        # /issues/bulk-close comes before /issues/{issue_id}/...
        issue_actions.router,
        issues.router,
        comments.router,
        attachments.router,
        labels.router,
        activity.router,
        insights.router,
        reports.router,
        exports.router,
        preferences.router,
    ):
        app.include_router(router)
    return app


def _demo(path: Path | None, options: Options, clock: Callable[[], float], seed: int) -> Demo:
    files = FileStore(path.with_name(f"{path.name}.files") if path else None)
    return Demo(
        options=options,
        clock=clock,
        database=Database(path, lambda connection: prepare(connection, files, seed=seed, now=clock())),
        files=files,
        tries=RateLimit(options.tries_per_minute, clock),
    )


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    demo: Demo = app.state.demo
    with demo.reading():
        pass
    yield
    demo.close()
