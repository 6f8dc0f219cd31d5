"""So many at once, the others in turn."""

import asyncio

import pytest

from webapp.client.turns import Turns


async def test_turns_are_taken_in_the_order_of_coming() -> None:
    turns, order = Turns(2, patience=10), list[int]()

    async def come(number: int) -> None:
        async with turns.take() as has_come:
            assert has_come
            order.append(number)
            await asyncio.sleep(0)

    await asyncio.gather(*(come(number) for number in range(20)))
    assert order == list(range(20))
    assert not turns.all_taken


async def test_patience_ends_and_nothing_is_taken_by_that() -> None:
    turns = Turns(1, patience=0.01)
    async with turns.take() as first:
        assert turns.all_taken
        async with turns.take() as second:
            assert (first, second) == (True, False)
    assert not turns.all_taken


async def test_a_turn_ends_with_an_error_or_a_cancellation() -> None:
    turns = Turns(1, patience=10)
    with pytest.raises(KeyError):
        async with turns.take():
            raise KeyError
    async with turns.take():
        waiting = asyncio.create_task(turns.take().__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)

    assert not turns.all_taken
    async with turns.take() as has_come:
        assert has_come
