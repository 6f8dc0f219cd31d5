"""
Draws numbers: where each line and bar goes, and which values stand at the axes.

Pure arithmetic; the markup is in `ui/chart.html`. Whatever is drawn across is in percent, so that a chart fits any
width without its letters growing or shrinking.
"""

import math
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from webapp.html.context.charts import Bar, BarGroup, Line, Tick
from webapp.html.format import MONTHS, number
from webapp.record import record

HEIGHT = 180
"""Of the field that lines are drawn in."""
WIDTH = 1000
MOST_POINTS = 500
"""Points of a line; of more, the extremes of each stretch are kept."""
BAR, GAP, LABEL = 10, 3, 18
"""How high a bar is, what lies between those of one thing, and the line of its name above them."""
ROOM = 12
"""Between two things."""
FAR_FROM_ZERO = 0.5
"""An axis begins at zero, unless the lowest value is more than this share of the highest."""

Value = float | None
"""None where there is no value."""


@record(frozen=True, slots=True)
class Scale:
    """An axis: from the first tick to the last."""

    low: float
    high: float
    step: float

    @property
    def ticks(self) -> tuple[float, ...]:
        """The values that stand at the axis."""
        first, last = round(self.low / self.step), round(self.high / self.step)
        return tuple(_tidy(each * self.step) for each in range(first, last + 1))

    def part(self, value: float) -> float:
        """Where a value lies between the ends, from 0 to 1."""
        return min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))


def make_scale(values: Sequence[float], *, zero: bool = False, most: int = 4) -> Scale:
    """
    An axis that holds all values, with steps of 1, 2 or 5 times a power of ten: about as many as `most`.

    It begins or ends at zero where that is near, and always where `zero` says so. Values are finite.
    """
    low, high = min(values, default=0.0), max(values, default=0.0)
    largest = max(abs(low), abs(high))
    flat = high - low <= largest * 1e-9
    if zero or flat or min(abs(low), abs(high)) <= largest * FAR_FROM_ZERO:
        low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        high = 1.0
    step = nice_step((high - low) / most)
    return Scale(_tidy(math.floor(low / step + 1e-9) * step), _tidy(math.ceil(high / step - 1e-9) * step), step)


def nice_step(least: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that is no less."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10, 20) if factor * power >= least * (1 - 1e-9))


def draw_line(label: str, times: Sequence[datetime], values: Sequence[Value], scale: Scale) -> Line:
    """A series as a path that breaks where values are missing; `times` ascend."""
    spread = _spread(times)
    path: list[str] = []
    dots: list[tuple[float, float]] = []
    for run in _runs(spread, values):
        kept = thinned(run)
        drawn = [(round(across * WIDTH, 1), round(HEIGHT * (1 - scale.part(value)), 1)) for across, value in kept]
        if len(drawn) == 1:
            dots.append((round(drawn[0][0] / WIDTH * 100, 2), drawn[0][1]))
            continue
        path.append("M" + "L".join(f"{across:g} {down:g}" for across, down in drawn))
    return Line(label, "".join(path), tuple(dots[:MOST_POINTS]))


def thinned(points: Sequence[tuple[float, float]], most: int = MOST_POINTS) -> Sequence[tuple[float, float]]:
    """No more points than can be told apart: the lowest and the highest of each stretch, and both ends."""
    if len(points) <= most:
        return points
    inner = points[1:-1]
    stretch = max(1, math.ceil(len(inner) / ((most - 2) // 2)))
    kept = [points[0]]
    for start in range(0, len(inner), stretch):
        part = inner[start : start + stretch]
        extremes = {min(part, key=lambda each: each[1]), max(part, key=lambda each: each[1])}
        kept.extend(sorted(extremes))
    return [*kept, points[-1]]


def time_ticks(times: Sequence[datetime], most: int = 4) -> tuple[Tick, ...]:
    """The first and the last time, and some of those between."""
    if not times:
        return ()
    spread = _spread(times)
    wanted = [each / (most - 1) for each in range(most)] if spread[-1] > spread[0] else [0.0]
    places = sorted({min(range(len(times)), key=lambda at: abs(spread[at] - each)) for each in wanted})
    said = [_said(times[at], times[-1] - times[0]) for at in places]
    return tuple(
        Tick(round(spread[at] * 100, 2), label)
        for number_, (at, label) in enumerate(zip(places, said, strict=True))
        if label not in said[:number_]
    )


def value_ticks(scale: Scale) -> tuple[Tick, ...]:
    """The values at the side, each with how far down it stands."""
    return tuple(Tick(round(HEIGHT * (1 - scale.part(value)), 1), tick_label(value)) for value in scale.ticks)


def tick_label(value: float) -> str:
    """`1500000` -> `1.5M`, for there is little room."""
    for size, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            return f"{_short(value / (1e3 if letter == 'k' else size))}{letter}"
    return _short(value)


def draw_bars(labels: Sequence[str], series: Sequence[Sequence[Value]], scale: Scale) -> tuple[BarGroup, ...]:
    """A group of bars for each label; `series` have a value for each."""
    zero = scale.part(0)
    high = group_height(len(series))
    return tuple(
        BarGroup(label, at * high, tuple(_bar(values[at], scale, zero) for values in series))
        for at, label in enumerate(labels)
    )


def group_height(series: int) -> int:
    """How high one thing with its bars is."""
    return LABEL + series * BAR + (series - 1) * GAP + ROOM


def _bar(value: Value, scale: Scale, zero: float) -> Bar:
    if value is None:
        return Bar(round(zero * 100, 2), 0, "\u2013")
    end = scale.part(value)
    return Bar(round(min(zero, end) * 100, 2), round(abs(end - zero) * 100, 2), written(value))


def written(value: float) -> str:
    """A value in full; of one that is whole, no decimals."""
    return number(int(value) if float(value).is_integer() else value)


def _spread(times: Sequence[datetime]) -> list[float]:
    """Each time's place between the first and the last, from 0 to 1."""
    if not times:
        return []
    whole = (times[-1] - times[0]).total_seconds()
    return [(each - times[0]).total_seconds() / whole if whole else 0.5 for each in times]


def _runs(across: Sequence[float], values: Sequence[Value]) -> Iterator[list[tuple[float, float]]]:
    run: list[tuple[float, float]] = []
    for place, value in zip(across, values, strict=True):
        if value is not None:
            run.append((place, value))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _said(at: datetime, span: timedelta) -> str:
    if span > timedelta(days=730):
        return f"{MONTHS[at.month - 1]} {at.year}"
    if span >= timedelta(days=3):
        return f"{at.day} {MONTHS[at.month - 1]}"
    return f"{at.day} {MONTHS[at.month - 1]} {at:%H:%M}" if span > timedelta(days=1) else f"{at:%H:%M}"


def _short(value: float) -> str:
    return number(int(value)) if value == int(value) and abs(value) < 1e15 else f"{value:.4g}"


def _tidy(value: float) -> float:
    """Without the noise of floating point: 0.30000000000000004 is 0.3."""
    return float(f"{value:.12g}")
