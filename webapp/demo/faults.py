"""
Breakage on request, for tests of clients: off unless a test puts a fault in.

    app.state.faults["POST /auth/refresh"] = Fault(status=500)
    app.state.counters["POST /auth/refresh"]
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_COUNTED = 10_000
"""How many different requests are counted; a demo that runs for months must not grow."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with one operation. Without a status it is slow and nothing more."""

    status: int | None = None
    body: bytes = b"Internal Server Error"
    media_type: str = "text/plain"
    headers: tuple[tuple[str, str], ...] = ()
    delay: float = 0
    hold: Callable[[], Awaitable[object]] | None = None
    """Awaited before anything else, such as `asyncio.Event().wait`."""
    after: bool = False
    """The operation is carried out, and only its answer is lost: a 500 comes instead, where no status is given."""
    down: bool = False
    """No answer at all: the app raises ConnectionResetError, which an in-process transport passes on."""


class FaultMiddleware:
    """Counts each request by `METHOD /path`, and lets the faults of that name happen."""

    def __init__(self, app: ASGIApp, *, faults: dict[str, Fault], counters: Counter[str]) -> None:
        self.app = app
        self._faults = faults
        self._counters = counters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        name = f"{scope['method']} {scope['path'].removeprefix(scope.get('root_path', ''))}"
        if name in self._counters or len(self._counters) < MAX_COUNTED:
            self._counters[name] += 1

        fault = self._faults.get(name)
        if fault is None:
            await self.app(scope, receive, send)
        else:
            await self._break(fault, scope, receive, send)

    async def _break(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        if fault.hold is not None:
            await fault.hold()
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.after:
            await self.app(scope, receive, _nowhere)
        if fault.down:
            raise ConnectionResetError("down, as the fault says")
        if fault.status is None and not fault.after:
            await self.app(scope, receive, send)
        else:
            await _answer(fault, fault.status or 500, send)


async def _answer(fault: Fault, status: int, send: Send) -> None:
    headers = [("content-type", fault.media_type), ("content-length", str(len(fault.body))), *fault.headers]
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
        }
    )
    await send({"type": "http.response.body", "body": fault.body})


async def _nowhere(_: Message) -> None:
    """Where lost answers go."""
