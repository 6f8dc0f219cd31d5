"""The files that stand in the README, each known by the path in its first line."""

import re
from collections.abc import Mapping

from tests.house.source import ROOT

_BLOCK = re.compile(r"^```\w+\n# (\S+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def files() -> dict[str, str]:
    """All of them, by their names without folders."""
    found = _BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    return {path.rpartition("/")[2]: text for path, text in found}


def file(name: str, replaced: Mapping[str, object] = {}) -> str:
    """One of them, with names and addresses of a test's own; each that is to be replaced has to be there."""
    text = files()[name]
    for there, ours in replaced.items():
        assert there in text, f"{name} has no {there!r}"
        text = text.replace(there, str(ours))
    return text


def variables(name: str, replaced: Mapping[str, object] = {}) -> dict[str, str]:
    """A file of variables, as systemd and Kubernetes read it."""
    lines = [line for line in file(name, replaced).splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)
