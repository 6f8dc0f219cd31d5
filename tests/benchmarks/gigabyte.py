"""
A gigabyte up and a gigabyte down through the pages of a real server, and by how much its memory grows.

    .venv/bin/python -m tests.benchmarks.gigabyte
"""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

from tests.benchmarks.server import Server

GIGABYTE = 10**9
MEGABYTE = 10**6
PIECE = bytes(256 * 1024)
BOUNDARY = "a-boundary"
PATIENCE = 60.0
"""Seconds for the start of a server, and for any silence."""

FORM = {
    "type": "object",
    "properties": {"title": {"type": "string"}, "file": {"type": "string", "format": "binary"}},
}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Warehouse", "version": "1"},
    "paths": {
        "/dump": {
            "get": {
                "operationId": "get_dump",
                "responses": {"200": {"description": "All of it", "content": {"application/zip": {}}}},
            }
        },
        "/files": {
            "post": {
                "operationId": "store_file",
                "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": FORM}}},
                "responses": {"200": {"description": "Stored"}},
            }
        },
    },
}


@dataclass(frozen=True, slots=True)
class Passage:
    """One way of the bytes."""

    received: int
    """Bytes that arrived at the other end."""
    seconds: float
    growth: int
    """By how many bytes the server's memory was larger at its peak than before."""


@dataclass(frozen=True, slots=True)
class Result:
    """Both ways."""

    up: Passage
    down: Passage


def warehouse(size: int) -> Starlette:
    """An API that gives `size` bytes, and takes any number and says how many they were."""

    async def document(_: Request) -> JSONResponse:
        return JSONResponse(DOCUMENT)

    async def dump(_: Request) -> StreamingResponse:
        async def pieces() -> AsyncIterator[bytes]:
            for _ in range(size // len(PIECE)):
                yield PIECE
            yield PIECE[: size % len(PIECE)]

        return StreamingResponse(pieces(), media_type="application/zip", headers={"Content-Length": str(size)})

    async def store(request: Request) -> JSONResponse:
        received = 0
        async for piece in request.stream():
            received += len(piece)
        request.app.state.received = received
        return JSONResponse({"received": received})

    async def received(request: Request) -> JSONResponse:
        return JSONResponse(request.app.state.received)

    routes = [
        Route("/openapi.json", document),
        Route("/dump", dump),
        Route("/files", store, methods=["POST"]),
        Route("/received", received),
    ]
    return Starlette(routes=routes)


def measure(size: int = GIGABYTE) -> Result:
    """Send `size` bytes both ways, once each after a small one that warms everything up."""
    with Server(warehouse, size) as api, frontend(api.url) as (port, process):
        small = _upload(api.port, port, process, MEGABYTE)
        assert small.received > MEGABYTE
        return Result(_upload(api.port, port, process, size), _download(port, process))


def _upload(api: int, port: int, process: int, size: int) -> Passage:
    before, began = prepare(process), time.perf_counter()
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="body/title"\r\n\r\nLarge\r\n'
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="body/file"; filename="large.bin"\r\n\r\n'
    ).encode()
    tail = f"\r\n--{BOUNDARY}--\r\n".encode()

    def pieces() -> Iterator[bytes]:
        yield head
        for _ in range(size // len(PIECE)):
            yield PIECE
        yield PIECE[: size % len(PIECE)]
        yield tail

    headers = {
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        "Content-Length": str(len(head) + size + len(tail)),
    }
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        connection.request("POST", "/-/operations/store-file", pieces(), headers)
        with connection.getresponse() as response:
            said = response.read()
            assert response.status in (200, 303), said[-2000:]
    seconds, growth = time.perf_counter() - began, peak(process) - before
    with get(api, "/received") as response:
        return Passage(int(response.read()), seconds, growth)


def _download(port: int, process: int) -> Passage:
    before, began = prepare(process), time.perf_counter()
    taken, buffer = 0, bytearray(1024 * 1024)
    with get(port, "/-/files/dump") as response:
        assert response.status == 200
        while count := response.readinto(buffer):
            taken += count
    return Passage(taken, time.perf_counter() - began, peak(process) - before)


@contextmanager
def get(port: int, path: str) -> Iterator[http.client.HTTPResponse]:
    """An answer whose body is still to be read."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        connection.request("GET", path)
        with connection.getresponse() as response:
            yield response


@contextmanager
def frontend(api: str, up: str = "/dump") -> Iterator[tuple[int, int]]:
    """`webapp run` on a port of its own, once it answers at `up`; its port and process."""
    port = _free_port()
    command = [sys.executable, "-m", "webapp", "run", api, "--port", str(port)]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("WEBAPP_")}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, up)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(30)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        number: int = listener.getsockname()[1]
        return number


def _wait_for(port: int, path: str) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            with get(port, path) as response:
                if response.status == 200:
                    return
        except OSError:
            if time.monotonic() > until:
                raise
        time.sleep(0.1)


def prepare(process: int) -> int:
    """Begin to watch the peak anew; the memory as it is now."""
    Path(f"/proc/{process}/clear_refs").write_text("5")
    return _memory(process, "VmRSS")


def peak(process: int) -> int:
    return _memory(process, "VmHWM")


def _memory(process: int, name: str) -> int:
    status = Path(f"/proc/{process}/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith(f"{name}:")]
    return int(line.split()[1]) * 1024


def main() -> None:
    """Print a table."""
    result = measure(int(os.environ.get("SIZE", GIGABYTE)))
    for name, passage in (("up", result.up), ("down", result.down)):
        speed = passage.received / passage.seconds / MEGABYTE
        print(
            f"{name:5} {passage.received / MEGABYTE:8,.0f} MB in {passage.seconds:5.1f} s ({speed:,.0f} MB/s), "
            f"memory +{passage.growth / MEGABYTE:.1f} MB"
        )


if __name__ == "__main__":
    main()
