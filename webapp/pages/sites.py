"""The site made from the API's document: read once it can be had, shared by all requests."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from starlette.requests import Request

from webapp.errors import APIError, BadGateway, DocumentError
from webapp.openapi.routes import Routes
from webapp.openapi.site import Site

logger = logging.getLogger("webapp.openapi")

RETRY_AFTER = 2.0
"""Seconds before a document that couldn't be had is asked for again."""


class Sites:
    """
    Holds the site, and asks for its document again as long as there is none.

    `read` makes it. However many requests wait, it runs once at a time, and while it fails, not more
    often than every two seconds; the requests between get the same error at once.
    """

    def __init__(self, read: Callable[[], Awaitable[Site]], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._read = read
        self._clock = clock
        self._lock = asyncio.Lock()
        self._failure: APIError | None = None
        self._failed_at = 0.0
        self.routes: Routes | None = None
        """What is known so far, without asking."""

    async def get(self) -> Routes:
        """
        The site's routes.

        Raises Unavailable while the API is down, BadGateway while its document can't be read.
        """
        if self.routes is None:
            async with self._lock:
                if self.routes is None:
                    self.routes = await self._load()
        return self.routes

    async def _load(self) -> Routes:
        if self._failure is not None and self._clock() - self._failed_at < RETRY_AFTER:
            raise self._failure.with_traceback(None)
        try:
            site = await self._read()
        except (APIError, DocumentError) as error:
            logger.warning("no OpenAPI document: %s", error)
            raise self._failed(error if isinstance(error, APIError) else BadGateway(str(error))) from error
        except Exception as error:
            # A document can be odd in more ways than anybody foresees; it must not cost a reading for every request.
            logger.exception("the OpenAPI document can't be made a site")
            raise self._failed(BadGateway("The API's OpenAPI document can't be read.")) from error
        logger.info("%s: %d resources, %d operations", site.title, len(site.resources), len(site.operations))
        return Routes(site)

    def _failed(self, failure: APIError) -> APIError:
        self._failure, self._failed_at = failure, self._clock()
        return failure


async def routes_for(request: Request) -> Routes:
    """The site's routes, for a page."""
    sites: Sites = request.state.sites
    return await sites.get()
