"""Numbers worth drawing: which answers are, and what is drawn of them."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.pages.house import demo_browser
from tests.pages.library import book, library, library_api
from webapp.openapi.schema import Schema
from webapp.pages.charts import charts_of
from webapp.pages.listview import MOST_ROWS

DAYS = [{"date": f"2026-11-{day:02d}", "opened": day % 5, "closed": day % 3} for day in range(1, 21)]
COUNTS = {"type": "object", "additionalProperties": {"type": "integer"}}


def test_values_over_time_are_lines_whatever_the_order_of_the_rows() -> None:
    (forwards,) = charts_of(DAYS, None, name="x", label="Points")
    (backwards,) = charts_of(DAYS[::-1], None, name="x", label="Points")

    assert forwards == backwards
    assert forwards.series == ("Opened", "Closed")
    assert [tick.label for tick in forwards.x_ticks] == ["1 Nov", "7 Nov", "14 Nov", "20 Nov"]
    assert forwards.summary.startswith("1 Nov 2026 to 20 Nov 2026. Opened: 0 to 4, in the end 0")
    assert forwards.title == "Points: Opened, Closed"


def test_no_row_is_left_out_of_a_drawing() -> None:
    many = [{"at": f"2026-01-{day % 28 + 1:02d}T{day % 24:02d}:{day % 60:02d}:00Z", "n": day} for day in range(2000)]

    (chart,) = charts_of(many, None, name="x")

    assert "0 to 1\u202f999" in chart.summary


def test_things_are_compared_as_bars_only_where_that_is_asked_for() -> None:
    rows = [{"user_id": 1, "full_name": "Ann", "hours": 3}, {"user_id": 2, "full_name": "Bob", "hours": -1}]

    (chart,) = charts_of(rows, None, name="x")

    assert [(group.label, group.bars[0].value) for group in chart.groups] == [("Ann", "3"), ("Bob", "-1")]
    assert chart.summary == "Hours: from -1 (Bob) to 3 (Ann)"
    assert charts_of(rows, None, name="x", compare=False) == ()


def test_a_map_of_numbers_is_drawn_if_it_is_declared_as_one_or_has_days_for_keys() -> None:
    states = {"open": 3, "in_progress": 5}
    days = {"2026-11-01": 1, "2026-11-02": 2.5}

    (chart,) = charts_of(states, Schema(COUNTS), name="x", label="By status")
    assert [group.label for group in chart.groups] == ["Open", "In progress"]
    assert chart.title == "By status"
    assert charts_of(states, None, name="x") == ()
    assert charts_of(days, None, name="x")[0].lines


def test_lists_of_the_same_length_are_one_series() -> None:
    weather = {"time": ["2026-11-01", "2026-11-02"], "rain": [0.5, None], "wind": [3, 4]}

    (chart,) = charts_of({**weather, "rain": [0.5, 2]}, None, name="x")
    assert chart.series == ("Rain", "Wind")
    assert charts_of({**weather, "wind": [1]}, None, name="x") == ()


def test_series_that_cannot_share_an_axis_have_one_each() -> None:
    rows = [{"date": f"2026-11-{day:02d}", "errors": day, "requests": day * 1000} for day in range(1, 5)]

    assert [chart.series for chart in charts_of(rows, None, name="x")] == [("Errors",), ("Requests",)]
    assert len({chart.id for chart in charts_of(rows, None, name="x")}) == 2


@pytest.mark.parametrize(
    "value",
    [
        [],
        DAYS[:1],
        [{"date": "2026-11-01", "n": 1}, {"date": "2026-11-01", "n": 2}],
        [{"date": "2026-11-01", "n": "a"}, {"date": "2026-11-02", "n": 2}],
        [{"date": "2026-11-01", "n": None}, {"date": "2026-11-02", "n": 2}],
        [{"date": "2026-11-01", "to": "2026-11-02", "n": 1}, {"date": "2026-11-03", "to": "2026-11-04", "n": 2}],
        [{"name": "a", "n": 1, "done": True}, {"name": "b", "n": 2, "done": False}],
        [{"name": "a", **{f"n{each}": 1 for each in range(5)}}, {"name": "b", **{f"n{each}": 1 for each in range(5)}}],
        [{"name": str(each), "n": each} for each in range(100)],
        [{"date": "2026-11-01", "n": 10**400}, {"date": "2026-11-02", "n": 1}],
        [1, 2, 3],
        ["a", {"date": "2026-11-01"}],
        {"open": 1, "closed": True},
        "2026-11-01",
        None,
    ],
)
def test_what_is_no_series_is_not_drawn(value: Any) -> None:
    assert charts_of(value, None, name="x") == ()


async def test_a_report_is_drawn_with_its_table_behind() -> None:
    async with library(library_api({"GET /stats": {"title": "Loans", "points": DAYS}})) as browser:
        page = await browser.get("/stats")

    drawing = page.page.one("svg[role=img]")
    assert page.page.one("#" + drawing.get("aria-labelledby")).text == "Points: Opened, Closed"
    assert drawing.one("desc").text.startswith("1 Nov 2026 to 20 Nov 2026")
    assert len(page.page.all("details table tbody tr")) == 20


async def test_a_list_of_numbers_is_drawn_above_its_rows() -> None:
    async with library(library_api({"GET /anything": DAYS})) as browser:
        page = await browser.get("/anything")

    assert page.page.one("#list svg[role=img]")
    assert len(page.page.all("tbody tr")) == 20


async def test_a_drawing_is_of_all_rows_though_the_table_below_it_is_not() -> None:
    first = datetime(2026, 1, 1)
    hours = [{"date": f"{first + timedelta(hours=each)}", "opened": each} for each in range(MOST_ROWS + 24)]
    async with library(library_api({"GET /anything": hours})) as browser:
        page = await browser.get("/anything")

    assert "to 26 Mar 2026, 07:00" in page.page.one("svg[role=img] desc").text
    assert len(page.page.all("tbody tr")) == MOST_ROWS


async def test_an_item_s_parts_are_not_compared() -> None:
    lines = [{"name": "First", "pages": 100}, {"name": "Second", "pages": 120}]
    async with library(library_api({"GET /books/1": book(1, editions=lines)})) as browser:
        page = await browser.get("/books/1")

    assert page.page.find("svg[role=img]") is None


@pytest.mark.parametrize("path", ["throughput", "backlog", "cycle-time", "overview"])
async def test_the_demo_s_insights_are_drawn(path: str) -> None:
    async with demo_browser() as browser:
        await browser.sign_in("demo@example.com", "demo-pass-123")
        page = await browser.get(f"/insights/{path}")

    assert page.page.all("svg[role=img]")
