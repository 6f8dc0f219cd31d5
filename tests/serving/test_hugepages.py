"""Memory in huge pages is the same memory."""

import re
from pathlib import Path

import pytest

from webapp.serving import hugepages

SIZE = 16 * 2**20
needs_linux = pytest.mark.skipif(not hugepages.is_wanted(), reason="Linux alone has them, where nobody forbids it")


def in_huge_pages() -> int:
    """Bytes of this process's memory."""
    found = re.search(r"AnonHugePages: +(\d+) kB", Path("/proc/self/smaps_rollup").read_text(encoding="ascii"))
    assert found is not None
    return int(found[1]) * 1024


@needs_linux
def test_what_is_filled_comes_into_huge_pages_and_stays_what_it_was() -> None:
    filled = bytearray(range(256)) * (SIZE // 256)
    before = in_huge_pages()

    hugepages.use_huge_pages()

    assert in_huge_pages() >= before + SIZE // 2
    assert filled == bytes(range(256)) * (SIZE // 256)


@pytest.mark.parametrize(
    ("setting", "wanted"), [("always [madvise] never", True), ("[always] madvise never", True), ("x [never]", False)]
)
def test_it_is_left_to_the_operator(
    setting: str, wanted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "enabled").write_text(setting, encoding="ascii")
    monkeypatch.setattr(hugepages, "_SETTING", tmp_path / "enabled")

    assert hugepages.is_wanted() is wanted


def test_a_system_without_them_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hugepages, "_SETTING", tmp_path / "missing")
    monkeypatch.setattr(hugepages, "_SIZE", tmp_path / "missing")

    assert not hugepages.is_wanted()
    hugepages.use_huge_pages()


def test_areas_are_those_that_hold_whole_pages_and_are_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    areas = [
        ("00100000-00900000 rw-p 00000000 00:00 0 ", 8000),  # 7 MB of whole pages of 2 MB: three
        ("10000000-10400000 rw-p 00000000 00:00 0                          [heap]", 4000),
        ("20000000-20800000 rw-p 00000000 00:00 0 ", 100),  # a thread's stack
        ("30000000-30800000 rw-p 00000000 00:00 0                          [stack]", 8000),
        ("40000000-40800000 r-xp 00000000 fe:00 7                          /usr/lib/libpython.so", 8000),
        ("50000000-50100000 rw-p 00000000 00:00 0 ", 1000),
    ]
    written = "".join(f"{area}\nSize: 1 kB\nRss:      {resident:>8} kB\nPss: 1 kB\n" for area, resident in areas)
    (tmp_path / "smaps").write_text(written, encoding="ascii")
    monkeypatch.setattr(hugepages, "_AREAS", tmp_path / "smaps")

    assert list(hugepages._areas(2**21)) == [(0x200000, 0x600000), (0x10000000, 0x400000)]
