"""An app's start and stop."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from webapp.testing import Browser


class Log:
    """An app that notes its start and stop, and fails at either if told to."""

    def __init__(self, *, fail: str = "") -> None:
        self.events: list[str] = []
        self._fail = fail
        self.app = Starlette(routes=[Route("/", self._page)], lifespan=self._lifespan)

    @contextlib.asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[dict[str, Any]]:
        self.events.append("start")
        if self._fail == "start":
            raise OSError("no such port")
        yield {"pool": "open"}
        self.events.append("stop")
        if self._fail == "stop":
            raise OSError("won't close")

    async def _page(self, request: Request) -> Response:
        return JSONResponse(request.state.pool)


async def test_the_app_is_started_and_stopped_with_the_browser() -> None:
    log = Log()

    async with Browser(log.app) as browser:
        answer = await browser.get("/")
        assert log.events == ["start"]

    assert answer.json == "open"
    assert log.events == ["start", "stop"]


async def test_a_start_that_fails_raises_why() -> None:
    with pytest.raises(OSError, match="no such port"):
        async with Browser(Log(fail="start").app):
            raise AssertionError("never reached")


async def test_a_stop_that_fails_raises_why() -> None:
    with pytest.raises(OSError, match="won't close"):
        async with Browser(Log(fail="stop").app):
            pass


async def test_an_app_without_a_lifespan_is_served_all_the_same() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        await JSONResponse("here")(scope, receive, send)

    async with Browser(app) as browser:
        assert (await browser.get("/")).json == "here"


@pytest.mark.parametrize("told", [{"message": "the disk is full"}, {}])
async def test_a_failure_that_is_only_told_is_raised_too(told: dict[str, str]) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", **told})

    with pytest.raises(RuntimeError, match=told.get("message", r"lifespan\.startup failed")):
        async with Browser(app):
            raise AssertionError("never reached")
