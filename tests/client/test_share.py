"""Strangers get a part of the pool and no more, whatever they ask for."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from tests.client.support import listening, read_head
from webapp.client import APIClient, Credentials, shared_transport
from webapp.errors import Unavailable

LIMIT, STRANGERS = 8, 6


class Slow:
    """An API on a socket with something at /slow that takes until it's let go, and how many ask for that."""

    def __init__(self) -> None:
        self.held = self.most = 0
        self.gate = asyncio.Event()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            first, _ = await read_head(reader)
            if "/slow" in first:
                self.held += 1
                self.most = max(self.most, self.held)
                try:
                    await self.gate.wait()
                finally:
                    self.held -= 1
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")


@asynccontextmanager
async def asked_by_strangers(count: int) -> AsyncIterator[tuple[Slow, APIClient, list["asyncio.Task[object]"]]]:
    """While so many strangers wait for something slow."""
    api, transport = Slow(), shared_transport(limit=LIMIT, strangers=STRANGERS)
    async with listening(api) as url:
        client = APIClient(url, transport=transport)
        asking: list[asyncio.Task[object]] = [
            asyncio.create_task(client.for_session().request("GET", "/slow")) for _ in range(count)
        ]
        async with asyncio.timeout(10):
            while api.held < STRANGERS:
                await asyncio.sleep(0.001)
        yield api, client, asking
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
        await transport.aclose()


async def test_whoever_has_signed_in_is_answered_while_strangers_take_all_they_can(
    figure: Callable[[str], None],
) -> None:
    async with asked_by_strangers(500) as (api, client, _):
        mine = client.for_session(Credentials("mine"))
        for _ in range(100):
            assert (await mine.request("GET", "/", timeout=5)).status == 200
        assert api.most == STRANGERS
        figure(
            f"500 strangers at something slow held {api.most} of {LIMIT} connections; 100 of 100 others were answered"
        )


async def test_signing_in_takes_no_strangers_place() -> None:
    async with asked_by_strangers(20) as (_, client, _asking):
        assert (await client.for_session().sign_in("/login", json={}, timeout=5)).status == 200


async def test_strangers_beyond_their_share_wait_for_their_time_out_and_go_on_when_there_is_room() -> None:
    async with asked_by_strangers(STRANGERS) as (api, client, asking):
        with pytest.raises(Unavailable):
            await client.for_session().request("GET", "/", timeout=0.05)
        waiting = asyncio.create_task(client.for_session().request("GET", "/", timeout=5))
        await asyncio.sleep(0)
        api.gate.set()

        assert (await waiting).status == 200
        await asyncio.gather(*asking)


async def test_a_place_is_given_back_whatever_ends_a_call() -> None:
    transport = shared_transport(limit=LIMIT, strangers=1)
    api = Slow()
    async with listening(api) as url:
        client = APIClient(url, transport=transport)
        with pytest.raises(Unavailable):
            await client.request("GET", "/slow", timeout=0.05)
        cancelled = asyncio.create_task(client.request("GET", "/slow"))
        await asyncio.sleep(0.02)
        cancelled.cancel()
        await asyncio.gather(cancelled, return_exceptions=True)
        async with client.stream("GET", "/") as reply:
            assert [chunk async for chunk in reply.chunks()] == [b"{}"]
        async with client.stream("GET", "/"):
            with pytest.raises(Unavailable):
                await client.request("GET", "/", timeout=0.05)
        assert (await client.request("GET", "/", timeout=5)).status == 200
    nowhere = APIClient("http://localhost:1", transport=transport)
    for _ in range(3):
        with pytest.raises(Unavailable):
            await nowhere.request("GET", "/", timeout=5)
    await transport.aclose()
