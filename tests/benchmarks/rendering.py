"""What it costs to make a page of 20 rows out of what the API has answered: templates, and nothing else."""

import contextlib
import time
from collections.abc import Callable, Iterator

from tests.benchmarks import pages
from tests.benchmarks.contestants.rendering import Render, ours, ours_on_plain_jinja, plain_jinja
from tests.benchmarks.effort import Effort
from tests.benchmarks.parts import Field, Part
from tests.benchmarks.process import Pipe, Worker
from tests.benchmarks.report import MICROSECONDS, Quantity
from tests.benchmarks.rounds import Contestant, Figures

CPU = Quantity("20 rows into HTML: CPU", MICROSECONDS, limit=350e-6)
QUANTITIES = (CPU,)

RENDERERS: dict[str, Callable[[], Render]] = {
    "Jinja, the page of the plain Starlette": plain_jinja,
    "webapp's page, compiled by Jinja alone": ours_on_plain_jinja,
    "webapp": ours,
}


@contextlib.contextmanager
def contestants(effort: Effort) -> Iterator[Field]:
    """As many renderings in each round as there are pages; ValueError if one doesn't show what it ought to."""
    with contextlib.ExitStack() as stack:
        found = []
        for name, make in RENDERERS.items():
            worker = stack.enter_context(Worker(_work, make))
            pages.check(name, 200, worker.ask("page"))
            found.append(Contestant(name, _round(worker, effort.pages), ours=make is ours))
        yield found


PART = Part("rendering", QUANTITIES, contestants)


def _round(worker: Worker, count: int) -> Callable[[], Figures]:
    return lambda: {CPU.name: worker.ask("cost", count)}


def _work(pipe: Pipe, make: Callable[[], Render]) -> None:
    render = make()
    with contextlib.suppress(EOFError):
        while True:
            match pipe.recv():
                case ("cost", count):
                    pipe.send(_cost(render, count))
                case _:
                    pipe.send(render())


def _cost(render: Render, count: int) -> float:
    """Seconds of this process's CPU for each page."""
    for _ in range(10):
        render()
    began = time.process_time()
    for _ in range(count):
        render()
    return (time.process_time() - began) / count
