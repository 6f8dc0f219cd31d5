"""Records that somebody has put something else in the place of: that is their own misfortune, and nobody else's."""

import struct
from collections.abc import Callable
from math import inf, nan

import pytest

from tests.store.server import RedisServer
from webapp.errors import StoreUnavailable
from webapp.store import Record, Records, Sealer, Store, Use

KEY = "a key that is long enough for a store"
USE = Use(1_800_000_000.0, 60.0)
GONE = "f" * 64


@pytest.fixture
def records(store: Store) -> Records:
    return Records(store, Sealer([KEY]), prefix="webapp_session")


def mistype(server: RedisServer, key: str, *, stone: bool = False) -> None:
    """Put a list where a string belongs."""
    name = f"webapp_session:{{{key}}}" + (":former" if stone else "")
    with server.client() as client:
        client.delete(name)
        client.rpush(name, "not a record")


async def test_a_record_of_another_type_is_none_and_those_asked_for_with_it_are_there(
    records: Records, server: RedisServer
) -> None:
    keys = [character * 64 for character in "abc"]
    for key in keys:
        assert await records.create(key, b"content", USE)
    mistype(server, keys[1])

    assert [head is not None for head in await records.heads([*keys, GONE])] == [True, False, True, False]
    assert await records.read(keys[1]) is None
    assert isinstance(await records.read(keys[2]), Record)


async def test_what_is_written_to_such_a_record_changes_nothing_and_holds_up_no_others(
    records: Records, server: RedisServer
) -> None:
    ours, broken = "a" * 64, "b" * 64
    for key in (ours, broken):
        await records.create(key, b"content", USE)
    mistype(server, broken)

    await records.touch({broken: Use(USE.seen_at + 1, 60.0), ours: Use(USE.seen_at + 1, 60.0)})
    (head,) = await records.heads([ours])
    assert head is not None
    assert head.seen_at == USE.seen_at + 1
    assert await records.update(broken, 1, b"changed") is False
    assert await records.update(ours, 1, b"changed") is True
    assert await records.end(broken, b"former", 60.0) is True
    assert await records.former(broken) == b"former"
    mistype(server, broken, stone=True)
    assert await records.former(broken) is None


@pytest.mark.parametrize("ask", [Store.ask_each, Store.read_each], ids=["ask_each", "read_each"])
async def test_an_error_of_the_stores_says_what_is_wrong_and_names_no_key(
    ask: Callable[[Store, list[tuple[object, ...]]], object], store: Store
) -> None:
    with pytest.raises(StoreUnavailable) as failed:
        await ask(store, [("GET", "another"), ("GETRANGE", f"webapp_session:{{{GONE}}}", "no", "number")])  # type: ignore[misc]

    assert "not an integer" in str(failed.value)
    assert GONE not in f"{failed.value} {failed.value.__cause__!r}"


@pytest.mark.parametrize("moment", [inf, -inf, nan, -1.0, 1e300, 253402300800.0])
async def test_a_record_that_was_used_at_no_moment_is_damaged(
    moment: float, records: Records, server: RedisServer
) -> None:
    key = "a" * 64
    await records.create(key, b"content", USE)
    with server.client() as client:
        client.setrange(f"webapp_session:{{{key}}}", 8, struct.pack(">d", moment))

    assert await records.heads([key]) == [None]
    assert await records.read(key) is None
