"""
Renewing a session's access once among all processes.

Whoever finds it spent takes the session's lock in the store, looks whether somebody else has renewed it meanwhile, asks
the API, saves what came and only then gives the lock back. The others wait, and find what was saved. The lock outlasts
the longest renewal, so it's never taken from one that is still at it (oauth2-proxy/oauth2-proxy#1580): a short lease,
prolonged while it lasts, would be taken from a process that is stopped, or gets no CPU, with its request under way.
How a renewal failed is known to all, so that a token of which nobody knows whether the API has taken it isn't shown
again by another.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from webapp.client.refresh import Outcome, RefreshEndpoint, Result
from webapp.errors import StoreUnavailable
from webapp.sessions.copies import Copies
from webapp.sessions.session import Session
from webapp.store import Locks

logger = logging.getLogger("webapp.sessions")

MARGIN = 5.0
"""Seconds that a lock outlasts the longest renewal."""
LOOK_EVERY = 0.05
"""Seconds between looks at a lock that somebody else has."""

Run = Callable[[], Awaitable[Result]]


class Renewing:
    """Runs renewals of the copies, by the locks."""

    def __init__(self, copies: Copies, locks: Locks) -> None:
        self._copies = copies
        self._locks = locks

    async def renew(self, session: Session, run: Run, endpoint: RefreshEndpoint) -> Result:
        """The outcome of the one renewal that there is, whoever runs it."""
        try:
            return await self._renew(session, run, endpoint)
        except StoreUnavailable as error:
            logger.warning("a sign-in can't be renewed: %s", error)
            return Result(Outcome.UNSENT, retry_after=endpoint.pause)

    async def _renew(self, session: Session, run: Run, endpoint: RefreshEndpoint) -> Result:
        key, generation, seconds = session.key, session.api.credentials.generation, endpoint.timeout + MARGIN
        until = time.monotonic() + seconds
        while (token := await self._locks.take(key, seconds)) is None:
            if time.monotonic() > until:
                return Result(Outcome.UNSENT, retry_after=endpoint.pause)
            await asyncio.sleep(LOOK_EVERY)
            if found := await self._found(session, generation):
                return found
        is_told = True
        try:
            if found := await self._found(session, generation):
                return found
            began = time.monotonic()
            result = await run()
            is_told = await self._tell(session, result, endpoint, took=time.monotonic() - began)
            return result
        finally:
            # Else the others would show the API what it has taken: they wait until it's saved, or the lock has ended.
            if is_told:
                await self._release(key, token, seconds)

    async def _found(self, session: Session, generation: int) -> Result | None:
        """What others have come to meanwhile."""
        if not await self._copies.follow(session):
            # It has ended elsewhere, which its request is told by.
            return Result(Outcome.UNSENT)
        if session.api.credentials.generation != generation:
            return Result(Outcome.RENEWED)
        failure = await self._locks.failure(session.key)
        if failure is None:
            return None
        told, left = failure
        try:
            return Result(Outcome(told["outcome"]), str(told["detail"]), told["api_status"], left)
        except (KeyError, ValueError):
            # Another release has its own way to say it.
            return None

    async def _tell(self, session: Session, result: Result, endpoint: RefreshEndpoint, *, took: float) -> bool:
        """Have the others know what has come of it; says whether they do."""
        try:
            if result.outcome is Outcome.RENEWED:
                await self._copies.save(session)
            elif result.outcome in (Outcome.FAILED, Outcome.UNKNOWN):
                unknown = result.outcome is Outcome.UNKNOWN
                seconds = endpoint.quarantine - took if unknown else min(result.retry_after or endpoint.pause, 60.0)
                told = {"outcome": result.outcome.value, "detail": result.detail, "api_status": result.api_status}
                await self._locks.note_failure(session.key, told, seconds)
        except StoreUnavailable as error:
            # What was renewed stays unsaved, and whoever tends the copies tries again.
            logger.warning("what came of a renewal isn't saved yet: %s", error)
            return False
        return True

    async def _release(self, key: str, token: str, seconds: float) -> None:
        try:
            await self._locks.release(key, token)
        except StoreUnavailable as error:
            logger.warning("a lock stays until the store can be asked, or it ends by itself: %s", error)
            self._locks.owe(key, token, seconds)
