"""A call's time-out is for its answer: what it waited for its turn doesn't count, and has an end of its own."""

import asyncio

import pytest

from tests.client.support import listening, read_head
from webapp.client import APIClient, shared_transport
from webapp.client.patience import Patience, in_turn


async def test_waiting_puts_the_deadline_off() -> None:
    patience = Patience(20)
    before = patience.deadline
    assert before is not None
    async with in_turn(patience):
        await asyncio.sleep(0.05)
    assert patience.deadline is not None
    assert 0.04 < patience.deadline - before < 10


async def test_it_puts_off_a_time_out_that_somebody_else_keeps() -> None:
    async with asyncio.timeout(20) as timeout:
        before = timeout.when()
        patience = Patience(20, timeout)
        async with in_turn(patience):
            await asyncio.sleep(0.05)
        after = timeout.when()
        assert patience.deadline is None
        assert before is not None
        assert after is not None
        assert after > before + 0.04


async def test_a_time_out_that_stands_still_goes_on_doing_so() -> None:
    async with asyncio.timeout(None) as timeout:
        async with in_turn(Patience(20, timeout)):
            await asyncio.sleep(0)
        assert timeout.when() is None


async def test_all_waits_together_have_an_end() -> None:
    patience = Patience(0.4)
    async with in_turn(patience):
        await asyncio.sleep(0.2)
    began = asyncio.get_running_loop().time()
    with pytest.raises(TimeoutError):
        async with in_turn(patience):
            await asyncio.Event().wait()
    assert asyncio.get_running_loop().time() - began < 0.2


async def test_without_a_time_out_there_is_none() -> None:
    async with in_turn(None):
        await asyncio.sleep(0)


async def test_what_waited_for_a_connection_has_its_whole_time_out_from_then_on() -> None:
    gate, held = asyncio.Event(), asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            first, _ = await read_head(reader)
            if "/held" in first:
                held.set()
                await gate.wait()
            else:
                await asyncio.sleep(0.75)
            writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")

    transport = shared_transport(limit=1)
    async with listening(serve) as url:
        api = APIClient(url, transport=transport)
        before = asyncio.create_task(api.request("GET", "/held", timeout=20))
        await held.wait()
        late = asyncio.create_task(api.request("POST", "/", timeout=1.5))
        await asyncio.sleep(1)
        gate.set()
        assert (await before).status == 204
        assert (await late).status == 204
        await transport.aclose()
