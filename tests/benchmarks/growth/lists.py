"""Lists that grow in one way or another, all of one API behind one `webapp run`."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from starlette.types import ASGIApp

from tests.benchmarks.backend import ORDERS, answer, answering, page_of
from tests.benchmarks.description import ORDER, described, listing, object_of
from tests.benchmarks.growth.curves import Curve, Measures
from tests.benchmarks.growth.visits import browsing, page, running, visit
from tests.benchmarks.report import KILOBYTES, MICROSECONDS, MILLISECONDS, Quantity
from tests.benchmarks.rounds import Figures

CPU = Quantity("CPU per page", MICROSECONDS)
SIZE = Quantity("Size of the page", KILOBYTES)
SENT = Quantity("Size of the page, compressed", KILOBYTES)
MEDIAN = Quantity("Median latency", MILLISECONDS)
LATE = Quantity("p99 latency", MILLISECONDS)

PEOPLE = 8
"""Whose connections there are where there are many: those of one account have a quarter of the API's."""


def orders(count: int) -> list[dict[str, Any]]:
    """So many rows of 7 columns."""
    return [{**ORDERS[number % len(ORDERS)], "id": number, "reference": f"ORD-{number}"} for number in range(count)]


def wide(columns: int) -> list[dict[str, Any]]:
    """20 rows of so many columns, each with a word in it."""
    names = [f"field{number}" for number in range(columns)]
    return [{name: f"value {row * number}" for number, name in enumerate(names)} for row in range(20)]


def create_api(kind: str, sizes: Sequence[float]) -> ASGIApp:
    """A list for each size, of the kind that grows so."""
    lists = {_path(size): _KINDS[kind](size) for size in sizes}
    document = described(
        "Growing lists",
        {path: listing(path.strip("/"), f"Row{path.strip('/')}") for path in lists},
        {f"Row{path.strip('/')}": _schema(rows[0]) for path, rows in lists.items()},
    )
    answers = {("GET", path): answer(page_of(rows, len(rows))) for path, rows in lists.items()}
    delays = {_path(size): size / 1000 for size in sizes} if kind == "latency" else {}
    return answering({("GET", "/openapi.json"): answer(document), **answers}, delays)


_KINDS: dict[str, Callable[[float], list[dict[str, Any]]]] = {
    "rows": lambda size: orders(int(size)),
    "columns": lambda size: wide(int(size)),
    "latency": lambda size: orders(20),
    "connections": lambda size: orders(20),
}


def _path(size: float) -> str:
    return f"/list{size:.0f}"


def _schema(row: dict[str, Any]) -> dict[str, Any]:
    return ORDER if "reference" in row else object_of(**{name: {"type": "string"} for name in row})


@contextlib.contextmanager
def _start(kind: str, sizes: Sequence[float]) -> Iterator[Measures]:
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(running(create_api, kind, sizes))
        people = PEOPLE if kind in ("connections", "latency") else 1
        browsers = [stack.enter_context(browsing(server, number)) for number in range(people)]

        def measure(size: float) -> Figures:
            pages = [page(browser, _path(size), of=1, sign="<tr") for browser in browsers]
            shown, requests = pages[0], [each.request for each in pages]
            connections = {"connections": int(size), "latency": 64}.get(kind, 1)
            cost = visit(server, *requests, connections=connections)
            return {
                CPU.name: cost.cpu,
                SIZE.name: shown.size,
                SENT.name: shown.sent,
                MEDIAN.name: cost.median,
                LATE.name: cost.late,
            }

        yield [partial(measure, size) for size in sizes]


ROWS = Curve(
    "rows",
    "Rows of the API's answer",
    "rows",
    (10, 30, 100, 300, 1000, 3000, 10_000),
    (CPU, SIZE, SENT),
    partial(_start, "rows"),
)
COLUMNS = Curve(
    "columns",
    "Columns of 20 rows",
    "columns",
    (1, 3, 10, 30, 100, 300),
    (CPU, SIZE, SENT),
    partial(_start, "columns"),
)
CONNECTIONS = Curve(
    "connections",
    "Visitors at once",
    "connections",
    (1, 2, 4, 8, 16, 32, 64, 128, 256, 512),
    (CPU, MEDIAN, LATE),
    partial(_start, "connections"),
)
LATENCY = Curve(
    "latency",
    "How long the API takes, with 64 visitors at once",
    "ms until the API answers",
    (0, 10, 30, 100, 300, 1000, 2000),
    (CPU, MEDIAN, LATE),
    partial(_start, "latency"),
    even=True,
)
