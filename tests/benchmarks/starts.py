"""How long from the command to the first byte of a page, and to 20 rows of the API in a browser."""

import compileall
import contextlib
import json
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import webapp
from tests.benchmarks import backend, description, thousand
from tests.benchmarks.apps import FLET, OURS, STREAMLIT, App, apps
from tests.benchmarks.browsing import Chromium
from tests.benchmarks.effort import Effort
from tests.benchmarks.frontends import serve_ours
from tests.benchmarks.parts import Field, Part
from tests.benchmarks.report import MILLISECONDS, Quantity
from tests.benchmarks.rounds import Absent, Contestant, Figures
from tests.benchmarks.server import Server

FIRST_BYTE = Quantity("a start: first byte of a page", MILLISECONDS, limit=1.0, shares={STREAMLIT: 0.6, FLET: 0.6})
CPU = Quantity("a start: CPU until then", MILLISECONDS, shares={STREAMLIT: 0.6, FLET: 0.6})
ROWS = Quantity("a start: rows in the browser", MILLISECONDS)
QUANTITIES = (FIRST_BYTE, CPU, ROWS)

PATIENCE = 60.0
"""Seconds for a page."""


@contextlib.contextmanager
def contestants(effort: Effort) -> Iterator[Field]:
    """Everybody's app, and ours once more on a document that has a thousand operations as well."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        api = stack.enter_context(Server(backend.create_backend)).url
        chromium = stack.enter_context(Chromium())
        path = folder / "openapi.json"
        path.write_text(json.dumps(_document()), encoding="utf-8")
        # As pip does it where it installs a package.
        compileall.compile_dir(Path(webapp.__file__).parent, quiet=1)
        with serve_ours(api, folder / "log") as program:
            _first_byte(program.url)  # Compiles the templates, for all starts to come.
        field: list[Contestant | Absent] = []
        for app in apps(effort.peers):
            field.append(app if isinstance(app, Absent) else _contestant(chromium, app, api, folder))
            if isinstance(app, App) and app.ours:
                large = replace(app, name=f"{OURS}, 1,000 operations", serve=partial(serve_ours, openapi=path))
                field.append(_contestant(chromium, large, api, folder))
        yield field


PART = Part("starts", QUANTITIES, contestants, few=True)


def _document() -> dict[str, Any]:
    """The API's own operations, and a thousand more."""
    large, small = thousand.document(), description.document()
    schemas = {**large["components"]["schemas"], **small["components"]["schemas"]}
    return {
        **small,
        "paths": {**large["paths"], **small["paths"]},
        "components": {**small["components"], "schemas": schemas},
    }


def _contestant(chromium: Chromium, app: App, api: str, folder: Path) -> Contestant:
    return Contestant(app.name, _round(chromium, app, api, folder / "log"), app.ours)


def _round(chromium: Chromium, app: App, api: str, log: Path) -> Callable[[], Figures]:
    def measure() -> Figures:
        began = time.perf_counter()
        with app.serve(api, log) as program:
            _first_byte(program.url)
            first, cpu = time.perf_counter() - began, program.cpu()
            # Whoever has to sign in does: that counts.
            cookies = app.cookies(program.url)
            ready = time.perf_counter() - began
            visit = chromium.visit(program.url + app.path, cookies, drawn=app.drawn)
            return {FIRST_BYTE.name: first, CPU.name: cpu, ROWS.name: ready + visit.seconds}

    return measure


def _first_byte(url: str) -> None:
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        if not answer.read(1):
            raise ValueError(f"{url} answered with nothing.")
