"""An app's start and stop, as a server does them."""

import asyncio
from typing import Any, Self

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Lifespan:
    """
    Runs an app's lifespan: an async context manager, and an app whose requests see the lifespan's state.

    An app that knows no lifespan is served without one; a start that fails raises what the app raised.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._state: dict[str, Any] = {}
        self._to_app: asyncio.Queue[Message] = asyncio.Queue()
        self._from_app: asyncio.Queue[Message | None] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, with a copy of the lifespan's state as servers hand it out."""
        await self._app({**scope, "state": {**scope.get("state", {}), **self._state}}, receive, send)

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run())
        await self._ask(self._task, "lifespan.startup")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            await self._ask(self._task, "lifespan.shutdown")
            await self._task

    async def _run(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self._state}
        try:
            await self._app(scope, self._to_app.get, self._from_app.put)
        finally:
            await self._from_app.put(None)

    async def _ask(self, task: asyncio.Task[None], event: str) -> None:
        await self._to_app.put({"type": event})
        answer = await self._from_app.get()
        if answer is None and event == "lifespan.startup":
            # It ended without a word: it knows no lifespan, whatever it raised about it.
            await asyncio.wait([task])
            task.exception()
            self._task = None
        elif answer is not None and answer["type"].endswith(".failed"):
            await task
            raise RuntimeError(answer.get("message") or f"{event} failed")
