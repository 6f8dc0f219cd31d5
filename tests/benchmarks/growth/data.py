"""Data files: a curve's points as CSV, a line each."""

import csv
from collections.abc import Iterable
from dataclasses import astuple
from pathlib import Path

from tests.benchmarks.growth.curves import Point

FOLDER = Path(__file__).parents[1] / "data"

HEADINGS = ("size", "quantity", "unit", "median", "low", "high")


def write(points: Iterable[Point], path: Path) -> None:
    """Four digits of each figure; more would be noise."""
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(HEADINGS)
        lines.writerows([_short(each) if isinstance(each, float) else each for each in astuple(p)] for p in points)


def read(path: Path) -> list[Point]:
    """The points of a file that `write` wrote."""
    with path.open(newline="", encoding="utf-8") as file:
        return [
            Point(float(line["size"]), line["quantity"], line["unit"], *(float(line[name]) for name in HEADINGS[3:]))
            for line in csv.DictReader(file)
        ]


def _short(value: float) -> str:
    return f"{float(f'{value:.4g}'):f}".rstrip("0").rstrip(".")
