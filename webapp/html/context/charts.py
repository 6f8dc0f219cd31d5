"""Numbers to look at: lines over time, and bars for things to compare. Coordinates are in units of the drawing."""

from webapp.record import record


@record(frozen=True, slots=True)
class Tick:
    """A place on an axis."""

    at: float
    """From the left or the top; across, in percent."""
    label: str


@record(frozen=True, slots=True)
class Line:
    """One series over time."""

    label: str
    path: str
    """What `d` of an SVG path takes, in a field of 1000 by the drawing's height."""
    dots: tuple[tuple[float, float], ...] = ()
    """Values that no line reaches, each across in percent, and down."""


@record(frozen=True, slots=True)
class Bar:
    """One value: where its bar begins and how long it is, in percent."""

    start: float
    length: float
    value: str


@record(frozen=True, slots=True)
class BarGroup:
    """One thing, with a bar for each series."""

    label: str
    top: float
    bars: tuple[Bar, ...]


@record(frozen=True, slots=True)
class Chart:
    """`ui/chart.html`: a drawing, and the same in words."""

    id: str
    title: str
    summary: str
    """What somebody who sees it would tell one who doesn't."""
    height: int
    series: tuple[str, ...]
    lines: tuple[Line, ...] = ()
    groups: tuple[BarGroup, ...] = ()
    x_ticks: tuple[Tick, ...] = ()
    y_ticks: tuple[Tick, ...] = ()
