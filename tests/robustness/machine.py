"""A session's life as a machine of states, with a small model of what has to be true beside the client itself."""

import asyncio
import json
from collections.abc import Coroutine
from typing import Any, TypeVar

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.client.support import Clock, client
from webapp.client import APIClient, RefreshEndpoint, Reply
from webapp.errors import APIError, Unauthorized, Unavailable

T = TypeVar("T")
LIFE = 100.0
QUARANTINE = 30.0
WAYS = {
    "json": RefreshEndpoint("/refresh", "json"),
    "grant": RefreshEndpoint("/refresh", "grant"),
    "cookie": RefreshEndpoint("/refresh"),
}
FAULTS = ("down", "lost", "500", "503")
RARELY = st.integers(1, 5).map(lambda number: number == 5)
"""What ends a session: done each time, most of a run would be about nobody."""


class Server:
    """An API with rotating refresh tokens and no grace; `fault` is what goes wrong with it just now."""

    def __init__(self, kind: str, clock: Clock) -> None:
        self.kind = kind
        self.clock = clock
        self.serial = self.alarms = self.renewals = 0
        self.alive = False
        self.access = self.refresh = ""
        self.ends = 0.0
        self.shown: list[tuple[str, float, bool]] = []
        """Every refresh token that was shown, when, and whether an answer to it came."""
        self.fault: str | None = None

    def rotate(self) -> httpx.Response:
        self.serial += 1
        self.access, self.refresh, self.ends = f"a{self.serial}", f"r{self.serial}", self.clock() + LIFE
        if self.kind == "cookie":
            return httpx.Response(
                200,
                headers=[
                    ("set-cookie", f"session={self.access}; Path=/; Max-Age={LIFE:.0f}"),
                    ("set-cookie", f"refresh={self.refresh}; Path=/refresh"),
                ],
            )
        return httpx.Response(
            200, json={"access_token": self.access, "refresh_token": self.refresh, "expires_in": LIFE}
        )

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        if self.fault == "down":
            raise httpx.ConnectError("down", request=request)
        path = request.url.path
        if path == "/login":
            self.alive = True
            return self.rotate()
        if path == "/refresh":
            return self._renew(request)
        if not self._is_known(request):
            return httpx.Response(401, json={"detail": "Not authenticated"})
        if path == "/logout":
            self.alive = False
        return httpx.Response(200, json={})

    def _renew(self, request: httpx.Request) -> httpx.Response:
        token = self._token(request)
        if self.fault == "lost":
            self.shown.append((token, self.clock(), False))
            raise httpx.ReadTimeout("lost", request=request)
        self.shown.append((token, self.clock(), True))
        if self.fault in ("500", "503"):
            return httpx.Response(int(self.fault), text="failed")
        if not self.alive or token != self.refresh:
            self.alarms += self.alive
            self.alive = False
            return httpx.Response(400, json={"error": "invalid_grant"})
        self.renewals += 1
        return self.rotate()

    def _token(self, request: httpx.Request) -> str:
        if self.kind == "cookie":
            return _cookies(request).get("refresh", "")
        if self.kind == "grant":
            return dict(httpx.QueryParams(request.content.decode())).get("refresh_token", "")
        return str(json.loads(request.content)["refresh_token"])

    def _is_known(self, request: httpx.Request) -> bool:
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        shown = _cookies(request).get("session", "") if self.kind == "cookie" else bearer
        return self.alive and shown == self.access and self.clock() < self.ends


def _cookies(request: httpx.Request) -> dict[str, str]:
    pairs = (pair.partition("=") for pair in request.headers.get("cookie", "").split("; ") if pair)
    return {name: value for name, _, value in pairs}


class SessionMachine(RuleBasedStateMachine):
    """
    The model: whether one is signed in, and when something last went wrong.

    From these follow what calls may answer, and that nobody is signed out but by the API or by oneself.
    """

    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self.clock = Clock()
        self.signed_in = False
        self.failed_at = 0.0

    @initialize(kind=st.sampled_from(sorted(WAYS)))
    def begin(self, kind: str) -> None:
        self.server = Server(kind, self.clock)
        self.client: APIClient = client(self.server, refresh=WAYS[kind], clock=self.clock)
        self.sign_in(up=True)

    def teardown(self) -> None:
        self._runner.close()

    # What happens

    @rule(up=st.booleans())
    def sign_in(self, up: bool) -> None:
        self.server.fault = None if up else self.server.fault
        try:
            self._run(self.client.sign_in("/login", json={"user": "ada"}))
        except Unavailable:
            assert self.server.fault == "down"
            return
        self.signed_in, self.failed_at = True, 0.0

    @rule(seconds=st.sampled_from([0.5, 2.0, 10.0, 31.0, 70.0, LIFE + 1]))
    def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @rule()
    def expire(self) -> None:
        self.server.ends = 0.0

    @rule(rarely=RARELY)
    def revoke(self, rarely: bool) -> None:
        self.server.alive = self.server.alive and not rarely

    @rule(fault=st.sampled_from(FAULTS))
    def break_down(self, fault: str) -> None:
        self.server.fault = fault

    @rule()
    def come_back(self) -> None:
        self.server.fault = None

    @rule(count=st.integers(1, 6))
    def call(self, count: int) -> None:
        was_alive, shown = self.server.alive, len(self.server.shown)
        answers = self._run(self._ask(count))

        assert len(self.server.shown) - shown <= 1
        if not self.signed_in:
            assert all(_is(answer, "stranger", "unavailable") for answer in answers)
            return
        assert not any(_is(answer, "stranger") for answer in answers)
        if was_alive:
            assert not any(_is(answer, "ended") for answer in answers)
        if self._is_well() and was_alive:
            assert all(_is(answer, "good") for answer in answers)
        if self._is_well() and not was_alive:
            assert all(_is(answer, "ended") for answer in answers)
            self.signed_in = False
        self._note(was_alive)

    @rule(
        later=st.sampled_from([0.0, 2.0, 29.0, 31.0]),
        fault=st.sampled_from([None, *FAULTS]),
        count=st.integers(1, 6),
    )
    def call_with_spent_access(self, later: float, fault: str | None, count: int) -> None:
        self.clock.advance(later)
        self.server.ends, self.server.fault = 0.0, fault
        self.call(count)

    @rule(count=st.integers(0, 3), rarely=RARELY)
    def sign_out(self, count: int, rarely: bool) -> None:
        if not rarely:
            return
        was_alive, well = self.server.alive and self.signed_in, self._is_well()
        told, _ = self._run(self._ask_and_leave(count))

        if was_alive and well:
            assert told
        if told and was_alive:
            assert not self.server.alive
        self.signed_in = False
        assert (self.client.credentials.bearer, self.client.credentials.refresh_token) == (None, None)
        assert len(self.client.credentials.cookies) == 0

    # What has to be true

    @invariant()
    def nobody_is_signed_out_without_cause(self) -> None:
        type(self).steps += 1
        if hasattr(self, "client"):
            assert self.client.signed_in is self.signed_in

    @invariant()
    def no_token_comes_twice(self) -> None:
        if not hasattr(self, "server"):
            return
        assert self.server.alarms == 0
        for number, (token, then, answered) in enumerate(self.server.shown):
            again = [at for shown, at, _ in self.server.shown[number + 1 :] if shown == token]
            assert answered or all(at - then >= QUARANTINE for at in again)

    # How it is done

    def _is_well(self) -> bool:
        """Whether nothing is wrong with the API, nor was just now: then what was learnt is forgotten."""
        return self.server.fault is None and not 0 <= self.clock() - self.failed_at <= QUARANTINE

    def _note(self, was_alive: bool) -> None:
        if self.server.fault is not None:
            self.failed_at = self.clock()
        if not self.client.signed_in:
            assert not was_alive
            self.signed_in = False

    async def _ask(self, count: int) -> list[Reply | BaseException]:
        calls = (self.client.request("GET", "/things") for _ in range(count))
        answers = await asyncio.gather(*calls, return_exceptions=True)
        await self.client._access.settle()
        return answers

    async def _ask_and_leave(self, count: int) -> tuple[bool, list[Reply | BaseException]]:
        asking = asyncio.create_task(self._ask(count))
        for _ in range(count):
            await asyncio.sleep(0)
        told = await self.client.sign_out("/logout")
        return told, await asking

    def _run(self, doing: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(doing)


def _is(answer: Reply | BaseException, *kinds: str) -> bool:
    if isinstance(answer, Unauthorized):
        return ("ended" if answer.ended else "stranger") in kinds
    if isinstance(answer, APIError):
        return "unavailable" in kinds
    return isinstance(answer, Reply) and "good" in kinds
