"""Breakage on request."""

import asyncio

import pytest
from fastapi import FastAPI

from tests.demo.house import Clock, client, renew, status_with, tokens, tokens_of
from webapp.demo import faults
from webapp.demo.faults import Fault
from webapp.testing.lifespan import Lifespan

REFRESH = "POST /auth/refresh"


async def test_every_call_is_counted_by_method_and_path(app: FastAPI) -> None:
    mine = await tokens(app)
    for _ in range(3):
        await renew(app, mine.refresh)

    assert app.state.counters[REFRESH] == 3
    assert app.state.counters["POST /auth/token"] == 1
    assert app.state.counters["GET /never"] == 0


async def test_the_counters_do_not_grow_for_ever(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "MAX_COUNTED", 2)
    async with client(app) as guest:
        for path in ("/health", "/a", "/b", "/health"):
            await guest.get(path)

    assert app.state.counters == {"GET /health": 2, "GET /a": 1}


async def test_an_answer_of_one_s_choice_leaves_the_session_as_it_was(app: FastAPI) -> None:
    mine = await tokens(app)
    app.state.faults[REFRESH] = Fault(
        status=200, body=b"<html>", media_type="text/html", headers=(("Retry-After", "7"),)
    )

    answer = await renew(app, mine.refresh)

    assert (answer.status_code, answer.text) == (200, "<html>")
    assert (answer.headers["content-type"], answer.headers["retry-after"]) == ("text/html", "7")
    del app.state.faults[REFRESH]
    assert (await renew(app, mine.refresh)).status_code == 200


async def test_other_operations_go_on(app: FastAPI) -> None:
    app.state.faults[REFRESH] = Fault(status=500)
    mine = await tokens(app)

    assert await status_with(app, mine.access) == 200
    assert (await renew(app, mine.refresh)).status_code == 500
    assert app.state.counters[REFRESH] == 1


async def test_an_answer_may_be_held_back_until_a_test_lets_it_go(app: FastAPI) -> None:
    mine = await tokens(app)
    gate = asyncio.Event()
    app.state.faults[REFRESH] = Fault(hold=gate.wait)
    waiting = asyncio.create_task(renew(app, mine.refresh))
    while not app.state.counters[REFRESH]:
        await asyncio.sleep(0)
    assert not waiting.done()

    gate.set()

    assert (await waiting).status_code == 200


async def test_an_answer_may_be_slow(app: FastAPI) -> None:
    mine = await tokens(app)
    app.state.faults[REFRESH] = Fault(delay=60)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await renew(app, mine.refresh)


async def test_an_answer_may_be_lost_after_the_deed(app: FastAPI, clock: Clock) -> None:
    mine = await tokens(app)
    app.state.faults[REFRESH] = Fault(after=True)

    answer = await renew(app, mine.refresh)

    assert answer.status_code == 500
    del app.state.faults[REFRESH]
    # The token was used up: it gives another successor now, and would end the family later.
    tokens_of(await renew(app, mine.refresh))
    clock.forward(31)
    assert (await renew(app, mine.refresh)).status_code == 401


async def test_there_may_be_no_answer_at_all(app: FastAPI) -> None:
    mine = await tokens(app)
    app.state.faults[REFRESH] = Fault(down=True)

    with pytest.raises(ConnectionResetError):
        await renew(app, mine.refresh)


async def test_a_lifespan_is_no_call(app: FastAPI) -> None:
    async with Lifespan(app):
        pass

    assert app.state.counters == {}
