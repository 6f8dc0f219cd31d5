"""What one more user costs a running server: signs in, looks at a page of 20 rows, and stays."""

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.benchmarks.apps import EACH, FLET, FLUXLIT, STREAMLIT, App, apps, fluxlit, serve_each
from tests.benchmarks.backend import create_backend
from tests.benchmarks.effort import Effort
from tests.benchmarks.parts import Field, Part
from tests.benchmarks.report import KILOBYTES, MICROSECONDS, Quantity
from tests.benchmarks.rounds import Absent, Contestant, Figures
from tests.benchmarks.server import Server
from tests.benchmarks.visitors import SigningIn

SHARE = 1 / 300

MEMORY = Quantity(
    "a user who stays: memory", KILOBYTES, share=SHARE, shares={STREAMLIT: SHARE, FLUXLIT: SHARE, FLET: SHARE}
)
TIME = Quantity("a user who stays: CPU to begin", MICROSECONDS)
QUANTITIES = (MEMORY, TIME)


@contextlib.contextmanager
def contestants(effort: Effort) -> Iterator[Field]:
    """So many users in each round, and a fiftieth of it where each costs so much more."""
    few = max(8, effort.users // 50)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        api = stack.enter_context(Server(create_backend)).url
        field = [App(EACH, serve_each, lambda url: SigningIn(EACH, url)), *apps(effort.peers)]
        if effort.peers:
            field.insert(1, fluxlit())
        yield [
            one
            if isinstance(one, Absent)
            else Contestant(one.name, _round(one, api, folder / "log", effort.users if one.ours else few), one.ours)
            for one in field
        ]


PART = Part("users", QUANTITIES, contestants, few=True)


def _round(app: App, api: str, log: Path, count: int) -> Callable[[], Figures]:
    """A new server each time: memory that was given back isn't asked for again."""

    def measure() -> Figures:
        with app.serve(api, log) as program, app.visitors(program.url) as visitors:
            # The first ones bring imports and caches along.
            visitors.come(max(5, count // 4))
            memory, cpu = program.memory(), program.cpu()
            visitors.come(count)
            return {
                MEMORY.name: (program.memory() - memory) / count,
                TIME.name: (program.cpu() - cpu) / count,
            }

    return measure
