"""How costs grow: that it is measured and drawn, not what comes out."""

import math
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.benchmarks.growth import data
from tests.benchmarks.growth.curves import Curve, Measures, Point
from tests.benchmarks.growth.lists import create_api
from tests.benchmarks.growth.plot import plot
from tests.benchmarks.growth.run import CURVES, main
from tests.benchmarks.growth.scales import even, powers, written
from tests.benchmarks.growth.visits import browsing, page, running
from tests.benchmarks.report import MICROSECONDS, Quantity

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", ["rows", "document", "sessions"])
def test_a_curve_is_measured_written_and_drawn(name: str, tmp_path: Path) -> None:
    main(["--quick", "--only", name, "--folder", str(tmp_path)])

    curve = next(each for each in CURVES if each.name == name)
    points = data.read(tmp_path / f"{name}.csv")
    assert sorted(tmp_path.iterdir()) == [tmp_path / f"{name}.csv", tmp_path / f"{name}.svg"]
    assert [point.quantity for point in points] == [each.name for each in curve.quantities for _ in range(2)]
    assert all(0 < point.low <= point.median <= point.high < math.inf for point in points)


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)
def test_the_plots_show_what_the_data_files_say(curve: Curve) -> None:
    file = data.FOLDER / f"{curve.name}.csv"
    points = data.read(file)
    drawn = file.with_suffix(".svg").read_text(encoding="utf-8")

    assert len(points) == len(curve.sizes) * len(curve.quantities)
    assert drawn == plot(curve, points)


def test_a_plot_can_be_read_and_heard() -> None:
    curve = _curve()
    points = [Point(size, "CPU", "µs", 2.0 * size, size, 3.0 * size) for size in (1, 10, 100)]

    drawing = ET.fromstring(plot(curve, points))

    texts = [text.text for text in drawing.iter(f"{SVG}text")]
    assert drawing.findtext(f"{SVG}title") == "Rows & more"
    assert drawing.findtext(f"{SVG}desc") == "CPU: 2 µs at 1 rows, 200 µs at 100."
    assert {"Rows & more", "CPU, µs", "rows", "1", "10", "100", "1k"} <= set(texts)
    assert len([*drawing.iter(f"{SVG}circle")]) == len(points)


def test_what_hardly_changes_is_drawn_from_zero_and_the_rest_beside_what_is_in_proportion() -> None:
    flat = plot(_curve(), [Point(size, "CPU", "µs", 50, 40, 60) for size in (1, 1000)])
    steep = plot(_curve(), [Point(size, "CPU", "µs", size, size, size) for size in (1, 1000)])

    assert ">0</text>" in flat
    assert 'class="guide"' not in flat
    assert 'class="guide"' in steep


def test_a_curve_without_points_is_not_drawn() -> None:
    with pytest.raises(ValueError, match="rows has no points"):
        plot(_curve(), [])


def test_scales_reach_around_their_figures() -> None:
    assert even([0, 470], 0, 100).ticks == [0, 100, 200, 300, 400, 500]
    assert even([0, 500], 100, 0).place(500) == 0
    assert powers([3, 700], 0, 100).ticks == [1, 10, 100, 1000]
    assert powers([10, 1000], 0, 100).place(100) == pytest.approx(50)


@pytest.mark.parametrize(("value", "short"), [(0, "0"), (0.5, "0.5"), (20, "20"), (2500, "2.5k"), (1e6, "1M")])
def test_ticks_are_short(value: float, short: str) -> None:
    assert written(value) == short


def test_a_page_without_what_it_is_measured_for_is_an_error() -> None:
    with running(create_api, "rows", (3,)) as server, browsing(server) as browser:
        assert page(browser, "/list3", of=4, sign="<tr").size > 1000
        with pytest.raises(ValueError, match="/list3 answered 200, with 4 of 5"):
            page(browser, "/list3", of=5, sign="<tr")


def _curve() -> Curve:
    return Curve("rows", "Rows & more", "rows", (1, 10, 100), [Quantity("CPU", MICROSECONDS)], start=_unused)


def _unused(sizes: Sequence[float]) -> AbstractContextManager[Measures]:
    raise AssertionError("Nothing is started.")
