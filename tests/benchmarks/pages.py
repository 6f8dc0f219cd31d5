"""What a page of 20 rows costs its server, and how long it takes, with a session, a layout and the same API behind."""

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

import httpx
from starlette.types import ASGIApp

from tests.benchmarks.backend import ORDERS, PASSWORD, USERNAME, create_backend
from tests.benchmarks.contestants import ours
from tests.benchmarks.contestants.plain import app as plain
from tests.benchmarks.effort import Effort
from tests.benchmarks.load import load
from tests.benchmarks.parts import Field, Part
from tests.benchmarks.report import MICROSECONDS, MILLISECONDS, Quantity
from tests.benchmarks.rounds import Contestant, Figures
from tests.benchmarks.server import Server

PATH = "/orders"

CPU = Quantity("a page of 20 rows: CPU", MICROSECONDS, share=0.40)
P50 = Quantity("a page of 20 rows: median latency", MILLISECONDS)
P99 = Quantity("a page of 20 rows: p99 latency", MILLISECONDS)
QUANTITIES = (CPU, P50, P99)

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


@dataclass(frozen=True, slots=True)
class Frontend:
    """`create` takes the API's URL. Everyone writes one line of access log for each request: uvicorn's, or its own."""

    name: str
    create: Callable[[str], ASGIApp]
    ours: bool = False
    access_log: bool = True
    encoding: str = "gzip, deflate"


FRONTENDS = (
    Frontend("Starlette + one httpx.AsyncClient + Jinja", plain.create),
    Frontend("the same, sniffio installed", plain.create_with_sniffio),
    Frontend("webapp, everything on", ours.create, ours=True, access_log=False),
    Frontend("webapp, asked for no gzip", ours.create, ours=True, access_log=False, encoding="identity"),
)


@contextlib.contextmanager
def contestants(effort: Effort) -> Iterator[Field]:
    """So many pages over so many connections in each round; ValueError if a page doesn't show what it ought to."""
    with contextlib.ExitStack() as stack:
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        api = stack.enter_context(Server(create_backend)).url
        found = []
        for number, frontend in enumerate(FRONTENDS):
            log = logs / f"{number}.log"
            server = stack.enter_context(Server(frontend.create, api, log=log, access_log=frontend.access_log))
            server.cpu()
            request = _signed_in(frontend, server)
            measure = _round(server, request, effort.pages, effort.connections)
            found.append(Contestant(frontend.name, measure, ours=frontend.ours))
        yield found


PART = Part("pages", QUANTITIES, contestants)


def _signed_in(frontend: Frontend, server: Server) -> bytes:
    """The request for the page, as one who has signed in; the page is looked at first."""
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


def _round(server: Server, request: bytes, count: int, connections: int) -> Callable[[], Figures]:
    def measure() -> Figures:
        load(server.port, request, connections=connections, total=3 * connections)
        before = server.cpu()
        latencies = load(server.port, request, connections=connections, total=count)
        cuts = quantiles(latencies, n=100)
        return {CPU.name: (server.cpu() - before) / count, P50.name: cuts[49], P99.name: cuts[98]}

    return measure
