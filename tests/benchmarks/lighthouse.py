"""
What Lighthouse says of the demo's list, detail, form and sign-in: `python -m tests.benchmarks.lighthouse`.

Each page is loaded a few times in a fresh Chromium, as Lighthouse does it by default: a phone on a slow connection,
with a CPU four times as slow. The median counts. The exit code is 1 when a goal is missed.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from tests.backends.processes import free_port
from tests.benchmarks import peers
from tests.benchmarks.programs import Program
from tests.benchmarks.report import markdown
from tests.browser.chromium import FLAGS, executable

USERNAME = "demo@example.com"
PASSWORD = "demo-pass-123"

GOALS = {"performance": 100, "accessibility": 100, "best-practices": 100}
CATEGORIES = (*GOALS, "seo")
"""The last one for information: what stands behind a sign-in isn't found by a search."""

PATIENCE = 180
"""Seconds for a page."""


@dataclass(frozen=True, slots=True)
class Report:
    """Scores of one load, and what it found wanting."""

    scores: Mapping[str, int]
    wanting: Sequence[str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a table; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.lighthouse", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="loads of each page (default: %(default)s)")
    runs = parser.parse_args(arguments).runs
    try:
        command = _command()
    except (peers.Missing, FileNotFoundError) as missing:
        print(f"No Lighthouse here: {missing}")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        demo = [sys.executable, "-m", "webapp", "demo", "--port", str(port)]
        with Program(demo, port, log=Path(folder) / "log") as program:
            found = {name: _load(command, url, headers, runs) for name, url, headers in _pages(program.url)}
    print(table(found))
    return 0 if all(met(reports) for reports in found.values()) else 1


def _command() -> list[str]:
    flags = " ".join(["--headless=new", *FLAGS])
    script = peers.node_packages("lighthouse") / "lighthouse" / "cli" / "index.js"
    return ["node", str(script), "--quiet", "--output=json", f"--chrome-flags={flags}"]


def _pages(url: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Name, URL, and the headers of somebody who may see it."""
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as browser:
        form = {"username": USERNAME, "password": PASSWORD}
        browser.post("/login", data=form, headers={"Sec-Fetch-Site": "same-origin"})
        page = browser.get("/issues").raise_for_status()
        item = re.search(r'href="(/issues/\d+)"', page.text)
        if item is None:
            raise ValueError("The demo's list shows no issue.")
        cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items())}
    yield "list", f"{url}/issues", cookie
    yield "detail", url + item[1], cookie
    yield "form", f"{url}/-/operations/create-issue", cookie
    yield "sign-in", f"{url}/login", {}


def _load(command: Sequence[str], url: str, headers: Mapping[str, str], runs: int) -> list[Report]:
    return [report(_run(command, url, headers)) for _ in range(runs)]


def _run(command: Sequence[str], url: str, headers: Mapping[str, str]) -> dict[str, Any]:
    """A report as Lighthouse writes it; RuntimeError where it can't load the page."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        # Not on the command line, which everybody on the machine can read.
        json.dump(headers, file)
        file.flush()
        done = subprocess.run(
            [*command, url, f"--extra-headers={file.name}"],
            env={**os.environ, "CHROME_PATH": executable()},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(f"Lighthouse at {url}: {done.stderr.strip()[-1000:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def report(found: Mapping[str, Any]) -> Report:
    """What counts of a report; ValueError if a category has no score, as when the page is somewhere else."""
    if found["requestedUrl"] != found["finalDisplayedUrl"]:
        raise ValueError(f"{found['requestedUrl']} led to {found['finalDisplayedUrl']}.")
    scores = {name: found["categories"][name]["score"] for name in CATEGORIES}
    if None in scores.values():
        raise ValueError(f"{found['requestedUrl']} has no score: {scores}.")
    audits = {each["id"]: each["weight"] for name in CATEGORIES for each in found["categories"][name]["auditRefs"]}
    wanting = [
        f"{found['audits'][name]['title']} ({found['audits'][name].get('displayValue') or name})"
        for name, weight in audits.items()
        if weight and (found["audits"][name]["score"] or 0) < 0.9 and found["audits"][name]["score"] is not None
    ]
    return Report({name: round(100 * score) for name, score in scores.items()}, wanting)


def met(reports: Sequence[Report]) -> bool:
    """Whether the median of each score is what we want to reach."""
    return all(median(each.scores[name] for each in reports) >= goal for name, goal in GOALS.items())


def table(found: Mapping[str, Sequence[Report]]) -> str:
    """The Markdown table: the median of each score, its range where it has one, and what was found wanting."""
    cells = [["page", *CATEGORIES, "goal", "wanting"]]
    for page, reports in found.items():
        scores = [_score([each.scores[name] for each in reports]) for name in CATEGORIES]
        wanting = dict.fromkeys(what for each in reports for what in each.wanting)
        cells.append([page, *scores, "met" if met(reports) else "**missed**", "; ".join(wanting)])
    return markdown(cells)


def _score(scores: Sequence[int]) -> str:
    low, high = min(scores), max(scores)
    return f"{median(scores):.0f}" + (f" ({low} to {high})" if low < high else "")


if __name__ == "__main__":
    sys.exit(main())
