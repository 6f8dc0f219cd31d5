"""Measures everything, in interleaved rounds, and prints one table."""

import argparse
import os
import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

from tests.benchmarks import calls, pages, sessions, thousand
from tests.benchmarks.report import Row, rows, table
from tests.benchmarks.rounds import interleave


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is done: rounds, and what each holds."""

    rounds: int = 9
    sessions: int = 2000
    calls: int = 300
    pages: int = 400
    connections: int = 8
    starts: int = 3


QUICK = Effort(rounds=1, sessions=1000, calls=64, pages=50, starts=1)
"""Shows that everything works; its figures mean nothing."""


def measure(effort: Effort) -> list[Row]:
    """Every quantity of every contestant."""
    contestants = sessions.contestants(effort.sessions)
    found = [*rows(sessions.QUANTITIES, contestants, interleave(contestants, effort.rounds))]
    with calls.contestants(effort.calls) as contestants:
        found += rows(calls.QUANTITIES, contestants, interleave(contestants, effort.rounds))
    with pages.contestants(effort.pages, effort.connections) as contestants:
        found += rows(pages.QUANTITIES, contestants, interleave(contestants, effort.rounds))
    contestants = thousand.contestants()
    return [*found, *rows(thousand.QUANTITIES, contestants, interleave(contestants, effort.starts))]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, and what it was measured with."""
    default = Effort()
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a little of everything; the figures mean nothing")
    parser.add_argument("--rounds", type=int, default=default.rounds, help="(default: %(default)s)")
    parser.add_argument("--connections", type=int, default=default.connections, help="of pages (default: %(default)s)")
    given = parser.parse_args(arguments)
    effort = QUICK if given.quick else Effort(rounds=given.rounds, connections=given.connections)

    busy, began = os.getloadavg()[0], time.monotonic()
    print(table(measure(effort)))
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
