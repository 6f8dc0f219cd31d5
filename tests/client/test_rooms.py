"""Who gets a place, and who is next."""

import asyncio
from collections.abc import Iterable

import pytest

from webapp.client.rooms import Room

BRIEF, LASTING = False, True


def full(limit: int, lasting: int = 0) -> Room:
    """A room without a place left, of which so many are for what lasts."""
    room = Room(limit)
    for number in range(limit):
        assert room.enter(number < lasting)
    assert not room.enter(BRIEF)
    return room


async def waiting(room: Room, kinds: Iterable[bool]) -> tuple[list[int], list["asyncio.Task[None]"]]:
    """One of each kind who wait in this order; gives the order in which they come in, by number."""
    came: list[int] = []

    async def wait(number: int, lasts: bool) -> None:
        await room.wait(lasts)
        came.append(number)

    tasks = [asyncio.create_task(wait(number, lasts)) for number, lasts in enumerate(kinds)]
    await asyncio.sleep(0)
    return came, tasks


async def settled() -> None:
    """Let whoever may go on do so."""
    for _ in range(3):
        await asyncio.sleep(0)


@pytest.mark.parametrize(("limit", "lasting"), [(1, 1), (2, 1), (4, 3), (8, 6), (100, 75)])
def test_three_quarters_are_for_what_lasts_and_never_none(limit: int, lasting: int) -> None:
    room = Room(limit)

    assert sum(room.enter(LASTING) for _ in range(2 * limit)) == lasting
    assert sum(room.enter(BRIEF) for _ in range(2 * limit)) == limit - lasting


async def test_places_go_to_those_who_wait_in_the_order_they_came() -> None:
    room = full(4, lasting=1)
    came, tasks = await waiting(room, [BRIEF, LASTING, BRIEF, LASTING])
    for _ in range(3):
        room.leave(BRIEF)
    room.leave(LASTING)
    await asyncio.gather(*tasks)

    assert came == [0, 1, 2, 3]
    assert not room.enter(BRIEF)


async def test_who_soon_leaves_passes_by_those_who_wait_for_what_lasts_to_end() -> None:
    room = full(4, lasting=3)
    came, tasks = await waiting(room, [LASTING, BRIEF, LASTING])
    room.leave(BRIEF)
    await settled()
    assert came == [1]
    room.leave(BRIEF)
    await settled()
    assert came == [1]  # the place stays free: only what doesn't last may have it
    room.leave(LASTING)
    await settled()
    assert came == [1, 0]
    room.leave(LASTING)
    await asyncio.gather(*tasks)
    assert came == [1, 0, 2]


async def test_whoever_gives_up_is_passed_over_and_leaves_no_place_taken() -> None:
    room = full(2)
    came, tasks = await waiting(room, [BRIEF, LASTING, BRIEF])
    tasks[0].cancel()
    await settled()
    tasks[1].cancel()  # in the very moment that it's their turn
    room.leave(BRIEF)
    await asyncio.gather(*tasks, return_exceptions=True)
    assert came == [2]

    came, (late,) = await waiting(room, [BRIEF])
    room.leave(BRIEF)
    late.cancel()  # after it was
    await asyncio.gather(late, return_exceptions=True)
    assert came == []
    room.leave(BRIEF)
    assert room.is_empty


async def test_what_turns_out_to_last_counts_as_that_until_it_leaves() -> None:
    room = Room(4)
    for _ in range(3):
        room.enter(BRIEF)
        room.stay()

    assert (room.has_all_that_last, room.enter(LASTING)) == (True, False)
    room.leave(LASTING)
    assert (room.has_all_that_last, room.enter(LASTING)) == (False, True)
