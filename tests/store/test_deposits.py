"""What is left in the store for a while: bounded by weight in each of its groups, and taken once."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.store.clusters import Nodes
from tests.store.server import RedisServer, elapse, empty_store, left_there, redis_server
from webapp.store import Deposits, Store

NEW, OLD = "a new key that is long enough for this", "an old key that is long enough for this"
SECONDS = 600.0


@pytest.fixture(scope="module", params=["one server", "cluster"])
def place(request: pytest.FixtureRequest) -> Iterator[tuple[RedisServer, str]]:
    """The server that has all of it, and where the store is."""
    if request.param == "one server":
        with redis_server() as found:
            yield found, found.url
    else:
        nodes: Nodes = request.getfixturevalue("nodes")
        yield nodes.of_slot("test:{things}"), nodes.url


@pytest.fixture
def server(place: tuple[RedisServer, str]) -> RedisServer:
    return place[0]


@pytest.fixture
async def store(place: tuple[RedisServer, str]) -> AsyncIterator[Store]:
    async with empty_store(*place) as made:
        yield made


@pytest.fixture
def deposits(store: Store) -> Deposits:
    return of(store)


def of(store: Store, *keys: str, kind: str = "things") -> Deposits:
    return Deposits(store, keys or (NEW,), prefix="test", kind=kind, seconds=SECONDS)


async def there(deposits: Deposits, *names: str) -> str:
    """Those of some names, a character each, that something is left under."""
    return "".join([name for name in names if await deposits.find(name) is not None])


async def test_a_group_loses_what_was_left_longest_ago_until_it_is_light_enough(deposits: Deposits) -> None:
    for name, weight in (("a", 2), ("b", 3), ("c", 4)):
        await deposits.put(name, b"", {"all": 9}, weight=weight)
    assert await there(deposits, "a", "b", "c") == "abc"

    await deposits.put("d", b"", {"all": 9}, weight=4)
    assert await there(deposits, "a", "b", "c", "d") == "cd"
    await deposits.put("e", b"", {"all": 9}, weight=1)
    assert await there(deposits, "c", "d", "e") == "cde"


async def test_what_one_group_loses_all_lose(deposits: Deposits) -> None:
    await deposits.put("a", b"", {"one": 1, "all": 2})
    await deposits.put("b", b"", {"one": 1, "all": 2})
    assert await there(deposits, "a", "b") == "b"
    await deposits.put("c", b"", {"two": 1, "all": 2})

    assert await there(deposits, "b", "c") == "bc"
    assert [each.content for each in await deposits.of_group("one")] == [b""]


async def test_what_is_too_heavy_by_itself_is_not_kept(server: RedisServer, deposits: Deposits) -> None:
    await deposits.put("a", b"", {"all": 9}, weight=10)

    assert left_there(server) == []
    assert not await deposits.is_known("all")
    await deposits.put("b", b"", {"all": 9}, weight=9)
    assert await there(deposits, "a", "b") == "b"


async def test_what_is_over_and_left_again_counts_once(server: RedisServer, deposits: Deposits) -> None:
    await deposits.put("a", b"", {"all": 2})
    with server.client() as client:
        client.delete(*left_there(server))  # as it ends by itself, before its group does
    await deposits.put("a", b"", {"all": 2})
    await deposits.put("b", b"", {"all": 2})

    assert await there(deposits, "a", "b") == "ab"


async def test_what_is_over_makes_room_before_anything_else_does(server: RedisServer, deposits: Deposits) -> None:
    await deposits.put("a", b"", {"all": 2})
    with server.client() as client:
        client.delete(*left_there(server))
    for name in ("b", "c"):
        await deposits.put(name, b"", {"all": 2})

    assert await there(deposits, "b", "c") == "bc"


async def test_groups_are_over_with_what_is_in_them(server: RedisServer, deposits: Deposits) -> None:
    await deposits.put("a", b"", {"one": 1, "all": 5})
    elapse(server, SECONDS)

    with server.client() as client:
        assert client.keys("*") == []
    assert await deposits.of_group("one") == []


async def test_of_all_who_put_something_in_the_place_of_another_one_does(deposits: Deposits) -> None:
    await deposits.put("a", b"first", {"all": 9})
    found = await deposits.find("a")
    assert found is not None

    done = await asyncio.gather(
        *(deposits.put(f"{number}", b"", {"all": 9}, instead_of=found) for number in range(5)),
        *(deposits.change(found, b"changed") for _ in range(5)),
        *(deposits.take(found) for _ in range(5)),
    )

    assert done.count(True) == 1
    assert not await deposits.take(found)
    assert not await deposits.change(found, b"")


async def test_one_kind_of_thing_is_never_found_for_another(store: Store) -> None:
    await of(store).put("a", b"", {"all": 9})

    assert await of(store, kind="others").find("a") is None
    assert not await of(store, kind="others").is_known("all")


async def test_what_an_old_key_has_left_is_found_changed_and_taken_by_a_new_one(store: Store) -> None:
    old, new = of(store, OLD), of(store, NEW, OLD)
    await old.put("a", b"first", {"one": 9})
    found = await new.find("a")
    assert found is not None
    assert await new.change(found, b"second")

    (listed,) = await new.of_group("one")
    assert listed.content == b"second"
    assert await new.is_known("one")
    assert await new.take(listed)
    assert await old.find("a") is None
