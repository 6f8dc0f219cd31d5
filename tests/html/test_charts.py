"""Where lines and bars go: axes that hold everything, ticks that people would write, and no more points than needed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.html.charts import (
    HEIGHT,
    MOST_POINTS,
    draw_bars,
    draw_line,
    make_scale,
    nice_step,
    thinned,
    tick_label,
    time_ticks,
)

NUMBERS = st.floats(-1e15, 1e15).filter(lambda each: each == 0 or abs(each) >= 1e-12)
START = datetime(2026, 1, 1, tzinfo=UTC)


@given(st.lists(NUMBERS, min_size=1, max_size=40), st.booleans())
def test_an_axis_holds_every_value_and_has_few_ticks(values: list[float], zero: bool) -> None:
    scale = make_scale(values, zero=zero)

    slack = 1e-6 * max(1e-12, scale.high - scale.low)
    assert scale.low - slack <= min(values) <= max(values) <= scale.high + slack
    assert 2 <= len(scale.ticks) <= 8
    assert list(scale.ticks) == sorted(set(scale.ticks))
    assert all(0 <= scale.part(value) <= 1 for value in values)
    if zero:
        assert 0 in scale.ticks


@given(st.floats(1e-12, 1e16))
def test_a_step_is_one_two_or_five_and_no_less_than_asked_for(least: float) -> None:
    step = nice_step(least)

    digit = float(f"{step:e}".partition("e")[0])
    assert round(digit, 6) in (1, 2, 5)
    assert least * (1 - 1e-6) <= step <= least * 2.6


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([0, 9], (0, 5, 10)),
        ([100, 120], (100, 105, 110, 115, 120)),
        ([40, 120], (0, 50, 100, 150)),
        ([-3, 4], (-4, -2, 0, 2, 4)),
        ([7, 7], (0, 2, 4, 6, 8)),
        ([0, 0], (0, 0.5, 1)),
        ([], (0, 0.5, 1)),
        ([0.1, 0.3], (0, 0.1, 0.2, 0.3)),
    ],
)
def test_an_axis_begins_at_zero_unless_all_values_are_far(values: list[float], ticks: tuple[float, ...]) -> None:
    assert make_scale(values).ticks == ticks


@pytest.mark.parametrize(
    ("value", "label"),
    [(0, "0"), (0.5, "0.5"), (1500, "1\u202f500"), (15_000, "15k"), (1_500_000, "1.5M"), (-2e9, "-2G"), (3e12, "3T")],
)
def test_a_tick_is_short(value: float, label: str) -> None:
    assert tick_label(value) == label


def test_a_line_breaks_where_values_are_missing_and_lone_ones_are_dots() -> None:
    times = [START + timedelta(days=day) for day in range(5)]

    line = draw_line("x", times, [0, 10, None, 5, None], make_scale([0, 10]))

    assert line.path == f"M0 {HEIGHT}L250 0"
    assert line.dots == ((75.0, HEIGHT / 2),)


@given(st.lists(NUMBERS, min_size=1, max_size=3000))
def test_of_many_points_the_ends_and_the_extremes_are_kept(values: list[float]) -> None:
    points = [(float(at), value) for at, value in enumerate(values)]

    kept = thinned(points)

    assert len(kept) <= MOST_POINTS
    assert (kept[0], kept[-1]) == (points[0], points[-1])
    assert [at for at, _ in kept] == sorted(at for at, _ in kept)
    assert {min(values), max(values)} <= {value for _, value in kept}


@pytest.mark.parametrize(
    ("days", "labels"),
    [
        (1200, ["Jan 2026", "Feb 2027", "Mar 2028", "Apr 2029"]),
        (30, ["1 Jan", "11 Jan", "21 Jan", "31 Jan"]),
        (0.25, ["00:00", "02:00", "04:00", "06:00"]),
        (2, ["1 Jan 00:00", "1 Jan 16:00", "2 Jan 08:00", "3 Jan 00:00"]),
    ],
)
def test_times_are_written_as_precisely_as_their_span_needs(days: float, labels: list[str]) -> None:
    times = [START + timedelta(days=days) * part / 30 for part in range(31)]

    assert [tick.label for tick in time_ticks(times)] == labels


def test_no_times_have_no_ticks_and_one_has_one() -> None:
    assert time_ticks([]) == ()
    assert [tick.at for tick in time_ticks([START, START])] == [50]


def test_bars_begin_at_zero_on_whichever_side_they_are() -> None:
    scale = make_scale([-5, 10], zero=True)

    one, two, three = draw_bars(["a", "b", "c"], [[-5, 10, None]], scale)

    zero = round(scale.part(0) * 100, 2)
    assert one.bars[0].start + one.bars[0].length == pytest.approx(zero)
    assert two.bars[0].start == zero
    assert (three.bars[0].length, three.bars[0].value) == (0, "\u2013")
    assert one.top < two.top < three.top
