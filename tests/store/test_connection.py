import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from tests.store.server import RedisServer, redis_server
from webapp.errors import StoreUnavailable
from webapp.store import Store, connect

PASSWORD = "a-password-of-the-store"


@pytest.fixture(scope="module")
def guarded() -> Iterator[RedisServer]:
    with redis_server("--requirepass", PASSWORD, "--maxmemory", "2mb") as found:
        yield found


async def test_a_wrong_password_is_said_by_the_servers_own_words(guarded: RedisServer) -> None:
    store = Store(connect(guarded.url.replace("unix://", "unix://:wrong-secret@")))

    with pytest.raises(StoreUnavailable, match=r"(?i)password") as refused:
        await store.ask("PING")
    assert "wrong-secret" not in str(refused.value)
    await store.aclose()


async def test_a_full_store_says_so(guarded: RedisServer) -> None:
    store = Store(connect(guarded.url.replace("unix://", f"unix://:{PASSWORD}@")))

    async def fill() -> None:
        for number in range(100):
            await store.ask("SET", f"many {number}", "x" * 100_000)

    with pytest.raises(StoreUnavailable, match=r"(?i)maxmemory"):
        await fill()
    assert await store.ask("GET", "many 0") is not None
    await store.aclose()


async def test_a_server_that_is_not_there_is_said_to_be_away_and_found_when_it_comes() -> None:
    seen: list[tuple[float, str]] = []
    with redis_server() as server:
        store = Store(connect(server.url), observer=lambda seconds, kind: seen.append((seconds, kind)))
        assert await store.ask("PING")
        server.kill()
        with pytest.raises(StoreUnavailable):
            await store.ask("PING")
        server.start()
        assert await store.ask("PING")
        await store.aclose()

    assert [kind for _, kind in seen] == ["", "ConnectionError", ""]


async def test_many_questions_at_once_are_all_answered_to_whoever_asked() -> None:
    with redis_server() as server:
        store = Store(connect(server.url))
        await asyncio.gather(*(store.ask("SET", f"{number}", f"{number}") for number in range(500)))

        found = await asyncio.gather(*(store.ask("GET", f"{number}") for number in range(500)))

        assert found == [f"{number}".encode() for number in range(500)]
        assert await store.ask_each([("GET", "7"), ("GET", "none")]) == [b"7", None]
        assert await store.ask_each([]) == []
        await store.aclose()


@contextlib.asynccontextmanager
async def busy(seconds: float) -> AsyncIterator[None]:
    """A process in which every turn of the loop takes so long, as one that is given no CPU is."""

    async def turn() -> None:
        while True:
            time.sleep(seconds)  # noqa: ASYNC251 - it's to be in the way
            await asyncio.sleep(0)

    turning = asyncio.create_task(turn())
    try:
        yield
    finally:
        turning.cancel()


async def test_an_answer_that_nobody_had_the_time_to_read_is_waited_for() -> None:
    with redis_server() as server:
        store = Store(connect(server.url))
        async with busy(0.04):
            answers = await asyncio.gather(*(store.ask("ECHO", f"{number}") for number in range(300)))
        await store.aclose()

    assert answers == [f"{number}".encode() for number in range(300)]


@pytest.mark.parametrize("turn", [0.0, 0.004])
async def test_a_server_that_hangs_is_given_up_by_a_process_that_is_busy_too(
    turn: float, figure: Callable[[str], None]
) -> None:
    with redis_server() as server:
        store = Store(connect(server.url))
        assert await store.ask("PING")
        server.send(signal.SIGSTOP)
        async with busy(turn):
            began = time.monotonic()
            with pytest.raises(StoreUnavailable):
                await store.ask("PING")
            took = time.monotonic() - began
        server.send(signal.SIGCONT)
        await store.aclose()

    assert 0.5 <= took < 5  # a hang would be for ever
    figure(f"given up after {took:.2f} s where each turn of the loop takes {turn * 1000:.0f} ms")
