"""
The One True Client.

An `APIClient` is one session's view of the API: its own cookies and tokens, on a transport that all sessions share. It
costs a few microseconds and a kilobyte or two, and knows nothing of browsers, pages or HTML.

A call that finds its access spent renews it, once for all who wait (`refresh.py`), and is then sent again, once. Reads
are sent again when no connection could be made; a write is otherwise sent exactly once. Redirects are followed only for
reads, and only within the API.
"""

import inspect
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from types import EllipsisType, TracebackType
from typing import Any, Self, TypeVar

import httpx

from webapp import __version__
from webapp.client.bodies import Content, Files, Form
from webapp.client.config import AuthHeaderFactory, BaseURL, ClientConfig, Clock, api_url, checked_headers
from webapp.client.credentials import Credentials
from webapp.client.inflate import ACCEPTED_ENCODINGS
from webapp.client.models import validator
from webapp.client.paths import Params, join
from webapp.client.pool import shared_transport
from webapp.client.redaction import loggable
from webapp.client.refresh import Outcome, RefreshEndpoint, Renewals, Result, can_renew, judge, renewal_body
from webapp.client.reply import Reply, ReplyKind, StreamReply, build_reply
from webapp.client.tokens import find_tokens
from webapp.client.wire import Answer, Call, answer, decode_error, error_of, prepare, retry_after
from webapp.errors import APIError, BadRequest, Unauthorized, Unavailable, UnsafePath

Hook = Callable[[], Awaitable[None] | None]
RenewedHook = Callable[[Credentials], Awaitable[None] | None]
T = TypeVar("T")

logger = logging.getLogger("webapp.client")


class APIClient:
    """
    One session's client of the API.

    The verbs (`get`, `post`, ...) give decoded JSON, or None with the reason in `last_error`. `request` gives a whole
    `Reply` or raises from the tree in `webapp.errors`. Without a `transport` the client makes a pool of its own and
    closes it; a transport that it was given belongs to whoever made it. `over` says that the session has ended: it was
    refused a renewal, or signed out.
    """

    __slots__ = (
        "_closed",
        "_config",
        "_endpoint",
        "_on_renewed",
        "_on_unauthorized",
        "_owns_transport",
        "_renewals",
        "credentials",
        "last_error",
        "over",
    )

    def __init__(
        self,
        base_url: str | None = None,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        credentials: Credentials | None = None,
        refresh: RefreshEndpoint | None = None,
        auth_header_factory: AuthHeaderFactory | None = None,
        api_key: str | None = None,
        api_key_name: str = "X-API-Key",
        headers: Mapping[str, str] | None = None,
        on_unauthorized: Hook | None = None,
        on_renewed: RenewedHook | None = None,
        timeout: float = 10.0,
        connect_timeout: float = 5.0,
        max_body: int = 32 * 1024 * 1024,
        clock: Clock = time.time,
    ) -> None:
        base = BaseURL.parse(api_url() if base_url is None else base_url)
        given = checked_headers(headers or {})
        user_agent = given.pop("user-agent", f"webapp/{__version__}")
        config = ClientConfig(
            base=base,
            transport=shared_transport() if transport is None else transport,
            headers={
                "host": base.url.netloc.decode(),
                "accept": "application/json",
                "accept-encoding": ACCEPTED_ENCODINGS,
                "user-agent": user_agent,
                **given,
            },
            user_agent=user_agent,
            timeout=timeout,
            connect_timeout=connect_timeout,
            max_body=max_body,
            clock=clock,
            api_key=api_key,
            api_key_name=next(iter(checked_headers({api_key_name: api_key or ""}))),
            auth_header_factory=auth_header_factory,
        )
        self._begin(config, refresh, credentials, on_unauthorized, on_renewed)
        self._owns_transport = transport is None

    def _begin(
        self,
        config: ClientConfig,
        endpoint: RefreshEndpoint | None,
        credentials: Credentials | None,
        on_unauthorized: Hook | None,
        on_renewed: RenewedHook | None,
    ) -> None:
        self._config = config
        self._endpoint = endpoint
        self._on_unauthorized = on_unauthorized
        self._on_renewed = on_renewed
        self._renewals: Renewals | None = None
        self._closed = self._owns_transport = False
        self.credentials = Credentials() if credentials is None else credentials
        self.last_error: APIError | None = None
        self.over = False

    def for_session(
        self,
        credentials: Credentials | None = None,
        *,
        refresh: RefreshEndpoint | None = None,
        on_unauthorized: Hook | None = None,
        on_renewed: RenewedHook | None = None,
    ) -> Self:
        """
        A client for another session of the same API: nothing shared but the settings and the transport.

        It renews as this one does unless it's told how to.
        """
        client = object.__new__(type(self))
        client._begin(self._config, refresh or self._endpoint, credentials, on_unauthorized, on_renewed)
        return client

    def with_bearer(self, token: str) -> Self:
        """A client for whoever holds `token`."""
        return self.for_session(Credentials(token))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """End this client: a renewal under way is seen through, a transport of its own is closed."""
        if self._closed:
            return
        self._closed = True
        if self._renewals is not None:
            await self._renewals.settled()
        if self._owns_transport:
            await self._config.transport.aclose()

    def __repr__(self) -> str:
        return f"<APIClient {self.base_url} {self.credentials!r}>"

    @property
    def base_url(self) -> str:
        """The API's address, without a slash at its end."""
        return self._config.base.origin + self._config.base.prefix

    @property
    def signed_in(self) -> bool:
        """Whether there is anything that authenticates this session."""
        return self.credentials.present

    def clear_cookies(self) -> None:
        """Forget the API's cookies, and nothing else."""
        self.credentials.cookies.clear()

    # For callers who check: decoded JSON, or None.

    async def get(
        self,
        path: str,
        *,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Any:
        """The decoded answer, or None."""
        return await self._forgiving("GET", path, params=params, headers=headers, timeout=timeout)

    async def post(
        self,
        path: str,
        json: Any = ...,
        *,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Any:
        """Create or do; the decoded answer, or None."""
        return await self._forgiving("POST", path, json=json, params=params, headers=headers, timeout=timeout)

    async def put(
        self,
        path: str,
        json: Any = ...,
        *,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Any:
        """Replace; the decoded answer, or None."""
        return await self._forgiving("PUT", path, json=json, params=params, headers=headers, timeout=timeout)

    async def patch(
        self,
        path: str,
        json: Any = ...,
        *,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Any:
        """Change; the decoded answer, or None."""
        return await self._forgiving("PATCH", path, json=json, params=params, headers=headers, timeout=timeout)

    async def delete(
        self,
        path: str,
        json: Any = ...,
        *,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Any:
        """Delete; the decoded answer, or None, which is also what a 204 gives: `last_error` tells."""
        return await self._forgiving("DELETE", path, json=json, params=params, headers=headers, timeout=timeout)

    async def post_form(
        self,
        path: str,
        data: Form,
        *,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Any:
        """Post an urlencoded form; the decoded answer, or None."""
        return await self._forgiving("POST", path, data=data, params=params, headers=headers, timeout=timeout)

    async def post_multipart(
        self,
        path: str,
        data: Form | None = None,
        *,
        files: Files,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Any:
        """Upload files, with fields; the decoded answer, or None."""
        return await self._forgiving(
            "POST", path, data=data, files=files, params=params, headers=headers, timeout=timeout
        )

    async def _forgiving(self, method: str, path: str, **options: Any) -> Any:
        try:
            reply = await self._request(method, path, logging.WARNING, **options)
        except APIError as error:
            self.last_error = error
            return None
        except UnsafePath as error:
            logger.warning("%s refused: %s", method, error)
            self.last_error = BadRequest(str(error))
            return None
        self.last_error = None
        return reply.data

    # For callers who catch.

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        json: Any | EllipsisType = ...,
        data: Form | None = None,
        files: Files | None = None,
        content: Content | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Reply:
        """The API's answer, 2xx or 304; for any other, or none, an error from `webapp.errors`."""
        return await self._request(
            method,
            path,
            logging.INFO,
            params=params,
            json=json,
            data=data,
            files=files,
            content=content,
            headers=headers,
            timeout=timeout,
        )

    async def _request(self, method: str, path: str, level: int, **options: Any) -> Reply:
        call = prepare(self._config, method, path, **options)
        try:
            return self._reply(call, await self._authenticated(call))
        except APIError as error:
            _log(call, error, level)
            raise

    def _reply(self, call: Call, got: Answer) -> Reply:
        if got.response.is_success or got.response.status_code == 304:
            return build_reply(got.response, got.content, call.request_id)
        raise error_of(self._config, call, got)

    async def get_model(
        self,
        path: str,
        model: type[T],
        *,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> T:
        """The answer as `model`, which is anything that pydantic can validate."""
        validate = validator(model)
        return validate(await self.request("GET", path, params=params, headers=headers, timeout=timeout))

    async def post_model(
        self,
        path: str,
        model: type[T],
        *,
        json: Any = ...,
        data: Form | None = None,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> T:
        """Post, and the answer as `model`."""
        validate = validator(model)
        return validate(
            await self.request("POST", path, json=json, data=data, params=params, headers=headers, timeout=timeout)
        )

    @asynccontextmanager
    async def stream(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        json: Any | EllipsisType = ...,
        data: Form | None = None,
        content: Content | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        idle_timeout: float | None = 60.0,
    ) -> AsyncIterator[StreamReply]:
        """
        An answer to be read as it comes: downloads, server-sent events.

        `timeout` ends with the headers; from then on only silence for `idle_timeout` seconds is an error.
        """
        call = prepare(
            self._config,
            method,
            path,
            params=params,
            json=json,
            data=data,
            content=content,
            headers=headers,
            timeout=timeout,
        )
        try:
            got = await self._authenticated(call, keep_open=True)
            if not got.response.is_success and got.response.status_code != 304:
                raise error_of(self._config, call, got)
        except APIError as error:
            _log(call, error, logging.INFO)
            raise
        try:
            yield StreamReply(got.response, call.request_id, idle_timeout)
        finally:
            await got.response.aclose()

    # Signing in and out.

    async def sign_in(
        self,
        path: str,
        *,
        data: Form | None = None,
        json: Any | EllipsisType = ...,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Reply:
        """
        Post what the user gave, and keep the tokens and cookies that come back, in place of any from before.

        Nothing is renewed and nothing ends here: a 401 says that the password is wrong.
        """
        call = prepare(self._config, "POST", path, data=data, json=json, headers=headers, timeout=timeout, plain=True)
        try:
            got = await answer(self._config, self.credentials, call)
            response = got.response
            if 300 <= response.status_code < 400 and got.cookies:
                reply = Reply(response.status_code, response.headers, None, ReplyKind.NO_CONTENT, b"", call.request_id)
            else:
                reply = self._reply(call, got)
        except APIError as error:
            _log(call, error, logging.INFO)
            raise
        tokens = find_tokens(reply.data)
        if tokens.access or got.cookies:
            self.credentials.adopt(tokens, got.cookies, self._config.clock())
            self.over = False
        return reply

    async def sign_out(
        self,
        path: str,
        *,
        method: str = "POST",
        data: Form | None = None,
        json: Any | EllipsisType = ...,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> bool:
        """
        End the session at the API, renewing its access first if need be, and forget the credentials in any case.

        Says whether the API confirmed. Where the refresh token travels in bodies, it is sent when no other body is.
        """
        prepare(self._config, method, path, data=data, json=json, headers=headers)  # an unsafe path ends nothing
        self.over = True  # from here on nobody else's call starts a renewal, whose tokens would outlive this
        try:
            if self._renewals is not None:
                await self._renewals.settled()
            if not self.signed_in:
                return False
            return await self._end_at_api(path, method, data=data, json=json, headers=headers, timeout=timeout)
        finally:
            self.credentials.clear()

    async def _end_at_api(self, path: str, method: str, **options: Any) -> bool:
        for attempt in (1, 2):
            body = options
            endpoint = self._endpoint
            if endpoint is not None and endpoint.kind == "json" and options["json"] is ... and options["data"] is None:
                body = {**options, "json": {endpoint.field: self.credentials.refresh_token, **endpoint.extra}}
            call = prepare(self._config, method, path, **body)
            try:
                got = await answer(self._config, self.credentials, call)
                if got.response.status_code == 401 and attempt == 1 and self._has_renewal():
                    match (await self._renewal().renew()).outcome:
                        case Outcome.RENEWED:
                            continue
                        case Outcome.REFUSED:
                            return True  # the API has ended it already
                self._reply(call, got)
            except APIError as error:
                _log(call, error, logging.WARNING)
                return False
            return True
        return False

    # What happens to a call on its way.

    async def _authenticated(self, call: Call, *, keep_open: bool = False) -> Answer:
        """The API's answer, of any status, renewing the session's access where that's what was missing."""
        if self._closed:
            raise RuntimeError("This client is closed.")
        credentials = self.credentials
        if credentials.renew_at is not None:
            await self._renew_early(credentials.renew_at, call)
        generation, known = credentials.generation, self._is_known()
        got = await answer(self._config, credentials, call, keep_open=keep_open)
        if got.response.status_code != 401:
            return got
        if generation == credentials.generation:
            if not self._can_renew():
                if known:
                    await self._end()
                    raise _ended(call)
                return got
            await self._renew_for(call)
        elif self.over:
            raise _ended(call)
        if not call.body.replayable:
            raise Unavailable("The sign-in was renewed meanwhile; please send this again.", request_id=call.request_id)
        return await answer(self._config, credentials, call, keep_open=keep_open)

    async def _renew_early(self, due: float, call: Call) -> None:
        """Save the call a 401 where the token's end is known; a renewal that fails is the call's own to find out."""
        if due <= self._config.clock() and self._can_renew():
            result = await self._renewal().renew()
            if result.outcome is Outcome.REFUSED:
                raise _ended(call)

    def _is_known(self) -> bool:
        return self.credentials.present or self._config.auth_header_factory is not None

    def _can_renew(self) -> bool:
        return not self.over and self._has_renewal()

    def _has_renewal(self) -> bool:
        endpoint, config = self._endpoint, self._config
        if endpoint is None:
            return False
        path = join(config.base.prefix, endpoint.path).partition("?")[0]
        return self.credentials.present and can_renew(endpoint, self.credentials, path, config.clock())

    def _renewal(self) -> Renewals:
        if self._renewals is None:
            assert self._endpoint is not None
            self._renewals = Renewals(self._endpoint, self._renew_once, self._config.clock)
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

    async def _renew_once(self) -> Result:
        """The one request of a renewal, with all that follows from its answer."""
        endpoint, config, credentials = self._endpoint, self._config, self.credentials
        assert endpoint is not None
        generation = credentials.generation
        body = renewal_body(endpoint, credentials)
        call = prepare(config, "POST", endpoint.path, body=body, timeout=endpoint.timeout, plain=True)
        try:
            got = await answer(config, credentials, call)
        except APIError as error:
            _log(call, error, logging.WARNING)
            unsent = isinstance(error.__cause__, httpx.ConnectError | httpx.ConnectTimeout)
            return Result(Outcome.UNSENT if unsent else Outcome.UNKNOWN)
        status = got.response.status_code
        data, _ = decode_error(got)
        tokens = find_tokens(data)
        now = config.clock()
        cookie_set = any(cookie.expires is None or cookie.expires > now for cookie in got.cookies)
        outcome = judge(endpoint, status, data, tokens, cookie_set=cookie_set)
        if credentials.generation != generation:
            return Result(Outcome.RENEWED)  # a sign-in came first; its credentials stay as they are
        if outcome is Outcome.RENEWED:
            credentials.renew(tokens, got.cookies, now)
            if self._on_renewed is not None:
                await _run(self._on_renewed, credentials)
        elif outcome is Outcome.REFUSED:
            await self._end()
        else:
            _log(call, error_of(config, call, got), logging.WARNING)
        return Result(outcome, api_status=status, retry_after=retry_after(config, got))

    async def _end(self) -> None:
        """The session is over: forget it and say so, once."""
        if self.over:
            return
        self.over = True
        self.credentials.clear()
        if self._on_unauthorized is not None:
            await _run(self._on_unauthorized)


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


def _log(call: Call, error: APIError, level: int) -> None:
    """The call and its outcome; never a header, a body, or the API's words, which may echo what was submitted."""
    logger.log(
        max(level, logging.WARNING) if error.status >= 500 else level,
        "%s %s -> %s %s [%s]%s",
        call.method,
        loggable(call.target),
        error.api_status or "no answer",
        type(error).__name__,
        call.request_id,
        f" ({type(error.__cause__).__name__})" if error.__cause__ is not None else "",
    )
