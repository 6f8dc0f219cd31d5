"""Which core works for whom: what is measured has one to itself, the load and the API have the others."""

import contextlib
import os
from collections.abc import Iterator

ALL = frozenset(os.sched_getaffinity(0))
MEASURED = frozenset({min(ALL)})
"""For whoever is measured."""
OTHERS = (ALL - MEASURED) or ALL
"""For the load and the API; with a single core they share it."""


@contextlib.contextmanager
def only(cores: frozenset[int]) -> Iterator[None]:
    """Keep this thread, and every process that's started within the block, on some cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
