"""Access whose end is known is renewed before it, each session at its own moment, and no clock leads to a loop."""

import asyncio
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import httpx
import pytest

from tests.client.renewing import Backend, failing
from tests.client.support import Clock, client
from webapp.client import APIClient, Credentials, RefreshEndpoint
from webapp.errors import Unauthorized, Unavailable

LIFE = 900.0
HOURS = 2


def due(api: APIClient, clock: Clock, *, ends_in: float = 60) -> None:
    """Have a session's renewal come due, some seconds before its access ends."""
    api.credentials.renew_at, api.credentials.spent_at = clock(), clock() + ends_in


async def test_access_that_still_lasts_is_used_while_it_is_renewed() -> None:
    backend, clock = Backend(), Clock()
    api = backend.client(clock=clock)
    due(api, clock)
    backend.gate.clear()

    assert await asyncio.gather(*(api.get("/") for _ in range(5))) != [None] * 5
    assert [backend.token(call) for call in backend.calls] == ["access-0"] * 5
    await backend.entered.wait()
    backend.gate.set()
    await api.aclose()
    assert (len(backend.refreshes), api.credentials.bearer) == (1, "access-1")


async def test_access_that_is_spent_is_renewed_before_it_is_used() -> None:
    backend, clock = Backend(), Clock()
    api = backend.client(clock=clock)
    due(api, clock, ends_in=10)
    clock.advance(10)
    await asyncio.gather(*(api.get("/") for _ in range(5)))

    assert len(backend.refreshes) == 1
    assert [backend.token(call) for call in backend.calls] == ["access-1"] * 5


async def test_what_can_be_sent_only_once_waits_for_the_renewal() -> None:
    backend, clock = Backend(), Clock()
    api = backend.client(clock=clock)
    due(api, clock)

    async def chunks() -> Any:
        yield b"all of it"

    assert (await api.request("POST", "/", content=chunks())).data["body"] == "all of it"
    assert [backend.token(call) for call in backend.calls] == ["access-1"]


async def test_a_renewal_ahead_that_fails_leaves_the_call_to_its_luck_and_is_put_off() -> None:
    backend, clock = Backend(), Clock()
    backend.refuse = failing(httpx.Response(503))
    api = backend.client(clock=clock)
    due(api, clock)
    for _ in range(14):
        assert await api.get("/") is not None
        await asyncio.sleep(0)
        clock.advance(1)

    assert len(backend.refreshes) == 1
    clock.advance(17)
    assert await api.get("/") is not None
    await api.aclose()
    assert len(backend.refreshes) == 2


async def test_a_renewal_of_spent_access_that_fails_leaves_the_call_to_its_luck() -> None:
    backend, clock = Backend(), Clock()
    backend.refuse = failing(httpx.Response(503))
    api = backend.client(clock=clock)
    due(api, clock, ends_in=0)

    assert await api.get("/") is not None
    assert len(backend.refreshes) == 1


async def test_a_renewal_ahead_that_is_refused_ends_the_session() -> None:
    backend, clock = Backend(), Clock()
    backend.refuse = failing(httpx.Response(401))
    api = backend.client(clock=clock)
    due(api, clock, ends_in=0)

    with pytest.raises(Unauthorized) as caught:
        await api.request("GET", "/")
    assert caught.value.ended
    assert backend.calls == []


async def test_a_renewal_ahead_takes_nobodys_turn() -> None:
    backend, clock = Backend(), Clock()
    backend.gate.clear()
    first = backend.client(clock=clock, renewals=1)
    second = first.for_session(Credentials("access-0", refresh_token="other"))
    due(first, clock)
    due(second, clock)
    assert await first.get("/") is not None
    await backend.entered.wait()

    assert await second.get("/") is not None
    assert second.credentials.renew_at is not None
    assert clock() + 15 <= second.credentials.renew_at <= clock() + 30
    backend.gate.set()
    await first.aclose()
    await second.aclose()
    assert len(backend.refreshes) == 1


class Dated:
    """An API that gives JWTs of `LIFE` seconds by its own clock, and knows an old one when it sees it."""

    def __init__(self, clock: Clock, *, skew: float, claims: tuple[str, ...], dated: bool) -> None:
        self._clock = clock
        self._skew = skew
        self._claims = claims
        self._dated = dated
        self.refreshes = self.rejected = 0

    @property
    def now(self) -> float:
        return self._clock() + self._skew

    def token(self) -> str:
        claims = {"iat": int(self.now), "exp": int(self.now + LIFE)}
        return jwt({name: claims[name] for name in self._claims}) + str(int(self.now + LIFE))

    def __call__(self, request: httpx.Request) -> httpx.Response:
        headers = {"date": formatdate(self.now, usegmt=True)} if self._dated else {}
        if request.url.path in ("/login", "/refresh"):
            self.refreshes += request.url.path == "/refresh"
            return httpx.Response(200, json={"access_token": self.token(), "refresh_token": "r"}, headers=headers)
        ends = float(request.headers["authorization"].rpartition("signature")[2])
        self.rejected += ends <= self.now
        return httpx.Response(401 if ends <= self.now else 200, json={}, headers=headers)


def jwt(claims: Any) -> str:
    return f"e30.{urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.signature"


@pytest.mark.parametrize("skew", [-120, 0, 120])
async def test_two_minutes_between_the_clocks_do_no_harm(skew: float, figure: Callable[[str], None]) -> None:
    told = [
        await hours_at(skew, claims=claims, dated=dated)
        for claims in (("exp", "iat"), ("exp",))
        for dated in (True, False)
    ]
    renewals, rejected = zip(*told, strict=True)

    fewest = HOURS * 3600 / LIFE
    assert fewest - 1 <= min(renewals) <= max(renewals) <= fewest * 1.8
    assert sum(rejected) == 0 if skew <= 0 else sum(rejected[:3]) == 0
    figure(f"{max(renewals)} renewals at most in {HOURS} h of {LIFE:.0f} s tokens, clocks {skew} s apart")


async def hours_at(skew: float, *, claims: tuple[str, ...], dated: bool) -> tuple[int, int]:
    """A page every ten seconds for some hours: how many renewals that takes, and how many calls meet a 401."""
    clock = Clock()
    api_ = Dated(clock, skew=skew, claims=claims, dated=dated)
    api = client(api_, refresh=RefreshEndpoint("/refresh", "json"), clock=clock)
    await api.sign_in("/login", json={})
    for _ in range(HOURS * 360):
        clock.advance(10)
        assert await api.get("/") is not None
        await asyncio.sleep(0)
    await api.aclose()
    return api_.refreshes, api_.rejected


@pytest.mark.parametrize(
    "told",
    [{}, *({"expires_in": value} for value in (0, -1, -(10**12), 10**12, 1e308, "900", "soon", "", None, True, [900]))],
    ids=repr,
)
async def test_whatever_the_api_says_of_the_lifetime_leads_to_no_loop(told: dict[str, Any]) -> None:
    clock, refreshes = Clock(), list[float]()

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/refresh":
            refreshes.append(clock())
        return httpx.Response(200, json={"access_token": "opaque", "refresh_token": "r", **told})

    api = client(answer, refresh=RefreshEndpoint("/refresh", "json"), clock=clock)
    await api.sign_in("/login", json={})
    for _ in range(360):
        clock.advance(10)
        assert await api.get("/") is not None
        await asyncio.sleep(0)

    assert len(refreshes) <= (6 if told.get("expires_in") == "900" else 0)


async def test_a_herd_is_let_in_by_turns_and_told_when_to_come_back(figure: Callable[[str], None]) -> None:
    backend = Backend()
    in_flight = most = 0

    async def counted(request: httpx.Request) -> httpx.Response:
        nonlocal in_flight, most
        if request.url.path != "/auth/refresh":
            return httpx.Response(200 if "fresh" in request.headers["authorization"] else 401)
        in_flight += 1
        most = max(most, in_flight)
        await asyncio.sleep(0)
        in_flight -= 1
        return httpx.Response(200, json={"access_token": "fresh"})

    first = backend.client(counted, renewals=5)
    herd = [first.for_session(Credentials("old", refresh_token=str(n))) for n in range(500)]
    replies = await asyncio.gather(*(api.request("GET", "/") for api in herd))

    assert {reply.status for reply in replies} == {200}
    assert most == 5
    figure(f"{len(herd)} sessions at once, at most {most} renewals in flight")


async def test_whoever_waits_too_long_for_a_turn_is_told_when_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.client.turns._PATIENCE", 0.01)
    backend = Backend()
    backend.gate.clear()
    first = backend.client(renewals=1)
    second = first.for_session(Credentials("spent", refresh_token="refresh-0"))
    backend.spend()
    waiting = asyncio.create_task(first.request("GET", "/"))
    await backend.entered.wait()

    with pytest.raises(Unavailable) as caught:
        await second.request("GET", "/")
    assert caught.value.retry_after == 1.0
    assert second.signed_in
    backend.gate.set()
    assert (await waiting).status == 200
    assert len(backend.refreshes) == 1
