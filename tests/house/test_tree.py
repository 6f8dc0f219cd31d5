"""What lies in the tree: nothing half done, nothing of one machine, and examples that hold."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from tests.house.source import ROOT

TEXT = {".py", ".html", ".css", ".js", ".md", ".toml", ".sh", ".txt", ""}

TOP_LEVEL = {
    ".ci",
    ".gitignore",
    "CHANGELOG.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "pyproject.toml",
    "static",
    "templates",
    "tests",
    "webapp",
}

UNWANTED = {
    "half done": re.compile(r"\b(TODO|FIXME|XXX|HACK)\b"),
    "a path of one machine": re.compile(r"(?<![\w.])/(work|home|root|Users)/"),
    "a debugger": re.compile(r"\bbreakpoint\(\)|\bimport pdb\b|\bdebugger;"),
    "a conflict": re.compile(r"^(<<<<<<<|>>>>>>>)", re.MULTILINE),
}


def tracked() -> list[Path]:
    """Every file that is committed, or will be with the next commit."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    if listed.returncode:
        # An unpacked archive has no history; then it is what lies there.
        return [path for path in ROOT.rglob("*") if path.is_file() and not _hidden(path)]
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") or part == "__pycache__" for part in path.relative_to(ROOT).parts)


@pytest.mark.parametrize("what", UNWANTED)
def test_nothing_unwanted_lies_about(what: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1}: {match[0]!r}"
        for path in tracked()
        if path.suffix in TEXT and path != Path(__file__).resolve() and "vendor" not in path.parts
        for text in [path.read_text(encoding="utf-8", errors="replace")]
        for match in UNWANTED[what].finditer(text)
    ]

    assert found == []


def test_nothing_is_added_to_the_top_level() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in tracked()} <= TOP_LEVEL


def test_every_folder_of_tests_is_a_package() -> None:
    folders = {path.parent for path in tracked() if path.name.startswith("test_") and path.suffix == ".py"}

    assert [str(folder) for folder in sorted(folders) if not (folder / "__init__.py").is_file()] == []


def test_what_is_vendored_has_its_licence_beside_it() -> None:
    vendored = [path for path in tracked() if "vendor" in path.parts and path.suffix in (".js", ".css")]
    licences = [path for path in tracked() if "vendor" in path.parts and path.suffix == ".txt"]

    assert vendored
    assert licences


def test_the_changelog_is_up_to_the_version() -> None:
    import webapp

    newest = re.search(r"^## \[?([^\]\s]+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)

    assert newest is not None
    assert newest[1] in (webapp.__version__, "Unreleased")


def test_the_readmes_examples_are_python() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)

    assert blocks
    for block in blocks:
        compile(block, "README.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


def test_the_readme_links_only_to_files_and_headings_that_exist() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    prose = re.sub(r"^```.*?^```", "", readme, flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    links = [link for link in re.findall(r"\]\(([^)]+)\)", prose) if "://" not in link]

    assert links
    for link in links:
        assert link[1:] in anchors if link.startswith("#") else (ROOT / link).is_file(), link


def test_the_readme_names_only_settings_that_exist() -> None:
    from dataclasses import fields

    from webapp.settings import Settings

    known = {f"WEBAPP_{field.name.upper()}" for field in fields(Settings)}
    named = set(re.findall(r"\bWEBAPP_[A-Z_]+\b", (ROOT / "README.md").read_text(encoding="utf-8")))

    assert named <= known
