"""A document of 1,000 operations: how long from the command to the first page, and what home and memory weigh."""

import contextlib
import gzip
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.effort import Effort
from tests.benchmarks.parts import Field, Part
from tests.benchmarks.process import resident
from tests.benchmarks.report import KILOBYTES, MILLISECONDS, Quantity
from tests.benchmarks.rounds import Contestant, Figures

FIRST_PAGE = Quantity("1,000 operations: start to first page", MILLISECONDS, limit=1.0)
HOME = Quantity("1,000 operations: home, gzipped", KILOBYTES, limit=50_000)
LIST = Quantity("1,000 operations: all operations, gzipped", KILOBYTES, limit=50_000)
MEMORY = Quantity("1,000 operations: memory of the process", KILOBYTES)
QUANTITIES = (FIRST_PAGE, HOME, LIST, MEMORY)

PATIENCE = 60.0
"""Seconds for a page."""

TEXT = {"type": "string", "maxLength": 200}
WORDS = ("invoice", "shipment", "contract", "tenant", "sensor", "ledger", "ticket", "device", "report", "policy")


def contestants(effort: Effort) -> "contextlib.nullcontext[Field]":
    """Ours alone: there is nothing to compare with."""
    return contextlib.nullcontext([Contestant("webapp run", measure, ours=True)])


PART = Part("thousand", QUANTITIES, contestants, few=True)


def measure() -> Figures:
    """One start of the command, on a document in a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "openapi.json"
        path.write_text(json.dumps(document()), encoding="utf-8")
        began = time.perf_counter()
        with _running(path) as (url, process):
            _get(url, "/")
            first = time.perf_counter() - began
            home, every = (len(gzip.compress(_get(url, path), 6)) for path in ("/", "/-/operations"))
            return {FIRST_PAGE.name: first, HOME.name: home, LIST.name: every, MEMORY.name: resident(process.pid)}


def document(resources: int = 200) -> dict[str, Any]:
    """An API of so many resources, with five operations each."""
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for number in range(resources):
        name = f"{WORDS[number % len(WORDS)]}-{number}"
        title = "".join(part.title() for part in name.split("-"))
        schemas[title] = _schema()
        paths[f"/{name}s"] = _collection(title)
        paths[f"/{name}s/{{id}}"] = _item(title)
    return {
        "openapi": "3.1.0",
        "info": {"title": "A large API", "version": "1", "description": "As large as they come."},
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _schema() -> dict[str, Any]:
    names = ("name", "status", "owner", "city", "comment", "reference", "currency", "country", "phone", "email")
    return {
        "type": "object",
        "required": ["name"],
        "properties": {"id": {"type": "integer", "readOnly": True}, **dict.fromkeys(names, TEXT)},
    }


def _collection(title: str) -> dict[str, Any]:
    reference = {"$ref": f"#/components/schemas/{title}"}
    rows = {"type": "array", "items": reference}
    limits = [{"name": name, "in": "query", "schema": {"type": "integer"}} for name in ("limit", "offset")]
    return {
        "get": {"operationId": f"list{title}", "tags": [title[:4]], "parameters": limits, "responses": _answer(rows)},
        "post": {
            "operationId": f"create{title}",
            "tags": [title[:4]],
            "requestBody": _body(reference),
            "responses": _answer(reference),
        },
    }


def _item(title: str) -> dict[str, Any]:
    reference = {"$ref": f"#/components/schemas/{title}"}
    names = {"get": "read", "patch": "update", "delete": "delete"}
    return {
        "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}],
        **{
            method: {
                "operationId": f"{verb}{title}",
                "tags": [title[:4]],
                "responses": _answer(reference),
                **({"requestBody": _body(reference)} if method == "patch" else {}),
            }
            for method, verb in names.items()
        },
    }


def _answer(schema: dict[str, Any]) -> dict[str, Any]:
    return {"200": {"description": "OK", **_body(schema)}}


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


@contextlib.contextmanager
def _running(path: Path) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "webapp", "run", "http://127.0.0.1:9", "--openapi", str(path), "--port", str(port)]
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("WEBAPP_", "PYTHONDONTWRITEBYTECODE"))
    }
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield f"http://127.0.0.1:{port}", process
        finally:
            process.terminate()


def _get(url: str, path: str) -> bytes:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(url + path, timeout=PATIENCE) as answer:
                content: bytes = answer.read()
                return content
        except urllib.error.HTTPError:
            raise
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.005)
