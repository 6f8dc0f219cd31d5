"""Sessions that are kept: what each holds, and what a page costs beside them all."""

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from tests.benchmarks import cores
from tests.benchmarks.backend import create_backend
from tests.benchmarks.contestants import ours
from tests.benchmarks.growth.curves import Curve, Measures
from tests.benchmarks.growth.lists import CPU
from tests.benchmarks.growth.visits import browsing, page, visit
from tests.benchmarks.report import MEGABYTES, Quantity
from tests.benchmarks.rounds import Figures
from tests.benchmarks.server import Server

MEMORY = Quantity("Memory of the process", MEGABYTES)


@contextlib.contextmanager
def _start(sizes: Sequence[float]) -> Iterator[Measures]:
    with contextlib.ExitStack() as stack:
        stack.enter_context(cores.only(cores.OTHERS))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        api = stack.enter_context(Server(create_backend)).url
        measures = []
        for size in sizes:
            with cores.only(cores.MEASURED):
                server = stack.enter_context(Server(ours.create_with, api, int(size), log=folder / f"{size}.log"))
            browser = stack.enter_context(browsing(server))
            measures.append(partial(_measure, server, page(browser, "/orders", of=20, sign="<tr").request))
        yield measures


def _measure(server: Server, request: bytes) -> Figures:
    return {CPU.name: visit(server, request).cpu, MEMORY.name: server.memory()}


SESSIONS = Curve(
    "sessions",
    "Sessions that are signed in",
    "sessions",
    (1, 10, 100, 1000, 10_000, 100_000),
    (CPU, MEMORY),
    _start,
)
