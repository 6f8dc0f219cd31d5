"""The beginning of the command: what has to be done before anything else is imported."""

import functools
import gc
from collections.abc import Callable, Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status: 2 where an argument or setting is wrong, 1 where the API is."""
    return _command()(arguments)


@functools.cache
def _command() -> Callable[[Sequence[str] | None], int]:
    """What is imported stays: looking for garbage among it, time and again, would take a tenth of the start."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        from webapp.cli.command import main as command
    finally:
        gc.freeze()
        if collecting:
            gc.enable()
    return command
