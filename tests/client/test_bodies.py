"""Bodies that are streamed: time-outs, early answers, and streams that break."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.client.support import client
from tests.serving import serve
from webapp.client import APIClient, shared_transport
from webapp.errors import BadRequest, TooLarge, Unavailable

MIB = 1024 * 1024


async def take(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json=len(await request.aread()))


async def test_an_upload_may_take_longer_than_the_time_out() -> None:
    async def slow() -> AsyncIterator[bytes]:
        for _ in range(5):
            await asyncio.sleep(0.04)
            yield b"x"

    reply = await client(take).request("POST", "/files", content=slow(), timeout=0.1)

    assert reply.data == 5


async def test_a_sender_who_is_slow_is_not_the_api() -> None:
    async def very_slow() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.sleep(0.1)
        yield b"x"

    reply = await client(take).request("POST", "/files", content=very_slow(), timeout=0.02)

    assert reply.data == 2


async def test_an_api_that_takes_nothing_is_a_time_out() -> None:
    async def hang(request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.AsyncByteStream)
        async for _ in request.stream:
            await asyncio.Event().wait()
        raise AssertionError

    async def chunks() -> AsyncIterator[bytes]:
        yield b"x"
        yield b"x"

    with pytest.raises(Unavailable, match="too long"):
        await client(hang).request("POST", "/files", content=chunks(), timeout=0.02)


async def test_an_api_that_takes_it_all_and_says_nothing_is_a_time_out() -> None:
    async def hang(request: httpx.Request) -> httpx.Response:
        await request.aread()
        await asyncio.Event().wait()
        raise AssertionError

    async def chunks() -> AsyncIterator[bytes]:
        yield b"x"

    with pytest.raises(Unavailable, match="too long"):
        await client(hang).request("POST", "/files", content=chunks(), timeout=0.02)


async def refuse(request: Request) -> Response:
    """Answers when it has seen enough, as servers do with what is too large for them."""
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MIB:
            closing = {"Connection": "close"} if "close" in request.query_params else {}
            return JSONResponse({"detail": "Files may have 1 MiB at most"}, 413, closing)
    return JSONResponse(size)


API = Starlette(routes=[Route("/files", refuse, methods=["POST"])])


async def endless() -> AsyncIterator[bytes]:
    while True:
        yield bytes(65536)


async def test_what_an_api_says_before_it_has_everything_is_heard() -> None:
    with serve(API) as url:
        transport = shared_transport()
        api = APIClient(url, transport=transport)
        for _ in range(5):
            with pytest.raises(TooLarge, match="1 MiB at most"):
                await api.request("POST", "/files", content=endless())
        await transport.aclose()


async def test_an_api_that_hangs_up_on_an_upload_is_not_called_unreachable() -> None:
    # It answers before it does, but a write that finds the connection gone may take that with it.
    with serve(API) as url:
        transport = shared_transport()
        api = APIClient(url, transport=transport)
        for _ in range(20):
            with pytest.raises((TooLarge, Unavailable)) as raised:
                await api.request("POST", "/files?close=1", content=endless())
            assert "1 MiB at most" in str(raised.value) or "too much for it" in str(raised.value)
        await transport.aclose()


async def test_what_breaks_a_stream_is_told_as_it_is() -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"x"
        raise BadRequest("The form arrived only in part.")

    with serve(API) as url:
        transport = shared_transport()
        with pytest.raises(BadRequest, match="only in part"):
            await APIClient(url, transport=transport).request("POST", "/files", content=broken())
        await transport.aclose()
