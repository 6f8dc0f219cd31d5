"""
Installs the packages that are listed beside this file, once for each list.

A list is a file with pinned versions: NAME.txt for pip, NAME.json for npm, as each of them reads it.
"""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.backends.processes import starting

LISTS = Path(__file__).parent
CACHE = LISTS.parents[2] / ".bench"

PATIENCE = 600
"""Seconds for one list."""


class Missing(Exception):
    """Something can't be installed; says what, and what the installer said."""


def python_packages(name: str) -> Path:
    """The Python of a virtual environment that has the packages of NAME.txt; Missing if there's none to be had."""
    return installed(LISTS / f"{name}.txt", _pip, CACHE) / "bin" / "python"


def node_packages(name: str) -> Path:
    """The `node_modules` with the packages of NAME.json, for NODE_PATH; Missing if there are none to be had."""
    for command in ("node", "npm"):
        if shutil.which(command) is None:
            raise Missing(f"there is no {command} on this machine")
    return installed(LISTS / f"{name}.json", _npm, CACHE) / "node_modules"


def installed(wanted: Path, install: Callable[[Path, Path], None], cache: Path) -> Path:
    """The folder of a list, filled by `install` once for each state of the list and of Python."""
    folder = cache / wanted.stem
    done = folder / "installed"
    state = hashlib.sha256(wanted.read_bytes() + sys.version.encode()).hexdigest()
    with starting(f"bench-{wanted.stem}"):
        if not done.exists() or done.read_text() != state:
            print(f"Installing {wanted.name} ...", file=sys.stderr, flush=True)
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            install(wanted, folder)
            done.write_text(state)
    return folder


def _pip(wanted: Path, folder: Path) -> None:
    _run([sys.executable, "-m", "venv", str(folder)])
    _run([str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", "-r", str(wanted)])


def _npm(wanted: Path, folder: Path) -> None:
    shutil.copy(wanted, folder / "package.json")
    options = ("--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error")
    _run(["npm", "install", *options, "--prefix", str(folder)])


def _run(command: Sequence[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Missing(f"{Path(command[0]).name}: {error}") from None
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or ["nothing"]
        raise Missing(f"{Path(command[0]).name} {command[1]} failed: {said[-1]}")
