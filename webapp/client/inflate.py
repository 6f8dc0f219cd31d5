"""Bodies taken in without ever holding more than was agreed on, however small they are on the wire."""

import zlib
from collections.abc import AsyncIterator, Iterator

import httpx

from webapp.client.arrived import Arrived
from webapp.errors import BadGateway

ACCEPTED_ENCODINGS = "gzip, deflate"

_PIECE = 65536
_SUSPECT_SIZE = 4 * 1024 * 1024  # from here on, a body that grew more than
_SUSPECT_RATIO = 100  # so many times is a bomb: JSON hardly reaches 30


async def read_body(response: httpx.Response, limit: int) -> bytes:
    """The whole body, decoded; BadGateway when it's cut short, can't be decoded, or is larger than `limit`."""
    length = response.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length[:18]) > limit:
        raise BadGateway("The API's answer is too large.")
    whole = response.exchange.whole() if isinstance(response, Arrived) and not encoding_of(response) else None
    if whole is not None and len(whole) <= limit:
        return whole
    pieces: list[bytes] = []
    size = 0
    async for piece in decoded(response):
        size += len(piece)
        if size > limit:
            raise BadGateway("The API's answer is too large.")
        pieces.append(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


async def read_beginning(response: httpx.Response, limit: int) -> bytes:
    """As much of an error's body as is worth reading."""
    pieces: list[bytes] = []
    size = 0
    try:
        async for piece in decoded(response):
            pieces.append(piece)
            size += len(piece)
            if size >= limit:
                break
    except (BadGateway, httpx.TransportError):
        pass  # the status says enough
    return b"".join(pieces)[:limit]


async def decoded(response: httpx.Response) -> AsyncIterator[bytes]:
    """The body as it comes, in pieces of at most 64 KB where it was compressed."""
    stream = response.stream
    assert isinstance(stream, httpx.AsyncByteStream)
    encoding = encoding_of(response)
    if not encoding:
        async for chunk in stream:
            yield chunk
        return
    inflater = _Inflater(encoding)
    async for chunk in stream:
        for piece in inflater.feed(chunk):
            yield piece
    inflater.finish()


def encoding_of(response: httpx.Response) -> str:
    """How the body is compressed, empty for not at all; BadGateway where that is none of the ways we asked for."""
    encoding: str = response.headers.get("content-encoding", "").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise BadGateway("The API answered in an encoding that wasn't asked for.")
    return encoding.removeprefix("identity")


class _Inflater:
    """One answer's decompression, `_PIECE` bytes at a time."""

    def __init__(self, encoding: str) -> None:
        self._gzip = encoding != "deflate"
        self._decompressor = zlib.decompressobj(zlib.MAX_WBITS | 16) if self._gzip else None
        self._taken = self._given = 0

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        try:
            while chunk:
                decompressor = self._decompressor = self._decompressor or self._begin(chunk)
                piece = decompressor.decompress(chunk, _PIECE)
                self._taken += len(chunk) - len(decompressor.unconsumed_tail)
                chunk = decompressor.unconsumed_tail
                if decompressor.eof:
                    chunk = decompressor.unused_data if self._gzip else b""
                    self._decompressor = None if chunk else decompressor
                if piece:
                    self._count(piece)
                    yield piece
        except zlib.error:
            raise BadGateway("The API's answer can't be decompressed.") from None

    def finish(self) -> None:
        if self._taken and not (self._decompressor and self._decompressor.eof):
            raise BadGateway("The API's answer was cut short.")

    def _begin(self, chunk: bytes) -> "zlib._Decompress":
        """The next member of a gzip file; or `deflate`, which some send with its zlib header and some without."""
        if self._gzip:
            return zlib.decompressobj(zlib.MAX_WBITS | 16)
        with_header = chunk[0] & 0x0F == 8 and (len(chunk) < 2 or (chunk[0] << 8 | chunk[1]) % 31 == 0)
        return zlib.decompressobj(zlib.MAX_WBITS if with_header else -zlib.MAX_WBITS)

    def _count(self, piece: bytes) -> None:
        self._given += len(piece)
        if self._given > _SUSPECT_SIZE and self._given > _SUSPECT_RATIO * self._taken:
            raise BadGateway("The API's answer is too large.")
