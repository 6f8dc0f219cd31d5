"""A session that goes on under a new id, and what may become of it meanwhile."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import httpx
import pytest

from tests.sessions.test_middleware import SLOW, browser, house, slow, waiting
from tests.sessions.test_registry import Clock, CountedClient, begun, registry
from webapp.sessions import Ending, Session, SessionRegistry
from webapp.sessions.contract import Former

__all__ = ["slow"]

Way = Callable[[httpx.AsyncClient, SessionRegistry], Awaitable[object]]


async def adding(ada: httpx.AsyncClient) -> asyncio.Task[httpx.Response]:
    """A request that adds to the session, up to where it waits."""
    return await waiting(ada, "/add?anew")


async def revoke(_: httpx.AsyncClient, registry: SessionRegistry) -> None:
    await registry.end_all("ada", by="operator")


async def evict(_: httpx.AsyncClient, registry: SessionRegistry) -> None:
    await registry.end((await registry.everybody())[0].key, Ending.EVICTED)


async def sign_out(ada: httpx.AsyncClient, _: SessionRegistry) -> None:
    await ada.get("/out", headers={"Cookie": f"webapp_session={ada.cookies['webapp_session']}"})


async def refuse(_: httpx.AsyncClient, registry: SessionRegistry) -> None:
    # The API has said no in another tab, whose answer isn't out yet.
    await (await registry.everybody())[0].api.aclose()


@pytest.mark.parametrize("end", [revoke, evict, sign_out, refuse])
async def test_what_has_ended_meanwhile_does_not_go_on(end: Way) -> None:
    app, registry = house()
    async with browser(app) as ada:
        await ada.get("/in")
        answer = await adding(ada)
        await end(ada, registry)
        SLOW.go_on.set()

        assert ((await answer).status_code, (await answer).text) == (401, "ended")
        assert "Max-Age=0" in (await answer).headers["set-cookie"]
        assert (await ada.get("/")).json()["kept"] is False
    assert [each for each in await registry.everybody() if not each.api.over] == []


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("", [("session_ended", "ada", "goes on under a new id"), ("credential_added", "ada", "more")]),
        (
            "&owner=bob",
            [
                ("session_ended", "ada", "goes on under a new id"),
                ("credential_added", "bob", "more"),
                ("sign_in", "bob", None),
            ],
        ),
    ],
)
async def test_what_is_added_is_written_down_and_a_sign_in_only_where_somebody_else_came(
    query: str, told: list[tuple[str, str, str | None]], caplog: pytest.LogCaptureFixture
) -> None:
    app, _ = house()
    SLOW.go_on.set()
    async with browser(app) as ada:
        await ada.get("/in")
        caplog.set_level(logging.INFO, "webapp.audit")
        caplog.clear()
        await ada.get(f"/add?anew{query}")

    assert _events(caplog) == told


async def test_what_was_added_to_a_session_that_has_ended_was_not_added(caplog: pytest.LogCaptureFixture) -> None:
    app, registry = house()
    async with browser(app) as ada:
        await ada.get("/in")
        caplog.set_level(logging.INFO, "webapp.audit")
        caplog.clear()
        answer = await adding(ada)
        await registry.end_all("ada", by="operator")
        SLOW.go_on.set()
        await answer

    assert _events(caplog) == [("session_revoked", "ada", None)]


def _events(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str, str | None]]:
    """What the audit said, of whom, and the credential or the reason."""
    lines = [each.__dict__ for each in caplog.records if each.name == "webapp.audit"]
    return [(each["event"], each["owner"], each.get("scheme", each.get("why"))) for each in lines]


async def test_what_was_begun_at_the_api_for_it_is_ended_there() -> None:
    handed: list[Session] = []
    app, registry = house(on_closed=handed.append)
    async with browser(app) as ada:
        await ada.get("/in")
        (before,) = await registry.everybody()
        answer = await adding(ada)
        await registry.end_all("ada", by="operator")
        SLOW.go_on.set()
        await answer

    assert [each is before for each in handed] == [True, False]


async def test_what_has_expired_meanwhile_does_not_go_on() -> None:
    now = 0.0
    app, registry = house(clock=lambda: now)
    async with browser(app) as ada:
        await ada.get("/in")
        answer = await adding(ada)
        now = 60.0
        SLOW.go_on.set()

        assert (await answer).status_code == 401
    assert await registry.everybody() == []


async def test_whoever_signs_in_anew_meanwhile_is_let_in() -> None:
    app, registry = house()
    async with browser(app) as ada:
        await ada.get("/in")
        await registry.end_all("ada", by="operator")

        assert (await ada.get("/in")).text == "in"
        assert (await ada.get("/")).json()["kept"] is True


async def test_a_request_of_another_tab_leaves_the_new_cookie_alone() -> None:
    app, _ = house()
    async with browser(app) as ada:
        await ada.get("/in")
        other = await waiting(ada, "/slow")
        await ada.get("/in")
        SLOW.go_on.set()

        assert (await other).status_code == 401
        assert "set-cookie" not in (await other).headers
        assert (await ada.get("/")).json()["kept"] is True


async def test_of_two_that_add_at_once_the_second_takes_nothing_from_the_first() -> None:
    app, registry = house()
    async with browser(app) as ada:
        await ada.get("/in")
        answers = [await adding(ada), await adding(ada)]
        SLOW.go_on.set()
        got = await asyncio.gather(*answers)

        assert sorted(each.status_code for each in got) == [200, 401]
        assert sum("set-cookie" in each.headers for each in got) == 1
        assert (await ada.get("/")).json()["kept"] is True
    assert len(registry) == 1


async def test_signing_out_ends_what_was_added_to_meanwhile() -> None:
    app, registry = house()
    async with browser(app) as ada:
        await ada.get("/in")
        out = await waiting(ada, "/slowly-out")
        adds = asyncio.create_task(ada.get("/in"))
        await adds
        SLOW.go_on.set()
        await out

        assert (await ada.get("/")).json()["kept"] is False
    assert len(registry) == 0


async def test_one_in_the_place_of_another_evicts_nobody_at_the_cap() -> None:
    app, registry = house(capacity=1)
    async with browser(app) as ada:
        await ada.get("/in")
        SLOW.go_on.set()

        assert (await ada.get("/add")).text == "added"
        assert (await ada.get("/")).json()["kept"] is True
    assert len(registry) == 1


async def test_what_goes_on_for_another_owner_evicts_their_oldest_at_their_cap() -> None:
    sessions = registry(Clock(), per_owner=2)
    before, first, second = begun("visitor"), begun("ada"), begun("ada")
    for session, _ in (before, first, second):
        await sessions.add(session)
    after = Session.follow(before[0], CountedClient(), user="Ada", owner="ada", gained="key")

    assert await sessions.follow(before[0], after)

    assert await sessions.of_owner("ada") == [second[0], after]
    assert await sessions.of_owner("visitor") == []
    assert (before[0].ended, first[0].ended, second[0].ended, after.ended) == (True, True, False, False)
    assert (before[1].ended, first[1].ended) == (1, 1)
    assert await sessions.former(before[0].key) == Former("visitor", Ending.EXTENDED)
    assert await sessions.former(first[0].key) == Former("ada", Ending.EVICTED)


async def test_what_goes_on_is_written_down_as_the_end_of_the_one_before(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "webapp.audit")
    sessions = registry(Clock())
    before, _ = begun()
    await sessions.add(before)
    after = Session.follow(before, CountedClient(), user="Ada", owner="ada", gained="key")
    await sessions.follow(before, after)

    (told,) = caplog.records
    assert (told.__dict__["event"], told.__dict__["session"]) == ("session_ended", before.short_key)
    assert told.__dict__["why"] == "goes on under a new id"


@pytest.mark.parametrize("shared", [True, False])
async def test_what_comes_too_late_to_go_on_is_closed_or_handed_over_to_be_ended_at_the_api(shared: bool) -> None:
    handed: list[Session] = []
    sessions = SessionRegistry(idle=60, lifetime=600, capacity=3, per_owner=3, clock=Clock(), on_closed=handed.append)
    before, client = begun()
    await sessions.add(before)
    await sessions.end(before.key, Ending.SIGNED_OUT)
    late = client if shared else CountedClient()
    after = Session.follow(before, late, user="Ada", owner="ada", gained="key")

    assert not await sessions.follow(before, after)

    assert len(sessions) == 0
    assert handed == ([] if shared else [after])
    assert (client.ended, late.ended) == ((2, 2) if shared else (1, 0))
