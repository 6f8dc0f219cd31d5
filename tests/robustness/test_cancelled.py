"""A tab that is closed cancels its call, at whatever point that has reached: the pool has to be whole after it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import pytest

from webapp.client import APIClient, shared_transport

AT_ONCE = 100
LIMIT = 10


@pytest.mark.parametrize(("percent", "cancelled"), [(100, 90_000), (50, 7_500), (10, 2_500)])
async def test_the_pool_is_whole_after_calls_were_cancelled(
    percent: int, cancelled: int, figure: Callable[[str], None]
) -> None:
    await cancel(percent, cancelled, figure)


@pytest.mark.nightly
@pytest.mark.parametrize("percent", [100, 50, 10])
async def test_the_pool_is_whole_after_a_hundred_thousand_at_each_rate(
    percent: int, figure: Callable[[str], None]
) -> None:
    await cancel(percent, 100_000, figure)


async def cancel(percent: int, wanted: int, figure: Callable[[str], None]) -> None:
    """Cancel so many calls, which are a share of all; the others have to get their own answers."""
    transport, every = shared_transport(limit=LIMIT), 100 // percent
    asked = cancelled = answered = round_number = 0
    async with echoing() as url:
        api = APIClient(url, transport=transport)
        while cancelled < wanted:
            calls = [asyncio.create_task(api.request("GET", f"/{asked + n}")) for n in range(AT_ONCE)]
            for _ in range(round_number % 20):
                await asyncio.sleep(0)
            for call in calls[::every]:
                call.cancel()
            for n, result in enumerate(await asyncio.gather(*calls, return_exceptions=True)):
                if isinstance(result, asyncio.CancelledError):
                    cancelled += 1
                    continue
                assert not isinstance(result, BaseException)
                assert result.data == asked + n
                answered += 1
            asked, round_number = asked + AT_ONCE, round_number + 1
        async with asyncio.timeout(10):
            healthy = await asyncio.gather(*(api.request("GET", f"/{n}") for n in range(10)))
        assert [reply.data for reply in healthy] == list(range(10))
    await transport.aclose()
    figure(
        f"{cancelled} of {asked} calls cancelled, {answered} answered, none wrongly; {len(healthy)}/10 healthy after"
    )


@contextlib.asynccontextmanager
async def echoing() -> AsyncIterator[str]:
    """Where a server listens that answers with the number in the path."""
    server = await asyncio.get_running_loop().create_server(Echo, "127.0.0.1", 0)
    try:
        yield f"http://localhost:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


class Echo(asyncio.Protocol):
    """One connection of it, which sends every third answer in two pieces."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._heard = b""
        self._served = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        self._heard += data
        while (end := self._heard.find(b"\r\n\r\n")) >= 0:
            number, self._heard = self._heard.split(b" ", 2)[1][1:], self._heard[end + 4 :]
            head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(number)
            self._served += 1
            if self._served % 3:
                self._transport.write(head + number)
            else:
                self._transport.write(head)
                asyncio.get_running_loop().call_soon(self._transport.write, number)
