"""
One session's access to the API: who it is, how that is renewed, and when it's over.

A call that finds its access spent renews it, once for all who wait (`refresh.py`), and is then sent again, once.
"""

import contextlib
import inspect
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import httpx

from webapp.client.call import Call, prepare
from webapp.client.choice import choose, holds_itself, joined_alternatives, lacking
from webapp.client.config import ClientConfig
from webapp.client.credentials import Credentials
from webapp.client.doubt import Doubt
from webapp.client.expiry import postponed
from webapp.client.log import log_failure, logger
from webapp.client.lost import ABOUT_THE_INPUT, is_login_page, is_somebody, may_mean_signed_out
from webapp.client.paths import join
from webapp.client.refresh import Outcome, RefreshEndpoint, Renewals, Result, can_renew, judge, renewal_body
from webapp.client.refusing import explained
from webapp.client.reply import Reply, ReplyKind, build_reply
from webapp.client.schemes import NO_GUIDE, Alternatives, Scheme
from webapp.client.tokens import find_tokens
from webapp.client.vain import InVain
from webapp.client.wire import Answer, Keep, answer, api_time, decode_body, error_of, is_bare, retry_after
from webapp.client.writing import READS
from webapp.errors import APIError, Unauthorized, Unavailable

Hook = Callable[[], Awaitable[None] | None]
RenewedHook = Callable[[Credentials], Awaitable[None] | None]


class Access:
    """The credentials of one session, and every call that is made with them."""

    __slots__ = (
        "_config",
        "_doubt",
        "_in_vain",
        "_on_renewed",
        "_on_unauthorized",
        "_renewals",
        "_together",
        "credentials",
        "endpoint",
        "guide",
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
        self._doubt: Doubt | None = None
        self._in_vain: InVain | None = None
        self.credentials = credentials
        self._together: dict[Alternatives, Alternatives] | None = None
        self.guide = NO_GUIDE
        self.over = False

    async def answer(self, call: Call, *, keep: Keep | None = None) -> Answer:
        """The API's answer, of any status, after renewing the access where that's what was missing."""
        credentials = self.credentials
        if credentials.renew_at is not None and credentials.renew_at <= self._config.clock():
            await self._renew_ahead(call)
        await self._bring_csrf_token(call)
        generation, holder, known = credentials.generation, credentials.holder, self._is_known()
        got = await answer(self._config, credentials, call, keep=keep)
        call, got = await self._with_all_alternatives(call, got, keep)
        if not await self._is_lost(call, got):
            return await self._went_on(call, got, keep)
        if generation == credentials.generation:
            if not self._can_renew():
                return await self._give_up(call, got, known=known)
            if self._in_vain is not None and call in self._in_vain:
                return got
            await self._renew_for(call)
        if holder != credentials.holder:
            raise self._ended(call)
        if not call.body.replayable:
            raise Unavailable("The sign-in was renewed meanwhile; please send this again.", request_id=call.request_id)
        got = await answer(self._config, credentials, call, keep=keep)
        if got.response.status_code == 401:
            self._in_vain = self._in_vain or InVain(self._config.clock)
            self._in_vain.add(call)
        return got

    async def _give_up(self, call: Call, got: Answer, *, known: bool) -> Answer:
        """The answer for those who aren't anybody; the end of a session whose access can't be renewed."""
        if not known:
            return got
        await self._end()
        raise self._ended(call)

    async def _bring_csrf_token(self, call: Call) -> None:
        """Get the cookie that writes need, if there is a place for that; without it the API says what's wrong."""
        config, csrf = self._config, self._config.writing.csrf
        if csrf is None or not csrf.path or call.method in READS:
            return
        if self.credentials.cookies.get(csrf.cookie, call.path, config.clock()) is None:
            with contextlib.suppress(APIError):
                await answer(config, self.credentials, prepare(config, "GET", csrf.path))

    def directed(self, call: Call, path: str) -> Call:
        """The call with what its operation asks for, where the document knows of what this session holds."""
        wanted = self.guide.wanted(call.method, path) if self.guide.wanted is not None and not call.plain else None
        if wanted is None or (self.credentials.own and not self._own_schemes()):
            return call
        return replace(call, wanted=(self._together or {}).get(wanted, wanted))

    async def _with_all_alternatives(self, call: Call, got: Answer, keep: Keep | None) -> tuple[Call, Answer]:
        """
        A refused call once more with all of its alternatives that are held, or else as it was.

        Some frameworks, FastAPI among them, write what an operation wants at once as if any of it would do.
        """
        if got.response.status_code not in (401, 403) or call.wanted is None:
            return call, got
        wanted = call.wanted
        joined = joined_alternatives(self.credentials, wanted, self._config.api_key)
        if joined is None or not call.body.replayable:
            return call, got
        fuller = replace(call, wanted=(joined, *wanted))
        again = await answer(self._config, self.credentials, fuller, keep=keep)
        if again.response.status_code in (401, 403):
            return call, got
        self._together = {**(self._together or {}), wanted: (joined, *wanted)}
        return fuller, again

    def _doubts(self) -> Doubt:
        self._doubt = self._doubt or Doubt(self._config, self.credentials, self.directed)
        return self._doubt

    def _own_schemes(self) -> list[Scheme]:
        """The schemes that the session's own sign-in answers."""
        return [scheme for scheme in self.guide.schemes if holds_itself(self.credentials, scheme)]

    async def _is_lost(self, call: Call, got: Answer) -> bool:
        """Whether an answer says that the session's own sign-in isn't accepted any more."""
        status, credentials = got.response.status_code, self.credentials
        if status == 401:
            return await self._is_lost_by_401(call)
        if got.open or not credentials.own or not self._went_with_own(call):
            return False
        is_check = status == 200 and self._is_check(call)
        data, text = decode_body(got) if is_check or status in ABOUT_THE_INPUT else (None, "")
        if is_check:
            known = not self.guide.names_caller or is_somebody(data)
            was_known, credentials.vouched = credentials.vouched, known or credentials.vouched
            return was_known and not known
        if 200 <= status < 300 and not is_login_page(got.response, got.content):
            return False
        return may_mean_signed_out(got.response, data, text, got.content) and await self._doubts().resolve(
            self.guide, call, got
        )

    def _went_with_own(self, call: Call) -> bool:
        """Whether a call carried what the session was signed in with, and all that it was to carry."""
        if call.wanted is None or not any(call.wanted):
            return True
        choice = choose(self.credentials, call.wanted, self._config.api_key)
        return choice.own and choice.whole is not None

    async def _is_lost_by_401(self, call: Call) -> bool:
        """The same of a 401, which may also be about a credential that was added, or that is missing."""
        credentials = self.credentials
        if not credentials.own and credentials.added:
            return False
        if call.wanted is None or not credentials.own:
            return True
        choice = choose(credentials, call.wanted, self._config.api_key)
        if choice.whole is None or not choice.own:
            return not any(call.wanted)  # nothing was asked for, so nothing else can be meant
        if len(choice.whole) == 1 and len(self._own_schemes()) == 1 and len(call.wanted) == 1:
            return True
        return await self._doubts().ask(self.guide) is not False

    def _is_check(self, call: Call) -> bool:
        guide = self.guide
        return bool(guide.check) and call.method == "GET" and call.target == self._config.base.prefix + guide.check

    async def _went_on(self, call: Call, got: Answer, keep: Keep | None) -> Answer:
        """The answer; of a redirect to a login page that means nothing to this session, where it leads."""
        redirected = 300 <= got.response.status_code < 400 and got.response.status_code != 304
        if call.plain or not redirected or call.method not in ("GET", "HEAD") or not self.credentials.own:
            return got
        return await answer(self._config, self.credentials, replace(call, through=True), keep=keep)

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
            raise self._ended(call)

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
            raise self._ended(call)
        if result.outcome is not Outcome.RENEWED:
            raise Unavailable(
                "Your sign-in couldn't be renewed just now. Please try again in a moment.",
                api_status=result.api_status,
                retry_after=result.retry_after,
                request_id=call.request_id,
            )

    async def _renew_and_tell(self) -> Result:
        guard, endpoint = self.credentials.guard, self.endpoint
        result: Result = await (guard(self._renew_once, endpoint) if guard else self._renew_once())
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
        outcome = judge(endpoint, status, data, tokens, cookie_set=_sets_cookie(got, now), bare=is_bare(got))
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
        """The session is over: forget it and say so, once. Where a credential was added, it goes on by that."""
        if self.over:
            return
        if self.credentials.added:
            self.credentials.forget_own()
            return
        self.over = True
        self.credentials.clear()
        if self._on_unauthorized is not None:
            await _run(self._on_unauthorized)

    def _ended(self, call: Call) -> Unauthorized:
        """The error of a call whose sign-in is over; so is the session, unless another credential was added to it."""
        error = Unauthorized(
            "Your session has ended. Please sign in again.", api_status=401, request_id=call.request_id
        )
        error.ended = not self.credentials.added
        error.lacks = [] if error.ended else lacking(self.credentials, call.wanted, self._config.api_key)
        return error

    def reply(self, call: Call, got: Answer) -> Reply:
        """The answer that was hoped for, 2xx or 304, or the error that it is."""
        if got.response.is_success or got.response.status_code == 304:
            return build_reply(got.response, got.content, call.request_id, hides=self._config.api_key)
        error = error_of(self._config, call, got)
        raise explained(self._config, self.credentials, self.guide, call, got, error)

    async def sign_in(self, call: Call, token_field: str = "") -> Reply:
        """Send a plain call, and keep the tokens and cookies that it brings, in place of any from before."""
        await self._bring_csrf_token(call)
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
        """See a renewal through that is under way, and a question who one is."""
        for waiting in (self._doubt, self._renewals):
            if waiting is not None:
                await waiting.settled()


def _sets_cookie(got: Answer, now: float) -> bool:
    """Whether an answer sets a cookie, and doesn't just delete some."""
    return any(cookie.expires is None or cookie.expires > now for cookie in got.cookies)


async def _run(hook: Callable[..., Awaitable[None] | None], *arguments: Any) -> None:
    """A hook that fails is logged, and changes nothing about the answer, whichever call it belongs to."""
    try:
        done = hook(*arguments)
        if inspect.isawaitable(done):
            await done
    except Exception:
        logger.exception("%s failed", getattr(hook, "__qualname__", type(hook).__name__))
