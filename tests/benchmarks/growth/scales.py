"""From figures to places on a plot, and the ticks beside them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """Figures between `low` and `high` lie between two places, evenly or by their powers of ten."""

    low: float
    high: float
    start: float
    end: float
    even: bool
    ticks: Sequence[float]

    def place(self, value: float) -> float:
        """Where a figure lies."""
        low, high, value = (self.low, self.high, value) if self.even else map(math.log10, (self.low, self.high, value))
        return self.start + (value - low) / (high - low) * (self.end - self.start)


def even(values: Sequence[float], start: float, end: float) -> Scale:
    """From nothing to a round figure above all of them, with four to six ticks."""
    high = max(values) or 1.0
    power = 10 ** math.floor(math.log10(high / 4))
    step = next(step for factor in (1, 2, 2.5, 5, 10) if (step := factor * power) * 5 >= high)
    count = math.ceil(high / step)
    return Scale(0.0, count * step, start, end, True, [number * step for number in range(count + 1)])


def powers(values: Sequence[float], start: float, end: float) -> Scale:
    """From a power of ten below all of them to one above."""
    first = math.floor(math.log10(min(values)))
    last = max(math.ceil(math.log10(max(values))), first + 1)
    return Scale(10.0**first, 10.0**last, start, end, False, [10.0**each for each in range(first, last + 1)])


def written(value: float) -> str:
    """A tick's figure, short: 0.5, 20, 1k, 2.5M."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"
