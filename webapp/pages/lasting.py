"""Answers that go on for long, and end with the session that they are for."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from starlette.requests import ClientDisconnect

from webapp.sessions import Session


async def until_it_ends(session: Session, answering: Coroutine[Any, Any, None]) -> None:
    """
    Answer for as long as the session lasts. Raises ClientDisconnect once it has ended.

    Whoever reads no more holds up what is sent to them, and so the connection to the API that it comes from.
    """
    task = asyncio.create_task(answering)

    def end() -> None:
        task.cancel()

    session.watch(end)
    try:
        await task
    except asyncio.CancelledError:
        this = asyncio.current_task()
        if session.ended and not (this and this.cancelling()):
            raise ClientDisconnect from None
        raise
    finally:
        session.unwatch(end)
