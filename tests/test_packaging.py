"""What ends up in the wheel, and that it works from there."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from webapp import __version__

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    [built] = folder.glob("*.whl")
    return built


def test_templates_and_static_files_are_inside_the_wheel(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())

    for folder in ("templates", "static"):
        files = (path for path in (ROOT / folder).rglob("*") if path.is_file() and path.suffix != ".pyc")
        ours = {path.relative_to(ROOT / folder) for path in files}
        assert ours
        assert {f"webapp/_{folder}/{path.as_posix()}" for path in ours} <= names
    assert "webapp/py.typed" in names
    assert not [name for name in names if name.startswith(("tests/", "templates/", "static/")) or "__pycache__" in name]


def test_an_unpacked_wheel_renders_a_page_away_from_the_checkout(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    script = (
        "import asyncio, sys\n"
        "import webapp\n"
        "from webapp.testing import Browser\n"
        "from webapp.demo.app import create_demo\n"
        "assert 'site' in webapp.__file__, webapp.__file__\n"
        "async def main():\n"
        "    async with Browser(webapp.create_app(create_demo(), settings=webapp.Settings())) as browser:\n"
        "        page = await browser.get('/login')\n"
        "        print(page.status, page.page.one('h1').text)\n"
        "asyncio.run(main())\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "site"), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.stdout.startswith("200 "), ran.stderr


def test_the_changelog_begins_with_the_version() -> None:
    headings = [line for line in (ROOT / "CHANGELOG.md").read_text().splitlines() if line.startswith("## ")]

    assert headings[0].split()[1] == __version__
