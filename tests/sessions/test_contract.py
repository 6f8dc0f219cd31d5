"""What holds for every registry of sessions, wherever they live."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

import httpx
import pytest

from tests.deployment.store import Deployed, deployed_store
from tests.store.clusters import Nodes
from tests.store.server import RedisServer
from webapp.client import APIClient, Credentials
from webapp.sessions import Ending, Registry, Session, SessionRegistry, TooManySessions
from webapp.sessions.contract import Former
from webapp.sessions.shared import SharedRegistry
from webapp.store import Store, connect

KEYS = ("a key that is long enough to seal what is stored by it",)
PARENT = APIClient("http://api", transport=httpx.MockTransport(lambda _: httpx.Response(200)))

Make = Callable[..., Registry]


class Clock:
    """A clock that tests turn."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def restore(credentials: Credentials, at_provider: bool) -> APIClient:
    return PARENT.for_session(credentials)


@pytest.fixture(scope="module")
def deployed() -> Iterator[Deployed]:
    with deployed_store() as found:
        yield found


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", "store", "store as deployed", "cluster"])
async def make(request: pytest.FixtureRequest, clock: Clock) -> AsyncIterator[Make]:
    made: list[Registry] = []

    def one(**limits: object) -> Registry:
        options: dict[str, object] = {"idle": 60, "lifetime": 600, "capacity": 1000, "per_owner": 1000, "clock": clock}
        options |= limits
        if request.param == "memory":
            registry: Registry = SessionRegistry(**options)  # type: ignore[arg-type]
        else:
            store = Store(connect(emptied(request)))
            prefix = "webapp_session"
            registry = SharedRegistry(store, KEYS, prefix=prefix, restore=restore, **options)  # type: ignore[arg-type]
        made.append(registry)
        return registry

    yield one
    for registry in made:
        await registry.close()


def emptied(request: pytest.FixtureRequest) -> str:
    """Where the store is that the test asks for, with nothing in it."""
    if request.node.callspec.params["make"] == "cluster":
        nodes: Nodes = request.getfixturevalue("nodes")
        nodes.empty()
        return nodes.url
    if request.node.callspec.params["make"] == "store as deployed":
        deployed: Deployed = request.getfixturevalue("deployed")
        deployed.operator.flushall()
        return deployed.url
    server: RedisServer = request.getfixturevalue("server")
    with server.client() as client:
        client.flushall()
    return server.url


def begun(owner: str = "ada", token: str = "token") -> Session:
    return Session.begin(PARENT.for_session(Credentials(token)), user=owner, owner=owner)


async def alive(sessions: Registry, session: Session) -> bool:
    assert session.id is not None
    return await sessions.get(session.id) is session


async def test_a_kept_session_is_found_by_its_id_alone(make: Make) -> None:
    sessions, ada = make(), begun()
    await sessions.add(ada)

    assert await alive(sessions, ada)
    assert await sessions.get("unknown") is None
    assert await sessions.get(ada.key) is None


@pytest.mark.parametrize(("idle", "found"), [(59.0, True), (59.999, True), (60.0, False), (61.0, False)])
async def test_an_unused_session_ends_at_its_idle_limit(make: Make, clock: Clock, idle: float, found: bool) -> None:
    sessions, ada = make(), begun()
    await sessions.add(ada)

    clock.now += idle

    assert await alive(sessions, ada) is found
    assert await sessions.of_owner("ada") == ([ada] if found else [])
    assert await sessions.everybody() == ([ada] if found else [])
    assert await sessions.former(ada.key) == Former("ada", None if found else Ending.IDLE)


@pytest.mark.parametrize(("age", "found"), [(599.0, True), (599.999, True), (600.0, False), (601.0, False)])
async def test_any_session_ends_at_its_absolute_limit_however_much_it_is_used(
    make: Make, clock: Clock, age: float, found: bool
) -> None:
    sessions, ada = make(), begun()
    await sessions.add(ada)

    start = clock.now
    while clock.now < start + min(age, 599) - 30:
        clock.now += 30
        assert await alive(sessions, ada)
        await sessions.touch(ada)
    clock.now = start + age

    assert await alive(sessions, ada) is found


async def test_a_session_that_has_ended_is_not_brought_back_by_its_last_request(make: Make) -> None:
    sessions, ada = make(), begun()
    await sessions.add(ada)
    await sessions.end(ada.key, Ending.REVOKED, by="owner")

    await sessions.touch(ada)
    ada.api.credentials.bearer = "new"
    ada.api.credentials.generation += 1
    await sessions.save(ada)
    await sessions.sweep()

    assert not await alive(sessions, ada)
    assert ada.ended
    assert await sessions.former(ada.key) == Former("ada", Ending.REVOKED, "owner")


async def test_at_the_cap_a_new_session_is_refused_and_those_that_are_there_stay(make: Make) -> None:
    sessions = make(capacity=2)
    first, second, third = begun("a"), begun("b"), begun("c")
    await sessions.add(first)
    await sessions.add(second)

    assert not await sessions.has_room("c")
    with pytest.raises(TooManySessions):
        await sessions.add(third)

    assert [await alive(sessions, each) for each in (first, second, third)] == [True, True, False]


async def test_at_the_cap_those_that_have_expired_make_room(make: Make, clock: Clock) -> None:
    sessions = make(capacity=2)
    old, other, new = begun("a"), begun("b"), begun("c")
    await sessions.add(old)
    clock.now += 30
    await sessions.add(other)
    clock.now += 30

    await sessions.add(new)

    assert [await alive(sessions, each) for each in (old, other, new)] == [False, True, True]


async def test_one_more_than_a_user_may_have_ends_that_users_oldest_alone(make: Make, clock: Clock) -> None:
    sessions = make(per_owner=2)
    other, *mine = begun("bob"), begun("ada"), begun("ada"), begun("ada")
    for session in (other, *mine[:2]):
        await sessions.add(session)
        clock.now += 1
    await sessions.touch(mine[0])

    await sessions.add(mine[2])

    assert await alive(sessions, other)
    assert [await alive(sessions, each) for each in mine] == [False, True, True]


async def test_ending_is_done_exactly_once_however_many_ask(make: Make) -> None:
    sessions, ada = make(), begun()
    await sessions.add(ada)

    ended = await asyncio.gather(*(sessions.end(ada.key, Ending.SIGNED_OUT) for _ in range(5)))

    assert sorted(ended) == [False, False, False, False, True]
    assert not await alive(sessions, ada)


async def test_all_sessions_of_one_owner_end_or_all_but_one(make: Make, clock: Clock) -> None:
    sessions = make()
    bob, *mine = (begun(owner) for owner in ("bob", "ada", "ada", "ada"))
    for session in (bob, *mine):
        await sessions.add(session)
        clock.now += 1

    assert await sessions.end_all("ada", by="owner", but=mine[1].key) == 2
    assert await sessions.of_owner("ada") == [mine[1]]
    assert await sessions.end_all("ada", by="owner") == 1
    assert await sessions.of_owner("ada") == []
    assert await sessions.everybody() == [bob]


async def test_what_one_sign_in_at_a_provider_led_to_is_found_by_it(make: Make, clock: Clock) -> None:
    sessions = make()
    first, second, other = (begun(owner) for owner in ("ada", "ada", "bob"))
    first.provider_sid = second.provider_sid = "https://id.example 7"
    for session in (first, second, other):
        await sessions.add(session)
        clock.now += 1

    assert await sessions.of_provider("https://id.example 7") == [first, second]
    await sessions.end(first.key, Ending.REVOKED)
    await sessions.end(second.key, Ending.REVOKED)
    assert await sessions.of_provider("https://id.example 7") == []
    assert await sessions.of_provider("") == []


async def test_what_was_revoked_is_handed_over_with_its_client_still_open(make: Make, clock: Clock) -> None:
    handed: list[Session] = []
    sessions = make(per_owner=1, on_closed=handed.append)
    revoked, signed_out, evicted, newest = begun("a"), begun("b"), begun("c"), begun("c")
    for session in (revoked, signed_out, evicted, newest):
        await sessions.add(session)
        clock.now += 1

    await sessions.end(revoked.key, Ending.REVOKED)
    await sessions.end(signed_out.key, Ending.SIGNED_OUT)

    assert handed == [evicted, revoked]
    assert [each.api.over for each in (revoked, signed_out, evicted)] == [False, True, False]
    assert revoked.ended


async def test_what_goes_on_with_a_session_takes_its_place(make: Make) -> None:
    sessions, ada = make(), begun()
    await sessions.add(ada)
    later = Session.follow(ada, ada.api.for_session(Credentials("more")), user="ada", owner="ada", gained="key")

    assert await sessions.follow(ada, later)

    assert [await alive(sessions, each) for each in (ada, later)] == [False, True]


async def test_nothing_goes_on_with_a_session_that_has_ended_meanwhile(make: Make) -> None:
    handed: list[Session] = []
    sessions, ada = make(on_closed=handed.append), begun()
    await sessions.add(ada)
    later = Session.follow(ada, ada.api.for_session(Credentials("more")), user="ada", owner="ada", gained="key")
    await sessions.end_all("ada", by="owner")

    assert not await sessions.follow(ada, later)

    assert not await alive(sessions, later)
    assert handed == [ada, later]
    assert await sessions.everybody() == []
