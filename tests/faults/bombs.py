"""Bodies that are small on the wire and a gigabyte when somebody takes them for what they are."""

import gzip
import zlib
from functools import cache

MEGABYTE = 1024 * 1024
PART = 64 * MEGABYTE
GIGABYTE = 16 * PART


@cache
def gzip_bomb() -> bytes:
    """A gigabyte of zeros: a megabyte of gzip, in sixteen members."""
    return gzip.compress(bytes(PART), 9) * (GIGABYTE // PART)


@cache
def gzip_of_gzip() -> bytes:
    """The same within gzip once more: a few kilobytes."""
    return gzip.compress(gzip_bomb(), 9)


@cache
def deflate_bomb() -> bytes:
    """A gigabyte of zeros in zlib's format; one stream, since there are no members in it."""
    compressor = zlib.compressobj(9)
    pieces = [compressor.compress(bytes(MEGABYTE)) for _ in range(GIGABYTE // MEGABYTE)]
    return b"".join((*pieces, compressor.flush()))


@cache
def zstd_bomb() -> bytes:
    """A gigabyte of zeros as a Zstandard frame (RFC 8878): of blocks of four bytes that repeat one 131,072 times."""
    block = 128 * 1024
    count = GIGABYTE // block
    window = bytes([(17 - 10) << 3])  # 128 KB, the most that such a block may have
    repeat, size_at = 1 << 1, 3
    blocks = [
        ((number == count - 1) | repeat | block << size_at).to_bytes(3, "little") + b"\0" for number in range(count)
    ]
    return b"\x28\xb5\x2f\xfd" + b"\0" + window + b"".join(blocks)
