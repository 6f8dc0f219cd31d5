"""A store that is away for a while, as whoever asks it sees that."""

import asyncio

from webapp.errors import StoreUnavailable
from webapp.store import Store

LONGEST = 60.0
"""Seconds until it's said never to come back: a busy machine's, not the store's."""


async def recovered(store: Store, *command: str) -> tuple[float, list[str]]:
    """Ask until there is an answer; the seconds that took, and what was said instead, each once."""
    loop = asyncio.get_running_loop()
    began, said = loop.time(), dict[str, None]()
    while True:
        try:
            await store.ask(*command)
            return loop.time() - began, list(said)
        except StoreUnavailable as error:
            said[str(error)] = None
            assert loop.time() - began < LONGEST, list(said)
            await asyncio.sleep(0.05)
