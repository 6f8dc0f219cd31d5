"""A browser's cookie in, its session and API client for the app, a cookie out when that changed."""

from collections.abc import Callable
from urllib.parse import quote

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from webapp.client import APIClient
from webapp.sessions.cookie import SessionCookie
from webapp.sessions.registry import SessionRegistry
from webapp.sessions.session import Session


class SessionMiddleware:
    """
    Sets `request.state.session` and `request.state.api`, one APIClient for each browser session.

    What `request.state.session` holds when the answer starts is the browser's session from then on; nothing is
    written while it stays the same. If the API ended the session on the way, the answer is replaced by what
    `on_ended(request)` makes, whatever the handler did about it.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        registry: SessionRegistry,
        cookie: SessionCookie,
        client: Callable[[], APIClient],
        on_ended: Callable[[Request], ASGIApp],
        https: bool | None = None,
    ) -> None:
        self.app = app
        self._registry = registry
        self._cookie = cookie
        self._client = client
        self._on_ended = on_ended
        self._https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        loaded = self._load(scope)
        state = scope.setdefault("state", {})
        state["session"], state["api"] = loaded, loaded.api
        replaced = False

        async def send_with_cookie(message: Message) -> None:
            nonlocal replaced
            if replaced:
                return
            if message["type"] == "http.response.start":
                if state["session"] is loaded and loaded.kept and loaded.api.over:
                    replaced = True
                    state["session"] = Session.stranger(loaded.api, owner=loaded.owner)
                    await self._on_ended(Request(scope))(scope, receive, send_changed)
                    return
                message = await self._settle(scope, loaded, message)
            await send(message)

        async def send_changed(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = await self._settle(scope, loaded, message)
            await send(message)

        await self.app(scope, receive, send_with_cookie)

    def _load(self, scope: Scope) -> Session:
        owner = ""
        for session_id in self._cookie.find(scope["headers"], secure=self._secure(scope), path=_cookie_path(scope)):
            if (session := self._registry.get(session_id)) is not None:
                return session
            owner = owner or self._registry.former_owner(session_id)
        return Session.stranger(self._client(), owner=owner)

    async def _settle(self, scope: Scope, loaded: Session, message: Message) -> Message:
        session: Session = scope["state"]["session"]
        if session is loaded:
            return message
        if loaded.id is not None:
            await self._registry.remove(loaded.id)
        secure, path = self._secure(scope), _cookie_path(scope)
        if session.id is not None:
            await self._registry.add(session)
            header = self._cookie.write(session.id, secure=secure, path=path)
        else:
            header = self._cookie.delete(secure=secure, path=path)
        MutableHeaders(scope=message).append("Set-Cookie", header)
        return message

    def _secure(self, scope: Scope) -> bool:
        return scope["scheme"] == "https" if self._https is None else self._https


def _cookie_path(scope: Scope) -> str:
    return quote(scope.get("root_path", "").rstrip("/")) or "/"
