"""
Finds out whether a session is lost, where an answer could mean that or a plain "not allowed".

Who-am-I is asked, which has known these credentials before. Only where it doesn't know them now, or treats them as it
treats a stranger, are they lost. It is asked once for all who wonder, and not again for a while.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from webapp.client.call import Call, prepare
from webapp.client.config import ClientConfig
from webapp.client.credentials import Credentials
from webapp.client.lost import essence, is_somebody, leads_to_login, may_mean_signed_out, says_signed_out
from webapp.client.schemes import Guide
from webapp.client.wire import Answer, answer, decode_body
from webapp.client.writing import FETCHES
from webapp.errors import APIError

TRUSTED = 10.0
"""Seconds for which what was found out is believed."""
TRUSTED_AGAINST_WORDS = 2.0
"""The same where an answer says in so many words that the caller isn't known."""
PATIENCE = 5.0

Direct = Callable[[Call, str], Call]
FindOut = Callable[[], Coroutine[Any, Any, bool | None]]


class Doubt:
    """What is known of one session's being lost."""

    __slots__ = ("_asked", "_config", "_credentials", "_direct", "_task", "_verdict")

    def __init__(self, config: ClientConfig, credentials: Credentials, direct: Direct) -> None:
        self._config = config
        self._credentials = credentials
        self._direct = direct
        self._asked: tuple[int, float] | None = None
        self._verdict: bool | None = None
        self._task: asyncio.Task[bool | None] | None = None

    async def resolve(self, guide: Guide, call: Call, got: Answer) -> bool:
        """Whether the session is lost, after an answer that may mean it."""
        if self._credentials.vouched and guide.check:
            said = says_signed_out(got.response, *decode_body(got), got.content)
            trusted = TRUSTED_AGAINST_WORDS if said else TRUSTED
            return await self._once(lambda: self._is_unknown(guide), trusted) is True
        if call.wanted is not None and len(call.wanted) > 1:
            return False  # it may be another of the alternatives that was meant
        data, text = decode_body(got)
        if call.method not in FETCHES or not says_signed_out(got.response, data, text, got.content):
            return False
        return await self._once(lambda: self._is_told_to_strangers(call, got)) is True

    async def ask(self, guide: Guide) -> bool | None:
        """Whether who-am-I doesn't know the session any more; None where it can't tell."""
        if not self._credentials.vouched or not guide.check:
            return None
        return await self._once(lambda: self._is_unknown(guide))

    async def settled(self) -> None:
        """See through what is being asked."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def _once(self, find_out: FindOut, trusted: float = TRUSTED) -> bool | None:
        if self._task is not None:
            return await asyncio.shield(self._task)
        generation, now = self._credentials.generation, self._config.clock()
        if self._asked is not None and self._asked[0] == generation and 0 <= now - self._asked[1] < trusted:
            return self._verdict
        self._asked = generation, now
        self._task = asyncio.create_task(self._find_out(find_out), name="webapp-doubt")
        return await asyncio.shield(self._task)

    async def _find_out(self, find_out: FindOut) -> bool | None:
        self._verdict = None
        try:
            self._verdict = await find_out()
        except APIError:
            pass  # it can't be told just now, so nothing is lost
        finally:
            self._task = None
        return self._verdict

    async def _is_unknown(self, guide: Guide) -> bool | None:
        credentials = self._credentials
        generation = credentials.generation
        call = prepare(self._config, "GET", guide.check, timeout=min(PATIENCE, self._config.timeout))
        got = await answer(self._config, credentials, self._direct(call, guide.check))
        if generation != credentials.generation:
            return False
        response = got.response
        data, text = decode_body(got)
        if response.status_code == 401 or (300 <= response.status_code < 400 and leads_to_login(response)):
            return True
        if response.is_success and not may_mean_signed_out(response, data, text, got.content):
            return guide.names_caller and not is_somebody(data)
        if response.status_code >= 500 or response.status_code in (404, 429):
            return None
        if says_signed_out(response, data, text, got.content):
            return True
        if not guide.names_caller:
            return False  # everybody may know who they are; anything else may be forbidden them
        return await self._is_told_to_strangers(call, got)

    async def _is_told_to_strangers(self, call: Call, got: Answer) -> bool:
        """Whether somebody without any credentials gets the very same answer."""
        stranger = await answer(self._config, Credentials(), call)
        return essence(stranger.response, *decode_body(stranger)) == essence(got.response, *decode_body(got))
