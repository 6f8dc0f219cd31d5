import asyncio

import httpx
import pytest

from webapp.client import APIClient
from webapp.sessions import Session, SessionRegistry
from webapp.sessions.registry import SWEEP_BATCH


class Clock:
    """A clock that tests turn."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class CountedClient(APIClient):
    """A real client that counts how often it is ended."""

    __slots__ = ("ended",)

    def __init__(self) -> None:
        super().__init__("http://api", transport=httpx.MockTransport(lambda _: httpx.Response(200)))
        self.ended = 0

    async def aclose(self) -> None:
        self.ended += 1
        await super().aclose()


def registry(clock: Clock, *, capacity: int = 1000, per_owner: int = 1000) -> SessionRegistry:
    return SessionRegistry(idle=60, lifetime=600, capacity=capacity, per_owner=per_owner, clock=clock)


def begun(owner: str = "ada") -> tuple[Session, CountedClient]:
    client = CountedClient()
    return Session.begin(client, user=owner), client


def alive(sessions: SessionRegistry, session: Session) -> bool:
    assert session.id is not None
    return sessions.get(session.id) is session


async def test_a_kept_session_is_found_by_its_id_alone() -> None:
    sessions = registry(Clock())
    ada, _ = begun()
    await sessions.add(ada)

    assert alive(sessions, ada)
    assert sessions.get("unknown") is None


@pytest.mark.parametrize(("idle", "found"), [(59.0, True), (60.0, False), (61.0, False)])
async def test_an_unused_session_ends_at_its_idle_limit(idle: float, found: bool) -> None:
    clock = Clock()
    sessions = registry(clock)
    ada, _ = begun()
    await sessions.add(ada)

    clock.now += idle

    assert alive(sessions, ada) is found


@pytest.mark.parametrize(("age", "found"), [(599.0, True), (600.0, False)])
async def test_any_session_ends_at_its_absolute_limit_however_much_it_is_used(age: float, found: bool) -> None:
    clock = Clock()
    sessions = registry(clock)
    ada, _ = begun()
    await sessions.add(ada)

    start = clock.now
    while clock.now < start + age - 30:
        clock.now += 30
        assert alive(sessions, ada)
    clock.now = start + age

    assert alive(sessions, ada) is found


async def test_the_sweep_drops_what_has_expired_and_ends_each_client_once() -> None:
    clock = Clock()
    sessions = registry(clock)
    idle, used = begun("idle"), begun("used")
    await sessions.add(idle[0])
    await sessions.add(used[0])

    clock.now += 40
    assert alive(sessions, used[0])
    clock.now += 40

    assert await sessions.sweep() == 1
    assert await sessions.sweep() == 0
    assert (idle[1].ended, used[1].ended) == (1, 0)
    assert len(sessions) == 1


async def test_the_sweep_finds_old_sessions_that_are_still_used() -> None:
    clock = Clock()
    sessions = registry(clock)
    ada, client = begun()
    await sessions.add(ada)
    for _ in range(19):
        clock.now += 30
        assert alive(sessions, ada)
    clock.now += 30

    assert await sessions.sweep() == 1
    assert client.ended == 1


async def test_the_sweep_lets_others_run_between_batches() -> None:
    clock = Clock()
    sessions = registry(clock)
    for number in range(SWEEP_BATCH * 3):
        await sessions.add(Session.begin(CountedClient(), user=f"user {number}"))
    clock.now += 60
    left_at_turns: list[int] = []

    async def watch() -> None:
        while len(sessions):
            left_at_turns.append(len(sessions))
            await asyncio.sleep(0)

    watcher = asyncio.create_task(watch())
    await sessions.sweep()
    await watcher

    assert len(set(left_at_turns)) >= 2
    assert len(sessions) == 0


async def test_the_background_sweep_goes_on_until_it_is_cancelled() -> None:
    clock = Clock()
    sessions = registry(clock)
    ada, client = begun()
    await sessions.add(ada)
    clock.now += 60

    task = asyncio.create_task(sessions.sweep_every(0))
    while len(sessions):
        await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert client.ended == 1


async def test_at_the_cap_the_longest_unused_session_goes() -> None:
    clock = Clock()
    sessions = registry(clock, capacity=2)
    first, second, third = begun("a"), begun("b"), begun("c")
    await sessions.add(first[0])
    clock.now += 1
    await sessions.add(second[0])
    clock.now += 1
    assert alive(sessions, first[0])
    await sessions.add(third[0])

    assert [alive(sessions, each) for each, _ in (first, second, third)] == [True, False, True]
    assert [client.ended for _, client in (first, second, third)] == [0, 1, 0]


async def test_at_a_users_own_cap_only_their_longest_unused_session_goes() -> None:
    clock = Clock()
    sessions = registry(clock, per_owner=2)
    other, *mine = begun("bob"), begun("ada"), begun("ada"), begun("ada")
    for session, _ in (other, *mine):
        await sessions.add(session)
        clock.now += 1

    assert alive(sessions, other[0])
    assert [alive(sessions, each) for each, _ in mine] == [False, True, True]


async def test_removing_ends_the_client_exactly_once_however_many_ask() -> None:
    sessions = registry(Clock())
    ada, client = begun()
    await sessions.add(ada)
    assert ada.id is not None

    await asyncio.gather(*(sessions.remove(ada.id) for _ in range(5)), sessions.close())

    assert client.ended == 1
    assert not alive(sessions, ada)


async def test_closing_ends_every_client() -> None:
    sessions = registry(Clock())
    everyone = [begun(f"user {number}") for number in range(5)]
    for session, _ in everyone:
        await sessions.add(session)

    await sessions.close()

    assert [client.ended for _, client in everyone] == [1] * 5
    assert len(sessions) == 0
