"""Ten thousand sessions whose access ends in the same second don't bring the API down, and all get their answers."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Mapping

import pytest
from starlette.types import Message, Receive, Scope, Send

from tests.client.support import Clock
from webapp.client import APIClient, ASGIBackend, Credentials, RefreshEndpoint
from webapp.client.tokens import Tokens

SESSIONS = 10_000
BEGUN_AT_ONCE = 2_000
CAP = 20
LIFE = 900


class HerdAPI:
    """An API in this process that counts how many renewals are at it at once; each takes a few turns of the loop."""

    def __init__(self) -> None:
        self.renewals = self.in_flight = self.most = 0
        self.reused = 0
        self.seen: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name: value.decode() for name, value in scope["headers"]}
        if scope["path"] != "/refresh":
            await _answer(send, 200 if headers.get(b"authorization", "").startswith("Bearer fresh") else 401, {})
            return
        message: Message = await receive()
        shown = json.loads(message["body"])["refresh_token"]
        self.reused += shown in self.seen
        self.seen.add(shown)
        self.renewals, self.in_flight = self.renewals + 1, self.in_flight + 1
        self.most = max(self.most, self.in_flight)
        for _ in range(3):
            await asyncio.sleep(0)
        self.in_flight -= 1
        tokens = {"access_token": f"fresh-{shown}", "refresh_token": f"{shown}.1", "expires_in": LIFE}
        await _answer(send, 200, tokens)


async def _answer(send: Send, status: int, data: Mapping[str, object]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": json.dumps(data).encode()})


async def test_ten_thousand_sessions_end_in_the_same_second(
    figure: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when an API has changed its keys: every session finds out at once, by a 401."""
    # Ten seconds are enough for a turn, but not on a machine that is busy with other things.
    monkeypatch.setattr("webapp.client.turns._PATIENCE", 60.0)
    api, loop, took = HerdAPI(), asyncio.get_running_loop(), list[float]()
    transport = ASGIBackend(api)
    first = APIClient("http://api.test", transport=transport, refresh=RefreshEndpoint("/refresh", "json"), renewals=CAP)
    herd = [first.for_session(Credentials("old", refresh_token=str(number))) for number in range(SESSIONS)]

    async def ask(client: APIClient) -> int:
        began = loop.time()
        status = (await client.request("GET", "/things", timeout=60)).status
        took.append(loop.time() - began)
        return status

    # They come within the second or two that the machine needs to hear them, and not all in one turn of the loop.
    tasks = []
    for number, client in enumerate(herd):
        tasks.append(asyncio.create_task(ask(client)))
        if number % 10 == 9:
            await asyncio.sleep(0)
    statuses = Counter(await asyncio.gather(*tasks))
    await transport.aclose()

    assert statuses == {200: SESSIONS}
    assert (api.renewals, api.reused) == (SESSIONS, 0)
    assert api.most <= CAP
    took.sort()
    figure(
        f"{SESSIONS} sessions ended in one second: at most {api.most} renewals in flight, no 5xx, "
        f"p50 {took[SESSIONS // 2]:.2f} s, p99 {took[SESSIONS * 99 // 100]:.2f} s"
    )


async def test_sessions_that_began_in_the_same_second_renew_at_their_own_moments(figure: Callable[[str], None]) -> None:
    """Each is in use all the time: it renews with the first request after its moment has come."""
    api, clock, seconds = HerdAPI(), Clock(), Counter[int]()
    transport = ASGIBackend(api)
    first = APIClient(
        "http://api.test", transport=transport, refresh=RefreshEndpoint("/refresh", "json"), renewals=CAP, clock=clock
    )
    herd = []
    for number in range(BEGUN_AT_ONCE):
        credentials = Credentials()
        credentials.adopt(Tokens("fresh", str(number), LIFE), [], clock())
        assert credentials.renew_at is not None
        herd.append((credentials.renew_at, number, first.for_session(credentials)))
    herd.sort()
    began = clock()
    for due, _, client in herd:
        clock.now = max(clock.now, due)
        renewals = api.renewals
        assert (await client.request("GET", "/things")).status == 200
        await client.aclose()
        seconds[int(clock() - began)] += api.renewals - renewals
    await transport.aclose()

    assert (api.renewals, api.reused) == (BEGUN_AT_ONCE, 0)
    assert max(seconds.values()) < 30
    assert max(seconds) < LIFE
    figure(
        f"{BEGUN_AT_ONCE} sessions of one second renewed in {len(seconds)} different ones, "
        f"at most {max(seconds.values())} in the same"
    )
