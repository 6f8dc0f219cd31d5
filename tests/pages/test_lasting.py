"""Answers that go on for long, and end with their session."""

import asyncio

import httpx
import pytest
from starlette.requests import ClientDisconnect

from webapp.client import APIClient
from webapp.pages.lasting import until_it_ends
from webapp.sessions import Session


class Answer:
    """Goes on until it's `done`."""

    def __init__(self) -> None:
        self.done = asyncio.Event()
        self.stopped = False

    async def go_on(self) -> None:
        try:
            await self.done.wait()
        except asyncio.CancelledError:
            self.stopped = True
            raise


def session() -> Session:
    api = APIClient("http://api", transport=httpx.MockTransport(lambda _: httpx.Response(200)))
    return Session.begin(api, user="Ada")


async def begun(session: Session, answer: Answer) -> "asyncio.Task[None]":
    """An answer that is on its way."""
    task = asyncio.create_task(until_it_ends(session, answer.go_on()))
    while not session.watched:
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    return task


async def test_an_answer_goes_on_to_its_end() -> None:
    ada, answer = session(), Answer()
    task = await begun(ada, answer)
    answer.done.set()
    await task

    assert not ada.watched


async def test_it_stops_with_its_session_though_nobody_reads_it() -> None:
    ada, answer = session(), Answer()
    task = await begun(ada, answer)
    ada.end()
    with pytest.raises(ClientDisconnect):
        await task

    assert answer.stopped
    assert not ada.watched


async def test_it_stops_with_whoever_waits_for_it() -> None:
    ada, answer = session(), Answer()
    task = await begun(ada, answer)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert answer.stopped
    assert not ada.watched


async def test_what_goes_wrong_with_it_is_told() -> None:
    async def fail() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        await until_it_ends(session(), fail())
