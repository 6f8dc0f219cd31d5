"""A demo for each test, and people who are signed in to it."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from fastapi import FastAPI

from tests.demo.house import ADMIN, MEMBER, VIEWER, Clock, client, running, sign_in


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(clock: Clock) -> Iterator[FastAPI]:
    """A demo in memory."""
    with running(None, clock) as demo:
        yield demo


@pytest.fixture
async def guest(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who isn't signed in."""
    async with client(app) as somebody:
        yield somebody


@pytest.fixture
async def admin(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Dana, who may do everything."""
    async with client(app) as somebody:
        await sign_in(somebody, ADMIN)
        yield somebody


@pytest.fixture
async def member(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Milo, who works here."""
    async with client(app) as somebody:
        await sign_in(somebody, MEMBER)
        yield somebody


@pytest.fixture
async def viewer(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Vera, who only looks."""
    async with client(app) as somebody:
        await sign_in(somebody, VIEWER)
        yield somebody
