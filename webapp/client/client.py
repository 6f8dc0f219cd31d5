"""
The One True Client.

An `APIClient` is one session's view of the API: its own cookies and tokens, on a transport that all sessions share. It
costs a few microseconds and a kilobyte or two, and knows nothing of browsers, pages or HTML.

A call that finds its access spent renews it, once for all who wait, and is then sent again, once. Reads are sent again
when no connection could be made; a write is otherwise sent exactly once. Redirects are followed only to read, and only
within the API.
"""

import logging
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import EllipsisType, TracebackType
from typing import Any, Self, TypeVar, Unpack

import httpx

from webapp import __version__
from webapp.client.access import Access, Hook, RenewedHook
from webapp.client.bodies import Content, Files, Form
from webapp.client.call import Call, prepare
from webapp.client.config import AuthHeaderFactory, ClientConfig, Clock, api_url, checked_headers
from webapp.client.credentials import Credentials
from webapp.client.log import log_failure, logger
from webapp.client.models import validator
from webapp.client.observer import ClientObserver
from webapp.client.options import Options
from webapp.client.pool import shared_transport
from webapp.client.refresh import RefreshEndpoint
from webapp.client.reply import Reply, StreamReply
from webapp.client.schemes import Guide
from webapp.client.turns import Turns
from webapp.client.wire import Keep
from webapp.client.writing import PLAIN, Writing
from webapp.errors import APIError, BadRequest, Unauthorized, UnsafePath

T = TypeVar("T")


class APIClient:
    """
    One session's client of the API.

    The verbs (`get`, `post`, ...) give decoded JSON, or None with the reason in `last_error`. `request` gives a whole
    `Reply` or raises from the tree in `webapp.errors`. Without a `transport` the client makes a pool of its own and
    closes it; a transport that it was given belongs to whoever made it. `api_key` goes along with everybody's calls and
    is hidden in what comes back. `on_unauthorized` is called once, when the session is over; `on_renewed` with the
    credentials to save, before anybody gets an answer by them. At most `renewals` sessions are renewed at once.
    """

    __slots__ = ("_access", "_closed", "_config", "_owns_transport", "last_error")

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
        api_key_in: str = "header",
        writing: Writing = PLAIN,
        headers: Mapping[str, str] | None = None,
        on_unauthorized: Hook | None = None,
        on_renewed: RenewedHook | None = None,
        timeout: float = 10.0,
        connect_timeout: float = 5.0,
        max_body: int = 32 * 1024 * 1024,
        renewals: int = 20,
        lends: bool = True,
        clock: Clock = time.time,
        observer: ClientObserver | None = None,
    ) -> None:
        config = ClientConfig.of(
            api_url() if base_url is None else base_url,
            transport=shared_transport() if transport is None else transport,
            headers={"user-agent": f"webapp/{__version__}", **checked_headers(headers or {})},
            timeout=timeout,
            connect_timeout=connect_timeout,
            max_body=max_body,
            clock=clock,
            key=(api_key_in, api_key_name, api_key or ""),
            auth_header_factory=auth_header_factory,
            renewals=Turns(renewals),
            lends=lends,
            observer=observer,
            writing=writing,
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
        self._access = Access(config, endpoint, credentials or Credentials(), on_unauthorized, on_renewed)
        self._closed = self._owns_transport = False
        self.last_error: APIError | None = None

    def for_session(
        self,
        credentials: Credentials | None = None,
        *,
        refresh: RefreshEndpoint | None = None,
        on_unauthorized: Hook | None = None,
        on_renewed: RenewedHook | None = None,
        guide: Guide | None = None,
    ) -> Self:
        """
        A client for another session of the same API: nothing shared but the settings and the transport.

        It renews, and knows its way about, as this one does unless it's told how to.
        """
        client = object.__new__(type(self))
        client._begin(self._config, refresh or self._access.endpoint, credentials, on_unauthorized, on_renewed)
        client.guide = self.guide if guide is None else guide
        return client

    def with_bearer(self, token: str) -> Self:
        """A client for whoever holds `token`."""
        return self.for_session(Credentials(token))

    def renew_with(self, endpoint: RefreshEndpoint) -> None:
        """Renew by `endpoint` from now on, where nothing was known of a way to."""
        if self._access.endpoint is None:
            self._access.endpoint = endpoint

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """End this client and its session: a renewal under way is seen through, a transport of its own is closed."""
        if self._closed:
            return
        self._closed = self._access.over = True  # no call that still waits begins another renewal
        try:
            await self._access.settle()
        finally:
            if self._owns_transport:
                await self._config.transport.aclose()

    def __repr__(self) -> str:
        return f"<APIClient {self.base_url} {self.credentials!r}>"

    @property
    def config(self) -> ClientConfig:
        """What all its sessions share."""
        return self._config

    @property
    def base_url(self) -> str:
        """The API's address, without a slash at its end."""
        return self._config.base.origin + self._config.base.prefix

    @property
    def credentials(self) -> Credentials:
        """What this session is known by."""
        return self._access.credentials

    @property
    def guide(self) -> Guide:
        """What is known of who may call what."""
        return self._access.guide

    @guide.setter
    def guide(self, guide: Guide) -> None:
        self._access.guide = guide

    @property
    def signed_in(self) -> bool:
        """Whether there is anything that authenticates this session."""
        return self._access.credentials.present

    @property
    def over(self) -> bool:
        """Whether the session has ended: it was refused a renewal, signed out, or closed."""
        return self._access.over

    def clear_cookies(self) -> None:
        """Forget the API's cookies, and nothing else."""
        self.credentials.cookies.clear()

    # For callers who check: decoded JSON, or None.

    async def get(self, path: str, **options: Unpack[Options]) -> Any:
        """The decoded answer, or None."""
        return await self._forgiving("GET", path, **options)

    async def post(self, path: str, json: Any = ..., **options: Unpack[Options]) -> Any:
        """Create or do; the decoded answer, or None."""
        return await self._forgiving("POST", path, json=json, **options)

    async def put(self, path: str, json: Any = ..., **options: Unpack[Options]) -> Any:
        """Replace; the decoded answer, or None."""
        return await self._forgiving("PUT", path, json=json, **options)

    async def patch(self, path: str, json: Any = ..., **options: Unpack[Options]) -> Any:
        """Change; the decoded answer, or None."""
        return await self._forgiving("PATCH", path, json=json, **options)

    async def delete(self, path: str, json: Any = ..., **options: Unpack[Options]) -> Any:
        """Delete; the decoded answer, or None, which is also what a 204 gives: `last_error` tells."""
        return await self._forgiving("DELETE", path, json=json, **options)

    async def post_form(self, path: str, data: Form, **options: Unpack[Options]) -> Any:
        """Post an urlencoded form; the decoded answer, or None."""
        return await self._forgiving("POST", path, data=data, **options)

    async def post_multipart(
        self, path: str, data: Form | None = None, *, files: Files, **options: Unpack[Options]
    ) -> Any:
        """Upload files, with fields; the decoded answer, or None."""
        return await self._forgiving("POST", path, data=data, files=files, **options)

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
        json: Any | EllipsisType = ...,
        data: Form | None = None,
        files: Files | None = None,
        content: Content | None = None,
        **options: Unpack[Options],
    ) -> Reply:
        """
        The API's answer, 2xx or 304; for any other, or none, an error from `webapp.errors`.

        The body is one of: `json` (None is JSON's null), `data` (a form) with or without `files`, `content`.
        """
        return await self._request(
            method, path, logging.INFO, json=json, data=data, files=files, content=content, **options
        )

    async def _request(self, method: str, path: str, level: int, **options: Any) -> Reply:
        call = self._prepare(method, path, **options)
        try:
            return self._access.reply(call, await self._access.answer(call))
        except APIError as error:
            log_failure(call, error, level)
            raise

    def _prepare(self, method: str, path: str, **options: Any) -> Call:
        self._check_open()
        return self._made(method, path, **options)

    def _made(self, method: str, path: str, **options: Any) -> Call:
        return self._access.directed(prepare(self._config, method, path, **options), path)

    def _check_open(self) -> None:
        """A session can be dropped under a request that uses it; closing a pool of one's own too early is a mistake."""
        if self._closed and self._owns_transport:
            raise RuntimeError("This client is closed.")
        if self._closed:
            error = Unauthorized("The session has ended.")
            error.ended = True
            raise error

    async def get_model(self, path: str, model: type[T], **options: Unpack[Options]) -> T:
        """The answer as `model`, which is anything that pydantic can validate."""
        return validator(model)(await self.request("GET", path, **options))

    async def post_model(
        self, path: str, model: type[T], *, json: Any = ..., data: Form | None = None, **options: Unpack[Options]
    ) -> T:
        """Post, and the answer as `model`."""
        return validator(model)(await self.request("POST", path, json=json, data=data, **options))

    @asynccontextmanager
    async def stream(
        self,
        method: str,
        path: str,
        *,
        json: Any | EllipsisType = ...,
        data: Form | None = None,
        content: Content | None = None,
        idle_timeout: float | None = 60.0,
        **options: Unpack[Options],
    ) -> AsyncIterator[StreamReply]:
        """
        An answer to be read as it comes: downloads, server-sent events.

        `timeout` ends with the headers; from then on only silence for `idle_timeout` seconds is an error.
        """
        call = self._prepare(method, path, json=json, data=data, content=content, **{"lasts": True, **options})
        reply = await self._open(call, lambda _: True, idle_timeout)
        try:
            yield reply if isinstance(reply, StreamReply) else StreamReply.of(reply)
        finally:
            if isinstance(reply, StreamReply):
                await reply.aclose()

    async def ask(
        self,
        method: str,
        path: str,
        *,
        keep: Keep,
        json: Any | EllipsisType = ...,
        data: Form | None = None,
        content: Content | None = None,
        idle_timeout: float | None = 60.0,
        **options: Unpack[Options],
    ) -> Reply | StreamReply:
        """
        The answer as `request` gives it; or, where `keep` says so of its headers, one to be read by whoever asks.

        That one has to be closed. For what may turn out to be anything: something to show, or a file of any size.
        """
        call = self._prepare(method, path, json=json, data=data, content=content, **options)
        return await self._open(call, keep, idle_timeout)

    async def _open(self, call: Call, keep: Keep, idle_timeout: float | None) -> Reply | StreamReply:
        try:
            got = await self._access.answer(call, keep=keep)
            if got.open:
                return StreamReply(got.response, call.request_id, idle_timeout, hides=self._config.api_key)
            return self._access.reply(call, got)
        except APIError as error:
            log_failure(call, error)
            raise

    # Signing in and out.

    async def sign_in(
        self,
        path: str,
        *,
        method: str = "POST",
        token_field: str = "",
        **options: Any,
    ) -> Reply:
        """
        Post what the user gave, and keep the tokens and cookies that come back, in place of any from before.

        `token_field` is where the token is in the answer, if not where it usually is; `options` are those of `request`.
        Nothing is renewed and nothing ends here: a 401 says that the password is wrong. To a GET, as browsers send it
        on their way from one page to the next, a redirect is an answer like any other.
        """
        call = self._prepare(method, path, plain=True, **options)
        try:
            return await self._access.sign_in(call, token_field)
        except APIError as error:
            log_failure(call, error)
            raise

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
        self._check_open()

        def call(fallback: Any) -> Call:
            # Whoever finds the session over meanwhile may close this client; the API is told all the same.
            body = fallback if json is ... and data is None else json
            return self._made(method, path, data=data, json=body, headers=headers, timeout=timeout)

        return await self._access.sign_out(call)
