"""A curve: some quantities, each at a number of sizes, in interleaved rounds."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from tests.benchmarks.report import Quantity
from tests.benchmarks.rounds import Contestant, Figures, Spread, interleave

Measures = Sequence[Callable[[], Figures]]
"""One for each size."""


@dataclass(frozen=True, slots=True)
class Curve:
    """
    `start` gets the sizes, starts what is needed, and gives a way to measure each of them.

    `title` is the heading of its plot, `of` says what grows. Quantities are panels of the plot.
    """

    name: str
    title: str
    of: str
    sizes: Sequence[float]
    quantities: Sequence[Quantity]
    start: Callable[[Sequence[float]], AbstractContextManager[Measures]]
    even: bool = False
    """Sizes are drawn at even steps from zero, not as powers."""


@dataclass(frozen=True, slots=True)
class Point:
    """A quantity at a size, in the quantity's unit."""

    size: float
    quantity: str
    unit: str
    median: float
    low: float
    high: float


def points(curve: Curve, rounds: int, *, most: int | None = None) -> Iterator[Point]:
    """Measure a curve, or only its first sizes."""
    sizes = curve.sizes[:most]
    with curve.start(sizes) as measures:
        figures = interleave(
            [Contestant(str(size), measure) for size, measure in zip(sizes, measures, strict=True)], rounds
        )
    for quantity in curve.quantities:
        for size, mine in zip(sizes, figures, strict=True):
            spread = Spread(tuple(each[quantity.name] * quantity.unit.scale for each in mine))
            yield Point(size, quantity.name, quantity.unit.name, spread.median, spread.low, spread.high)
