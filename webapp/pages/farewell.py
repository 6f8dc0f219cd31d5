"""Ending sessions at the API, too: within bounds, and behind the scenes where it's not one's own."""

import asyncio
import contextlib
import logging

from webapp.errors import Unauthorized
from webapp.openapi.site import Accounts
from webapp.pages.sites import Sites
from webapp.sessions import Session

logger = logging.getLogger("webapp.sessions")

SECONDS = 5.0
"""How long the API has for it; the session is over here in any case."""
AT_ONCE = 8
"""Sessions that are ended behind the scenes at the same time."""
MOST_WAITING = 1000
"""Those that wait for it; of any more, the API is left to find out by itself."""


async def end_at_api(session: Session, accounts: Accounts) -> None:
    """End a session at the API, as far as it offers that and answers in time."""
    if accounts.sign_out is None or not session.kept:
        return
    try:
        async with asyncio.timeout(SECONDS):
            await session.api.sign_out(accounts.sign_out.path, method=accounts.sign_out.method)
    except TimeoutError:
        logger.warning("the API took too long to end a session")


class Farewells:
    """Ends at the API what was ended here for others, one after the other."""

    def __init__(self, sites: Sites) -> None:
        self._sites = sites
        self._tasks: set[asyncio.Task[None]] = set()
        self._turns = asyncio.Semaphore(AT_ONCE)

    def begin(self, session: Session) -> None:
        """See to the API's session, and close the client, without keeping anybody waiting."""
        task = asyncio.create_task(self._bid(session, at_api=len(self._tasks) < MOST_WAITING), name="webapp-farewell")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settled(self) -> None:
        """See everything through; it takes a time-out at the most for each that is under way."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        """Give what is under way its time-out once, and leave the rest."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=SECONDS)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _bid(self, session: Session, *, at_api: bool) -> None:
        try:
            routes = self._sites.known(session)
            if at_api and routes is not None:
                async with self._turns:
                    await end_at_api(session, routes.site.accounts)
        except Unauthorized:
            # Whoever ended it has closed its client before its turn came, and seen to the API.
            logger.debug("a session was ended at the API already")
        except Exception:
            logger.exception("a session couldn't be ended at the API")
        finally:
            with contextlib.suppress(Exception):
                await session.api.aclose()
