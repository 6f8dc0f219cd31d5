"""A hundred thousand sessions in a store."""

import asyncio
import time
from collections.abc import Callable

import httpx
import pytest

from tests.sessions.crowd import begun
from tests.store.server import RedisServer, redis_server
from webapp.client import APIClient, Credentials
from webapp.sessions.shared import SharedRegistry
from webapp.store import Store, batched, connect

MOST_BYTES = 220 * 2**20 / 100_000
"""That a session may take."""


@pytest.mark.parametrize("count", [5_000, pytest.param(100_000, marks=pytest.mark.nightly)])
async def test_a_hundred_thousand_sessions_take_less_of_a_store_than_220_megabytes(
    count: int, figure: Callable[[str], None]
) -> None:
    with redis_server() as server:
        empty = _used(server)
        seconds = await _sign_in(server, count)
        size = _used(server) - empty

    assert 1000 < size / count <= MOST_BYTES
    figure(
        f"{count:,} sessions in a store: {size / 2**20:.1f} MB, {size / count:,.0f} bytes each, "
        f"{seconds / count * 1e6:,.0f} us to begin one"
    )


async def _sign_in(server: RedisServer, count: int) -> float:
    """So many people, each with an owner of their own; the seconds that it took."""
    parent = APIClient("http://api", transport=httpx.MockTransport(lambda _: httpx.Response(200)))

    async def restore(credentials: Credentials, at_provider: bool) -> APIClient:
        return parent.for_session(credentials)

    registry = SharedRegistry(
        Store(connect(server.url)),
        ["a key that is long enough for everything"],
        prefix="webapp",
        restore=restore,
        idle=3600,
        lifetime=12 * 3600,
        capacity=2 * count,
        per_owner=10,
    )
    began = time.perf_counter()
    for some in batched(range(count), 8):
        await asyncio.gather(*(registry.add(begun(parent, number)) for number in some))
    took = time.perf_counter() - began
    assert await registry.count() == count
    await registry.close()
    return took


def _used(server: RedisServer) -> int:
    """Bytes of memory that the server's data take, with the allocator's rounding, not with what it has in reserve."""
    with server.client() as client:
        return int(client.info("memory")["used_memory"])
