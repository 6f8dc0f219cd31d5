import asyncio
import logging

import httpx
import pytest

from webapp.client import APIClient
from webapp.sessions import Ending, Session, SessionRegistry, TooManySessions
from webapp.sessions.contract import Former


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
    return Session.begin(client, user=owner, owner=owner), client


async def alive(sessions: SessionRegistry, session: Session) -> bool:
    assert session.id is not None
    return await sessions.get(session.id) is session


async def use(sessions: SessionRegistry, session: Session) -> bool:
    """What a request of a person does."""
    if not await alive(sessions, session):
        return False
    await sessions.touch(session)
    return True


async def test_a_kept_session_is_found_by_its_id_alone() -> None:
    sessions = registry(Clock())
    ada, _ = begun()
    await sessions.add(ada)

    assert await alive(sessions, ada)
    assert await sessions.get("unknown") is None
    assert await sessions.get(ada.key) is None


@pytest.mark.parametrize(("idle", "found"), [(59.0, True), (59.999, True), (60.0, False), (61.0, False)])
async def test_an_unused_session_ends_at_its_idle_limit(idle: float, found: bool) -> None:
    clock = Clock()
    sessions = registry(clock)
    ada, _ = begun()
    await sessions.add(ada)

    clock.now += idle

    assert await alive(sessions, ada) is found
    assert await sessions.of_owner("ada") == ([ada] if found else [])
    assert await sessions.everybody() == ([ada] if found else [])


@pytest.mark.parametrize(("age", "found"), [(599.0, True), (599.999, True), (600.0, False), (601.0, False)])
async def test_any_session_ends_at_its_absolute_limit_however_much_it_is_used(age: float, found: bool) -> None:
    clock = Clock()
    sessions = registry(clock)
    ada, _ = begun()
    await sessions.add(ada)

    start = clock.now
    while clock.now < start + min(age, 599) - 30:
        clock.now += 30
        assert await use(sessions, ada)
    clock.now = start + age

    assert await alive(sessions, ada) is found


async def test_looking_a_session_up_does_not_use_it() -> None:
    clock = Clock()
    sessions = registry(clock)
    ada, _ = begun()
    await sessions.add(ada)
    for _ in range(59):
        clock.now += 1
        assert await alive(sessions, ada)

    clock.now += 1

    assert not await alive(sessions, ada)


async def test_a_session_that_has_ended_is_not_brought_back_by_its_last_request() -> None:
    sessions = registry(Clock())
    ada, _ = begun()
    await sessions.add(ada)
    await sessions.end(ada.key, Ending.REVOKED)

    await sessions.touch(ada)

    assert not await alive(sessions, ada)
    assert len(sessions) == 0


async def test_the_sweep_drops_what_has_expired_and_ends_each_client_once() -> None:
    clock = Clock()
    sessions = registry(clock)
    idle, used = begun("idle"), begun("used")
    await sessions.add(idle[0])
    await sessions.add(used[0])

    clock.now += 40
    assert await use(sessions, used[0])
    clock.now += 40

    assert await sessions.sweep() == 1
    assert await sessions.sweep() == 0
    assert (idle[1].ended, used[1].ended) == (1, 0)
    assert (idle[0].ended, used[0].ended) == (True, False)
    assert len(sessions) == 1


async def test_the_sweep_finds_old_sessions_that_are_still_used() -> None:
    clock = Clock()
    sessions = registry(clock)
    ada, client = begun()
    await sessions.add(ada)
    for _ in range(19):
        clock.now += 30
        assert await use(sessions, ada)
    clock.now += 30

    assert await sessions.sweep() == 1
    assert client.ended == 1


async def test_the_sweep_lets_others_run_in_between() -> None:
    clock = Clock()
    sessions = registry(clock, capacity=3000)
    for number in range(3000):
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


async def test_at_the_cap_a_new_session_is_refused_and_those_that_are_there_stay() -> None:
    clock = Clock()
    sessions = registry(clock, capacity=2)
    first, second, third = begun("a"), begun("b"), begun("c")
    await sessions.add(first[0])
    await sessions.add(second[0])

    assert not await sessions.has_room("c")
    with pytest.raises(TooManySessions):
        await sessions.add(third[0])

    assert [await alive(sessions, each) for each, _ in (first, second, third)] == [True, True, False]
    assert [client.ended for _, client in (first, second, third)] == [0, 0, 1]


async def test_at_the_cap_those_that_have_expired_make_room() -> None:
    clock = Clock()
    sessions = registry(clock, capacity=2)
    old, other, new = begun("a"), begun("b"), begun("c")
    await sessions.add(old[0])
    clock.now += 30
    await sessions.add(other[0])
    clock.now += 30

    await sessions.add(new[0])

    assert [await alive(sessions, each) for each, _ in (old, other, new)] == [False, True, True]
    assert [client.ended for _, client in (old, other, new)] == [1, 0, 0]


async def test_one_more_than_a_user_may_have_ends_that_users_oldest_alone() -> None:
    clock = Clock()
    sessions = registry(clock, per_owner=2)
    other, *mine = begun("bob"), begun("ada"), begun("ada"), begun("ada")
    for session, _ in (other, *mine[:2]):
        await sessions.add(session)
        clock.now += 1
    assert await use(sessions, mine[0][0])

    await sessions.add(mine[2][0])

    assert await alive(sessions, other[0])
    assert [await alive(sessions, each) for each, _ in mine] == [False, True, True]
    assert [client.ended for _, client in mine] == [1, 0, 0]


async def test_somebody_who_signs_in_ten_thousand_times_pushes_nobody_out() -> None:
    sessions = registry(Clock(), capacity=100, per_owner=50)
    others = [begun(f"user {number}")[0] for number in range(50)]
    for session in others:
        await sessions.add(session)

    client = CountedClient()
    for _ in range(10_000):
        await sessions.add(Session.begin(client, user="mallory", owner="mallory"))

    assert len(sessions) == 100
    assert all([await alive(sessions, each) for each in others])


async def test_ending_ends_the_client_exactly_once_however_many_ask() -> None:
    sessions = registry(Clock())
    ada, client = begun()
    await sessions.add(ada)

    ended = await asyncio.gather(*(sessions.end(ada.key, Ending.SIGNED_OUT) for _ in range(5)))
    await sessions.close()

    assert sorted(ended) == [False, False, False, False, True]
    assert client.ended == 1
    assert not await alive(sessions, ada)


async def test_all_sessions_of_one_owner_end_or_all_but_one() -> None:
    sessions = registry(Clock())
    bob, *mine = (begun(owner)[0] for owner in ("bob", "ada", "ada", "ada"))
    for session in (bob, *mine):
        await sessions.add(session)

    assert await sessions.end_all("ada", by="owner", but=mine[1].key) == 2
    assert await sessions.of_owner("ada") == [mine[1]]
    assert await sessions.end_all("ada", by="owner") == 1
    assert await sessions.of_owner("ada") == []
    assert await sessions.everybody() == [bob]


async def test_what_one_sign_in_at_a_provider_led_to_is_found_by_it() -> None:
    sessions = registry(Clock())
    first, second, other = (begun(owner)[0] for owner in ("ada", "ada", "bob"))
    first.provider_sid = second.provider_sid = "https://id.example 7"
    for session in (first, second, other):
        await sessions.add(session)

    assert await sessions.of_provider("https://id.example 7") == [first, second]
    await sessions.end(first.key, Ending.REVOKED)
    await sessions.end(second.key, Ending.REVOKED)
    assert await sessions.of_provider("https://id.example 7") == []
    assert await sessions.of_provider("") == []


async def test_what_was_revoked_is_handed_over_with_its_client_still_open() -> None:
    handed: list[Session] = []
    sessions = SessionRegistry(idle=60, lifetime=600, capacity=3, per_owner=1, clock=Clock(), on_closed=handed.append)
    revoked, signed_out, evicted, newest = begun("a"), begun("b"), begun("c"), begun("c")
    for session, _ in (revoked, signed_out, evicted, newest):
        await sessions.add(session)

    await sessions.end(revoked[0].key, Ending.REVOKED)
    await sessions.end(signed_out[0].key, Ending.SIGNED_OUT)

    assert handed == [evicted[0], revoked[0]]
    assert [client.ended for _, client in (revoked, signed_out, evicted)] == [0, 1, 0]
    assert revoked[0].ended


async def test_whose_a_session_was_is_known_for_a_while() -> None:
    sessions = registry(Clock())
    ada, _ = begun()
    await sessions.add(ada)
    await sessions.end(ada.key, Ending.REVOKED, by="owner")

    assert await sessions.former(ada.key) == Former("ada", Ending.REVOKED, "owner")
    assert await sessions.former("unknown") == Former()


async def test_of_too_many_that_have_ended_the_first_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.sessions.registry.REMEMBERED", 2)
    sessions = registry(Clock())
    everyone = [begun(f"user {number}")[0] for number in range(3)]
    for session in everyone:
        await sessions.add(session)
    await sessions.close()

    assert [(await sessions.former(each.key)).owner for each in everyone] == ["", "user 1", "user 2"]


@pytest.mark.parametrize(
    ("former", "told"),
    [
        (Former(), ""),
        (Former("ada", Ending.SIGNED_OUT), ""),
        (Former("ada", Ending.SIGNED_IN_AGAIN), ""),
        (Former("ada", Ending.EXTENDED), ""),
        (Former("ada", Ending.REVOKED, "owner"), "elsewhere"),
        (Former("ada", Ending.REVOKED, "operator"), "ended"),
        (Former("ada", Ending.REVOKED, "provider"), "ended"),
        (Former("ada", Ending.EVICTED), "ended"),
        (Former("ada", Ending.IDLE), "ended"),
        (Former("ada", Ending.REFUSED), "ended"),
    ],
)
def test_a_browser_is_told_of_an_end_that_it_did_not_ask_for(former: Former, told: str) -> None:
    assert former.told == told


async def test_closing_ends_every_client() -> None:
    sessions = registry(Clock())
    everyone = [begun(f"user {number}") for number in range(5)]
    for session, _ in everyone:
        await sessions.add(session)

    await sessions.close()

    assert [client.ended for _, client in everyone] == [1] * 5
    assert len(sessions) == 0


async def test_every_end_leaves_one_line_that_says_why(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "webapp.audit")
    clock = Clock()
    sessions = registry(clock, per_owner=1)
    for owner, why in (("a", Ending.SIGNED_OUT), ("b", Ending.REVOKED), ("c", Ending.REFUSED)):
        session, _ = begun(owner)
        await sessions.add(session)
        await sessions.end(session.key, why, by="operator" if owner == "b" else "")
    for owner in ("d", "d", "e"):
        await sessions.add(begun(owner)[0])
        clock.now += 59
    clock.now += 0.5
    assert await use(sessions, (await sessions.of_owner("e"))[0])
    await sessions.sweep()
    for _ in range(20):
        clock.now += 30
        for session in await sessions.of_owner("e"):
            await sessions.touch(session)
    await sessions.sweep()

    told = [
        (*record.getMessage().split()[:1], record.__dict__.get("why", record.__dict__.get("by", "")))
        for record in caplog.records
    ]
    assert told == [
        ("sign_out", ""),
        ("session_revoked", "operator"),
        ("session_ended", "refused by the API"),
        ("session_evicted", "too many of one user"),
        ("session_ended", "unused for too long"),
        ("session_ended", "too old"),
    ]
    assert [record.__dict__["owner"] for record in caplog.records] == ["a", "b", "c", "d", "d", "e"]


async def test_revoking_all_is_written_down_for_each_with_who_did_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "webapp.audit")
    sessions = registry(Clock())
    for _ in range(2):
        await sessions.add(begun()[0])

    assert await sessions.end_all("nobody", by="operator") == 0
    assert await sessions.end_all("ada", by="operator") == 2

    assert [(each.__dict__["event"], each.__dict__["by"]) for each in caplog.records] == [
        ("session_revoked", "operator")
    ] * 2


async def test_what_expired_is_written_down_with_whose_it_was_and_a_shutdown_only_on_request(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "webapp.audit")
    clock = Clock()
    sessions = registry(clock)
    await sessions.add(begun("bob")[0])
    clock.now += 60
    await sessions.add(begun()[0])

    assert await sessions.sweep() == 1
    await sessions.close()

    told = [(each.__dict__["owner"], each.__dict__["why"], each.levelno) for each in caplog.records]
    assert told == [("bob", "unused for too long", logging.INFO), ("ada", "shutdown", logging.DEBUG)]
    assert [each.__dict__["event"] for each in caplog.records] == ["session_ended"] * 2


async def test_a_session_s_age_is_the_time_since_it_began() -> None:
    clock = Clock()
    sessions = registry(clock)
    session, _ = begun()
    await sessions.add(session)
    clock.now += 7

    assert sessions.age(session) == 7


async def test_a_sweep_says_how_many_it_dropped_however_many_turns_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    sessions = registry(clock)
    for _ in range(5):
        await sessions.add(begun()[0])
    clock.now += 60
    monkeypatch.setattr("webapp.sessions.registry.SWEEP_SECONDS", 0.0)

    assert await sessions.sweep() == 5
    assert len(sessions) == 0


async def test_a_living_session_s_owner_is_known_as_well() -> None:
    sessions = registry(Clock())
    ada, _ = begun()
    await sessions.add(ada)

    assert await sessions.former(ada.key) == Former("ada")


async def test_of_what_expired_it_is_known_why_before_the_sweep_and_after() -> None:
    clock = Clock()
    sessions = registry(clock)
    ada, _ = begun()
    await sessions.add(ada)
    clock.now += 60

    assert await sessions.former(ada.key) == Former("ada", Ending.IDLE)
    await sessions.sweep()
    assert await sessions.former(ada.key) == Former("ada", Ending.IDLE)


async def test_a_sweep_lets_others_run_when_its_time_is_over_and_not_after_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("webapp.sessions.registry.SWEEP_SECONDS", 3600.0)
    clock = Clock()
    sessions = registry(clock)
    for _ in range(100):
        await sessions.add(begun()[0])
    clock.now += 60
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    beside = asyncio.create_task(others())
    assert await sessions.sweep() == 100
    beside.cancel()

    assert turns < 10
