"""Sessions as anybody may use them, in any order, against a model of a few lines."""

import asyncio
from dataclasses import dataclass

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from tests.sessions.test_middleware import INSTEAD
from tests.sessions.test_registry import Clock
from webapp.client import APIClient
from webapp.sessions import Bounces, Session, SessionCookie, SessionMiddleware, SessionRegistry

IDLE, LIFETIME, CAPACITY, PER_OWNER = 60.0, 200.0, 5, 2
NAME = "webapp_session"
OWNERS, BROWSERS = ("ada", "bob", "eve"), range(4)
CLIENT = APIClient("http://api", transport=httpx.MockTransport(lambda _: httpx.Response(401)))


async def show(request: Request) -> Response:
    session: Session = request.state.session
    return JSONResponse({"owner": session.owner if session.kept else None})


async def sign_in(request: Request) -> Response:
    owner = request.query_params["owner"]
    request.state.session = Session.begin(CLIENT.with_bearer("t"), user=owner, owner=owner)
    return PlainTextResponse("in")


async def sign_out(request: Request) -> Response:
    request.state.session = Session.stranger(request.state.api)
    return PlainTextResponse("out")


async def refuse(request: Request) -> Response:
    await request.state.api.get("/me")
    return PlainTextResponse("")


@dataclass
class Signed:
    """What the model knows of a session."""

    owner: str
    began: float
    used: float
    key: str
    """The signing key of its cookie."""

    def lives(self, now: float) -> bool:
        return now - self.used < IDLE and now - self.began < LIFETIME


class Machine(RuleBasedStateMachine):
    """Signing in and out, using, polling, waiting, ending, and restarting with other keys."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.clock = Clock()
        self.registry = SessionRegistry(
            idle=IDLE, lifetime=LIFETIME, capacity=CAPACITY, per_owner=PER_OWNER, clock=self.clock
        )
        self.keys = ["0" * 32]
        self.held: dict[int, str] = {}
        """Each browser's cookie, and all that were ever given, with what the model knows of them."""
        self.given: dict[str, Signed | None] = {}

    @initialize()
    def serve(self) -> None:
        cookie = SessionCookie(self.keys, name=NAME, max_age=LIFETIME)
        routes = [Route("/", show), Route("/in", sign_in), Route("/out", sign_out), Route("/refused", refuse)]
        middleware = Middleware(
            SessionMiddleware,
            registry=self.registry,
            cookie=cookie,
            bounces=Bounces(self.keys, name="bounces"),
            client=lambda: CLIENT.for_session(),
            instead=INSTEAD,
        )
        self.app = Starlette(routes=routes, middleware=[middleware])

    def teardown(self) -> None:
        self.runner.close()

    def ask(self, path: str, browser: int, *, cookie: str | None = None, polls: bool = False) -> httpx.Response:
        value = self.held.get(browser) if cookie is None else cookie
        headers = {"Cookie": f"{NAME}={value}"} if value else {}
        headers |= {"Webapp-Unattended": "1"} if polls else {}

        async def go() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://x") as client:
                return await client.get(path, headers=headers)

        answer = self.runner.run(go())
        if cookie is None and NAME in answer.headers.get("set-cookie", ""):
            self.held[browser] = answer.cookies.get(NAME) or ""
        return answer

    def known(self, cookie: str | None) -> Signed | None:
        """What the model says of a cookie."""
        found = self.given.get(cookie or "")
        return found if found and found.key in self.keys and found.lives(self.clock.now) else None

    def living(self, owner: str | None = None) -> list[str]:
        return [
            cookie
            for cookie, each in self.given.items()
            if each and each.lives(self.clock.now) and owner in (None, each.owner)
        ]

    @rule(browser=st.sampled_from(BROWSERS), owner=st.sampled_from(OWNERS))
    def signs_in(self, browser: int, owner: str) -> None:
        before = self.held.get(browser)
        if self.known(before):
            self.given[before or ""] = None
        mine = self.living(owner)
        room = len(self.living()) < CAPACITY or len(mine) >= PER_OWNER
        answer = self.ask(f"/in?owner={owner}", browser)
        assert answer.status_code == (200 if room else 503)
        if not room:
            return
        if len(mine) >= PER_OWNER:
            self.given[mine[0]] = None
        cookie = self.held[browser]
        assert cookie not in self.given
        self.given[cookie] = Signed(owner, self.clock.now, self.clock.now, self.keys[0])

    @rule(browser=st.sampled_from(BROWSERS), polls=st.booleans())
    def asks(self, browser: int, polls: bool) -> None:
        found = self.known(self.held.get(browser))
        answer = self.ask("/", browser, polls=polls)
        assert answer.json()["owner"] == (found.owner if found else None)
        if found and not polls:
            found.used = self.clock.now

    @rule(data=st.data())
    def an_old_cookie_comes_back(self, data: st.DataObject) -> None:
        if not self.given:
            return
        cookie = data.draw(st.sampled_from(sorted(self.given)))
        found = self.known(cookie)
        answer = self.ask("/", 0, cookie=cookie, polls=True)
        assert answer.json()["owner"] == (found.owner if found else None)

    @rule(browser=st.sampled_from(BROWSERS), path=st.sampled_from(["/out", "/refused"]))
    def its_session_ends(self, browser: int, path: str) -> None:
        before = self.held.get(browser)
        if self.known(before):
            self.given[before or ""] = None
            self.ask(path, browser)
            assert not self.held[browser]

    @rule(owner=st.sampled_from(OWNERS))
    def an_operator_ends_all_of(self, owner: str) -> None:
        ended = self.living(owner)
        self.runner.run(self.registry.end_all(owner, by="operator"))
        for cookie in ended:
            self.given[cookie] = None

    @rule(seconds=st.sampled_from([1.0, 30.0, 59.0, 60.0, 150.0]))
    def time_passes(self, seconds: float) -> None:
        self.clock.now += seconds

    @rule()
    def the_sweep_comes(self) -> None:
        self.runner.run(self.registry.sweep())
        assert len(self.registry) == len(self.living())

    @rule(drops=st.booleans())
    def it_restarts_with_another_key(self, drops: bool) -> None:
        self.keys = [f"{int(self.keys[0]) + 1:032}", *([] if drops else self.keys[:1])]
        self.serve()

    @invariant()
    def nobody_has_more_than_they_may(self) -> None:
        for owner in OWNERS:
            found = self.runner.run(self.registry.of_owner(owner))
            assert len(found) == len(self.living(owner)) <= PER_OWNER
        assert len(self.registry) <= CAPACITY
