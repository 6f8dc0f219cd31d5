"""What holds for tries wherever they are counted: in this process, or in a store by all of them."""

import asyncio
from itertools import pairwise

import pytest

from tests.store.server import RedisServer, redis_server
from webapp.errors import StoreUnavailable
from webapp.sessions import Throttle
from webapp.sessions.buckets import Bucket, Buckets, MemoryBuckets
from webapp.sessions.counting import SharedBuckets
from webapp.store import Store, Tries, connect

KEYS = ("a key that is long enough to hide whose a bucket is",)
ADA = Bucket("account", "ada", 3, 900)
BOB = Bucket("account", "bob", 3, 900)
PLACE = Bucket("address", "192.0.2.1", 5, 900)


@pytest.fixture(params=["memory", "store", "cluster"])
def buckets(request: pytest.FixtureRequest) -> Buckets:
    if request.param == "memory":
        return MemoryBuckets()
    return shared(request.getfixturevalue(request.param))


def shared(store: Store) -> Buckets:
    return SharedBuckets(Tries(store, KEYS, prefix="test"))


async def test_there_are_so_many_tries_and_then_one_has_to_wait(buckets: Buckets) -> None:
    assert [await buckets.take([ADA]) for _ in range(3)] == [0, 0, 0]
    assert 0 < await buckets.take([ADA]) <= 300
    assert await buckets.take([BOB]) == 0


async def test_a_name_is_another_one_in_another_kind(buckets: Buckets) -> None:
    for _ in range(3):
        await buckets.take([ADA])

    assert await buckets.take([Bucket("known", "ada", 3, 900)]) == 0


async def test_a_try_is_taken_of_each_or_of_none(buckets: Buckets) -> None:
    for _ in range(3):
        assert await buckets.take([ADA, PLACE]) == 0
    assert [await buckets.take([ADA, PLACE]) > 0 for _ in range(20)] == [True] * 20

    assert [await buckets.take([BOB, PLACE]) == 0 for _ in range(3)] == [True, True, False]


async def test_however_many_try_at_once_only_so_many_may(buckets: Buckets) -> None:
    waits = await asyncio.gather(*(buckets.take([ADA, PLACE]) for _ in range(200)))

    assert waits.count(0) == 3


async def test_what_is_given_back_can_be_taken_again_and_nothing_more(buckets: Buckets) -> None:
    for _ in range(3):
        await buckets.take([ADA])
    await buckets.give_back([ADA])

    assert [await buckets.take([ADA]) == 0 for _ in range(3)] == [True, False, False]


async def test_giving_back_what_is_full_makes_it_no_fuller(buckets: Buckets) -> None:
    await buckets.give_back([ADA])
    await buckets.take([ADA])
    await buckets.give_back([ADA])
    await buckets.give_back([ADA])

    assert [await buckets.take([ADA]) == 0 for _ in range(4)] == [True, True, True, False]


async def test_tries_come_back_once_the_seconds_are_over_that_were_said(buckets: Buckets) -> None:
    short = Bucket("account", "ada", 1, 0.4)
    await buckets.take([short])
    wait = await buckets.take([short])
    # Longer than was said: on a busy machine the second may have been let, too.
    await asyncio.sleep(0.5)

    assert wait <= 0.4
    assert await buckets.take([short]) == 0


async def test_of_nothing_there_is_always_a_try(buckets: Buckets) -> None:
    assert [await buckets.take([]) for _ in range(100)] == [0.0] * 100
    await buckets.give_back([])


async def test_all_processes_count_together(server: RedisServer, store: Store) -> None:
    another = Store(connect(server.url))
    several = [shared(store), shared(another)]
    waits = await asyncio.gather(*(several[number % 2].take([ADA, PLACE]) for number in range(60)))
    await another.aclose()

    assert waits.count(0) == 3


NEW, OLD = "a new key that hides whose a bucket is, too", "an old key that hides whose a bucket is"
CHANGE = ((OLD,), (OLD, NEW), (NEW, OLD), (NEW,))
"""The keys of processes while they are being changed, one step after the other."""


async def test_processes_that_are_a_step_apart_in_a_change_of_keys_count_together(store: Store) -> None:
    for number, (before, after) in enumerate(pairwise(CHANGE)):
        bucket = Bucket("account", f"{number}", 4, 900)
        here, there = (SharedBuckets(Tries(store, keys, prefix="test")) for keys in (before, after))

        assert [await each.take([bucket]) for each in (here, there, here, there)] == [0] * 4
        assert [await each.take([bucket]) > 0 for each in (here, there)] == [True, True]
        await there.give_back([bucket])
        assert [await each.take([bucket]) == 0 for each in (here, there)] == [True, False]


async def test_nobody_has_more_tries_at_an_account_because_keys_are_changed(store: Store) -> None:
    limits = {"name": "d", "tries": 3, "per_address": 0, "window": 900}
    several = [Throttle(keys, SharedBuckets(Tries(store, keys, prefix="test")), **limits) for keys in CHANGE[:3]]  # type: ignore[arg-type]
    scope = {"type": "http", "scheme": "http", "headers": [], "client": ("192.0.2.1", 1)}

    tried = [(await each.begin(scope, "Ada ")).retry_after for each in several]
    late = [(await each.begin(scope, "ada")).retry_after for each in several]

    assert tried == [0, 0, 0]
    assert all(seconds > 0 for seconds in late)


async def test_the_store_tells_nobody_who_tried_and_forgets_it(server: RedisServer, store: Store) -> None:
    await shared(store).take([ADA, PLACE])

    with server.client() as client:
        keys = client.keys("*")
        assert isinstance(keys, list)
        held = [(key, client.get(key), client.pttl(key)) for key in keys]
    assert len(held) == 2
    assert not any(word in repr(held) for word in ("ada", "192.0.2.1", "account", "address"))
    assert all(isinstance(left, int) and 0 < left <= 300_000 for _, _, left in held)


async def test_no_try_is_let_while_nobody_can_count_and_giving_back_is_no_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with redis_server() as gone:
        store = Store(connect(gone.url))
        limited = Throttle(KEYS, shared(store), name="d", tries=3, per_address=5, window=900)
        scope = {"type": "http", "scheme": "http", "headers": [], "client": ("192.0.2.1", 1)}
        tried = await limited.begin(scope, "ada")
        gone.kill()

        with pytest.raises(StoreUnavailable):
            await limited.begin(scope, "ada")
        await tried.give_back()
        await store.aclose()
    assert "a try isn't given back" in caplog.text


async def test_a_try_that_had_to_wait_has_nothing_to_give_back(buckets: Buckets) -> None:
    limited = Throttle(KEYS, buckets, name="d", tries=1, per_address=5, window=900)
    scope = {"type": "http", "scheme": "http", "headers": [], "client": ("192.0.2.1", 1)}
    await limited.begin(scope, "ada")
    late = await limited.begin(scope, "ada")
    await late.give_back()

    assert late.retry_after > 0
    assert (await limited.begin(scope, "ada")).retry_after > 0
