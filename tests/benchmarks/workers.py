"""
What a second worker brings: `webapp run --workers` with one and with two, whose sessions are in one redis-server.

One worker has a core to itself. Two have all cores, and share them with the load, the API and the store, which need a
few percent of what a page needs: where there are no more than two cores, that is missing from twice as many pages.
"""

import contextlib
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.benchmarks import cores
from tests.benchmarks.backend import create_backend
from tests.benchmarks.effort import Effort
from tests.benchmarks.frontends import Frontend, serve_ours
from tests.benchmarks.load import crowd, load
from tests.benchmarks.pages import CROWD, SESSIONS, signed_in
from tests.benchmarks.parts import Field, Part
from tests.benchmarks.programs import Program
from tests.benchmarks.report import MICROSECONDS, Quantity
from tests.benchmarks.rounds import Absent, Contestant, Figures
from tests.benchmarks.server import Server
from tests.store.server import redis_server

TIME = Quantity("a page, all workers busy: time until the next", MICROSECONDS, share=1 / 1.8)
CPU = Quantity("a page, all workers busy: CPU", MICROSECONDS, share=1.05)

_OURS = Frontend("webapp run", serve_ours, ours=True)


@contextlib.contextmanager
def contestants(effort: Effort) -> Iterator[Field]:
    """The same pages of the same browsers; absent without a redis-server."""
    if not shutil.which("redis-server"):
        yield [Absent("two workers", "there is no redis-server on this machine")]
        return
    with contextlib.ExitStack() as stack:
        stack.enter_context(cores.only(cores.OTHERS))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        api = stack.enter_context(Server(create_backend)).url
        store = stack.enter_context(redis_server()).url
        one = stack.enter_context(serve_ours(api, folder / "one.log", store=store))
        two = stack.enter_context(serve_ours(api, folder / "two.log", store=store, workers=2, on=cores.ALL))
        yield [_contestant("one worker", one, effort), _contestant("two workers", two, effort)]


PART = Part("workers", [TIME, CPU], contestants)


def _contestant(name: str, server: Program, effort: Effort) -> Contestant:
    requests = [signed_in(_OURS, server) for _ in range(SESSIONS)]
    load(server.port, *requests, connections=CROWD, total=2 * effort.crowd)
    return Contestant(name, _round(server, requests, 2 * effort.crowd), ours=name != "one worker")


def _round(server: Program, requests: list[bytes], pages: int) -> Callable[[], Figures]:
    def measure() -> Figures:
        # New connections each time, which the workers share anew.
        with crowd(server.port, *requests, connections=CROWD) as visitors:
            before, began = server.cpu(), time.perf_counter()
            visitors.ask(pages)
            took, used = time.perf_counter() - began, server.cpu() - before
        return {TIME.name: took / pages, CPU.name: used / pages}

    return measure
