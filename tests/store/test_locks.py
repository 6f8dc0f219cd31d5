import signal

import pytest

from tests.store.server import redis_server
from webapp.errors import StoreUnavailable
from webapp.store import Locks, Store, connect


async def test_a_lock_that_a_hanging_store_has_given_to_nobody_is_given_back_when_it_goes_on() -> None:
    with redis_server() as server:
        stores = [Store(connect(server.url)) for _ in range(2)]
        mine, others = (Locks(store, prefix="test") for store in stores)
        assert await stores[0].ask("PING")
        server.send(signal.SIGSTOP)
        with pytest.raises(StoreUnavailable):
            await mine.take("key", 60)
        with pytest.raises(StoreUnavailable):
            await mine.settle()
        server.send(signal.SIGCONT)

        assert await others.take("key", 60) is None
        await mine.settle()

        token = await others.take("key", 60)
        assert token is not None
        await mine.settle()
        assert await others.release("key", token)
        for store in stores:
            await store.aclose()


async def test_what_may_yet_be_taken_is_given_back_until_it_would_have_ended_by_itself() -> None:
    with redis_server() as server:
        store = Store(connect(server.url))
        locks = Locks(store, prefix="test")
        locks.owe("key", "token", 60)
        await locks.settle()
        assert await store.ask("SET", "test:{key}:lock", "token")

        await locks.settle()

        assert await store.ask("EXISTS", "test:{key}:lock") == 0
        locks.owe("key", "token", 0)
        await locks.settle()
        assert await store.ask("SET", "test:{key}:lock", "token")
        await locks.settle()
        assert await store.ask("EXISTS", "test:{key}:lock") == 1
        await store.aclose()


async def test_what_the_store_has_refused_is_not_given_back() -> None:
    with redis_server() as server:
        store = Store(connect(server.url))
        locks = Locks(store, prefix="test")
        await store.ask("CONFIG", "SET", "maxmemory", "1")
        with pytest.raises(StoreUnavailable):
            await locks.take("key", 60)

        assert locks.owed == 0
        await store.aclose()
