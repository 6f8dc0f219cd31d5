"""
This process' copies of sessions whose records other processes share.

A copy may be dropped at any time and nothing is lost by it. While it's used it is one object, however many requests are
under way in it, and follows the record: what others have made of the credentials is taken over, and what this process
has made of them is saved by whoever has seen the last change. A renewal outweighs what was there before; cookies are
joined one by one.
"""

import asyncio
import json
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary, WeakValueDictionary

from webapp.client import APIClient, Credentials
from webapp.client.cookies import Cookie
from webapp.errors import StoreUnavailable
from webapp.sessions.session import VERSION, Session
from webapp.store import Head, Record, Records, Unsealable, batched

logger = logging.getLogger("webapp.sessions")

MOST = 10_000
"""Copies that are kept though no request is under way in them, the longest unused dropped first."""

TOGETHER = 100
"""Records that are asked for at once."""

Restore = Callable[[Credentials, bool], Awaitable[APIClient]]
"""Makes a client for the credentials of a record; told whether a provider renews them."""
Hook = Callable[[Session], None]


class Copy:
    """What of a session was saved last, and as which version of its record."""

    __slots__ = ("cookies", "generation", "lock", "saved", "stored", "version")

    def __init__(self, credentials: Credentials, version: int) -> None:
        self.lock = asyncio.Lock()
        self.version = version
        self.stored = credentials.generation
        """The generation that the record holds."""
        self.generation = credentials.generation
        """What that was here; numbers are each process' own."""
        self.saved: tuple[int, int, bool] | None = credentials.revision
        self.cookies = _by_place(credentials)

    def is_saved(self, credentials: Credentials) -> bool:
        """Whether the record holds all that these do."""
        return self.saved == credentials.revision

    def take(self, saved: "Copy") -> None:
        """Know what was saved."""
        for name in ("version", "stored", "generation", "saved", "cookies"):
            setattr(self, name, getattr(saved, name))

    def join(self, ours: Credentials, theirs: Credentials, version: int) -> None:
        """Make ours what others have made of the record and we, since it was last the same."""
        renewed_here, renewed_there = ours.generation != self.generation, theirs.generation != self.stored
        here, there = _by_place(ours), _by_place(theirs)
        changed = {
            place: here.get(place) for place in here | self.cookies if here.get(place) != self.cookies.get(place)
        }
        if renewed_there and not renewed_here:
            ours.take_over(theirs)
            self.generation = ours.generation
        joined = {**there, **changed}
        ours.cookies.replace(cookie for cookie in joined.values() if cookie is not None)
        ours.vouched = ours.vouched or theirs.vouched
        self.version, self.stored, self.cookies = version, theirs.generation, there
        self.saved = None if renewed_here or changed else ours.revision


class Copies:
    """
    The copies, by the keys of their sessions.

    `on_copied` is shown each session that becomes one; `on_gone` each whose record is found to be no more, while its
    client still works: what this process has renewed meanwhile is known to nobody else.
    """

    def __init__(self, records: Records, restore: Restore, *, on_copied: Hook, on_gone: Hook) -> None:
        self._records = records
        self._restore = restore
        self._on_copied = on_copied
        self._on_gone = on_gone
        self._sessions: WeakValueDictionary[str, Session] = WeakValueDictionary()
        self._copies: WeakKeyDictionary[Session, Copy] = WeakKeyDictionary()
        self._recent: OrderedDict[str, Session] = OrderedDict()

    def __iter__(self) -> Iterator[Session]:
        return iter(list(self._sessions.values()))

    def of(self, key: str) -> Session | None:
        """The copy of this key, as it is."""
        return self._sessions.get(key)

    def keep(self, session: Session, version: int) -> Session:
        """Make a session a copy, unless there is one already; that one is returned."""
        known = self._sessions.get(session.key)
        if known is None:
            known = self._sessions[session.key] = session
            self._copies[session] = Copy(session.api.credentials, version)
            self._on_copied(session)
        self._recent[known.key] = known
        self._recent.move_to_end(known.key)
        while len(self._recent) > MOST:
            self._recent.popitem(last=False)
        return known

    def drop(self, session: Session) -> None:
        """Have it no longer, whatever has become of it."""
        self._recent.pop(session.key, None)
        self._copies.pop(session, None)
        if self._sessions.get(session.key) is session:
            del self._sessions[session.key]

    async def get(self, key: str) -> Session | None:
        """The session as its record is now; None where there is none. Raises StoreUnavailable."""
        head, session = await self._records.head(key), self._sessions.get(key)
        if session is None:
            return await self.read(key) if head is not None else None
        return session if await self._follow(session, head) else None

    async def get_each(self, keys: Sequence[str]) -> list[Session]:
        """The same of several, without those that are no more."""
        found: list[Session | None] = []
        for some in batched(keys, TOGETHER):
            known = [session for key in some if (session := self._sessions.get(key)) is not None]
            new = [key for key in some if key not in self._sessions]
            for session, head in zip(known, await self._records.heads([each.key for each in known]), strict=True):
                found.append(session if await self._follow(session, head) else None)
            found += [await self.read(key) for key in new]
        return [session for session in found if session is not None]

    async def read(self, key: str) -> Session | None:
        """The session of a record that isn't known here."""
        try:
            record = await self._records.read(key)
            return None if record is None else await self.restored(key, record)
        except Unsealable as error:
            logger.warning("a session's record can't be used: %s", error)
            return None

    async def restored(self, key: str, record: Record) -> Session:
        """The copy of a session, from its record. Raises Unsealable; StoreUnavailable if it's a newer webapp's."""
        dumped = _loaded(record.content)
        credentials = _credentials(dumped)
        api = await self._restore(credentials, dumped.get("at_provider") is True)
        try:
            session = Session.load(dumped, key, lambda _: api)
        except ValueError as error:
            raise Unsealable(str(error)) from None
        session.seen_at = record.head.seen_at
        return self.keep(session, record.head.version)

    async def follow(self, session: Session) -> bool:
        """Take over what others have made of it since; says whether it's still there."""
        return await self._follow(session, await self._records.head(session.key))

    async def save(self, session: Session) -> bool:
        """Have the record hold what the copy does; says whether there still is one. Raises StoreUnavailable."""
        copy, credentials = self._copies.get(session), session.api.credentials
        if copy is None:
            return not session.ended
        if copy.is_saved(credentials):
            return True
        async with copy.lock:
            while not copy.is_saved(credentials):
                now = Copy(credentials, copy.version + 1)
                if await self._records.update(session.key, copy.version, dumped(session)):
                    copy.take(now)
                elif not await self._reload(session, copy):
                    return False
        return True

    def unsaved(self) -> list[Session]:
        """Those that hold what their records lack."""
        return [each for each, copy in list(self._copies.items()) if not copy.is_saved(each.api.credentials)]

    async def _follow(self, session: Session, head: Head | None) -> bool:
        copy = self._copies.get(session)
        if copy is None or head is None:
            self._lose(session)
            return False
        session.seen_at = max(session.seen_at, head.seen_at)
        if head.version > copy.version:
            async with copy.lock:
                return head.version <= copy.version or await self._reload(session, copy)
        return True

    async def _reload(self, session: Session, copy: Copy) -> bool:
        """Join what the record holds now with what was changed here since it was last seen."""
        try:
            record = await self._records.read(session.key)
            theirs = _credentials(_loaded(record.content)) if record is not None else None
        except Unsealable as error:
            logger.warning("a session's record can't be used: %s", error)
            record = theirs = None
        if record is None or theirs is None:
            self._lose(session)
            return False
        copy.join(session.api.credentials, theirs, record.head.version)
        return True

    def _lose(self, session: Session) -> None:
        if self._copies.pop(session, None) is not None:
            self.drop(session)
            session.end()
            self._on_gone(session)


def dumped(session: Session) -> bytes:
    """What a record holds of a session."""
    return json.dumps(session.dump(), separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def _by_place(credentials: Credentials) -> dict[tuple[str, str], Cookie]:
    return {(cookie.name, cookie.path): cookie for cookie in credentials.cookies}


def _loaded(content: bytes) -> Mapping[str, Any]:
    try:
        dumped = json.loads(content.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        raise Unsealable("This record is damaged.") from None
    if not isinstance(dumped, dict):
        raise Unsealable("This record is damaged.")
    version = dumped.get("version")
    if isinstance(version, int) and version > VERSION:
        raise StoreUnavailable("a record was made by a newer version than this, which is about to be replaced")
    return dumped


def _credentials(dumped: Mapping[str, Any]) -> Credentials:
    try:
        return Credentials.load(dumped["credentials"])
    except (KeyError, ValueError) as error:
        raise Unsealable(str(error)) from None
