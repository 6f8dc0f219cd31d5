"""Templates that were compiled before: found again, never in place of others."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from jinja2 import FileSystemLoader
from jinja2.compiler import CodeGenerator

from webapp.html.compiled import CompiledTemplates
from webapp.html.fragments import FIND, KEEP, KeptExtension
from webapp.html.render import PageEnvironment

FRESH = "Fresh {{ name }}"
CHECKSUM = 64
"""How long what a file begins with is, in hexadecimal digits."""


@pytest.fixture(autouse=True)
def _writing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python keeps what it compiles, below no other folder, whatever the tests were started with."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one template."""
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "a.html").write_text(FRESH)
    return tmp_path


def shown(folder: Path, *, kept: Path | None = None) -> str:
    """What another process makes of the template in `folder`, where those in `kept` are."""
    environment = PageEnvironment(
        loader=FileSystemLoader(folder),
        bytecode_cache=CompiledTemplates(kept or folder),
        extensions=[KeptExtension],
    )
    return environment.get_template("pages/a.html").render(name="bread")


def kept_in(folder: Path) -> list[Path]:
    """The files of what was compiled."""
    return [path for path in folder.rglob("__pycache__/*") if path.is_file()]


def change(folder: Path, source: str) -> None:
    """Have another text's code where the template's is kept."""
    [path] = kept_in(folder)
    (folder / "pages" / "a.html").write_text(source)
    shown(folder)
    other = path.read_bytes()[CHECKSUM:]
    (folder / "pages" / "a.html").write_text(FRESH)
    shown(folder)
    path.write_bytes(path.read_bytes()[:CHECKSUM] + other)


def test_a_template_is_compiled_once(folder: Path) -> None:
    assert shown(folder) == "Fresh bread"
    [path] = kept_in(folder)
    assert path.name == f"a.html.{sys.implementation.cache_tag}.pyc"

    change(folder, "Kept {{ name }}")
    assert shown(folder) == "Kept bread"


def test_a_template_that_was_changed_is_compiled_again(folder: Path) -> None:
    shown(folder)
    (folder / "pages" / "a.html").write_text("Changed {{ name }}")

    assert shown(folder) == "Changed bread"
    assert shown(folder) == "Changed bread"
    assert len(kept_in(folder)) == 1


def test_another_way_to_compile_has_code_of_its_own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown(folder)
    change(folder, "Kept {{ name }}")
    monkeypatch.setattr(PageEnvironment, "code_generator_class", CodeGenerator)

    assert shown(folder) == "Fresh bread"


@pytest.mark.parametrize("length", [0, 10, CHECKSUM, CHECKSUM + 1, CHECKSUM + 100])
def test_half_a_file_is_none(folder: Path, length: int) -> None:
    shown(folder)
    [path] = kept_in(folder)
    whole = path.read_bytes()
    path.write_bytes(whole[:length])

    assert shown(folder) == "Fresh bread"
    assert path.read_bytes() == whole


@pytest.mark.parametrize("rest", [b"", b"N", b"\xff\xff\xff", b"i\x07\x00\x00\x00"])
def test_what_is_no_code_is_none(folder: Path, rest: bytes) -> None:
    shown(folder)
    [path] = kept_in(folder)
    path.write_bytes(path.read_bytes()[:CHECKSUM] + rest)

    assert shown(folder) == "Fresh bread"


def test_templates_of_other_folders_are_not_kept(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    ours = tmp_path_factory.mktemp("ours")

    assert shown(folder, kept=ours) == "Fresh bread"
    assert kept_in(folder) == kept_in(ours) == []


def test_where_nothing_can_be_written_templates_are_compiled_each_time(folder: Path) -> None:
    (folder / "pages" / "__pycache__").write_text("in the way")

    assert shown(folder) == "Fresh bread"


def test_nothing_is_written_where_python_writes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    assert shown(folder) == "Fresh bread"
    assert kept_in(folder) == []


def test_what_was_compiled_goes_where_python_puts_it(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.setattr(sys, "pycache_prefix", str(elsewhere))

    assert shown(folder) == "Fresh bread"
    assert kept_in(folder) == []
    assert [path.name for path in elsewhere.rglob("*") if path.is_file()] == [
        f"a.html.{sys.implementation.cache_tag}.pyc"
    ]


def test_everybody_may_read_what_was_compiled(folder: Path) -> None:
    mask = os.umask(0o022)
    try:
        shown(folder)
    finally:
        os.umask(mask)

    assert [oct(path.stat().st_mode & 0o777) for path in kept_in(folder)] == ["0o644"]


def test_parts_that_are_kept_have_another_place_each_time_they_are_compiled() -> None:
    """What two processes have compiled may come together in a third."""
    environment = PageEnvironment(extensions=[KeptExtension])
    environment.filters.update({FIND: len, KEEP: len})
    first, second = (environment.compile("{% kept name %}{% endkept %}", "a", raw=True) for _ in range(2))

    assert first != second


def test_a_start_finds_our_own_templates_compiled(tmp_path: Path) -> None:
    script = (
        "from tests.html.asking import asking, renderer\n"
        "from tests.html.samples import SAMPLES\n"
        "from webapp.html.render import PageEnvironment\n"
        "compiled, compile = [], PageEnvironment.compile\n"
        "def counting(self, source, name, *rest):\n"
        "    compiled.append(name)\n"
        "    return compile(self, source, name, *rest)\n"
        "PageEnvironment.compile = counting\n"
        "renderer().render(asking(), *next(iter(SAMPLES.values())))\n"
        "print(len(compiled))\n"
    )
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(tmp_path)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    first, second = (
        int(
            subprocess.run(
                [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
            ).stdout
        )
        for _ in range(2)
    )

    assert first > 3
    assert second == 0
