"""Everybody's page of the same API, each served as in production, in a process of its own."""

import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from starlette.types import ASGIApp

from tests.backends.processes import free_port
from tests.benchmarks import cores, peers
from tests.benchmarks.contestants import each
from tests.benchmarks.contestants.plain import app as plain
from tests.benchmarks.programs import Program
from tests.benchmarks.server import Server

CONTESTANTS = Path(__file__).parent / "contestants"
KEY = "a key that is long enough for a benchmark"


class Serving(Protocol):
    """A running server, and the seconds of CPU that it has used."""

    port: int

    @property
    def url(self) -> str: ...

    def cpu(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Frontend:
    """
    `serve` takes the API's URL and the file for the log, and writes one line there for each request.

    It raises peers.Missing for a contestant that has to be installed first and can't be.
    """

    name: str
    serve: Callable[[str, Path], AbstractContextManager[Serving]]
    ours: bool = False
    peer: bool = False
    encoding: str = "gzip, deflate"


def _asgi(create: Callable[[str], ASGIApp]) -> Callable[[str, Path], Server]:
    def serve(api: str, log: Path) -> Server:
        with cores.only(cores.MEASURED):
            return Server(create, api, log=log, access_log=True)

    return serve


def started(
    port: int,
    log: Path,
    *command: str | Path,
    environment: Mapping[str, str],
    on: frozenset[int] = cores.MEASURED,
) -> Program:
    """A command on the core of whoever is measured."""
    with cores.only(on):
        return Program([str(word) for word in command], port, log=log, environment=environment)


def serve_ours(
    api: str,
    log: Path,
    *,
    openapi: Path | None = None,
    store: str = "",
    workers: int = 1,
    on: frozenset[int] = cores.MEASURED,
) -> Program:
    """`webapp run`, with what it comes with; with its sessions in the store at a URL, if one is given."""
    port = free_port()
    document = () if openapi is None else ("--openapi", openapi)
    several = () if workers == 1 else ("--workers", str(workers))
    command = (sys.executable, "-m", "webapp", "run", api, "--port", str(port), *document, *several)
    environment = {"WEBAPP_SECRET_KEY": KEY, **({"WEBAPP_SESSION_STORE": store} if store else {})}
    return started(port, log, *command, environment=environment, on=on)


def _gunicorn(name: str) -> Callable[[str, Path], Program]:
    def serve(api: str, log: Path) -> Program:
        port = free_port()
        python = peers.python_packages("wsgi")
        options = ("--workers=1", "--threads=8", "--keep-alive=600", "--access-logfile=-")
        place = (f"--bind=127.0.0.1:{port}", f"--chdir={CONTESTANTS / name}", "--no-control-socket")
        return started(port, log, python, "-m", "gunicorn", *options, *place, "app:app", environment={"API_URL": api})

    return serve


def _express(api: str, log: Path) -> Program:
    port = free_port()
    environment = {"NODE_PATH": str(peers.node_packages("express")), "NODE_ENV": "production"}
    return started(port, log, "node", CONTESTANTS / "express" / "app.js", api, str(port), environment=environment)


EXPRESS = "Express + express-session + fetch + EJS"

FRONTENDS = (
    Frontend("Starlette + one httpx.AsyncClient + Jinja", _asgi(plain.create)),
    Frontend("the same, sniffio installed", _asgi(plain.create_with_sniffio)),
    Frontend("the same, an httpx.AsyncClient for each session", _asgi(each.create)),
    Frontend("Flask + requests + Jinja", _gunicorn("flask"), peer=True),
    Frontend("Django + requests", _gunicorn("django"), peer=True),
    Frontend(EXPRESS, _express, peer=True),
    Frontend("webapp, everything on", serve_ours, ours=True),
    Frontend("webapp, asked for no gzip", serve_ours, ours=True, encoding="identity"),
)
