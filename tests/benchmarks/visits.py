"""What a first visit to a page of 20 rows costs the visitor: requests, bytes, and time until the rows are there."""

import contextlib
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from tests.benchmarks.apps import App, apps
from tests.benchmarks.backend import create_backend
from tests.benchmarks.browsing import Chromium
from tests.benchmarks.effort import Effort
from tests.benchmarks.parts import Field, Part
from tests.benchmarks.report import KILOBYTES, MILLISECONDS, Quantity, Unit
from tests.benchmarks.rounds import Absent, Contestant, Figures
from tests.benchmarks.server import Server

REQUESTS = Quantity("a first visit", Unit("requests", 1), limit=3)
BYTES = Quantity("a first visit: over the wire", KILOBYTES, limit=22 * 1024)
ROWS = Quantity("a first visit: time to the rows", MILLISECONDS)
QUANTITIES = (REQUESTS, BYTES, ROWS)


@contextlib.contextmanager
def contestants(effort: Effort) -> Iterator[Field]:
    """Everybody's app is running and has had a visitor: what's measured is the visit, not the server's first."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        api = stack.enter_context(Server(create_backend)).url
        chromium = stack.enter_context(Chromium())
        field: list[Contestant | Absent] = []
        for app in apps(effort.peers):
            if isinstance(app, Absent):
                field.append(app)
                continue
            url = stack.enter_context(app.serve(api, folder / f"{len(field)}.log")).url
            stack.enter_context(app.visitors(url)).come(1)
            field.append(Contestant(app.name, _round(chromium, app, url, app.cookies(url)), app.ours))
        yield field


PART = Part("visits", QUANTITIES, contestants, few=True)


def _round(chromium: Chromium, app: App, url: str, cookies: Mapping[str, str]) -> Callable[[], Figures]:
    def measure() -> Figures:
        visit = chromium.visit(url + app.path, cookies, drawn=app.drawn)
        return {REQUESTS.name: visit.requests, BYTES.name: visit.bytes, ROWS.name: visit.seconds}

    return measure
