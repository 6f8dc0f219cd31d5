"""
Bodies of a gigabyte in a megabyte, and by how much the memory of a real server grows that is given them.

    .venv/bin/python -m tests.benchmarks.bombs
"""

import http.client
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.benchmarks.gigabyte import MEGABYTE, PATIENCE, frontend, get, peak, prepare, warehouse
from tests.benchmarks.server import Server
from tests.faults.bombs import deflate_bomb, gzip_bomb, gzip_of_gzip, zstd_bomb

BOMBS: Mapping[str, tuple[str, int, Callable[[], bytes]]] = {
    "gzip": ("gzip", 200, gzip_bomb),
    "deflate": ("deflate", 200, deflate_bomb),
    "gzip of gzip": ("gzip, gzip", 200, gzip_of_gzip),
    "zstd": ("zstd", 200, zstd_bomb),
    "br": ("br", 200, gzip_bomb),
    "gzip in an error": ("gzip", 500, gzip_bomb),
}
"""Each with the encoding and the status that it comes with. Nobody takes `br`, so what it is doesn't matter."""
TIMES = 5
"""How often each is asked for: what is not given back would add up."""


@dataclass(frozen=True, slots=True)
class Blast:
    """What became of one bomb."""

    status: int
    growth: int
    """By how many bytes the server's memory was larger at its peak than before."""
    seconds: float


def armoury(_: int) -> Starlette:
    """An API that gives bombs, as data and as files."""
    paths = {
        f"/{kind}/{number}": {
            "get": {
                "operationId": f"get_{kind}_{number}",
                "responses": {"200": {"description": "A bomb", "content": {media_type: {}}}},
            }
        }
        for kind, media_type in (("data", "application/json"), ("file", "application/zip"))
        for number, _ in enumerate(BOMBS)
    }
    packed = [(encoding, status, make()) for encoding, status, make in BOMBS.values()]

    async def document(_: Request) -> JSONResponse:
        return JSONResponse({"openapi": "3.1.0", "info": {"title": "Armoury", "version": "1"}, "paths": paths})

    async def bomb(request: Request) -> Response:
        encoding, status, body = packed[request.path_params["number"]]
        kind = {"data": "application/json", "file": "application/zip"}[request.path_params["kind"]]
        return Response(body, status, {"Content-Encoding": encoding}, kind)

    return Starlette(routes=[Route("/openapi.json", document), Route("/{kind}/{number:int}", bomb)])


def measure() -> Iterator[tuple[str, str, Blast]]:
    """Each bomb, by its name: met on a page, and in a download."""
    with Server(armoury, 0) as api:
        _ask(api.port, "/openapi.json")  # to make bombs takes longer than a frontend waits for an API
        yield from _thrown(api.url)


def _thrown(api: str) -> Iterator[tuple[str, str, Blast]]:
    with frontend(api, "/-/livez") as (port, process):
        _ask(port, "/data/0")
        for number, name in enumerate(BOMBS):
            for place, path in (("page", f"/data/{number}"), ("file", f"/-/files/file/{number}")):
                before, began = prepare(process), time.perf_counter()
                statuses = {_ask(port, path) for _ in range(TIMES)}
                assert len(statuses) == 1, statuses
                seconds = (time.perf_counter() - began) / TIMES
                yield name, place, Blast(statuses.pop(), peak(process) - before, seconds)


def slow_reader(size: int, patience: float = 3.0) -> int:
    """By how much the memory grows while a browser takes nothing of a download of `size` bytes for a while."""
    with Server(warehouse, size) as api, frontend(api.url, "/dump") as (port, process):
        with get(port, "/-/files/dump") as response:
            response.read(MEGABYTE)
        before = prepare(process)
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as browser:
            browser.sendall(b"GET /-/files/dump HTTP/1.1\r\nHost: localhost\r\n\r\n")
            until = time.monotonic() + patience
            while time.monotonic() < until:
                browser.recv(1024)
                time.sleep(0.05)
            return peak(process) - before


def _ask(port: int, path: str) -> int:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        connection.request("GET", path)
        with connection.getresponse() as response:
            try:
                response.read()
            except http.client.IncompleteRead:
                return -response.status
            return response.status


def main() -> None:
    """Print a table."""
    for name, place, blast in measure():
        growth = f"{blast.growth / MEGABYTE:+6.1f} MB"
        print(f"{name:18} {place:5} {blast.status:5} {growth} {blast.seconds * 1000:6.0f} ms")


if __name__ == "__main__":
    main()
