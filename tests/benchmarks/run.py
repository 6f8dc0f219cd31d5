"""Measures everything, in interleaved rounds, and prints one table."""

import argparse
import os
import platform
import time
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version

from tests.benchmarks import calls, pages, rendering, sessions, starts, stores, thousand, users, visits, workers
from tests.benchmarks.effort import QUICK, Effort
from tests.benchmarks.parts import measure
from tests.benchmarks.report import table

PARTS = (
    sessions.PART,
    users.PART,
    calls.PART,
    rendering.PART,
    pages.PART,
    stores.PART,
    workers.PART,
    visits.PART,
    starts.PART,
    thousand.PART,
)
"""In the order of the table."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, who isn't in it, and what it was measured with."""
    default = Effort()
    names = [part.name for part in PARTS]
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a little of everything; the figures mean nothing")
    parser.add_argument("--rounds", type=int, help=f"(default: {default.rounds})")
    parser.add_argument("--connections", type=int, help=f"of pages (default: {default.connections})")
    parser.add_argument("--only", nargs="+", choices=names, default=names, help="parts of the table")
    parser.add_argument(
        "--peers",
        action=argparse.BooleanOptionalAction,
        help="contestants that are installed first, into .bench (default: unless --quick)",
    )
    given = parser.parse_args(arguments)
    asked = {name: getattr(given, name) for name in ("rounds", "connections", "peers")}
    effort = replace(
        QUICK if given.quick else default, **{name: value for name, value in asked.items() if value is not None}
    )

    busy, began = os.getloadavg()[0], time.monotonic()
    measured = measure([part for part in PARTS if part.name in given.only], effort)
    print(table(measured.rows))
    for each in measured.absent:
        print(f"\nLeft out: {each.name}: {each.why}")
    print(f"\n{_circumstances()}, {effort.rounds} rounds in {time.monotonic() - began:.0f} s, load before {busy:.1f}.")


def _circumstances() -> str:
    packages = ("starlette", "uvicorn", "httpx", "aiohttp", "jinja2")
    return ", ".join(
        [
            f"Python {platform.python_version()}",
            f"{os.cpu_count()} cores",
            *(f"{each} {version(each)}" for each in packages),
        ]
    )
