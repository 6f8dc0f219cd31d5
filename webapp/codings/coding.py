"""
The codings that this installation packs in: gzip everywhere, br and zstd where their libraries are.

The levels are those beyond which a page gets hardly smaller. For a list of 25 rows, 24 KB, gzip 6 makes 4,380 bytes of
it (9: 4,334). libdeflate does so in less than half of that time: 7 makes 4,352 in 0.47 (6: 4,401 in 0.40, 8: 4,320 in
0.81). br 5 makes 3,964 in 1.7 times that time (4: 4,287 in 1.2; 9: 3,923 in 20), zstd 6 4,379 in 0.9 (3: 4,696).
"""

import contextlib
import zlib
from collections.abc import Callable
from types import ModuleType
from typing import Any

from webapp.record import record

try:
    import brotli
except ImportError:  # pragma: no cover  # the extra `compression` isn't installed
    brotli = None

libdeflate: ModuleType | None = None
with contextlib.suppress(ImportError):  # the extra `compression` isn't installed
    import deflate as libdeflate

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
    """Those there are, the one that makes pages smallest first."""
    found = [gzip_coding(libdeflate)]
    if zstd is not None:
        found.insert(0, _zstd_coding(zstd))
    if brotli is not None:
        found.insert(0, _brotli_coding(brotli))
    return tuple(found)


def gzip_coding(library: ModuleType | None) -> Coding:
    """
    gzip by zlib, but what is whole by libdeflate, where there is one.

    Its highest level finds nearly the smallest there is, as zopfli does, in a twentieth of the time. It doesn't know
    pieces.
    """
    if library is None:
        return Coding("gzip", _gzip, _gzip_pressed, _gzip_packer)
    compress = library.gzip_compress
    return Coding("gzip", lambda page: bytes(compress(page, 7)), lambda kept: bytes(compress(kept, 12)), _gzip_packer)


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
    usual = {"quality": 5, "lgwin": BROTLI_WINDOW}

    def packer() -> Packer:
        packing: Any = library.Compressor(**usual)
        return lambda piece, last: packing.process(piece) + (packing.finish() if last else packing.flush())

    return Coding("br", lambda content: library.compress(content, **usual), library.compress, packer)


def _zstd_coding(library: ModuleType) -> Coding:
    def packer() -> Packer:
        packing = library.ZstdCompressor(level=6)
        return lambda piece, last: packing.compress(piece, packing.FLUSH_FRAME if last else packing.FLUSH_BLOCK)

    return Coding(
        "zstd", lambda content: library.compress(content, 6), lambda content: library.compress(content, 19), packer
    )
