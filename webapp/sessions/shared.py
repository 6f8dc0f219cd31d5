"""Where sessions live if several processes share them: in Redis or Valkey, sealed, with copies here of those in use."""

import asyncio
import json
import logging
import time
import weakref
from collections.abc import Sequence
from contextlib import suppress
from typing import Unpack

from webapp.client.refresh import Outcome, RefreshEndpoint, Result
from webapp.errors import ForeignRecord, StoreUnavailable
from webapp.sessions.contract import Ending, Former, Limits, Registry, TooManySessions, tell
from webapp.sessions.copies import Copies, Restore, dumped
from webapp.sessions.renewing import Renewing, Run
from webapp.sessions.session import Session, key_of
from webapp.store import Indexes, Locks, Records, Sealer, Store, Unsealable, Use

logger = logging.getLogger("webapp.sessions")

COUNTED_SECONDS = 1.0
"""For how long it holds how many there are, and whether it could be asked: balancers ask often, each for itself."""
TEND_SECONDS = 0.5
"""How often what can wait is written, and answers under way are looked after."""
KNOWN_SECONDS = 3600.0
"""For how long the record of a session that has expired is still there, to tell whose it was."""
FORMER_SECONDS = 24 * 3600.0
"""For how long it's known why a session ended."""


class SharedRegistry(Registry):
    """
    Sessions for processes that share a store.

    Each request asks for the version of its session's record, so whatever was done to a session in another process
    holds for the next request here; answers that go on for long are looked after every half second. A session that
    nobody uses any more ends by itself, in the store.
    """

    def __init__(
        self, store: Store, keys: Sequence[str], *, prefix: str, restore: Restore, **limits: Unpack[Limits]
    ) -> None:
        super().__init__(**limits)
        self._store = store
        self._records = Records(store, Sealer(keys), prefix=prefix)
        self._indexes = Indexes(store, keys, prefix=prefix)
        self._copies = Copies(self._records, restore, on_copied=self._guard, on_gone=self._on_closed)
        self._locks = Locks(store, prefix=prefix)
        self._renewing = Renewing(self._copies, self._locks)
        self._uses: dict[str, tuple[Session, Use]] = {}
        self._counted: tuple[int | None, float] = None, float("-inf")

    async def has_room(self, owner: str) -> bool:
        """Whether another session of this owner can be kept."""
        return await self._indexes.count(self._clock()) < self._capacity or await self._has_all(owner)

    async def count(self) -> int | None:
        """How many there are in the store, as it was within the last second; None while it can't be asked."""
        count, until = self._counted
        if time.monotonic() >= until:
            try:
                count = await self._indexes.count(self._clock())
            except StoreUnavailable:
                count = None
            self._counted = count, time.monotonic() + COUNTED_SECONDS
        return count

    async def get(self, session_id: str) -> Session | None:
        """The living session of this id; None if there is none (any more)."""
        session = await self._copies.get(key_of(session_id))
        return None if session is None or self._expiry(session) else session

    async def touch(self, session: Session) -> None:
        """Count a living session as used, everywhere within half a second."""
        if self._copies.of(session.key) is session:
            session.seen_at = self._clock()
            self._uses[session.key] = session, self._use(session)

    async def save(self, session: Session) -> None:
        """Have all processes know what this one has learned for a session; later, where the store can't be asked."""
        try:
            await self._copies.save(session)
        except StoreUnavailable as error:
            logger.warning("a session isn't saved yet: %s", error)

    async def former(self, key: str) -> Former:
        """Whose session this was and why it ended; empty where that's not known (any more)."""
        session = await self._copies.get(key)
        if session is not None:
            return Former(session.owner, self._expiry(session))
        try:
            told = await self._records.former(key)
            owner, why_told, by = json.loads(told) if told is not None else ("", None, "")
            return Former(owner, Ending(why_told) if why_told else None, by)
        except (Unsealable, ValueError, TypeError):
            return Former()

    async def of_owner(self, owner: str) -> list[Session]:
        """The living sessions of one owner, the oldest first."""
        found = await self._living(await self._indexes.of_owner(owner))
        return [session for session in found if session.owner == owner]

    async def of_provider(self, provider_sid: str) -> list[Session]:
        """The living sessions that came of one sign-in at an OpenID provider."""
        return await self._living(await self._indexes.of_group(provider_sid))

    async def everybody(self) -> list[Session]:
        """All living sessions that this process can read, the oldest first."""
        return await self._living(await self._indexes.everybody(), but_foreign=True)

    async def add(self, session: Session) -> None:
        """Keep a begun session, in place of its owner's oldest at their cap; TooManySessions at that of all."""
        assert session.kept
        try:
            if not (await self._claim(session) or await self._has_all(session.owner)):
                raise TooManySessions
            await self._keep(session)
        except (StoreUnavailable, TooManySessions):
            await self._hand_over(session)
            raise
        await self._evict(session.owner)

    async def follow(self, before: Session, session: Session) -> bool:
        """
        Keep a session in the place of the one that it goes on with; says whether that was there still.

        Whoever ends all sessions of an owner meanwhile finds one of the two, or both.
        """
        await self._keep(session)
        if before.api.over or self._expiry(before) or not await self.end(before.key, Ending.EXTENDED):
            await self._abandon(session)
            return False
        await self._evict(session.owner)
        return True

    async def end(self, key: str, why: Ending, *, by: str = "") -> bool:
        """End a session at once and everywhere; says whether there was one."""
        # As its record is now: by what it held before, nobody could end it at the API.
        session = await self._copies.get(key)
        former = _former(session.owner if session is not None else "", why, by)
        if not await self._records.end(key, former, FORMER_SECONDS):
            return False
        if session is None:
            return True
        await self._indexes.remove([key], session.owner, session.provider_sid)
        self._copies.drop(session)
        tell(session, why, by)
        session.end()
        if why in (Ending.REVOKED, Ending.EVICTED):
            await self._hand_over(session)
        else:
            await session.api.aclose()
        return True

    async def end_all(self, owner: str, *, by: str, but: str = "") -> int:
        """Revoke the sessions of one owner, all or all `but` the one of this key; says how many."""
        keys = [key for key in await self._indexes.of_owner(owner) if key != but]
        return sum([await self.end(key, Ending.REVOKED, by=by) for key in keys])

    async def sweep(self) -> int:
        """Write what could wait, and end what others have ended; what has expired is dropped by the store itself."""
        uses, self._uses = self._uses, {}
        try:
            await self._records.touch({key: use for key, (_, use) in uses.items()})
            now = self._clock()
            await self._indexes.prolong([(key, now + use.seconds - KNOWN_SECONDS) for key, (_, use) in uses.items()])
        except StoreUnavailable:
            self._uses = {**uses, **self._uses}
            raise
        for session in self._copies.unsaved():
            # What only a newer release can read holds up nobody else's.
            with suppress(ForeignRecord):
                await self._copies.save(session)
        await self._locks.settle()
        return sum([not await self._is_there(session) for session in self._copies if session.watched])

    async def sweep_every(self, seconds: float) -> None:
        """Sweep for ever; for a background task."""
        task = asyncio.current_task()
        # What fails in the moment of being cancelled may hide that it was (`asyncio.gather` does).
        while task is not None and not task.cancelling():
            await asyncio.sleep(min(seconds, TEND_SECONDS))
            try:
                await self.sweep()
            except StoreUnavailable as error:
                logger.warning("the sessions' store can't be asked: %s", error)

    async def close(self) -> None:
        """Leave all sessions to the other processes; for the shutdown."""
        for session in self._copies:
            await session.api.aclose()
        try:
            await self.sweep()
        except StoreUnavailable as error:
            logger.warning("what was last used isn't noted: %s", error)
        await self._store.aclose()

    async def _is_there(self, session: Session) -> bool:
        try:
            return await self._copies.follow(session)
        except ForeignRecord:
            return True

    async def _keep(self, session: Session) -> None:
        session.created_at = session.seen_at = now = self._clock()
        use = self._use(session)
        await self._indexes.add(
            session.key,
            session.owner,
            session.provider_sid,
            created_at=now,
            ends_at=now + use.seconds - KNOWN_SECONDS,
            seconds=self._lifetime + KNOWN_SECONDS,
        )
        if not await self._records.create(session.key, dumped(session), use):
            raise StoreUnavailable("a session's key is taken")
        self._copies.keep(session, version=1)

    async def _abandon(self, session: Session) -> None:
        """Take a session back that nobody has got to know."""
        await self._records.end(session.key, _former("", Ending.EXTENDED, ""), FORMER_SECONDS)
        await self._indexes.remove([session.key], session.owner, session.provider_sid)
        self._copies.drop(session)
        await self._hand_over(session)

    async def _claim(self, session: Session) -> bool:
        now = self._clock()
        ends_at = now + min(self._idle, self._lifetime)
        return await self._indexes.claim(session.key, now=now, ends_at=ends_at, most=self._capacity) > 0

    async def _has_all(self, owner: str) -> bool:
        """Whether an owner has as many sessions as they may, of which the next one takes the oldest's place."""
        return len(await self._keys_of(owner)) >= self._per_owner

    async def _evict(self, owner: str) -> None:
        """
        End what an owner has more than they may, the oldest first.

        Processes that do so at once agree on which those are, so that none ends what another one keeps.
        """
        try:
            for key in (await self._keys_of(owner))[: -self._per_owner]:
                await self.end(key, Ending.EVICTED)
        except StoreUnavailable as error:
            logger.warning("a user has more sessions than they may until they sign in again: %s", error)

    async def _keys_of(self, owner: str) -> list[str]:
        """The keys of an owner's living sessions, the oldest first, without reading what they hold."""
        now = self._clock()
        keys = await self._indexes.of_owner(owner, since=now - self._lifetime)
        heads = zip(keys, await self._records.heads(keys), strict=True)
        return [key for key, head in heads if head is not None and now - head.seen_at < self._idle]

    async def _living(self, keys: Sequence[str], *, but_foreign: bool = False) -> list[Session]:
        found = await self._copies.get_each(keys, but_foreign=but_foreign)
        return sorted((each for each in found if not self._expiry(each)), key=lambda session: session.created_at)

    def _use(self, session: Session) -> Use:
        left = session.created_at + self._lifetime - session.seen_at
        return Use(session.seen_at, min(self._idle, left) + KNOWN_SECONDS)

    def _guard(self, session: Session) -> None:
        # Weakly: whoever holds its client must not hold it, or what is kept for as long as it lives would be for ever.
        there = weakref.ref(session)

        async def renew(run: Run, endpoint: RefreshEndpoint) -> Result:
            session = there()
            if session is None:  # nobody uses it any more, and the record may be another process's to renew
                return Result(Outcome.UNSENT, retry_after=endpoint.pause)
            return await self._renewing.renew(session, run, endpoint)

        session.api.credentials.guard = renew


def _former(owner: str, why: Ending, by: str) -> bytes:
    return json.dumps([owner, why.value, by]).encode()
