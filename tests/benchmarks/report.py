"""From rounds to one Markdown table: medians, what they range over, and ratios to the way everyone goes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tests.benchmarks.rounds import Contestant, Figures, Spread


@dataclass(frozen=True, slots=True)
class Unit:
    """How a figure is written."""

    name: str
    scale: float

    def write(self, value: float) -> str:
        """Three digits that mean something."""
        value *= self.scale
        return f"{value:,.{0 if abs(value) >= 100 else 1}f}"


KILOBYTES = Unit("kB", 1e-3)
MEGABYTES = Unit("MB", 1e-6)
MICROSECONDS = Unit("µs", 1e6)
MILLISECONDS = Unit("ms", 1e3)
TIMES = Unit("times", 1)


@dataclass(frozen=True, slots=True)
class Quantity:
    """
    Something measured, in bytes or seconds, or a plain number.

    Our goals: `limit`, `share` (of the first contestant's), and `shares`, of those who are named there.
    """

    name: str
    unit: Unit
    limit: float | None = None
    share: float | None = None
    shares: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """One contestant's figures of one quantity, their ratios to the first one's, and to those named in a goal."""

    quantity: Quantity
    contestant: Contestant
    values: Spread
    ratios: Spread
    named: Mapping[str, Spread] = field(default_factory=dict)

    def cells(self) -> list[str]:
        """The table's cells."""
        unit, values, ratios = self.quantity.unit, self.values, self.ratios
        return [
            self.quantity.name,
            self.contestant.name,
            f"{unit.write(values.median)} {unit.name}",
            f"{unit.write(values.low)} to {unit.write(values.high)}",
            ratio(ratios.median),
            f"{ratio(ratios.low)} to {ratio(ratios.high)}",
            self._goals() if self.contestant.ours else "",
        ]

    def _goals(self) -> str:
        quantity, goals = self.quantity, []
        if quantity.limit is not None:
            met = self.values.median <= quantity.limit
            goals.append(f"{quantity.unit.write(quantity.limit)} {quantity.unit.name} {_verdict(met)}")
        if quantity.share is not None:
            goals.append(f"{ratio(quantity.share)} {_verdict(self.ratios.median <= quantity.share)}")
        for name, ratios in self.named.items():
            share = quantity.shares[name]
            goals.append(f"{ratio(share)} of {name} ({ratio(ratios.median)}) {_verdict(ratios.median <= share)}")
        return ", ".join(goals)


def _verdict(met: bool) -> str:
    return "met" if met else "**missed**"


def ratio(value: float) -> str:
    """A ratio: 0.31, or 1/280 where decimals would say little."""
    return f"{value:.2f}" if value >= 0.095 or value <= 0 else f"1/{1 / value:,.0f}"


def rows(
    quantities: Sequence[Quantity], contestants: Sequence[Contestant], figures: Sequence[Sequence[Figures]]
) -> Iterator[Row]:
    """A row for each quantity and contestant; the first contestant is the one the others are compared with."""
    for quantity in quantities:
        spreads = [Spread(tuple(each[quantity.name] for each in mine)) for mine in figures]
        goals = {each.name: spread for each, spread in zip(contestants, spreads, strict=True)}
        for contestant, spread in zip(contestants, spreads, strict=True):
            named = {name: spread.over(goals[name]) for name in quantity.shares if name in goals}
            yield Row(quantity, contestant, spread, spread.over(spreads[0]), named)


HEADINGS = ("what", "who", "median", "range", "ratio", "range of ratios", "goal")


def table(lines: Sequence[Row]) -> str:
    """The Markdown table, its columns aligned for those who read it as it is."""
    return markdown([HEADINGS, *(row.cells() for row in lines)])


def markdown(cells: Sequence[Sequence[str]]) -> str:
    """A table whose first line is its headings."""
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    written = ["| " + " | ".join(map(str.ljust, line, widths)) + " |" for line in cells]
    written.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(written)
