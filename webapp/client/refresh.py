"""
Renewal of a session's access, once for all who wait for it.

However many calls find the access token spent, one request goes to the refresh endpoint; everybody waits for it and
then tries again once. It runs as a task of its own, so it outlives the browser that started it: a rotated token is
never lost half-way. Of all sessions together only so many are renewed at once, the others in turn, so that an API
whose tokens all end together isn't brought down by that. Only a refusal ends a session. Anything else leaves it as it
was, and when the API may have taken the token without our learning of the new one, the same token isn't shown again
for a while: replaying it is what makes careful APIs revoke everything.
"""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from enum import Enum
from types import MappingProxyType
from typing import Any, Literal

from webapp.client.bodies import Body, encode_body
from webapp.client.config import ClientConfig
from webapp.client.credentials import Credentials
from webapp.client.tokens import Tokens
from webapp.client.turns import Turns
from webapp.record import record


@record(frozen=True, slots=True)
class RefreshEndpoint:
    """
    Where and how access is renewed.

    `cookie`: an empty POST, the API knows its refresh cookie (named `cookie`, if it's known).
    `grant`: OAuth 2's refresh_token grant, a form. `json`: the token in the member `field` of an object.
    `extra` goes along: client_id, scope, mode; so do the `headers`. `token_field` is where the answer has the token, if
    not where it usually is. After a known failure there is a `pause`, after an unknown outcome a `quarantine`, both in
    seconds from when the request was sent.

    Where somebody else than the API renews, `elsewhere` says how to reach them (a client's `config`): they are
    shown the refresh token, and no cookie or key of the API's.
    """

    path: str
    kind: Literal["cookie", "grant", "json"] = "cookie"
    field: str = "refresh_token"
    cookie: str | None = None
    extra: Mapping[str, str] = dataclasses.field(default_factory=lambda: MappingProxyType({}), repr=False)
    headers: Mapping[str, str] = dataclasses.field(default_factory=lambda: MappingProxyType({}), repr=False)
    token_field: str = ""
    elsewhere: ClientConfig | None = dataclasses.field(default=None, repr=False)
    timeout: float = 10.0
    pause: float = 1.0
    quarantine: float = 30.0


class Outcome(Enum):
    """How a renewal ended."""

    RENEWED = "renewed"
    REFUSED = "refused"
    FAILED = "failed"  # answered, but not with tokens
    UNSENT = "unsent"  # the request never left, or not yet
    UNKNOWN = "unknown"  # sent, and no answer


@record(frozen=True, slots=True)
class Result:
    """One renewal's outcome; `retry_after` in seconds."""

    outcome: Outcome
    detail: str = ""
    api_status: int | None = None
    retry_after: float | None = None


class Renewals:
    """One session's renewals, of which at most one runs at a time; `turns` are all sessions'."""

    __slots__ = ("_clock", "_endpoint", "_failure", "_not_before", "_run", "_task", "_turns")

    def __init__(
        self,
        endpoint: RefreshEndpoint,
        run: Callable[[], Awaitable[Result]],
        turns: Turns,
        clock: Callable[[], float],
    ) -> None:
        self._endpoint = endpoint
        self._run = run
        self._turns = turns
        self._clock = clock
        self._task: asyncio.Task[Result] | None = None
        self._failure: Result | None = None
        self._not_before = 0.0

    async def renew(self) -> Result:
        """The result of the renewal that runs, or else of a new one, or of the one that failed just now."""
        if self._task is None:
            if (failure := self._failed_just_now()) is not None:
                return failure
            self._task = asyncio.create_task(self._renew(), name="webapp-renewal")
        elif self._task is asyncio.current_task():
            return Result(Outcome.FAILED, "A renewal can't wait for itself.")
        return await asyncio.shield(self._task)

    def begin(self) -> bool:
        """Start one that nobody waits for, unless somebody is kept waiting by it who has to; says whether one runs."""
        if self._task is None and not self._turns.all_taken and self._failed_just_now() is None:
            self._task = asyncio.create_task(self._renew(), name="webapp-renewal")
        return self._task is not None

    def forget(self) -> None:
        """Take the next renewal for one of other credentials, which nothing has gone wrong with."""
        self._failure = None

    async def settled(self) -> None:
        """Wait for the renewal that runs, if one does."""
        if self._task is not None and self._task is not asyncio.current_task():
            await asyncio.wait([self._task])

    def _failed_just_now(self) -> Result | None:
        if self._failure is None or not 0 < (wait := self._not_before - self._clock()) <= _LONGEST_PAUSE:
            return None
        return replace(self._failure, retry_after=wait)

    async def _renew(self) -> Result:
        try:
            async with self._turns.take() as has_come:
                if not has_come:
                    return Result(Outcome.UNSENT, retry_after=self._endpoint.pause)
                began = self._clock()
                result = await self._run()
            return self._remembered(result, began)
        finally:
            self._task = None

    def _remembered(self, result: Result, began: float) -> Result:
        self._failure = result if result.outcome in (Outcome.FAILED, Outcome.UNKNOWN) else None
        now = self._clock()
        if result.outcome is Outcome.UNKNOWN:
            self._not_before = began + self._endpoint.quarantine
            return replace(result, retry_after=max(self._not_before - now, 0.0))
        self._not_before = now + min(result.retry_after or self._endpoint.pause, _LONGEST_PAUSE)
        return result


_LONGEST_PAUSE = 60.0


def can_renew(endpoint: RefreshEndpoint, credentials: Credentials, path: str, now: float) -> bool:
    """Whether there is something to show at `path`, the refresh endpoint's whole path."""
    if endpoint.kind != "cookie":
        return credentials.refresh_token is not None
    if endpoint.cookie is not None:
        return credentials.cookies.get(endpoint.cookie, path, now) is not None
    return credentials.cookies.header(path, now) is not None


def renewal_body(endpoint: RefreshEndpoint, credentials: Credentials) -> Body:
    """What is sent to the refresh endpoint."""
    if endpoint.kind == "grant":
        form = {"grant_type": "refresh_token", "refresh_token": credentials.refresh_token, **endpoint.extra}
        return encode_body("POST", ..., form, None, None)
    if endpoint.kind == "json":
        return encode_body("POST", {endpoint.field: credentials.refresh_token, **endpoint.extra}, None, None, None)
    return encode_body("POST", dict(endpoint.extra) or ..., None, None, None)


def judge(
    endpoint: RefreshEndpoint, status: int, data: Any, tokens: Tokens, *, cookie_set: bool, bare: bool
) -> Outcome:
    """What an answer of the refresh endpoint means; `bare` when it has no body."""
    if 200 <= status < 300:
        renewed = tokens.access is not None or (endpoint.kind == "cookie" and cookie_set)
        return Outcome.RENEWED if renewed else Outcome.FAILED
    if status == 504:
        return Outcome.UNKNOWN  # somebody in between gave up waiting; the API may be at it still
    return Outcome.REFUSED if _is_refusal(endpoint, status, data, bare) else Outcome.FAILED


def _is_refusal(endpoint: RefreshEndpoint, status: int, data: Any, bare: bool) -> bool:
    """Whether it's the API that refuses the token: a proxy or a firewall in between has these statuses too."""
    if status not in (400, 401, 403):
        return False
    if not isinstance(data, Mapping):
        return bare and status == 401 and endpoint.kind != "grant"
    error = data.get("error")
    if endpoint.kind != "grant":
        return not (isinstance(error, str) and error in _NOT_THE_TOKEN)
    if isinstance(error, str):
        return error in _SPENT
    return status == 401


# RFC 6749, 5.2, and RFC 8628: our set-up is wrong, or the API busy, but not the user's session over.
_NOT_THE_TOKEN = frozenset(
    (
        "invalid_client",
        "invalid_request",
        "invalid_scope",
        "server_error",
        "slow_down",
        "temporarily_unavailable",
        "unauthorized_client",
        "unsupported_grant_type",
    )
)
_SPENT = ("invalid_grant", "invalid_token", "expired_token", "token_expired")
