"""Bodies are taken in within bounds."""

import gzip
import random
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from tests.client.support import client
from webapp.errors import BadGateway, NotFound, Unavailable

CONTENT = b'{"words": "' + bytes(random.Random(7).choices(b"abcdefghij ", k=300_000)) + b'"}'


class Pieces(httpx.AsyncByteStream):
    """A body that comes in pieces, and counts how many were taken."""

    def __init__(self, pieces: Iterator[bytes], failure: Exception | None = None) -> None:
        self.pieces = pieces
        self.failure = failure
        self.taken = 0
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            self.taken += 1
            yield piece
        if self.failure is not None:
            raise self.failure

    async def aclose(self) -> None:
        self.closed = True


def sliced(content: bytes, size: int = 1000) -> Iterator[bytes]:
    return (content[start : start + size] for start in range(0, len(content), size))


def raw_deflate(content: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(content) + compressor.flush()


async def fetch(body: Pieces, encoding: str | None, status: int = 200, **options: Any) -> bytes:
    headers = {"content-type": "text/plain"} | ({"content-encoding": encoding} if encoding else {})
    api = client(lambda _: httpx.Response(status, headers=headers, stream=body), **options)
    try:
        return (await api.request("GET", "/")).content
    finally:
        assert body.closed


@pytest.mark.parametrize("size", [1, 7, 1000, 10**9])
@pytest.mark.parametrize(
    ("encoding", "encoded"),
    [
        (None, CONTENT[:3000]),
        ("identity", CONTENT[:3000]),
        ("gzip", gzip.compress(CONTENT[:3000])),
        ("GZIP", gzip.compress(CONTENT[:3000])),
        ("x-gzip", gzip.compress(CONTENT[:1000]) + gzip.compress(CONTENT[1000:3000])),
        ("deflate", zlib.compress(CONTENT[:3000])),
        ("deflate", raw_deflate(CONTENT[:3000])),
        ("gzip", gzip.compress(CONTENT[:3000]) + b""),
    ],
)
async def test_what_was_asked_for_is_decoded(encoding: str | None, encoded: bytes, size: int) -> None:
    assert await fetch(Pieces(sliced(encoded, size)), encoding) == CONTENT[:3000]


async def test_large_bodies_are_decoded_whole() -> None:
    assert await fetch(Pieces(sliced(gzip.compress(CONTENT), 65536)), "gzip") == CONTENT


@pytest.mark.parametrize(
    ("encoding", "encoded"),
    [
        ("br", b"xxx"),
        ("zstd", b"xxx"),
        ("gzip, gzip", gzip.compress(gzip.compress(CONTENT))),
        ("gzip", b"this is no gzip"),
        ("gzip", gzip.compress(CONTENT)[:-100]),
        ("gzip", gzip.compress(CONTENT)[:5]),
        ("gzip", gzip.compress(CONTENT) + b"rest"),
        ("deflate", zlib.compress(CONTENT)[:-100]),
        ("deflate", b"\xff\xff\xff"),
    ],
)
async def test_what_cannot_be_decoded_is_a_bad_gateway(encoding: str, encoded: bytes) -> None:
    with pytest.raises(BadGateway):
        await fetch(Pieces(sliced(encoded)), encoding)


async def test_an_empty_body_may_claim_to_be_compressed() -> None:
    assert await fetch(Pieces(iter([])), "gzip") == b""


async def test_a_body_over_the_limit_is_not_read_to_its_end() -> None:
    body = Pieces(b"x" * 1000 for _ in range(10**9))
    with pytest.raises(BadGateway, match="too large"):
        await fetch(body, None, max_body=10_000)
    assert body.taken == 11

    assert len(await fetch(Pieces(b"x" * 1000 for _ in range(10)), None, max_body=10_000)) == 10_000


async def test_a_body_that_says_that_it_is_too_large_is_not_read_at_all() -> None:
    body = Pieces(iter([b"x"]))
    api = client(lambda _: httpx.Response(200, headers={"content-length": "99999999999999999999"}, stream=body))
    with pytest.raises(BadGateway, match="too large"):
        await api.request("GET", "/")

    assert (body.taken, body.closed) == (0, True)


async def test_a_bomb_costs_little() -> None:
    packed = gzip.compress(bytes(64 * 1024 * 1024)) * 16
    assert len(packed) < 1_100_000
    tracemalloc.start()
    try:
        with pytest.raises(BadGateway, match="too large"):
            await fetch(Pieces(iter([packed])), "gzip")
        with pytest.raises(BadGateway, match="too large"):
            await fetch(Pieces(sliced(packed, 65536)), "gzip")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 30 * 1024 * 1024


async def test_an_errors_body_is_read_only_so_far() -> None:
    body = Pieces(b"x" * 100_000 for _ in range(10**9))
    with pytest.raises(NotFound):
        await fetch(body, None, status=404)
    assert body.taken == 3


@pytest.mark.parametrize("encoding", ["br", "gzip"])
async def test_an_error_whose_body_cannot_be_read_is_still_that_error(encoding: str) -> None:
    with pytest.raises(NotFound):
        await fetch(Pieces(iter([b"junk"])), encoding, status=404)
    with pytest.raises(NotFound):
        await fetch(Pieces(iter([b"ju"]), httpx.ReadError("reset")), None, status=404)


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (httpx.ReadError("reset"), BadGateway),
        (httpx.RemoteProtocolError("short"), BadGateway),
        (httpx.ReadTimeout("slow"), Unavailable),
    ],
)
async def test_a_body_that_breaks_off_is_no_answer(failure: Exception, error: type[Exception]) -> None:
    with pytest.raises(error):
        await fetch(Pieces(iter([b"x"]), failure), None)
