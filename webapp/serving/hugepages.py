"""
Memory in huge pages, for what a server has loaded and goes through with each page.

A page of ours touches a megabyte or two of code and data here and there, more than the processor knows the places of;
each look into the page tables costs as much as several steps of Python, and twice that in a virtual machine. With pages
of 2 MB it knows them all. Linux does so by itself only where it's told to for all programs, or for this one's memory.
"""

import asyncio
import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

AT_SECONDS = (1.0, 10.0, 60.0)
"""After the start: once modules are loaded, templates and documents, and what pages keep."""

_SETTING = Path("/sys/kernel/mm/transparent_hugepage/enabled")
_SIZE = Path("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size")
_AREAS = Path("/proc/self/smaps")

_MADV_HUGEPAGE, _MADV_COLLAPSE = 14, 25
_ANONYMOUS = re.compile(r"([0-9a-f]+)-([0-9a-f]+) rw-p [0-9a-f]+ 00:00 0 +(?:\[heap\])?\n")
_RESIDENT = re.compile(r"Rss: +(\d+) kB\n")


def watch_memory() -> None:
    """Have the running loop see to it while the server gets going; nothing where the system has no such pages."""
    if is_wanted():
        loop = asyncio.get_running_loop()
        for seconds in AT_SECONDS:
            loop.call_later(seconds, loop.run_in_executor, None, use_huge_pages)


def is_wanted() -> bool:
    """Whether this is a Linux whose operator leaves it to programs."""
    with contextlib.suppress(OSError):
        return "[never]" not in _SETTING.read_text()
    return False


def use_huge_pages() -> None:
    """
    Put what memory there is into huge pages, where most of an area is in use, so that hardly any is taken besides.

    It takes some milliseconds, in which nothing waits but what asks for more memory. A kernel before 6.1 does it by
    and by.
    """
    with contextlib.suppress(ImportError, MemoryError, OSError):  # some systems hide all of this from programs
        import ctypes

        madvise = ctypes.CDLL(None).madvise
        madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
        for start, length in list(_areas(int(_SIZE.read_text()))):
            for advice in (_MADV_HUGEPAGE, _MADV_COLLAPSE):
                madvise(start, length, advice)  # which is advice: where it can't be followed all stays as it is


def _areas(size: int) -> Iterator[tuple[int, int]]:
    """The areas of this process's own memory that hold such pages, and are filled for the most part."""
    area = (0, 0)
    with _AREAS.open() as lines:
        for line in lines:
            if found := _ANONYMOUS.fullmatch(line):
                area = int(found[1], 16), int(found[2], 16)
            elif (resident := _RESIDENT.fullmatch(line)) and area[1]:
                start, end = -(-area[0] // size) * size, area[1] // size * size
                if start < end and int(resident[1]) * 1024 * 2 > area[1] - area[0]:
                    yield start, end - start
                area = (0, 0)
