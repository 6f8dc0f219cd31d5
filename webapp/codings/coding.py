"""
The codings that this installation packs in: gzip everywhere, br and zstd where their libraries are.

A page goes out once, and to pack it is a good part of what it costs, so the levels are those beyond which a byte less
takes too long. For a list of 20 rows, 14.4 KB, zlib's 6 makes 2,977 bytes of it; igzip's 2 makes 3,246 in 0.16 of that
time (3: 3,214 in 0.34; libdeflate's 1: 3,143 in 0.31, its 7: 2,944 in 0.5), zstd as below 3,050 in 0.2 (3: 3,051 in
0.3, 6: 2,907 in 0.8), br 3 3,012 in 0.7 (5: 2,602 in 1.5). What comes in pieces is mostly a file, and may be large:
there the bytes count for more.
"""

import contextlib
import zlib
from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any

from webapp.record import record

try:
    import brotli
except ImportError:  # pragma: no cover  # the extra `compression` isn't installed
    brotli = None

igzip: ModuleType | None = None
libdeflate: ModuleType | None = None
with contextlib.suppress(ImportError):  # the extra `compression` isn't installed
    import deflate as libdeflate
    from isal import isal_zlib as igzip

try:
    from compression import zstd  # Python 3.14
except ImportError:
    try:
        from backports import zstd
    except ImportError:  # pragma: no cover  # the extra `compression` isn't installed
        zstd = None

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


def codings() -> tuple[Coding, ...]:
    """Those there are, the one that presses files smallest first."""
    found = [gzip_coding(igzip, libdeflate)]
    if zstd is not None:
        found.insert(0, _zstd_coding(zstd))
    if brotli is not None:
        found.insert(0, _brotli_coding(brotli))
    return tuple(found)


def page_codings() -> tuple[Coding, ...]:
    """The same, the one that is best for a page first: zstd packs it as small as br does, in half the time."""
    return tuple(sorted(codings(), key=lambda coding: ("zstd", "br", "gzip").index(coding.name)))


def gzip_coding(quick: ModuleType | None, small: ModuleType | None) -> Coding:
    """
    gzip by zlib, but pages by igzip and files by libdeflate, where they are.

    The highest level of libdeflate finds nearly the smallest there is, as zopfli does, in a twentieth of the time.
    """
    pack, press = _gzip, _gzip_pressed
    if quick is not None:
        pack = partial(quick.compress, level=2, wbits=GZIP_HEADER)
    if small is not None:
        press = partial(_by_libdeflate, small)
    return Coding("gzip", pack, press, _gzip_packer)


def _by_libdeflate(library: ModuleType, content: bytes) -> bytes:
    return bytes(library.gzip_compress(content, 12))


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


def _brotli_coding(library: ModuleType) -> Coding:
    def packer() -> Packer:
        packing: Any = library.Compressor(quality=5, lgwin=BROTLI_WINDOW)
        return lambda piece, last: packing.process(piece) + (packing.finish() if last else packing.flush())

    return Coding("br", partial(library.compress, quality=3, lgwin=BROTLI_WINDOW), library.compress, packer)


def _zstd_coding(library: ModuleType) -> Coding:
    def packer() -> Packer:
        packing = library.ZstdCompressor(level=6)
        return lambda piece, last: packing.compress(piece, packing.FLUSH_FRAME if last else packing.FLUSH_BLOCK)

    # Like level 3, with tables of a page's size, which are clean and warm sooner: 40 us instead of 66, and 2 % smaller.
    quick = library.CompressionParameter
    options = {
        quick.strategy: library.Strategy.dfast,
        quick.window_log: 17,
        quick.hash_log: 13,
        quick.chain_log: 12,
        quick.min_match: 4,
    }
    return Coding("zstd", partial(library.compress, options=options), partial(library.compress, level=19), packer)
