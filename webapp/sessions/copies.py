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
from typing import Any, NamedTuple, Self
from weakref import WeakKeyDictionary, WeakValueDictionary

from webapp.client import APIClient, Credentials
from webapp.client.cookies import Cookie
from webapp.client.credentials import VERSION as CREDENTIALS
from webapp.errors import ForeignRecord
from webapp.sessions.session import VERSION, Session
from webapp.store import Head, Record, Records, Unsealable, batched

logger = logging.getLogger("webapp.sessions")

MOST = 10_000
"""Copies that are kept though no request is under way in them, the longest unused dropped first."""


Place = tuple[str, str]
"""Where a cookie belongs: its name and path."""
Restore = Callable[[Credentials, bool], Awaitable[APIClient]]
"""Makes a client for the credentials of a record; told whether a provider renews them."""
Hook = Callable[[Session], None]


class Base(NamedTuple):
    """What of a session's credentials its record holds, and as which version of it."""

    version: int
    stored: int
    """The generation of the credentials there."""
    generation: int
    """The generation that this was here; numbers are each process' own."""
    saved: tuple[int, int, bool] | None
    """The revision here that holds no more than the record does."""
    cookies: Mapping[Place, Cookie]

    @classmethod
    def of(cls, credentials: Credentials, version: int) -> Self:
        """A record of this version that holds just what these do now."""
        generation = credentials.generation
        return cls(version, generation, generation, credentials.revision, _by_place(credentials))

    def joined(self, ours: Credentials, theirs: Credentials, version: int) -> "Base":
        """Make ours what others have made of the record and we, since it was last the same; what it rests on now."""
        renewed_here, renewed_there = ours.generation != self.generation, theirs.generation != self.stored
        here, there = _by_place(ours), _by_place(theirs)
        places = here.keys() | self.cookies.keys()
        changed = {place: here.get(place) for place in places if here.get(place) != self.cookies.get(place)}
        generation = self.generation
        if renewed_there and not renewed_here:
            ours.take_over(theirs)
            generation = ours.generation
        ours.cookies.replace(cookie for cookie in {**there, **changed}.values() if cookie is not None)
        ours.vouched = ours.vouched or theirs.vouched
        saved = None if renewed_here or changed else ours.revision
        return Base(version, theirs.generation, generation, saved, there)


class Copy:
    """What a session here rests on; whoever changes that holds the lock."""

    __slots__ = ("base", "lock")

    def __init__(self, base: Base) -> None:
        self.base = base
        self.lock = asyncio.Lock()

    def is_saved(self, credentials: Credentials) -> bool:
        """Whether the record holds all that these do."""
        return self.base.saved == credentials.revision


class Copies:
    """
    The copies, by the keys of their sessions.

    `on_copied` is shown each session that becomes one; `on_gone` each whose record is found to be no more, while its
    client still works: what this process has renewed meanwhile is known to nobody else.
    """

    def __init__(self, records: Records, restore: Restore, *, on_copied: Hook, on_gone: Hook | None) -> None:
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
            self._copies[session] = Copy(Base.of(session.api.credentials, version))
            self._on_copied(session)
        self._used(known)
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
            return await self._read(key) if head is not None else None
        if not await self._follow(session, head):
            return None
        self._used(session)
        return session

    async def get_each(self, keys: Sequence[str], *, but_foreign: bool = False) -> list[Session]:
        """The same of several, without those that are no more, and `but_foreign` without those only others can read."""
        get = self._get_ours if but_foreign else self.get
        found = [await asyncio.gather(*map(get, some)) for some in batched(keys)]
        return [session for some in found for session in some if session is not None]

    async def _get_ours(self, key: str) -> Session | None:
        try:
            return await self.get(key)
        except ForeignRecord as error:
            logger.warning("a session isn't listed: %s", error)
            return None

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
                saved = Base.of(credentials, copy.base.version + 1)
                if await self._records.update(session.key, copy.base.version, dumped(session)):
                    copy.base = saved
                elif not await self._reload(session, copy):
                    return False
        return True

    def unsaved(self) -> list[Session]:
        """Those that hold what their records lack."""
        return [each for each, copy in list(self._copies.items()) if not copy.is_saved(each.api.credentials)]

    async def _read(self, key: str) -> Session | None:
        try:
            record = await self._records.read(key)
            return None if record is None else await self._restored(key, record)
        except Unsealable as error:
            logger.warning("a session's record can't be used: %s", error)
            return None

    async def _restored(self, key: str, record: Record) -> Session:
        """The copy of a session, from its record. Raises Unsealable; StoreUnavailable if it's a newer webapp's."""
        dumped = _loaded(record.content)
        api = await self._restore(_credentials(dumped), dumped.get("at_provider") is True)
        try:
            session = Session.load(dumped, key, lambda _: api)
        except ValueError as error:
            raise Unsealable(str(error)) from None
        session.seen_at = record.head.seen_at
        return self.keep(session, record.head.version)

    def _used(self, session: Session) -> None:
        self._recent[session.key] = session
        self._recent.move_to_end(session.key)
        while len(self._recent) > MOST:
            self._recent.popitem(last=False)

    async def _follow(self, session: Session, head: Head | None) -> bool:
        copy = self._copies.get(session)
        if copy is None or head is None:
            self._lose(session)
            return False
        session.seen_at = max(session.seen_at, head.seen_at)
        if head.version > copy.base.version:
            async with copy.lock:
                return head.version <= copy.base.version or await self._reload(session, copy)
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
        copy.base = copy.base.joined(session.api.credentials, theirs, record.head.version)
        return True

    def _lose(self, session: Session) -> None:
        if self._copies.pop(session, None) is not None:
            self.drop(session)
            session.end()
            if self._on_gone is not None:
                self._on_gone(session)


def dumped(session: Session) -> bytes:
    """What a record holds of a session."""
    return json.dumps(session.dump(), separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def _by_place(credentials: Credentials) -> dict[Place, Cookie]:
    return {(cookie.name, cookie.path): cookie for cookie in credentials.cookies}


def _loaded(content: bytes) -> Mapping[str, Any]:
    try:
        dumped = json.loads(content.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        raise Unsealable("This record is damaged.") from None
    if not isinstance(dumped, dict):
        raise Unsealable("This record is damaged.")
    if _is_newer(dumped, VERSION) or _is_newer(dumped.get("credentials"), CREDENTIALS):
        raise ForeignRecord("a record was made by a newer version than this, which is about to be replaced")
    return dumped


def _is_newer(dumped: Any, known: int) -> bool:
    version = dumped.get("version") if isinstance(dumped, dict) else None
    return isinstance(version, int) and version > known


def _credentials(dumped: Mapping[str, Any]) -> Credentials:
    try:
        return Credentials.load(dumped["credentials"])
    except (KeyError, ValueError) as error:
        raise Unsealable(str(error)) from None
