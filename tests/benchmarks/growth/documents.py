"""Documents that grow: what the start costs, and what each page costs that has their resources beside it."""

import contextlib
import json
import time
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import httpx
from starlette.types import ASGIApp

from tests.benchmarks.backend import ORDERS, answer, answering, page_of
from tests.benchmarks.description import ORDER, described, listing
from tests.benchmarks.growth.curves import Curve, Measures
from tests.benchmarks.growth.lists import CPU, SENT
from tests.benchmarks.growth.visits import browsing, page, running, visit
from tests.benchmarks.programs import Program
from tests.benchmarks.report import MEGABYTES, MICROSECONDS, MILLISECONDS, Quantity
from tests.benchmarks.rounds import Figures
from tests.benchmarks.thousand import document as of_resources

HOME = Quantity("CPU per home page", MICROSECONDS)
START_CPU = Quantity("CPU until the first page", MILLISECONDS)
START = Quantity("Time until the first page", MILLISECONDS)
MEMORY = Quantity("Memory of the process", MEGABYTES)

OPERATIONS = 5
"""Of each resource."""


def document(resources: int) -> dict[str, Any]:
    """The list that is looked at, and so many resources more."""
    more = of_resources(resources)
    paths = {"/orders": listing("orders", "Order"), **more["paths"]}
    whole = described("Orders and many more", paths, {"Order": ORDER})
    whole["components"]["schemas"] |= more["components"]["schemas"]
    return whole


def create_api(resources: int) -> ASGIApp:
    """The API of that document."""
    rows = answer(page_of(ORDERS, len(ORDERS)))
    return answering({("GET", "/openapi.json"): answer(document(resources)), ("GET", "/orders"): rows})


def kilobytes(resources: int) -> float:
    """The size of its document."""
    return len(json.dumps(document(resources), separators=(",", ":"))) / 1000


@contextlib.contextmanager
def _pages(sizes: Sequence[float]) -> Iterator[Measures]:
    with contextlib.ExitStack() as stack:
        measures = []
        for size in sizes:
            server = stack.enter_context(running(create_api, int(size)))
            browser = stack.enter_context(browsing(server))

            def measure(server: Program = server, browser: httpx.Client = browser) -> Figures:
                shown, home = page(browser, "/orders", of=20, sign="<tr"), page(browser, "/", of=1, sign="<h1")
                return {
                    CPU.name: visit(server, shown.request).cpu,
                    SENT.name: shown.sent,
                    HOME.name: visit(server, home.request).cpu,
                }

            measures.append(measure)
        yield measures


@contextlib.contextmanager
def _starts(sizes: Sequence[float]) -> Iterator[Measures]:
    by_size = {kilobytes(resources): resources for resources in STARTED}

    def measure(size: float) -> Figures:
        began = time.perf_counter()
        with running(create_api, by_size[size]) as server, browsing(server) as browser:
            page(browser, "/orders", of=20, sign="<tr")
            return {
                START.name: time.perf_counter() - began,
                START_CPU.name: server.cpu(),
                MEMORY.name: server.memory(),
            }

    yield [partial(measure, size) for size in sizes]


STARTED = (1, 10, 30, 100, 300, 1000, 2000)

RESOURCES = Curve(
    "resources",
    "Resources of the API, in a list page's navigation",
    "resources",
    (1, 3, 10, 30, 100, 300, 1000),
    (CPU, SENT, HOME),
    _pages,
)
DOCUMENT = Curve(
    "document",
    "The OpenAPI document",
    "kB of the document",
    [kilobytes(resources) for resources in STARTED],
    (START, START_CPU, MEMORY),
    _starts,
)
