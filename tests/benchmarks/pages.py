"""What a page of 20 rows costs its server, and how long it takes, with a session, a layout and the same API behind."""

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import quantiles

import httpx

from tests.benchmarks import cores
from tests.benchmarks.backend import ORDERS, PASSWORD, USERNAME, create_backend
from tests.benchmarks.effort import Effort
from tests.benchmarks.frontends import EXPRESS, FRONTENDS, Frontend, Serving
from tests.benchmarks.load import crowd, load
from tests.benchmarks.parts import Field, Part
from tests.benchmarks.peers import Missing
from tests.benchmarks.report import MICROSECONDS, MILLISECONDS, TIMES, Quantity
from tests.benchmarks.rounds import Absent, Contestant, Figures
from tests.benchmarks.server import Server

PATH = "/orders"
SESSIONS = 8
"""Browsers that are signed in; connections share them."""
CROWD = 64
"""Connections at once, for the spread of what visitors wait."""

CPU = Quantity("a page of 20 rows: CPU", MICROSECONDS, share=0.40, shares={EXPRESS: 1.0})
P50 = Quantity("a page of 20 rows: median latency", MILLISECONDS)
P99 = Quantity("a page of 20 rows: p99 latency", MILLISECONDS)
CROWDED = Quantity(f"a page, {CROWD} connections: median latency", MILLISECONDS)
TAIL = Quantity(f"a page, {CROWD} connections: p99 over median", TIMES, limit=2.5)
QUANTITIES = (CPU, P50, P99, CROWDED, TAIL)

BROWSER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en-GB,en;q=0.7",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "same-origin",
    "Sec-Fetch-User": "?1",
    "Upgrade-Insecure-Requests": "1",
    "Priority": "u=0, i",
}


@contextlib.contextmanager
def contestants(effort: Effort) -> Iterator[Field]:
    """So many pages over so many connections in each round; ValueError if a page doesn't show what it ought to."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(cores.only(cores.OTHERS))
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        api = stack.enter_context(Server(create_backend)).url
        yield [
            _contestant(stack, frontend, api, logs / f"{number}.log", effort)
            for number, frontend in enumerate(FRONTENDS)
            if effort.peers or not frontend.peer
        ]


PART = Part("pages", QUANTITIES, contestants)


def _contestant(
    stack: contextlib.ExitStack, frontend: Frontend, api: str, log: Path, effort: Effort
) -> Contestant | Absent:
    try:
        server = stack.enter_context(frontend.serve(api, log))
    except Missing as error:
        return Absent(frontend.name, str(error))
    server.cpu()
    requests = [signed_in(frontend, server) for _ in range(SESSIONS)]
    # Caches fill and compilers compile before anything is measured.
    load(server.port, *requests, connections=effort.connections, total=effort.pages)
    return Contestant(frontend.name, _round(server, requests, effort), ours=frontend.ours)


def signed_in(frontend: Frontend, server: Serving) -> bytes:
    """The request for the page, as one who has just signed in; the page is looked at first."""
    headers = {**BROWSER, "Accept-Encoding": frontend.encoding}
    with httpx.Client(base_url=server.url, headers=headers, timeout=30, trust_env=False) as browser:
        browser.post("/login", data={"username": USERNAME, "password": PASSWORD})
        page = browser.get(PATH)
        check(frontend.name, page.status_code, page.text)
        headers = dict(page.request.headers)
    lines = [f"GET {PATH} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode()


def check(name: str, status: int, page: str) -> None:
    """ValueError unless the page shows the backend's rows, each once, in a table of 20."""
    missing = [order["reference"] for order in ORDERS if order["reference"] not in page]
    rows = page.partition("<tbody")[2].partition("</tbody>")[0].count("<tr")
    if status != 200 or missing or rows != len(ORDERS):
        raise ValueError(f"{name} answered {status} with {rows} rows, without {missing}: {page[:200]}")


def _round(server: Serving, requests: list[bytes], effort: Effort) -> Callable[[], Figures]:
    def measure() -> Figures:
        with crowd(server.port, *requests, connections=effort.connections) as visitors:
            before = server.cpu()
            few = quantiles(visitors.ask(effort.pages), n=100)
            cpu = (server.cpu() - before) / effort.pages
        with crowd(server.port, *requests, connections=CROWD) as visitors:
            many = quantiles(visitors.ask(effort.crowd), n=100)
        return {
            CPU.name: cpu,
            P50.name: few[49],
            P99.name: few[98],
            CROWDED.name: many[49],
            TAIL.name: many[98] / many[49],
        }

    return measure
