"""Measures how costs grow, writes the figures to data files, and draws those."""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.growth import data
from tests.benchmarks.growth.curves import points
from tests.benchmarks.growth.documents import DOCUMENT, RESOURCES
from tests.benchmarks.growth.lists import COLUMNS, CONNECTIONS, LATENCY, ROWS
from tests.benchmarks.growth.plot import plot
from tests.benchmarks.growth.sessions import SESSIONS

CURVES = (ROWS, COLUMNS, RESOURCES, DOCUMENT, SESSIONS, CONNECTIONS, LATENCY)
"""In the order of the README."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Write a CSV and an SVG for each curve."""
    names = [curve.name for curve in CURVES]
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.growth", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=names, default=names, help="curves")
    parser.add_argument("--rounds", type=int, default=5, help="(default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="two sizes of each, once; the figures mean nothing")
    parser.add_argument("--draw", action="store_true", help="only draw what the data files have")
    parser.add_argument(
        "--folder", type=Path, default=data.FOLDER, help="of the files (default: tests/benchmarks/data)"
    )
    given = parser.parse_args(arguments)

    for curve in CURVES:
        if curve.name not in given.only:
            continue
        file = given.folder / f"{curve.name}.csv"
        if not given.draw:
            began = time.monotonic()
            data.write(points(curve, 1 if given.quick else given.rounds, most=2 if given.quick else None), file)
            print(f"{curve.name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
        file.with_suffix(".svg").write_text(plot(curve, data.read(file)), encoding="utf-8")
