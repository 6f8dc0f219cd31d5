"""What a registry of sessions does, wherever they live, and what is said of a session that has ended."""

import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple, Required, TypedDict

from webapp.sessions.audit import audit
from webapp.sessions.session import Session


class Ending(StrEnum):
    """Why a session ended."""

    SIGNED_OUT = "signed out"
    SIGNED_IN_AGAIN = "signed in again"
    EXTENDED = "goes on under a new id"
    REFUSED = "refused by the API"
    IDLE = "unused for too long"
    OLD = "too old"
    REVOKED = "revoked"
    EVICTED = "too many of one user"
    SHUTDOWN = "shutdown"


class Former(NamedTuple):
    """What is still known of a session that has ended: whose it was, and why it did, or who said so."""

    owner: str = ""
    why: Ending | None = None
    by: str = ""

    @property
    def told(self) -> str:
        """What its browser may be told: `elsewhere`, `ended`, or nothing of what it knows itself."""
        if self.why in (None, Ending.SIGNED_OUT, Ending.SIGNED_IN_AGAIN, Ending.EXTENDED):
            return ""
        return "elsewhere" if self.by == "owner" else "ended"


class TooManySessions(Exception):
    """There is no room for another session, and none that may be ended for it."""


class Limits(TypedDict, total=False):
    """What a registry is made with: see there."""

    idle: Required[float]
    lifetime: Required[float]
    capacity: Required[int]
    per_owner: Required[int]
    clock: Callable[[], float]
    on_closed: Callable[[Session], None] | None


class Registry(ABC):
    """
    Sessions by the SHA-256 of their ids, with an idle and an absolute lifetime, in seconds, and a cap in total and for
    each owner.

    One more than an owner may have ends that owner's oldest. One more than there may be is refused: were the longest
    unused ended instead, whoever has an account could sign everybody else out by signing in often enough.

    `on_closed` is handed each session that was ended for its owner rather than by them, while its client still works:
    the API's session is to be ended, too, and whoever takes it closes the client.

    Where others share them, anything may raise StoreUnavailable: nobody knows then whether there is such a session.
    """

    def __init__(
        self,
        *,
        idle: float,
        lifetime: float,
        capacity: int,
        per_owner: int,
        clock: Callable[[], float] = time.time,
        on_closed: Callable[[Session], None] | None = None,
    ) -> None:
        self._idle = idle
        self._lifetime = lifetime
        self._capacity = capacity
        self._per_owner = per_owner
        self._clock = clock
        self._on_closed = on_closed

    def age(self, session: Session) -> float:
        """Seconds since it began."""
        return self._clock() - session.created_at

    def _expiry(self, session: Session) -> Ending | None:
        now = self._clock()
        if now - session.created_at >= self._lifetime:
            return Ending.OLD
        return Ending.IDLE if now - session.seen_at >= self._idle else None

    async def _hand_over(self, session: Session) -> None:
        if self._on_closed is None:
            await session.api.aclose()
        else:
            self._on_closed(session)

    @abstractmethod
    async def has_room(self, owner: str) -> bool:
        """Whether another session of this owner can be kept."""

    @abstractmethod
    async def count(self) -> int | None:
        """How many there are, in all processes; None where nobody can say. Where others share them, a second ago."""

    async def is_reachable(self) -> bool:
        """Whether it can be known who is signed in; where others share them, as it was within the last second."""
        return await self.count() is not None

    @abstractmethod
    async def get(self, session_id: str) -> Session | None:
        """The living session of this id; None if there is none (any more)."""

    @abstractmethod
    async def touch(self, session: Session) -> None:
        """Count a living session as used; one that has ended meanwhile stays so."""

    @abstractmethod
    async def save(self, session: Session) -> None:
        """Have whoever else holds the session know what has been learned for it: tokens, cookies."""

    @abstractmethod
    async def former(self, key: str) -> Former:
        """Whose session this was and why it ended; empty where that's not known (any more)."""

    @abstractmethod
    async def of_owner(self, owner: str) -> list[Session]:
        """The living sessions of one owner, the oldest first."""

    @abstractmethod
    async def of_provider(self, provider_sid: str) -> list[Session]:
        """The living sessions that came of one sign-in at an OpenID provider."""

    @abstractmethod
    async def everybody(self) -> list[Session]:
        """All living sessions, the oldest first."""

    @abstractmethod
    async def add(self, session: Session) -> None:
        """Keep a begun session, in place of its owner's oldest at their cap; TooManySessions at that of all."""

    @abstractmethod
    async def follow(self, before: Session, session: Session) -> bool:
        """
        Keep a session in the place of the one that it goes on with; says whether that was there still.

        Whoever ends all sessions of an owner meanwhile finds at least one of the two.
        """

    @abstractmethod
    async def end(self, key: str, why: Ending, *, by: str = "") -> bool:
        """End a session at once, for whatever is under way in it too; says whether there was one."""

    @abstractmethod
    async def end_all(self, owner: str, *, by: str, but: str = "") -> int:
        """Revoke the sessions of one owner, all or all `but` the one of this key; says how many."""

    @abstractmethod
    async def sweep(self) -> int:
        """Do what could wait; says how many sessions were dropped."""

    @abstractmethod
    async def sweep_every(self, seconds: float) -> None:
        """Sweep for ever; for a background task."""

    @abstractmethod
    async def close(self) -> None:
        """Let go of everything; for the shutdown."""


def tell(session: Session, why: Ending, by: str = "") -> None:
    """Write down how a session ended."""
    match why:
        case Ending.SIGNED_OUT:
            audit("sign_out", session=session)
        case Ending.REVOKED:
            audit("session_revoked", session=session, by=by)
        case Ending.EVICTED:
            audit("session_evicted", session=session, why=why)
        case Ending.SHUTDOWN:
            audit("session_ended", session=session, level=logging.DEBUG, why=why)
        case _:
            audit("session_ended", session=session, why=why)
