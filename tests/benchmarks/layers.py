"""
What each layer of ours adds to the CPU of a page: a bare server first, then one layer more each time.

    .venv/bin/python -m tests.benchmarks.layers

All but the last answer with the same page, made before; what the whole page adds is to make it.
"""

import contextlib
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.benchmarks import cores
from tests.benchmarks.backend import PASSWORD, USERNAME, create_backend
from tests.benchmarks.contestants import ours
from tests.benchmarks.frontends import KEY
from tests.benchmarks.load import load
from tests.benchmarks.pages import BROWSER, PATH, check
from tests.benchmarks.report import MICROSECONDS
from tests.benchmarks.rounds import Contestant, interleave
from tests.benchmarks.server import Server
from webapp import Settings, create_app
from webapp.observability import configure_logging
from webapp.serving import HTTPProtocol

CONNECTIONS = 8
CPU = "CPU"

BARE, STRICT, ROUTES = "uvicorn, a page made before", "the strict protocol", "routes"
CALL, WHOLE = "the call to the API", "the view and its templates"
MIDDLEWARE = {
    "the session, notices, the error boundary": 3,
    "the cross-origin check": 4,
    "compression": 5,
    "security headers": 6,
    "request id, access log": 7,
}
"""How many of the innermost there are by then."""

LAYERS = (BARE, STRICT, ROUTES, *MIDDLEWARE, CALL, WHOLE)


def measure(count: int, rounds: int) -> list[tuple[str, float, float]]:
    """Each layer with the seconds of CPU of a page by then, and what of them it added: medians."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(cores.only(cores.OTHERS))
        api = stack.enter_context(Server(create_backend)).url
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        with Server(ours.create, api, log=logs / "page.log") as server:
            page = _page(server)
        contestants = [
            _contestant(stack, layer, api, page, logs / f"{number}.log", count) for number, layer in enumerate(LAYERS)
        ]
        figures = [[each[CPU] for each in of_layer] for of_layer in interleave(contestants, rounds)]
    before = [[0.0] * rounds, *figures]
    added = [[b - a for a, b in zip(one, other, strict=True)] for one, other in zip(before, figures, strict=False)]
    return [(layer, median(of), median(more)) for layer, of, more in zip(LAYERS, figures, added, strict=True)]


def table(measured: Sequence[tuple[str, float, float]]) -> str:
    """The table, in Markdown."""
    lines = ["| with | a page | added |", "|---|---|---|"]
    lines += [f"| {layer} | {_written(total)} | {_written(added)} |" for layer, total, added in measured]
    return "\n".join(lines)


def _written(seconds: float) -> str:
    return f"{MICROSECONDS.write(seconds)} {MICROSECONDS.name}"


def _contestant(stack: contextlib.ExitStack, layer: str, api: str, page: bytes, log: Path, count: int) -> Contestant:
    protocol = "httptools" if layer == BARE else HTTPProtocol
    with cores.only(cores.MEASURED):
        server = stack.enter_context(Server(create, api, layer, page, log=log, http=protocol))
    server.cpu()
    request = _request(server, signs_in=LAYERS.index(layer) > LAYERS.index(ROUTES))
    load(server.port, request, connections=CONNECTIONS, total=count)
    return Contestant(layer, _round(server, request, count))


def _round(server: Server, request: bytes, count: int) -> Callable[[], dict[str, float]]:
    def measured() -> dict[str, float]:
        began = server.cpu()
        load(server.port, request, connections=CONNECTIONS, total=count)
        return {CPU: (server.cpu() - began) / count}

    return measured


def _page(server: Server) -> bytes:
    with _browser(server, encoding="identity") as browser:
        browser.post("/login", data={"username": USERNAME, "password": PASSWORD})
        return browser.get(PATH).content


def _browser(server: Server, *, encoding: str) -> httpx.Client:
    headers = {**BROWSER, "Accept-Encoding": encoding}
    return httpx.Client(base_url=server.url, headers=headers, timeout=30, trust_env=False)


def _request(server: Server, *, signs_in: bool) -> bytes:
    with _browser(server, encoding="gzip, deflate") as browser:
        if signs_in:
            browser.post("/login", data={"username": USERNAME, "password": PASSWORD})
        page = browser.get(PATH)
        check(server.url, page.status_code, page.text)
    lines = [f"GET {PATH} HTTP/1.1", *(f"{name}: {value}" for name, value in page.request.headers.items()), "", ""]
    return "\r\n".join(lines).encode()


def create(api: str, layer: str, page: bytes) -> ASGIApp:
    """The app up to a layer."""
    configure_logging("console")
    settings = Settings(secret_key=(KEY,))
    if layer == WHOLE:
        return create_app(api, settings=settings)

    async def made_before(request: Request) -> Response:
        if layer == CALL:
            await request.state.api.request("GET", PATH)
        return HTMLResponse(page, headers={"Vary": "HX-Request"})

    async def bare(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await HTMLResponse(page, headers={"Vary": "HX-Request"})(scope, receive, send)

    if layer in (BARE, STRICT):
        return bare
    app = create_app(api, routes=[Route(PATH, made_before)], settings=settings)
    if layer == CALL:
        return app
    outermost, *others = app.user_middleware
    some = [outermost, *others[-MIDDLEWARE[layer] :]] if layer in MIDDLEWARE else []
    return Starlette(routes=app.routes, middleware=some, lifespan=app.state.frontend.lifespan)


if __name__ == "__main__":
    print(table(measure(count=300, rounds=9)))
