"""
The codings that this installation packs in: gzip everywhere, br and zstd where their libraries are.

A page goes out once, and to pack it is a good part of what it costs, so the levels are those beyond which a byte less
takes too long. For a list of 20 rows, 14.4 KB, zlib's 6 makes 2,977 bytes of it; igzip's 2 makes 3,246 in 0.16 of that
time (3: 3,214 in 0.34; libdeflate's 1: 3,143 in 0.31, its 7: 2,944 in 0.5), zstd as below 3,050 in 0.2 (3: 3,051 in
0.3, 6: 2,907 in 0.8), br 3 3,012 in 0.7 (5: 2,602 in 1.5). What comes in pieces is mostly a file, and may be large:
there the bytes count for more.
"""

import zlib
from collections.abc import Callable
from functools import cache, cached_property
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from webapp.record import record

GZIP_HEADER = 31
"""zlib's name for the format: a window of 32 KB and gzip's header, which has no time in it."""
_HALF_A_WINDOW = 16 * 1024
BROTLI_WINDOW = 16
"""Pages are smaller than the window of 64 KB this stands for; allocating the usual 4 MB costs more than packing."""

Packer = Callable[[bytes, bool], bytes]
"""Packs an answer piece by piece, `True` with the last one; all of a piece is in what it gives."""


@record(frozen=True, slots=True)
class Coding:
    """One way of packing bytes."""

    name: str
    """As in `Accept-Encoding` and `Content-Encoding`."""
    pack: Callable[[bytes], bytes]
    """Bytes that go out once: quickly."""
    press: Callable[[bytes], bytes]
    """Bytes that are kept, and go out often: as small as can be."""
    packer: Callable[[], Packer]
    """Begins an answer that comes in pieces."""


class Library:
    """A library of the extra `compression`; it's imported when something is packed, and no start waits for it."""

    def __init__(self, name: str, *, part_of: str | None = None) -> None:
        self.name = name
        self._installed = part_of or name
        """To look for a part takes importing what it is a part of."""

    @property
    def is_there(self) -> bool:
        """Whether it is installed."""
        try:
            return find_spec(self._installed) is not None
        except ImportError:  # not even what it is a part of
            return False

    @cached_property
    def module(self) -> Any:
        """The library itself."""
        return import_module(self.name)


BROTLI, IGZIP, LIBDEFLATE = Library("brotli"), Library("isal.isal_zlib", part_of="isal"), Library("deflate")
ZSTD = Library("compression.zstd"), Library("backports.zstd")
"""Python's own, from 3.14 on, and the same for those before."""


def codings() -> tuple[Coding, ...]:
    """Those there are, the one that presses files smallest first."""
    found = [_brotli_coding(BROTLI)] if BROTLI.is_there else []
    found += [_zstd_coding(library) for library in ZSTD if library.is_there][:1]
    return *found, gzip_coding(*(library if library.is_there else None for library in (IGZIP, LIBDEFLATE)))


def page_codings() -> tuple[Coding, ...]:
    """The same, the one that is best for a page first: zstd packs it as small as br does, in half the time."""
    return tuple(sorted(codings(), key=lambda coding: ("zstd", "br", "gzip").index(coding.name)))


def gzip_coding(quick: Library | None, small: Library | None) -> Coding:
    """
    gzip by zlib, but pages by igzip and files by libdeflate, where they are.

    The highest level of libdeflate finds nearly the smallest there is, as zopfli does, in a twentieth of the time.
    """
    pack, press = _gzip, _gzip_pressed
    if quick is not None:

        def pack(content: bytes) -> bytes:
            packed: bytes = quick.module.compress(content, 2, GZIP_HEADER)
            return packed

    if small is not None:

        def press(content: bytes) -> bytes:
            return bytes(small.module.gzip_compress(content, 12))

    return Coding("gzip", pack, press, _gzip_packer)


def _gzip(content: bytes) -> bytes:
    # In a smaller window that holds all of it nothing is found less, and there is less memory to be asked for.
    return zlib.compress(content, 6, GZIP_HEADER if len(content) > _HALF_A_WINDOW else GZIP_HEADER - 1)


def _gzip_pressed(content: bytes) -> bytes:
    # How much memory is best depends on the content: with less of it, codes are made anew more often.
    return min((_gzip_within(memory, content) for memory in range(4, 10)), key=len)


def _gzip_within(memory: int, content: bytes) -> bytes:
    packing = zlib.compressobj(9, zlib.DEFLATED, GZIP_HEADER, memory)
    return packing.compress(content) + packing.flush()


def _gzip_packer() -> Packer:
    packing = zlib.compressobj(6, zlib.DEFLATED, GZIP_HEADER)
    return lambda piece, last: packing.compress(piece) + packing.flush(zlib.Z_FINISH if last else zlib.Z_SYNC_FLUSH)


def _brotli_coding(library: Library) -> Coding:
    def packer() -> Packer:
        packing: Any = library.module.Compressor(quality=5, lgwin=BROTLI_WINDOW)
        return lambda piece, last: packing.process(piece) + (packing.finish() if last else packing.flush())

    return Coding(
        "br",
        lambda page: library.module.compress(page, quality=3, lgwin=BROTLI_WINDOW),
        lambda kept: library.module.compress(kept),
        packer,
    )


def _zstd_coding(library: Library) -> Coding:
    @cache
    def options() -> dict[Any, int]:
        # Like level 3, with tables of a page's size, which are clean and warm sooner: 40 us, not 66, and 2 % smaller.
        quick = library.module.CompressionParameter
        return {
            quick.strategy: library.module.Strategy.dfast,
            quick.window_log: 17,
            quick.hash_log: 13,
            quick.chain_log: 12,
            quick.min_match: 4,
        }

    def packer() -> Packer:
        packing = library.module.ZstdCompressor(level=6)
        return lambda piece, last: packing.compress(piece, packing.FLUSH_FRAME if last else packing.FLUSH_BLOCK)

    return Coding(
        "zstd",
        lambda page: library.module.compress(page, options=options()),
        lambda kept: library.module.compress(kept, level=19),
        packer,
    )
