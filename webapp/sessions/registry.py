"""Where sessions live: in this process, by the SHA-256 of their id, for as long as they are used and allowed."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Iterable
from typing import Unpack

from webapp.sessions.contract import Ending, Former, Limits, Registry, TooManySessions, tell
from webapp.sessions.index import Index
from webapp.sessions.session import Session, key_of

SWEEP_SECONDS = 0.001
"""How long the sweep drops sessions before it lets others run."""
REMEMBERED = 10_000
"""Ended sessions of which it is still known whose they were."""


class SessionRegistry(Registry):
    """
    Sessions in this process' memory.

    `_sessions` is in the order of last use and `_ages` in the order of creation, so whatever is to be dropped stands at
    the front: the sweep never looks at a session that stays.
    """

    def __init__(self, **limits: Unpack[Limits]) -> None:
        super().__init__(**limits)
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._ages: OrderedDict[str, None] = OrderedDict()
        self._owners = Index()
        self._provider_sids = Index()
        self._former: OrderedDict[str, Former] = OrderedDict()

    def __len__(self) -> int:
        """How many are kept, those that have expired and weren't swept yet included."""
        return len(self._sessions)

    async def has_room(self, owner: str) -> bool:
        """Whether another session of this owner can be kept."""
        if len(self._sessions) >= self._capacity:
            await self._close(self._drop_expired())
        return len(self._sessions) < self._capacity or len(self._owners.of(owner)) >= self._per_owner

    async def count(self) -> int:
        """How many there are that haven't expired."""
        await self.sweep()
        return len(self)

    async def get(self, session_id: str) -> Session | None:
        """The living session of this id; None if there is none (any more)."""
        session = self._sessions.get(key_of(session_id))
        return None if session is None or self._expiry(session) else session

    async def touch(self, session: Session) -> None:
        """Count a living session as used; one that has ended meanwhile stays so."""
        if session.key in self._sessions:
            session.seen_at = self._clock()
            self._sessions.move_to_end(session.key)

    async def save(self, session: Session) -> None:
        """Nothing: what there is of a session is here."""

    async def former(self, key: str) -> Former:
        """Whose session this was and why it ended, for the newest of those that have; empty where that's not known."""
        session = self._sessions.get(key)
        return Former(session.owner, self._expiry(session)) if session is not None else self._former.get(key, Former())

    async def of_owner(self, owner: str) -> list[Session]:
        """The living sessions of one owner, the oldest first."""
        return self._living(self._owners.of(owner))

    async def of_provider(self, provider_sid: str) -> list[Session]:
        """The living sessions that came of one sign-in at an OpenID provider."""
        return self._living(self._provider_sids.of(provider_sid))

    async def everybody(self) -> list[Session]:
        """All living sessions, the oldest first."""
        return self._living(self._ages)

    async def add(self, session: Session) -> None:
        """Keep a begun session, in place of its owner's oldest at their cap; TooManySessions at that of all."""
        assert session.kept
        if not await self.has_room(session.owner):
            await self._hand_over(session)
            raise TooManySessions
        while len(mine := self._owners.of(session.owner)) >= self._per_owner:
            await self.end(mine[0], Ending.EVICTED)
        self._keep(session)

    async def follow(self, before: Session, session: Session) -> bool:
        """
        Keep a session in the place of the one that it goes on with; says whether that was there still.

        Nobody gets in between: whoever ends all sessions of an owner finds one of the two.
        """
        if before.key not in self._sessions or self._expiry(before) or before.api.over:
            if session.api.credentials is before.api.credentials:
                # Whoever ended the one before has seen to the API's session, which is the same.
                await session.api.aclose()
            else:
                await self._hand_over(session)
            return False
        self._forget(before.key, Ending.EXTENDED)
        self._keep(session)
        tell(before, Ending.EXTENDED)
        before.end()
        while len(mine := self._owners.of(session.owner)) > self._per_owner:
            await self.end(mine[0], Ending.EVICTED)
        await before.api.aclose()
        return True

    async def end(self, key: str, why: Ending, *, by: str = "") -> bool:
        """End a session at once, for whatever is under way in it too; says whether there was one."""
        session = self._forget(key, why, by)
        if session is None:
            return False
        tell(session, why, by)
        session.end()
        if why in (Ending.REVOKED, Ending.EVICTED):
            await self._hand_over(session)
        else:
            await session.api.aclose()
        return True

    async def end_all(self, owner: str, *, by: str, but: str = "") -> int:
        """Revoke the sessions of one owner, all or all `but` the one of this key; says how many."""
        keys = [key for key in self._owners.of(owner) if key != but]
        return sum([await self.end(key, Ending.REVOKED, by=by) for key in keys])

    async def sweep(self) -> int:
        """Drop what has expired, a millisecond at a time; returns how many."""
        dropped = 0
        while batch := self._drop_expired():
            dropped += len(batch)
            await self._close(batch)
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
            await self.end(next(iter(self._sessions)), Ending.SHUTDOWN)

    def _keep(self, session: Session) -> None:
        session.created_at = session.seen_at = self._clock()
        self._sessions[session.key] = session
        self._ages[session.key] = None
        self._owners.add(session.owner, session.key)
        if session.provider_sid:
            self._provider_sids.add(session.provider_sid, session.key)

    def _living(self, keys: Iterable[str]) -> list[Session]:
        return [each for key in keys if not self._expiry(each := self._sessions[key])]

    async def _close(self, sessions: list[Session]) -> None:
        while sessions:
            await sessions.pop().api.aclose()

    def _drop_expired(self) -> list[Session]:
        """Forget what has expired, for as long as others may be held up by it."""
        dropped: list[Session] = []
        until = time.perf_counter() + SWEEP_SECONDS
        for order in (self._sessions, self._ages):
            while order and (why := self._expiry(session := self._sessions[next(iter(order))])):
                self._forget(session.key, why)
                tell(session, why)
                session.end()
                dropped.append(session)
                if time.perf_counter() > until:
                    return dropped
        return dropped

    def _forget(self, key: str, why: Ending, by: str = "") -> Session | None:
        # Out of every index at once: two who drop one session end its client once.
        session = self._sessions.pop(key, None)
        if session is None:
            return None
        self._former[key] = Former(session.owner, why, by)
        if len(self._former) > REMEMBERED:
            self._former.popitem(last=False)
        del self._ages[key]
        self._owners.remove(session.owner, key)
        if session.provider_sid:
            self._provider_sids.remove(session.provider_sid, key)
        return session
