"""Everybody's app of the same API, with sessions of its own, started by a command as in production."""

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.backends.processes import free_port
from tests.benchmarks import peers
from tests.benchmarks.backend import PASSWORD, USERNAME
from tests.benchmarks.frontends import CONTESTANTS, serve_ours, started
from tests.benchmarks.programs import Program
from tests.benchmarks.rounds import Absent
from tests.benchmarks.visitors import Connecting, SigningIn, Visitors


@dataclass(frozen=True, slots=True)
class App:
    """
    `serve` takes the API's URL and the file for the log, `visitors` the app's URL.

    `cookies` is what a browser has that's signed in; where there are none, the app signs in whoever comes. A page that
    is `drawn` has no text in it that a program could find.
    """

    name: str
    serve: Callable[[str, Path], Program]
    visitors: Callable[[str], Visitors]
    cookies: Callable[[str], dict[str, str]] = lambda url: {}
    path: str = "/"
    ours: bool = False
    drawn: bool = False


EACH = "an httpx.AsyncClient for each session"
STREAMLIT = "Streamlit"
FLUXLIT = "FluxLit"
FLET = "Flet"
NICEGUI = "NiceGUI"
OURS = "webapp run"


def serve_each(api: str, log: Path) -> Program:
    """Starlette, with the most common way to keep a user signed in at an API."""
    port = free_port()
    command = (sys.executable, "-m", "uvicorn", "--factory", "tests.benchmarks.contestants.served:create_each")
    return started(port, log, *command, "--port", str(port), environment={"ORDERS_API": api})


def apps(with_peers: bool) -> Iterator[App | Absent]:
    """All that can take part; those that have to be installed first only if they are asked for."""
    if with_peers:
        yield from (_installed(name, find) for name, find in PEERS.items())
    yield App(OURS, serve_ours, lambda url: SigningIn(OURS, url), cookies_of_ours, "/orders", ours=True)


def cookies_of_ours(url: str) -> dict[str, str]:
    """What a sign-in gives the browser."""
    with SigningIn(OURS, url) as visitors:
        return visitors.come_as(USERNAME)


def fluxlit() -> App | Absent:
    """Streamlit with a client for each of its sessions; its gateway keeps nothing of a user and isn't started."""
    return _installed(FLUXLIT, _fluxlit)


def _installed(name: str, find: Callable[[Path], App]) -> App | Absent:
    try:
        return find(peers.python_packages(name.lower()))
    except peers.Missing as missing:
        return Absent(name, str(missing))


def _streamlit(python: Path) -> App:
    def serve(api: str, log: Path) -> Program:
        return _run_by_streamlit(python, "streamlit", log, _environment(api))

    return App(STREAMLIT, serve, _connecting(python, "streamlit"))


def _fluxlit(python: Path) -> App:
    def serve(api: str, log: Path) -> Program:
        where = {"FLUXLIT_APP": "app:app", "FLUXLIT_INTERNAL_API_BASE": api}
        return _run_by_streamlit(python, "fluxlit", log, {**_environment(api), **where})

    return App(FLUXLIT, serve, _connecting(python, "streamlit"))


def _run_by_streamlit(python: Path, name: str, log: Path, environment: Mapping[str, str]) -> Program:
    port = free_port()
    place = ("--server.address=127.0.0.1", f"--server.port={port}", "--server.headless=true")
    quiet = ("--browser.gatherUsageStats=false", "--server.fileWatcherType=none")
    command = (python, "-m", "streamlit", "run", CONTESTANTS / name / "app.py", *place, *quiet)
    return started(port, log, *command, environment=environment)


def _flet(python: Path) -> App:
    def serve(api: str, log: Path) -> Program:
        port = free_port()
        # Everything from its own server: that a browser has it from elsewhere already is nothing to rely on.
        web = {"FLET_FORCE_WEB_SERVER": "true", "FLET_SERVER_PORT": str(port), "FLET_WEB_NO_CDN": "true"}
        return started(port, log, python, CONTESTANTS / "flet" / "app.py", environment={**_environment(api), **web})

    return App(FLET, serve, _connecting(python, "flet"), drawn=True)


def _nicegui(python: Path) -> App:
    def serve(api: str, log: Path) -> Program:
        port = free_port()
        # It keeps what it knows of users in files, in the folder that it's started in.
        place = {"NICEGUI_STORAGE_PATH": str(log.parent / "nicegui")}
        command = (python, CONTESTANTS / "nicegui" / "app.py", str(port))
        return started(port, log, *command, environment={**_environment(api), **place})

    return App(NICEGUI, serve, _connecting(python, "nicegui"))


PEERS: dict[str, Callable[[Path], App]] = {STREAMLIT: _streamlit, FLET: _flet, NICEGUI: _nicegui}


def _connecting(python: Path, name: str) -> Callable[[str], Visitors]:
    return lambda url: Connecting(python, CONTESTANTS / name / "visitors.py", url)


def _environment(api: str) -> dict[str, str]:
    return {"ORDERS_API": api, "ORDERS_USERNAME": USERNAME, "ORDERS_PASSWORD": PASSWORD}
