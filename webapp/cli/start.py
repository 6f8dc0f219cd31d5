"""The beginning of the command: what has to be done before anything else is imported."""

import functools
import gc
import sys
from collections.abc import Callable, Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status: 2 where an argument or setting is wrong, 1 where the API is."""
    return _command()(arguments)


@functools.cache
def _command() -> Callable[[Sequence[str] | None], int]:
    """
    What is imported stays: looking for garbage among it, time and again, would take a tenth of the start.

    Another tenth would go into what httpx writes in colours with, where that is installed: it has a command as well.
    """
    collecting = gc.isenabled()
    gc.disable()
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # keeps it out
    try:
        from webapp.cli.command import main as command
    finally:
        gc.freeze()
        if collecting:
            gc.enable()
    return command
