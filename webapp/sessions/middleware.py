"""A browser's cookie in, its session and API client for the app, a cookie out when that changed."""

import logging
from collections.abc import Awaitable, Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from webapp.client import APIClient
from webapp.errors import StoreUnavailable
from webapp.record import record
from webapp.sessions.activity import is_attended
from webapp.sessions.addresses import address_key
from webapp.sessions.audit import audit
from webapp.sessions.bounces import MOST, QUICK, Bounces
from webapp.sessions.contract import Ending, Former, Registry, TooManySessions
from webapp.sessions.cookie import SessionCookie, mount_path
from webapp.sessions.session import Session, key_of
from webapp.settings import is_https

logger = logging.getLogger("webapp.sessions")

Page = Callable[[Request], Awaitable[ASGIApp]]


@record(frozen=True, slots=True)
class Instead:
    """What is answered in place of whatever the handler made."""

    ended: Page
    """The session has ended on the way."""
    looping: Page
    """It has again, right after signing in; once more would help nobody."""
    full: Page
    """There is no room for the session that has begun."""
    unknown: Page
    """Nobody can say just now whose request it is, or keep whose it is from now on."""


class SessionMiddleware:
    """
    Sets `request.state.session` and `request.state.api`, one APIClient for each browser session.

    What `request.state.session` holds when the answer starts is the browser's session from then on; nothing is
    written while it stays the same. If the session has ended on the way, because the API or its owner or an operator
    said so, the answer is replaced by one of `instead`, and one that is already going out is broken off.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        registry: Registry,
        cookie: SessionCookie,
        bounces: Bounces,
        client: Callable[[], APIClient],
        instead: Instead,
        https: bool | None = None,
    ) -> None:
        self.app = app
        self.registry = registry
        self.cookie = cookie
        self.bounces = bounces
        self.client = client
        self.instead = instead
        self._https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        secure = is_https(self._https, scope["scheme"])
        exchange = _Exchange(self, scope, receive, send, secure)
        try:
            await exchange.load()
        except StoreUnavailable as error:
            logger.error("the sessions' store can't be asked: %s", error)
            await exchange.answer(self.instead.unknown)
            return
        await self.app(scope, receive, exchange.send)


class _Exchange:
    """One request and its answer."""

    def __init__(self, house: SessionMiddleware, scope: Scope, receive: Receive, send: Send, secure: bool) -> None:
        self._house = house
        self._scope = scope
        self._receive = receive
        self._send = send
        self._secure = secure
        self._path = mount_path(scope.get("root_path", ""))
        self._state = scope.setdefault("state", {})
        self._replaced = False
        self._cookies: list[str] = []

    async def load(self) -> None:
        """Find whose request it is."""
        self._loaded = session = await self._find()
        session.api.credentials.counted_as = session.owner if session.kept else _visitor(self._scope)
        self._state["session"], self._state["api"] = self._loaded, self._loaded.api

    async def answer(self, page: Page) -> None:
        """Send a page to whoever it is, as to a stranger, and leave their cookie as it is."""
        self._state["session"] = stranger = Session.stranger(self._house.client())
        self._state["api"] = stranger.api
        await (await page(Request(self._scope)))(self._scope, self._receive, self._send)

    async def send(self, message: Message) -> None:
        """Pass the answer on, or another one in its place."""
        if self._replaced:
            return
        if message["type"] != "http.response.start":
            # The last message of a stream that has stopped by itself tells nothing.
            if self._loaded.ended and self._is_same and message.get("body"):
                logger.debug("broke an answer off: its session has ended")
                raise ClientDisconnect
            await self._send(message)
            return
        request = Request(self._scope)
        try:
            page = await self._settle()
            answer = await page(request) if page is not None else None
        except StoreUnavailable as error:
            logger.error("the sessions' store can't be asked: %s", error)
            self._cookies.clear()
            answer = await self._house.instead.unknown(request)
        if answer is None:
            await self._send(self._with_cookies(message))
            return
        self._replaced = True
        await answer(self._scope, self._receive, self._send_replaced)

    async def _find(self) -> Session:
        house, headers, former = self._house, self._scope["headers"], Former()
        for session_id in house.cookie.find(headers, secure=self._secure, path=self._path):
            if (session := await house.registry.get(session_id)) is not None:
                if is_attended(headers, tells_activation=session.tells_activation):
                    await house.registry.touch(session)
                return session
            former = former if former.owner else await house.registry.former(key_of(session_id))
        return Session.stranger(house.client(), owner=former.owner, ending=former.told)

    @property
    def _is_same(self) -> bool:
        return self._state["session"] is self._loaded

    async def _settle(self) -> Page | None:
        """Make what the handler left the browser's session; what to answer instead, if that can't be."""
        session: Session = self._state["session"]
        if session is self._loaded:
            if not session.kept:
                return None
            if not session.api.over:
                await self._house.registry.save(session)
            return await self._settle_over(session) if session.ended or session.api.over else None
        if not session.kept:
            await self._settle_signed_out()
            return None
        return await self._settle_begun(session)

    async def _settle_signed_out(self) -> None:
        leaving: Session | None = self._loaded
        while leaving is not None:
            # Another tab may have added to it meanwhile.
            await self._house.registry.end(leaving.key, Ending.SIGNED_OUT)
            leaving = leaving.successor
        self._take_cookie_back()

    async def _settle_begun(self, session: Session) -> Page | None:
        assert session.id is not None, "a session that goes on in another browser is a new one"
        client = self._scope.get("client")
        session.seen_from(Headers(scope=self._scope), client[0] if client else "")
        try:
            is_kept = await self._keep(session)
        except TooManySessions:
            audit("sign_in_no_room", session=session, level=logging.WARNING)
            self._become_stranger(session)
            return self._house.instead.full
        if not is_kept:
            self._become_stranger(session)
            return self._house.instead.ended
        if session.gained:
            audit("credential_added", session=session, scheme=session.gained)
        if session.owner != self._loaded.owner or not session.gained:  # else nobody has come who wasn't here
            audit("sign_in", session=session)
        self._cookies.append(self._house.cookie.write(session.id, secure=self._secure, path=self._path))
        session.id = None
        return None

    async def _keep(self, session: Session) -> bool:
        registry, before = self._house.registry, self._loaded
        if session.gained:
            is_kept = await registry.follow(before, session)
        else:
            if before.kept:
                await registry.end(before.key, Ending.SIGNED_IN_AGAIN)
            await registry.add(session)
            is_kept = True
        if is_kept and before.kept:
            before.successor = session
        return is_kept

    async def _settle_over(self, session: Session) -> Page:
        house = self._house
        late = session.ended
        quick = not late and house.registry.age(session) < QUICK
        await house.registry.end(session.key, Ending.REFUSED)
        self._become_stranger(session, (await house.registry.former(session.key)).told, late=late)
        if not quick:
            return house.instead.ended
        count = house.bounces.count(self._scope["headers"])
        is_loop = count >= MOST
        self._cookies.append(house.bounces.write(min(count + 1, MOST), secure=self._secure, path=self._path))
        if is_loop:
            audit("sign_in_loop", session=session, level=logging.WARNING)
        return house.instead.looping if is_loop else house.instead.ended

    def _become_stranger(self, session: Session, ending: str = "", *, late: bool = False) -> None:
        """`late`: the session has ended some time ago. By now the browser may have signed in again."""
        self._state["session"] = Session.stranger(session.api, owner=session.owner, ending=ending)
        if self._loaded.successor is None and not late:  # else the browser may have another one's cookie
            self._take_cookie_back()

    def _take_cookie_back(self) -> None:
        self._cookies.append(self._house.cookie.delete(secure=self._secure, path=self._path))

    async def _send_replaced(self, message: Message) -> None:
        await self._send(self._with_cookies(message))

    def _with_cookies(self, message: Message) -> Message:
        if message["type"] == "http.response.start" and self._cookies:
            headers = MutableHeaders(scope=message)
            for cookie in self._cookies:
                headers.append("Set-Cookie", cookie)
        return message


def _visitor(scope: Scope) -> str:
    address = address_key(scope)
    return f"visitor {address}" if address else ""
