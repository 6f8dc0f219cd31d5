import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.store.server import redis_server
from webapp.errors import StoreUnavailable
from webapp.store import Locks, Store, connect
from webapp.store.holders import is_gone, name_of


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


TAKE = """
import asyncio, sys
from webapp.store import Locks, Store, connect

async def take():
    print(await Locks(Store(connect(sys.argv[1])), prefix="test").take("key", 60), flush=True)
    await asyncio.Event().wait()

asyncio.run(take())
"""


@contextmanager
def holding(url: str) -> Iterator["subprocess.Popen[str]"]:
    """A process that has the lock, and keeps it."""
    process = subprocess.Popen([sys.executable, "-c", TAKE, url], stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout is not None
        assert " " in process.stdout.readline()
        yield process
        process.kill()


async def test_a_lock_that_a_process_of_this_machine_has_died_with_is_free_at_once() -> None:
    with redis_server() as server, holding(server.url) as process:
        store = Store(connect(server.url))
        locks = Locks(store, prefix="test")
        assert [await locks.take("key", 60) for _ in range(3)] == [None] * 3
        process.send_signal(signal.SIGSTOP)  # it'll go on, and save what it was answered
        assert [await locks.take("key", 60) for _ in range(3)] == [None] * 3
        process.kill()
        # Dead, though nobody has asked about it yet.
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # noqa: ASYNC222 - it's there in a moment

        assert await locks.take("key", 60) is None
        assert await locks.take("key", 60) is not None
        await store.aclose()


def test_only_a_process_that_is_surely_no_more_is_gone() -> None:
    machine, pid, began = name_of(os.getpid()).split("-")

    assert not is_gone(f"{machine}-{pid}-{began}")
    assert is_gone(f"{machine}-{pid}-{int(began) - 1}")
    assert is_gone(f"{machine}-{2**22 + 1}-{began}")
    assert not is_gone(f"another-{2**22 + 1}-{began}")
    for name in ("", "-", machine, f"{machine}-", f"{machine}-x-1", f"{machine}--1-1", f"{machine}-{2**70}-1"):
        assert not is_gone(name)
