"""
The site made from the API's document: one for everybody, or where the API gives different people different documents,
one for each session that gets another; sessions with the same document share its site.

A document is looked at again every now and then while requests come. A request works to its end with the edition that
it began with.
"""

import asyncio
import logging
import time
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable
from weakref import WeakKeyDictionary

from starlette.requests import Request

from webapp.client import APIClient
from webapp.errors import APIError, BadGateway, DocumentError, RateLimited, Unavailable
from webapp.openapi.routes import Routes
from webapp.openapi.security import refresh_endpoint
from webapp.pages.documents import Documents, Edition
from webapp.sessions import Session

logger = logging.getLogger("webapp.openapi")

RETRY_AFTER = 2.0
"""Seconds before a document that couldn't be had is asked for again."""

BARE_EVERY = 10.0
"""How many times longer an API without a document is left in peace: looking for one takes a dozen requests."""

MOST_EDITIONS = 32
"""Editions kept for sessions, the public one aside."""

Clock = Callable[[], float]


class Watch(ABC):
    """
    One document as one asker gets it: looked at when it is first wanted, and again when that was `every` seconds ago.

    However many requests wait, it is looked at once at a time, and while that fails, not more often than every two
    seconds; the requests between get the same error at once. A look at one that is known already keeps nobody waiting,
    and if it fails the known edition stays. With an `every` of 0 there are no further looks.

    Each session has one, so nothing stays of a look that is over.
    """

    __slots__ = ("_clock", "_complaint", "_every", "_failed_at", "_failure", "_lock", "_looked_at", "_task", "edition")

    def __init__(self, *, every: float, clock: Clock) -> None:
        self._every = every
        self._clock = clock
        self._lock: asyncio.Lock | None = None
        self._failure: APIError | None = None
        self._failed_at = self._looked_at = 0.0
        self._complaint = ""
        self._task: asyncio.Task[None] | None = None
        self.edition: Edition | None = None
        """What is known so far, without asking."""

    @abstractmethod
    async def look(self, known: Edition | None) -> Edition:
        """Ask for it, in place of what is known."""

    async def get(self) -> Edition:
        """The edition; raises Unavailable while the API is down, BadGateway while its document can't be read."""
        if self.edition is None:
            self._lock = lock = self._lock or asyncio.Lock()
            async with lock:
                if self.edition is None:
                    self.edition = await self._first()
            self._lock = None
        elif self._is_due(self.edition):
            self.look_again()
        return self.edition

    def look_again(self) -> None:
        """Look at what is known in the background, if nobody does so already."""
        if self._task is None or self._task.done():
            self._looked_at = self._clock()
            self._task = asyncio.create_task(self._again())

    async def settled(self) -> None:
        """See a look through that is under way."""
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    async def close(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            await self.settled()

    def _is_due(self, edition: Edition) -> bool:
        every = self._every * BARE_EVERY if edition.bare else self._every
        return bool(every) and self._clock() - self._looked_at >= every

    async def _first(self) -> Edition:
        if self._failure is not None and self._clock() - self._failed_at < RETRY_AFTER:
            raise self._failure.with_traceback(None)
        try:
            edition = await self.look(None)
        except (APIError, DocumentError) as error:
            logger.warning("no OpenAPI document: %s", error)
            raise self._failed(error if isinstance(error, APIError) else BadGateway(str(error))) from error
        except Exception as error:
            # A document can be odd in more ways than anybody foresees; it must not cost a reading for every request.
            logger.exception("the OpenAPI document can't be made a site")
            raise self._failed(BadGateway("The API's OpenAPI document can't be read.")) from error
        self._looked_at, self._failure = self._clock(), None
        _say(edition)
        return edition

    def _failed(self, failure: APIError) -> APIError:
        self._failure, self._failed_at = failure, self._clock()
        return failure

    async def _again(self) -> None:
        try:
            found = await self.look(self.edition)
        except Exception as error:
            self._complain(error)
        else:
            self._complaint = ""
            if self.edition is not None and found.digest != self.edition.digest:
                _say(found)
            self.edition = found
        finally:
            self._task = None

    def _complain(self, error: Exception) -> None:
        """Say once what is wrong with the new one."""
        if str(error) != self._complaint:
            self._complaint = str(error)
            known = isinstance(error, APIError | DocumentError)
            logger.warning("the pages stay as they were: %s", error, exc_info=None if known else error)


class Sites:
    """
    Everybody's site, and each session's own where it gets another document.

    `sign` makes, of a session's client, one that asks with the same credentials and can neither renew nor end them;
    None where documents don't depend on who asks.
    """

    def __init__(
        self,
        documents: Documents,
        *,
        every: float = 0.0,
        sign: Callable[[APIClient], APIClient] | None = None,
        clock: Clock = time.monotonic,
    ) -> None:
        self._documents = documents
        self._sign = sign
        self._every = every
        self._clock = clock
        self._public = _Public(documents, every=min(every, 1.0) if documents.is_file else every, clock=clock)
        self._own: WeakKeyDictionary[Session, _Own | Edition] = WeakKeyDictionary()
        """What each session gets: nearly always what everybody does, and then this public edition stands here."""
        self._editions: OrderedDict[str, Edition] = OrderedDict()
        """What sessions got besides the public edition, by digest, the longest unused first."""

    @property
    def routes(self) -> Routes | None:
        """What is known so far about everybody's site, without asking."""
        return self._public.edition.routes if self._public.edition else None

    def known(self, session: Session) -> Routes | None:
        """What is known so far about a session's site, without asking."""
        own = self._own.get(session)
        edition = own.edition if isinstance(own, _Own) else own
        return edition.routes if edition else self.routes

    async def get(self, session: Session | None = None) -> Routes:
        """The routes of a session's site, or of everybody's. Raises Unavailable or BadGateway where there is none."""
        public = await self._public.get()
        if session is None or not session.kept or self._sign is None or self._documents.is_file:
            return public.routes
        return (await self._get_own(session, public)).routes

    async def _get_own(self, session: Session, public: Edition) -> Edition:
        own = self._own.get(session)
        if own is public:
            return public
        if not isinstance(own, _Own):
            own = self._own[session] = _Own(self, session.api, own, public, every=self._every, clock=self._clock)
        edition = own.edition
        if edition is not None and own.against is not public:
            # The public one has changed, and so may have what this session gets.
            own.look_again()
            return public if edition is own.against else edition
        if edition is not public or own.unsure:
            edition = await own.get()
        if edition.digest in self._editions:
            self._editions.move_to_end(edition.digest)
        if edition is own.against and not own.unsure:
            self._own[session] = edition
        return edition

    async def look_as(self, own: "_Own", known: Edition | None) -> Edition:
        """What a session gets."""
        assert self._sign is not None
        public = await self._public.get()
        try:
            found = await self._documents.look_as(self._sign(own.api), public, known)
        except (APIError, DocumentError) as error:
            own.unsure = isinstance(error, Unavailable | RateLimited)
            if known is not None or (own.unsure and public.bare):
                raise
            logger.info("a session goes on with everybody's document: %s", error)
            own.against = public
            return public
        own.against, own.unsure = public, False
        if found is not public:
            found = self._share(found)
            endpoint = refresh_endpoint(found.routes.site.accounts)
            if endpoint is not None:
                own.api.renew_with(endpoint)
        return found

    def _share(self, found: Edition) -> Edition:
        """The edition, or the one of the same document that another session got before."""
        edition = self._editions.setdefault(found.digest, found)
        self._editions.move_to_end(found.digest)
        while len(self._editions) > MOST_EDITIONS:
            _, dropped = self._editions.popitem(last=False)
            for own in self._owns():
                if own.edition is dropped:
                    own.edition = None
        return edition

    async def settled(self) -> None:
        """See every look through that is under way."""
        for watch in self._watches():
            await watch.settled()

    async def close(self) -> None:
        """Look no more."""
        for watch in self._watches():
            await watch.close()

    def _watches(self) -> list[Watch]:
        return [self._public, *self._owns()]

    def _owns(self) -> "list[_Own]":
        return [own for own in self._own.values() if isinstance(own, _Own)]


class _Public(Watch):
    """What everybody gets."""

    __slots__ = ("_documents",)

    def __init__(self, documents: Documents, *, every: float, clock: Clock) -> None:
        super().__init__(every=every, clock=clock)
        self._documents = documents

    async def look(self, known: Edition | None) -> Edition:
        return await self._documents.look(known)


class _Own(Watch):
    """
    What one session gets, the public edition that this was compared with, and whether that is still to be done.

    It holds only the session's client: a session that has ended takes its watch along.
    """

    __slots__ = ("_sites", "against", "api", "unsure")

    def __init__(
        self, sites: Sites, api: APIClient, known: Edition | None, public: Edition, *, every: float, clock: Clock
    ) -> None:
        super().__init__(every=every, clock=clock)
        self._sites = sites
        self.api = api
        self.edition = known
        self.against = known or public
        self.unsure = False

    async def look(self, known: Edition | None) -> Edition:
        return await self._sites.look_as(self, known)


def _say(edition: Edition) -> None:
    site = edition.site
    logger.info("%s: %d resources, %d operations", site.title, len(site.resources), len(site.operations))
    for problem in (*site.problems[:20], *([site.lacks] if site.lacks else ())):
        logger.info("%s: %s", site.title, problem)


async def routes_for(request: Request) -> Routes:
    """The routes of the site that a page belongs to; its session's calls go by them from now on."""
    sites: Sites = request.state["sites"]
    session: Session = request.state["session"]
    routes = await sites.get(session)
    session.api.guide = routes.guide
    return routes
