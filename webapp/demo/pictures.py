"""Pictures without a library: square patterns, as PNG."""

import hashlib
import struct
import zlib


def logo(key: str, colour: str) -> bytes:
    """A picture that stands for a key, in a colour such as `#2f6fed`."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return png(128, (red, green, blue), int.from_bytes(hashlib.sha256(key.encode()).digest()[:4]))


def png(size: int, colour: tuple[int, int, int], pattern: int) -> bytes:
    """A square picture: eight by eight fields, mirrored, of one colour on a light ground; `size` is a multiple of 8."""
    ground, field = bytes((244, 246, 248)), bytes(colour)
    rows = b""
    for line in range(8):
        half = [field if pattern >> (line * 4 + column) & 1 else ground for column in range(4)]
        rows += (b"\0" + b"".join(each * (size // 8) for each in (*half, *reversed(half)))) * (size // 8)
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
