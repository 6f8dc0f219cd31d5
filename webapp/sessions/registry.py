"""Where sessions live: in this process, by id, for as long as they are used and allowed."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable

from webapp.sessions.session import Session

logger = logging.getLogger("webapp.sessions")

SWEEP_BATCH = 256
"""Sessions ended before the sweep lets others run: about a millisecond."""
REMEMBERED = 10_000
"""Ended sessions of which it is still known whose they were."""


class SessionRegistry:
    """
    Sessions by id, with an idle and an absolute lifetime (seconds) and a cap in total and per owner.

    `_sessions` is in the order of last use and `_ages` in the order of creation, so whatever is to be dropped stands
    at the front: neither the cap nor the sweep ever looks at a session that stays.
    """

    def __init__(
        self,
        *,
        idle: float,
        lifetime: float,
        capacity: int,
        per_owner: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._idle = idle
        self._lifetime = lifetime
        self._capacity = capacity
        self._per_owner = per_owner
        self._clock = clock
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._ages: OrderedDict[str, None] = OrderedDict()
        self._owners: dict[str, OrderedDict[str, None]] = {}
        self._former: OrderedDict[str, str] = OrderedDict()

    def __len__(self) -> int:
        return len(self._sessions)

    def get(self, session_id: str) -> Session | None:
        """The living session of this id, which counts as used by that; None if there is none (any more)."""
        session = self._sessions.get(session_id)
        if session is None or self._expired(session):
            return None
        session.seen_at = self._clock()
        self._sessions.move_to_end(session_id)
        return session

    def former_owner(self, session_id: str) -> str:
        """Whose session this was, for the newest of those that have ended; empty where that's not known."""
        session = self._sessions.get(session_id)
        return session.owner if session is not None else self._former.get(session_id, "")

    async def of_owner(self, owner: str) -> list[Session]:
        """The living sessions of one owner."""
        return [self._sessions[each] for each in self._owners.get(owner, ())]

    async def of_provider(self, provider_sid: str) -> list[Session]:
        """The living sessions that came of one sign-in at an OpenID provider."""
        return [each for each in self._sessions.values() if each.provider_sid == provider_sid]

    async def add(self, session: Session) -> None:
        """Keep a begun session; at a cap, the longest unused one goes (the owner's own first)."""
        assert session.id is not None
        session.created_at = session.seen_at = self._clock()
        self._sessions[session.id] = session
        self._ages[session.id] = None
        mine = self._owners.setdefault(session.owner, OrderedDict())
        mine[session.id] = None
        if len(mine) > self._per_owner:
            await self._drop(min(mine, key=lambda each: self._sessions[each].seen_at), "too many of one user")
        if len(self._sessions) > self._capacity:
            await self._drop(next(iter(self._sessions)), "too many")

    async def remove(self, session_id: str) -> None:
        """Forget a session and end its client; an unknown id is fine."""
        await self._drop(session_id, "signed out")

    async def sweep(self) -> int:
        """Drop what has expired, in batches that let others run between; returns how many."""
        dropped = 0
        for order in (self._sessions, self._ages):
            while order and self._expired(self._sessions[oldest := next(iter(order))]):
                await self._drop(oldest, "expired")
                dropped += 1
                if dropped % SWEEP_BATCH == 0:
                    await asyncio.sleep(0)
        return dropped

    async def sweep_every(self, seconds: float) -> None:
        """Sweep for ever; for a background task."""
        while True:
            await asyncio.sleep(seconds)
            await self.sweep()

    async def close(self) -> None:
        """End every session's client; for the shutdown."""
        while self._sessions:
            await self._drop(next(iter(self._sessions)), "shutdown")

    def _expired(self, session: Session) -> bool:
        now = self._clock()
        return now - session.seen_at >= self._idle or now - session.created_at >= self._lifetime

    async def _drop(self, session_id: str, reason: str) -> None:
        # Out of every index before the first await: two droppers of one session end its client once.
        session = self._sessions.pop(session_id, None)
        if session is None:
            return
        self._former[session_id] = session.owner
        if len(self._former) > REMEMBERED:
            self._former.popitem(last=False)
        del self._ages[session_id]
        mine = self._owners[session.owner]
        del mine[session_id]
        if not mine:
            del self._owners[session.owner]
        logger.debug("session dropped: %s", reason)
        await session.api.aclose()
