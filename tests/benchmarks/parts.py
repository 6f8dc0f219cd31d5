"""A part of the benchmark: some quantities, and who competes in them."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from tests.benchmarks.effort import Effort
from tests.benchmarks.report import Quantity, Row, rows
from tests.benchmarks.rounds import Absent, Contestant, interleave

Field = Sequence[Contestant | Absent]
"""Everybody who competes; the first is the one that the others are compared with."""


@dataclass(frozen=True, slots=True)
class Part:
    """`contestants` starts whatever a part needs, and ends it; one whose rounds take seconds each has `few` of them."""

    name: str
    quantities: Sequence[Quantity]
    contestants: Callable[[Effort], AbstractContextManager[Field]]
    few: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """The table's rows, and who isn't in it."""

    rows: Sequence[Row]
    absent: Sequence[Absent]


def measure(parts: Iterable[Part], effort: Effort) -> Measured:
    """Each part's quantities of each of its contestants, part by part, in interleaved rounds."""
    found: list[Row] = []
    absent: list[Absent] = []
    for part in parts:
        with part.contestants(effort) as field:
            present = [each for each in field if isinstance(each, Contestant)]
            absent += [each for each in field if isinstance(each, Absent)]
            figures = interleave(present, effort.starts if part.few else effort.rounds)
        found += rows(part.quantities, present, figures)
    return Measured(found, absent)
