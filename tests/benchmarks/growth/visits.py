"""Pages of `webapp run`, asked for by somebody who is signed in, and what they cost it."""

import contextlib
import math
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

import httpx
from starlette.types import ASGIApp

from tests.benchmarks import cores
from tests.benchmarks.backend import PASSWORD, username
from tests.benchmarks.frontends import Serving, serve_ours
from tests.benchmarks.load import crowd
from tests.benchmarks.pages import BROWSER
from tests.benchmarks.programs import Program
from tests.benchmarks.server import Server

HOLD = 0.6
"""Seconds of CPU that a figure should rest on."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What pages cost: seconds of CPU each, and seconds until the half, and 99 in 100, were there."""

    cpu: float
    median: float
    late: float


@dataclass(frozen=True, slots=True)
class Page:
    """A page as a signed-in browser asks for it, and what it weighs, in bytes."""

    request: bytes
    content: bytes
    sent: int

    @property
    def size(self) -> int:
        """Bytes before compression."""
        return len(self.content)


@contextlib.contextmanager
def running(api: Callable[..., ASGIApp], *arguments: object) -> Iterator[Program]:
    """`webapp run` in front of an API, on a core of its own; this thread is kept off it."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(cores.only(cores.OTHERS))
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        url = stack.enter_context(Server(api, *arguments)).url
        yield stack.enter_context(serve_ours(url, Path(folder) / "log"))


@contextlib.contextmanager
def browsing(server: Serving, number: int = 0) -> Iterator[httpx.Client]:
    """A browser that one of the API's users has signed in with."""
    with httpx.Client(base_url=server.url, headers=BROWSER, timeout=120, trust_env=False) as browser:
        browser.post("/login", data={"username": username(number), "password": PASSWORD})
        yield browser


def page(browser: httpx.Client, path: str, *, of: int, sign: str) -> Page:
    """Look at a page; ValueError unless a sign of what it is there for is on it so many times."""
    answer = browser.get(path)
    if answer.status_code != 200 or answer.text.count(sign) < of:
        raise ValueError(f"{path} answered {answer.status_code}, with {answer.text.count(sign)} of {of} {sign!r}")
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in answer.request.headers.items()), "", ""]
    return Page("\r\n".join(lines).encode(), answer.content, int(answer.num_bytes_downloaded))


def visit(server: Serving, *requests: bytes, connections: int = 4, least: int = 4, most: int = 200) -> Visit:
    """Ask so often that the figure can be believed, on so many connections, which take turns at the requests."""
    with crowd(server.port, *requests, connections=connections) as visitors:
        before = server.cpu()
        visitors.ask(connections)
        guess = max((server.cpu() - before) / connections, 1e-5)
        total = min(max(math.ceil(HOLD / guess), least, connections), max(most, 2 * connections))
        before = server.cpu()
        waited = visitors.ask(total)
        cpu = (server.cpu() - before) / total
    cuts = quantiles(waited, n=100)
    return Visit(cpu, cuts[49], cuts[98])
