"""
What a page costs more where sessions are shared: `webapp run` with sessions in its memory, and in a redis-server.

The redis-server is the load's neighbour, so what it uses isn't counted, as the API's isn't.
"""

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.benchmarks import cores
from tests.benchmarks.backend import create_backend
from tests.benchmarks.effort import Effort
from tests.benchmarks.frontends import Frontend, serve_ours
from tests.benchmarks.load import load
from tests.benchmarks.pages import SESSIONS, signed_in
from tests.benchmarks.parts import Field, Part
from tests.benchmarks.programs import Program
from tests.benchmarks.report import MICROSECONDS, Quantity
from tests.benchmarks.rounds import Absent, Contestant, Figures
from tests.benchmarks.server import Server
from tests.store.server import redis_server

CPU = Quantity("a page, by where sessions are: CPU", MICROSECONDS, share=1.15)
SHARED = "in a redis-server"

_OURS = Frontend("webapp run", serve_ours, ours=True)


@contextlib.contextmanager
def contestants(effort: Effort) -> Iterator[Field]:
    """The same pages of the same browsers; absent without a redis-server."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(cores.only(cores.OTHERS))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        api = stack.enter_context(Server(create_backend)).url
        alone = stack.enter_context(serve_ours(api, folder / "alone.log"))
        field: list[Contestant | Absent] = [_contestant("in memory", alone, effort)]
        if shutil.which("redis-server"):
            store = stack.enter_context(redis_server()).url
            sharing = stack.enter_context(serve_ours(api, folder / "sharing.log", store=store))
            field.append(_contestant(SHARED, sharing, effort))
        else:
            field.append(Absent(SHARED, "there is no redis-server on this machine"))
        yield field


PART = Part("stores", [CPU], contestants)


def _contestant(name: str, server: Program, effort: Effort) -> Contestant:
    requests = [signed_in(_OURS, server) for _ in range(SESSIONS)]
    load(server.port, *requests, connections=effort.connections, total=effort.pages)
    return Contestant(name, _round(server, requests, effort), ours=True)


def _round(server: Program, requests: list[bytes], effort: Effort) -> Callable[[], Figures]:
    def measure() -> Figures:
        before = server.cpu()
        load(server.port, *requests, connections=effort.connections, total=effort.pages)
        # Each connection was answered once more, before its clock started.
        return {CPU.name: (server.cpu() - before) / (effort.pages + effort.connections)}

    return measure
