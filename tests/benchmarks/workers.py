"""
Whether a second process makes pages dearer: two of `webapp run`, each with sessions of its own, asked at once.

Two workers serve twice as many pages as one where they have a core each and the load and the API have others. On two
cores they don't, so it's the CPU of a page that is compared: what doesn't grow can be multiplied.
"""

import contextlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tests.benchmarks import cores
from tests.benchmarks.backend import create_backend
from tests.benchmarks.effort import Effort
from tests.benchmarks.frontends import Frontend, serve_ours
from tests.benchmarks.load import load
from tests.benchmarks.pages import signed_in
from tests.benchmarks.parts import Field, Part
from tests.benchmarks.programs import Program
from tests.benchmarks.report import MICROSECONDS, Quantity
from tests.benchmarks.rounds import Contestant, Figures
from tests.benchmarks.server import Server

CPU = Quantity("a page, all processes busy: CPU", MICROSECONDS, share=1.05)

_OURS = Frontend("webapp run", serve_ours, ours=True)

Worker = tuple[Program, bytes]
"""A process, and the request of somebody who is signed in there."""


@contextlib.contextmanager
def contestants(effort: Effort) -> Iterator[Field]:
    """One process, and that with another beside it; each has a core, the second shares its own with the load."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(cores.only(cores.OTHERS))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        api = stack.enter_context(Server(create_backend)).url
        first = stack.enter_context(serve_ours(api, folder / "first.log"))
        second = stack.enter_context(serve_ours(api, folder / "second.log", on=cores.OTHERS))
        workers = [(each, signed_in(_OURS, each)) for each in (first, second)]
        yield [
            Contestant("one process", _round(workers[:1], effort)),
            Contestant("two processes", _round(workers, effort), ours=True),
        ]


PART = Part("workers", [CPU], contestants)


def _round(workers: Sequence[Worker], effort: Effort) -> Callable[[], Figures]:
    ask = partial(load, connections=effort.connections, total=effort.pages)

    def measure() -> Figures:
        before = sum(server.cpu() for server, _ in workers)
        with ThreadPoolExecutor(len(workers)) as threads:
            pages = sum(len(waited) for waited in threads.map(lambda each: ask(each[0].port, each[1]), workers))
        # Each connection was answered once more, before its clock started.
        pages += len(workers) * effort.connections
        return {CPU.name: (sum(server.cpu() for server, _ in workers) - before) / pages}

    return measure
