"""Answers that are read as they come."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from tests.client.support import client
from webapp.client import APIClient, Reply, StreamReply
from webapp.errors import APIError, BadGateway, NotFound, Unavailable

Source = Callable[[], AsyncIterator[bytes]]


class Body(httpx.AsyncByteStream):
    """A body from a generator, that knows whether it was closed."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self.source():
            yield piece

    async def aclose(self) -> None:
        self.closed = True


def saying(*pieces: bytes) -> Body:
    async def source() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    return Body(source)


async def read_lines(api: APIClient, idle_timeout: float = 10.0) -> list[str]:
    async with api.stream("GET", "/events", idle_timeout=idle_timeout) as reply:
        return [line async for line in reply.lines()]


async def never() -> AsyncIterator[bytes]:
    yield b"first"
    await asyncio.Event().wait()


async def test_pieces_arrive_before_the_answer_is_whole() -> None:
    more = asyncio.Event()

    async def source() -> AsyncIterator[bytes]:
        yield b"one"
        await more.wait()
        yield b"two"

    body = Body(source)
    api = client(lambda _: httpx.Response(200, headers={"etag": "x"}, stream=body))
    async with api.stream("GET", "/export") as reply:
        assert (reply.status, reply.headers["etag"]) == (200, "x")
        assert len(reply.request_id) == 32
        pieces = reply.chunks()
        assert await anext(pieces) == b"one"
        more.set()
        assert await anext(pieces) == b"two"
        assert await anext(pieces, None) is None
        assert not body.closed

    assert body.closed


async def test_leaving_early_closes_the_answer() -> None:
    body = Body(never)
    api = client(lambda _: httpx.Response(200, stream=body))
    async with api.stream("GET", "/events") as reply:
        async for piece in reply.chunks():
            assert piece == b"first"
            break

    assert body.closed


async def test_a_reader_who_goes_closes_the_answer() -> None:
    body, started = Body(never), asyncio.Event()
    api = client(lambda _: httpx.Response(200, stream=body))

    async def read() -> None:
        async with api.stream("GET", "/events") as reply:
            async for _ in reply.chunks():
                started.set()

    reader = asyncio.create_task(read())
    await started.wait()
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader

    assert body.closed


async def test_a_body_has_no_total_time_out() -> None:
    later = asyncio.Event()

    async def source() -> AsyncIterator[bytes]:
        await later.wait()
        yield b"late"

    api = client(lambda _: httpx.Response(200, stream=Body(source)), timeout=0.01)
    async with api.stream("GET", "/events") as reply:
        asyncio.get_running_loop().call_later(0.03, later.set)
        assert await reply.read(100) == b"late"


async def test_silence_is_a_time_out() -> None:
    body = Body(never)
    api = client(lambda _: httpx.Response(200, stream=body))
    with pytest.raises(Unavailable, match="stopped sending"):
        await read_lines(api, idle_timeout=0.01)

    assert body.closed


async def test_headers_that_do_not_come_are_a_time_out() -> None:
    async def hang(_: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    with pytest.raises(Unavailable, match="too long"):
        async with client(hang).stream("GET", "/", timeout=0.01):
            pass


async def test_an_error_is_raised_on_the_way_in() -> None:
    body = saying(b'{"detail": "No such export"}')
    api = client(lambda _: httpx.Response(404, headers={"content-type": "application/json"}, stream=body))
    with pytest.raises(NotFound, match="No such export"):
        async with api.stream("GET", "/export"):
            raise AssertionError

    assert body.closed


@pytest.mark.parametrize(
    ("failure", "error"), [(httpx.ReadError("reset"), BadGateway), (httpx.ReadTimeout("slow"), Unavailable)]
)
async def test_an_answer_that_breaks_off_says_so(failure: Exception, error: type[APIError]) -> None:
    async def source() -> AsyncIterator[bytes]:
        yield b"x"
        raise failure

    api = client(lambda _: httpx.Response(200, stream=Body(source)))
    with pytest.raises(error):
        async with api.stream("GET", "/") as reply:
            await reply.read(100)


@pytest.mark.parametrize(
    ("pieces", "lines"),
    [
        ((b"a\nb\n",), ["a", "b"]),
        ((b"a\r\nb",), ["a", "b"]),
        ((b"a\rb\r",), ["a", "b"]),
        ((b"a\r", b"\nb\n"), ["a", "b"]),
        ((b"a\r", b"b\n"), ["a", "b"]),
        ((b"id: 1\ndata: x\n\n", b"da", b"ta: y\n\n"), ["id: 1", "data: x", "", "data: y", ""]),
        (("é\n".encode()[:1], "é\n".encode()[1:]), ["é"]),
        ((b"\xff\n",), ["\ufffd"]),
        ((), []),
        ((b"a\n\n",), ["a", ""]),
        ((b"a\n\r",), ["a", ""]),
    ],
)
async def test_lines_end_as_the_standards_say(pieces: tuple[bytes, ...], lines: list[str]) -> None:
    api = client(lambda _: httpx.Response(200, stream=saying(*pieces)))
    assert await read_lines(api) == lines


async def test_a_line_without_an_end_is_refused() -> None:
    api = client(lambda _: httpx.Response(200, stream=saying(*[b"x" * 100_000] * 20)))
    with pytest.raises(BadGateway, match="line"):
        await read_lines(api)


async def test_a_line_is_cut_for_whoever_wants_only_its_beginning() -> None:
    pieces = [b"a\n", *[b"x" * 100_000] * 20, b"\nb\n"]
    api = client(lambda _: httpx.Response(200, stream=saying(*pieces)))
    async with api.stream("GET", "/events") as reply:
        lines = [line async for line in reply.lines(cut_at=1000)]

    assert lines == ["a", "x" * 1000, "b"]


async def test_what_goes_on_and_on_is_no_line_even_where_lines_are_cut() -> None:
    api = client(lambda _: httpx.Response(200, stream=saying(*[b"x" * 1_000_000] * 20)))
    async with api.stream("GET", "/events") as reply:
        with pytest.raises(BadGateway, match="line"):
            await anext(reply.lines(cut_at=1000))


async def test_a_compressed_stream_is_decoded_in_small_pieces() -> None:
    packed = gzip.compress(bytes(1_000_000))
    api = client(lambda _: httpx.Response(200, headers={"content-encoding": "gzip"}, stream=saying(packed)))
    async with api.stream("GET", "/export") as reply:
        sizes = [len(piece) async for piece in reply.chunks()]

    assert sum(sizes) == 1_000_000
    assert max(sizes) <= 65536


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip"])
async def test_what_nobody_can_decode_is_refused_before_any_of_it_is_passed_on(encoding: str) -> None:
    body = saying(b"packed")
    api = client(lambda _: httpx.Response(200, headers={"content-encoding": encoding}, stream=body))
    with pytest.raises(BadGateway, match="wasn't asked for"):
        async with api.stream("GET", "/"):
            pass

    assert body.closed


async def test_reading_it_all_has_a_limit() -> None:
    api = client(lambda _: httpx.Response(200, stream=saying(b"x" * 60, b"x" * 60)))
    async with api.stream("GET", "/") as reply:
        assert len(await reply.read(120)) == 120
    with pytest.raises(BadGateway, match="too large"):
        async with api.stream("GET", "/") as reply:
            await reply.read(119)


async def test_nothing_to_stream_is_an_empty_stream() -> None:
    for status in (204, 304):
        api = client(lambda _, status=status: httpx.Response(status))  # type: ignore[misc]
        async with api.stream("GET", "/") as reply:
            assert (reply.status, await reply.read(10)) == (status, b"")


async def test_an_answer_is_read_unless_its_headers_say_otherwise() -> None:
    body = saying(b"PK")
    answers = {
        "/rows": httpx.Response(200, json=[1]),
        "/file": httpx.Response(200, headers={"content-type": "application/zip"}, stream=body),
        "/none": httpx.Response(204, headers={"content-type": "application/zip"}),
    }
    api = client(lambda request: answers[request.url.path])

    def is_zip(headers: httpx.Headers) -> bool:
        return "zip" in headers.get("content-type", "")

    rows = await api.ask("GET", "/rows", keep=is_zip)
    nothing = await api.ask("GET", "/none", keep=is_zip)
    file = await api.ask("GET", "/file", keep=is_zip)

    assert isinstance(rows, Reply)
    assert rows.data == [1]
    assert isinstance(nothing, Reply)
    assert isinstance(file, StreamReply)
    assert file.media_type == "application/zip"
    assert not body.closed
    await file.aclose()
    assert body.closed


async def test_asking_raises_what_a_request_raises() -> None:
    api = client(lambda _: httpx.Response(404, json={"detail": "No such file"}))
    with pytest.raises(NotFound, match="No such file"):
        await api.ask("GET", "/file", keep=lambda _: True)
