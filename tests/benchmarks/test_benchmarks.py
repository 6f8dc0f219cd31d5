"""The whole benchmark, once, with little to do: that it runs, not what it says."""

from collections.abc import Iterable
from math import isfinite

import pytest

from tests.benchmarks import calls, pages
from tests.benchmarks.backend import CUSTOMERS, ORDERS
from tests.benchmarks.effort import QUICK
from tests.benchmarks.parts import measure
from tests.benchmarks.report import table
from tests.benchmarks.run import PARTS

CONTESTANTS = {
    "a session: memory": 4,
    "a session: CPU to begin it": 4,
    "a user who stays: memory": 2,
    "a user who stays: CPU to begin": 2,
    "a call, one at a time: CPU": 4,
    "a call, 8 at once: CPU": 4,
    "a call, 64 at once: CPU": 4,
    "20 rows into HTML: CPU": 3,
    "a page of 20 rows: CPU": 5,
    "a page of 20 rows: median latency": 5,
    "a page of 20 rows: p99 latency": 5,
    "a page, 64 connections: median latency": 5,
    "a page, 64 connections: p99 over median": 5,
    "a page, by where sessions are: CPU": 2,
    "a page, all workers busy: time until the next": 2,
    "a page, all workers busy: CPU": 2,
    "a first visit": 1,
    "a first visit: over the wire": 1,
    "a first visit: time to the rows": 1,
    "a start: first byte of a page": 2,
    "a start: CPU until then": 2,
    "a start: rows in the browser": 2,
    "1,000 operations: start to first page": 1,
    "1,000 operations: home, gzipped": 1,
    "1,000 operations: all operations, gzipped": 1,
    "1,000 operations: memory of the process": 1,
}


def test_the_quick_run_measures_every_contestant() -> None:
    rows = measure(PARTS, QUICK).rows

    measured = [row.quantity.name for row in rows]
    assert {name: measured.count(name) for name in measured} == CONTESTANTS
    assert all(isfinite(number) for row in rows for number in (*row.values.values, *row.ratios.values))
    assert all(row.values.median > 0 for row in rows)
    assert len(table(rows).splitlines()) == 2 + len(rows)


def test_a_page_that_shows_the_rows_is_measured() -> None:
    pages.check("whole", 200, _page(row["reference"] for row in ORDERS))


@pytest.mark.parametrize(
    ("status", "rows"),
    [(200, ORDERS[1:]), (200, []), (500, ORDERS), (200, [*ORDERS, ORDERS[0]])],
    ids=["a row is missing", "nothing there", "an error", "a row too many"],
)
def test_a_page_that_shows_something_else_is_not(status: int, rows: list[dict[str, str]]) -> None:
    with pytest.raises(ValueError, match="wrong answered"):
        pages.check("wrong", status, _page(row["reference"] for row in rows))


@pytest.mark.parametrize("answer", [None, {"detail": "Not authenticated"}, {"items": CUSTOMERS[1:]}])
def test_a_client_that_gets_something_else_is_not_measured(answer: object) -> None:
    with pytest.raises(ValueError, match="wrong got"):
        calls.check("wrong", answer)


def _page(references: Iterable[str]) -> str:
    body = "".join(f"<tr><td>{reference}</td></tr>" for reference in references)
    return f"<table><thead><tr><th>Reference</th></tr></thead><tbody>{body}</tbody></table>"
