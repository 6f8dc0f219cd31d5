"""
A curve's plot as SVG: a panel for each quantity, beside each other.

It follows the reader's light or dark theme, and says what it shows in words, too. Each panel has one series: the line
is the median of the rounds, the band all of them, and the dashed line what grows in proportion.
"""

from collections.abc import Sequence
from html import escape

from tests.benchmarks.growth.curves import Curve, Point
from tests.benchmarks.growth.scales import Scale, even, powers, written

WIDTH, HEIGHT = 300, 260
"""Of a panel."""
LEFT, RIGHT, TOP, BOTTOM = 56, 14, 64, 44

STYLE = """
    text { font: 12px system-ui, sans-serif; fill: #1f2430 }
    .title { font-size: 15px; font-weight: 600 }
    .name { font-weight: 600 }
    .tick { font-size: 11px; fill: #4d5463 }
    .paper { fill: #ffffff }
    .grid { stroke: #dfe2e8 }
    .line { fill: none; stroke: #1757b8; stroke-width: 2 }
    .dot { fill: #1757b8 }
    .band { fill: #1757b8; fill-opacity: .18 }
    .guide { stroke: #6b7280; stroke-dasharray: 4 4 }
    @media (prefers-color-scheme: dark) {
      text { fill: #e8eaf0 }
      .tick { fill: #b3b9c6 }
      .paper { fill: #15181e }
      .grid { stroke: #333944 }
      .line { stroke: #7fb0ff }
      .dot, .band { fill: #7fb0ff }
      .guide { stroke: #9aa1af }
    }
"""


def plot(curve: Curve, points: Sequence[Point]) -> str:
    """The SVG; ValueError for a curve without points."""
    if not points:
        raise ValueError(f"{curve.name} has no points")
    width = WIDTH * len(curve.quantities)
    panels = [[point for point in points if point.quantity == quantity.name] for quantity in curve.quantities]
    size = f'viewBox="0 0 {width} {HEIGHT}" width="{width}" height="{HEIGHT}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title words">',
            f'<title id="title">{escape(curve.title)}</title>',
            f'<desc id="words">{escape(" ".join(_words(curve, panel) for panel in panels))}</desc>',
            f"<style>{STYLE}</style>",
            f'<rect class="paper" width="{width}" height="{HEIGHT}" rx="8"/>',
            f'<text class="title" x="16" y="26">{escape(curve.title)}</text>',
            *(
                f'<g transform="translate({number * WIDTH} 0)">\n{_panel(curve, panel)}\n</g>'
                for number, panel in enumerate(panels)
            ),
            "</svg>\n",
        ]
    )


def _words(curve: Curve, panel: Sequence[Point]) -> str:
    first, last = panel[0], panel[-1]
    return (
        f"{first.quantity}: {first.median:g} {first.unit} at {first.size:g} {curve.of}, "
        f"{last.median:g} {last.unit} at {last.size:g}."
    )


def _panel(curve: Curve, panel: Sequence[Point]) -> str:
    sizes = [point.size for point in panel]
    values = [value for point in panel for value in (point.low, point.high)]
    across = (even if curve.even else powers)(sizes, LEFT, WIDTH - RIGHT)
    # What hardly changes is drawn from zero, so that it looks it.
    flat = curve.even or max(values) < 5 * min(values)
    up = (even if flat else powers)(values, HEIGHT - BOTTOM, TOP)
    middle = (LEFT + WIDTH - RIGHT) / 2
    return "\n".join(
        [
            f'<text class="name" x="16" y="50">{escape(panel[0].quantity)}, {panel[0].unit}</text>',
            *_ticks(across, up),
            f'<text class="tick" x="{middle:g}" y="{HEIGHT - 8}" text-anchor="middle">{escape(curve.of)}</text>',
            *([] if flat else [_guide(panel, across, up)]),
            _band(panel, across, up),
            f'<polyline class="line" points="{_line([(p.size, p.median) for p in panel], across, up)}"/>',
            *(_dot(point, across, up) for point in panel),
        ]
    )


def _ticks(across: Scale, up: Scale) -> list[str]:
    foot = HEIGHT - BOTTOM
    lines = []
    for tick in up.ticks:
        y = up.place(tick)
        lines.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        lines.append(f'<text class="tick" x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{written(tick)}</text>')
    for tick in across.ticks:
        x = across.place(tick)
        lines.append(f'<path class="grid" d="M{x:.1f} {foot}v5"/>')
        lines.append(f'<text class="tick" x="{x:.1f}" y="{foot + 18}" text-anchor="middle">{written(tick)}</text>')
    return lines


def _guide(panel: Sequence[Point], across: Scale, up: Scale) -> str:
    """Through the last point; where it would leave the panel below, it ends there."""
    last = panel[-1]
    from_size = max(across.low, last.size * up.low / last.median)
    ends = [(from_size, last.median * from_size / last.size), (last.size, last.median)]
    return f'<polyline class="guide" points="{_line(ends, across, up)}"/>'


def _band(panel: Sequence[Point], across: Scale, up: Scale) -> str:
    edge = [(p.size, p.low) for p in panel] + [(p.size, p.high) for p in reversed(panel)]
    return f'<polygon class="band" points="{_line(edge, across, up)}"/>'


def _dot(point: Point, across: Scale, up: Scale) -> str:
    return f'<circle class="dot" cx="{across.place(point.size):.1f}" cy="{up.place(point.median):.1f}" r="3"/>'


def _line(places: Sequence[tuple[float, float]], across: Scale, up: Scale) -> str:
    return " ".join(f"{across.place(x):.1f},{up.place(y):.1f}" for x, y in places)
