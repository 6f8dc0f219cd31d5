"""
One session's access to the API: who it is, how that is renewed, and when it's over.

A call that finds its access spent renews it, once for all who wait (`refresh.py`), and is then sent again, once.
"""

import inspect
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from webapp.client.config import ClientConfig
from webapp.client.credentials import Credentials
from webapp.client.expiry import postponed
from webapp.client.log import log_failure, logger
from webapp.client.paths import join
from webapp.client.refresh import Outcome, RefreshEndpoint, Renewals, Result, can_renew, judge, renewal_body
from webapp.client.reply import Reply, ReplyKind, build_reply
from webapp.client.tokens import find_tokens
from webapp.client.wire import Answer, Call, Keep, answer, api_time, decode_body, error_of, prepare, retry_after
from webapp.errors import APIError, Unauthorized, Unavailable

_IN_VAIN = 30.0  # seconds for which a call that a renewal didn't help isn't helped again
_MOST_IN_VAIN = 16

Hook = Callable[[], Awaitable[None] | None]
RenewedHook = Callable[[Credentials], Awaitable[None] | None]


class Access:
    """The credentials of one session, and every call that is made with them."""

    __slots__ = (
        "_config",
        "_in_vain",
        "_on_renewed",
        "_on_unauthorized",
        "_renewals",
        "credentials",
        "endpoint",
        "over",
    )

    def __init__(
        self,
        config: ClientConfig,
        endpoint: RefreshEndpoint | None,
        credentials: Credentials,
        on_unauthorized: Hook | None,
        on_renewed: RenewedHook | None,
    ) -> None:
        self._config = config
        self.endpoint = endpoint
        self._on_unauthorized = on_unauthorized
        self._on_renewed = on_renewed
        self._renewals: Renewals | None = None
        self._in_vain: dict[str, float] | None = None
        self.credentials = credentials
        self.over = False

    async def answer(self, call: Call, *, keep: Keep | None = None) -> Answer:
        """The API's answer, of any status, after renewing the access where that's what was missing."""
        credentials = self.credentials
        if credentials.renew_at is not None and credentials.renew_at <= self._config.clock():
            await self._renew_ahead(call)
        generation, holder, known = credentials.generation, credentials.holder, self._is_known()
        got = await answer(self._config, credentials, call, keep=keep)
        if got.response.status_code != 401:
            return got
        if generation == credentials.generation:
            if not self._can_renew():
                if known:
                    await self._end()
                    raise _ended(call)
                return got
            if self._is_in_vain(call):
                return got
            await self._renew_for(call)
        if holder != credentials.holder:
            raise _ended(call)
        if not call.body.replayable:
            raise Unavailable("The sign-in was renewed meanwhile; please send this again.", request_id=call.request_id)
        got = await answer(self._config, credentials, call, keep=keep)
        if got.response.status_code == 401:
            self._remember_in_vain(call)
        return got

    async def _renew_ahead(self, call: Call) -> None:
        """
        Save the call a 401 where the end of its access is known; a renewal that fails is the call's own to find out.

        Access that still lasts is used meanwhile, unless the call couldn't be sent a second time.
        """
        if not self._can_renew():
            return
        credentials, now = self.credentials, self._config.clock()
        if credentials.spent_at is not None and now < credentials.spent_at and call.body.replayable:
            if not self._renewal().begin():
                credentials.renew_at = postponed(now)
            return
        result = await self._renewal().renew()
        if result.outcome is Outcome.REFUSED:
            raise _ended(call)

    def _is_in_vain(self, call: Call) -> bool:
        """
        Whether this very thing was asked in vain a moment ago, with access just renewed.

        An operation that always answers 401, or an API whose clock says that new tokens are old, would otherwise have
        us renew for every call.
        """
        until = (self._in_vain or {}).get(f"{call.method} {call.path}")
        return until is not None and 0 < until - self._config.clock() <= _IN_VAIN

    def _remember_in_vain(self, call: Call) -> None:
        if self._in_vain is None or len(self._in_vain) >= _MOST_IN_VAIN:
            self._in_vain = {}
        self._in_vain[f"{call.method} {call.path}"] = self._config.clock() + _IN_VAIN

    def _is_known(self) -> bool:
        return self.credentials.present or self._config.auth_header_factory is not None

    def _can_renew(self) -> bool:
        return not self.over and self._has_renewal()

    def _has_renewal(self) -> bool:
        endpoint, config = self.endpoint, self._config
        if endpoint is None:
            return False
        path = join(config.base.prefix, endpoint.path).partition("?")[0]
        return self.credentials.present and can_renew(endpoint, self.credentials, path, config.clock())

    def _renewal(self) -> Renewals:
        if self._renewals is None:
            assert self.endpoint is not None
            self._renewals = Renewals(self.endpoint, self._renew_and_tell, self._config.renewals, self._config.clock)
        return self._renewals

    async def _renew_for(self, call: Call) -> None:
        """Return once access is renewed; raise when it can't be, or not now."""
        result = await self._renewal().renew()
        if result.outcome is Outcome.REFUSED:
            raise _ended(call)
        if result.outcome is not Outcome.RENEWED:
            raise Unavailable(
                "Your sign-in couldn't be renewed just now. Please try again in a moment.",
                api_status=result.api_status,
                retry_after=result.retry_after,
                request_id=call.request_id,
            )

    async def _renew_and_tell(self) -> Result:
        result = await self._renew_once()
        if result.outcome not in (Outcome.RENEWED, Outcome.REFUSED) and self.credentials.renew_at is not None:
            self.credentials.renew_at = postponed(self._config.clock())
        if self._config.observer is not None:
            self._config.observer.renewed(result.outcome.value)
        return result

    async def _renew_once(self) -> Result:
        """The one request of a renewal, with all that follows from its answer."""
        endpoint, config, credentials = self.endpoint, self._config, self.credentials
        assert endpoint is not None
        generation = credentials.generation
        body = renewal_body(endpoint, credentials)
        there, shown = (endpoint.elsewhere, Credentials()) if endpoint.elsewhere else (config, credentials)
        headers, timeout = endpoint.headers, endpoint.timeout
        call = prepare(there, "POST", endpoint.path, body=body, headers=headers, timeout=timeout, plain=True)
        try:
            got = await answer(there, shown, call)
        except APIError as error:
            log_failure(call, error, logging.WARNING)
            unsent = isinstance(error.__cause__, httpx.ConnectError | httpx.ConnectTimeout)
            return Result(Outcome.UNSENT if unsent else Outcome.UNKNOWN)
        status = got.response.status_code
        data, _ = decode_body(got)
        tokens = find_tokens(data, endpoint.token_field)
        now = config.clock()
        outcome = judge(endpoint, status, data, tokens, cookie_set=_sets_cookie(got, now), bare=_is_bare(got))
        if credentials.generation != generation:
            return Result(Outcome.RENEWED)  # a sign-in came first; its credentials stay as they are
        if outcome is Outcome.RENEWED:
            cookies = () if endpoint.elsewhere else got.cookies
            credentials.renew(tokens, cookies, now, api_now=api_time(got))
            if self._on_renewed is not None:
                await _run(self._on_renewed, credentials)
        elif outcome is Outcome.REFUSED:
            await self._end()
        else:
            log_failure(call, error_of(config, call, got), logging.WARNING)
        return Result(outcome, api_status=status, retry_after=retry_after(config, got))

    async def _end(self) -> None:
        """The session is over: forget it and say so, once."""
        if self.over:
            return
        self.over = True
        self.credentials.clear()
        if self._on_unauthorized is not None:
            await _run(self._on_unauthorized)

    def reply(self, call: Call, got: Answer) -> Reply:
        """The answer that was hoped for, 2xx or 304, or the error that it is."""
        if got.response.is_success or got.response.status_code == 304:
            return build_reply(got.response, got.content, call.request_id)
        raise error_of(self._config, call, got)

    async def sign_in(self, call: Call, token_field: str = "") -> Reply:
        """Send a plain call, and keep the tokens and cookies that it brings, in place of any from before."""
        got = await answer(self._config, self.credentials, call)
        response = got.response
        if 300 <= response.status_code < 400 and (got.cookies or call.method == "GET"):
            reply = Reply(response.status_code, response.headers, None, ReplyKind.NO_CONTENT, b"", call.request_id)
        else:
            reply = self.reply(call, got)
        tokens, now = find_tokens(reply.data, token_field), self._config.clock()
        if tokens.access or (_sets_cookie(got, now) and reply.media_type != "text/html"):
            self.credentials.adopt(tokens, got.cookies, now, api_now=api_time(got))
            self.over, self._in_vain = False, None
            if self._renewals is not None:
                self._renewals.forget()
        else:
            self.credentials.store(got.cookies, now)  # a form shown again, say, with a cookie of its own
        return reply

    async def sign_out(self, call: Callable[[Any], Call]) -> bool:
        """
        End the session at the API and here; says whether the API confirmed.

        `call` makes the call, once for each try, from the body that the way of renewal suggests.
        """
        call(...)  # an unsafe path ends nothing
        self.over = True  # from here on nobody else's call starts a renewal, whose tokens would outlive this
        try:
            await self.settle()
            return self.credentials.present and await self._end_at_api(call)
        finally:
            self.credentials.clear()

    async def _end_at_api(self, make: Callable[[Any], Call]) -> bool:
        outcome = None
        while True:
            call = make(self._token_body())
            try:
                got = await answer(self._config, self.credentials, call)
                if got.response.status_code == 401 and outcome is None and self._has_renewal():
                    outcome = (await self._renewal().renew()).outcome
                    if outcome is Outcome.RENEWED:
                        continue
                    if outcome is Outcome.REFUSED:
                        return True  # the API has ended it already
                self.reply(call, got)
            except APIError as error:
                log_failure(call, error, logging.WARNING)
                return False
            return True

    def _token_body(self) -> Any:
        endpoint = self.endpoint
        if endpoint is None or endpoint.kind != "json" or self.credentials.refresh_token is None:
            return ...
        return {endpoint.field: self.credentials.refresh_token, **endpoint.extra}

    async def settle(self) -> None:
        """See a renewal through that is under way."""
        if self._renewals is not None:
            await self._renewals.settled()


def _sets_cookie(got: Answer, now: float) -> bool:
    """Whether an answer sets a cookie, and doesn't just delete some."""
    return any(cookie.expires is None or cookie.expires > now for cookie in got.cookies)


def _is_bare(got: Answer) -> bool:
    """Whether an answer came without a body, rather than with one that couldn't be read."""
    headers = got.response.headers
    return not got.content and headers.get("content-length", "0") == "0" and "content-encoding" not in headers


def _ended(call: Call) -> Unauthorized:
    error = Unauthorized("Your session has ended. Please sign in again.", api_status=401, request_id=call.request_id)
    error.ended = True
    return error


async def _run(hook: Callable[..., Awaitable[None] | None], *arguments: Any) -> None:
    """A hook that fails is logged, and changes nothing about the answer, whichever call it belongs to."""
    try:
        done = hook(*arguments)
        if inspect.isawaitable(done):
            await done
    except Exception:
        logger.exception("%s failed", getattr(hook, "__qualname__", type(hook).__name__))
