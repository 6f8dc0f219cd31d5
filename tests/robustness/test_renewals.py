"""Renewal through the real frontend, over sockets, at an API that ends everything when a refresh token comes twice."""

import asyncio
import random
from collections.abc import Callable, Iterator
from functools import partial
from urllib.parse import urlsplit

import pytest

from tests.robustness.house import House, at_once, house, signed_out, until
from tests.robustness.strict import KINDS, Family, Fault, Kind
from webapp.testing import Answer

REQUESTS = 50
ROUNDS = 10

Figure = Callable[[str], None]


@pytest.fixture(params=KINDS)
def on_strict(request: pytest.FixtureRequest) -> Iterator[House]:
    """A frontend on an API of each kind."""
    with house(request.param) as made:
        yield made


async def test_fifty_requests_on_an_expired_token_make_one_renewal(on_strict: House, figure: Figure) -> None:
    answers = list[Answer]()
    async with on_strict.signed_in() as browser:
        for round_number in range(1, ROUNDS + 1):
            on_strict.api.expire()
            answers += await at_once(REQUESTS, browser, "/things")
            assert on_strict.api.begun == round_number

    good = sum(answer.status == 200 for answer in answers)
    assert (on_strict.api.refreshes, on_strict.api.alarms, signed_out(answers)) == (ROUNDS, 0, 0)
    assert good == len(answers) == ROUNDS * REQUESTS
    figure(
        f"{on_strict.api.kind}: {ROUNDS} rounds of {REQUESTS} requests: {on_strict.api.begun} renewals, "
        f"{good} good answers, 0 sign-outs, {on_strict.api.alarms} reuse alarms"
    )


async def test_a_renewal_may_take_as_long_as_it_likes_up_to_its_time_out(figure: Figure) -> None:
    """At the time-out: 503, the session kept, and the token not shown again for half a minute."""
    delays = (0.1, 1.0, 5.0, 9.0)
    told = await asyncio.gather(
        *(slow(kind, delay) for kind, delay in zip((*KINDS, "json"), delays, strict=True)), hanging("json")
    )

    assert told[:-1] == [(1, REQUESTS, 0)] * len(delays)
    figure(f"a renewal of {delays} s: 1 call and {REQUESTS} good answers each; after a time-out none for {told[-1]} s")


async def slow(kind: Kind, delay: float) -> tuple[int, int, int]:
    with house(kind, delay=delay) as made:
        async with made.signed_in() as browser:
            made.api.expire()
            answers = await at_once(REQUESTS, browser, "/things")
        return made.api.begun, sum(answer.status == 200 for answer in answers), made.api.alarms


async def hanging(kind: Kind) -> int:
    loop, quiet = asyncio.get_running_loop(), 29
    with house(kind) as made:
        async with made.signed_in() as browser:
            made.api.expire()
            made.api.faults["ada"] = Fault(delay=60)
            began = loop.time()
            answers = await at_once(5, browser, "/things")
            assert [answer.status for answer in answers] == [503] * 5
            assert all(10 <= int(answer.headers["retry-after"]) <= 20 for answer in answers)
            made.api.faults.clear()
            while loop.time() - began < quiet:
                answer = await browser.fetch("GET", "/things")
                assert (answer.status, made.api.begun) == (503, 1)
                assert 1 <= int(answer.headers["retry-after"]) <= 20
                await asyncio.sleep(2)
            assert len(made.sessions) == 1
            await asyncio.sleep(max(0.0, began + 32 - loop.time()))
            assert (await browser.fetch("GET", "/things")).status == 200
            assert (made.api.begun, made.api.alarms) == (2, 0)
    return quiet


async def test_nothing_is_alive_after_signing_out_during_a_renewal(on_strict: House, figure: Figure) -> None:
    api, rounds = on_strict.api, 34
    api.delay, chance = 0.02, random.Random(4)

    async def sign_out_meanwhile(number: int) -> None:
        username = f"user-{number}"
        async with on_strict.signed_in(username) as browser:
            family = api.of(username)
            api.expire(family)
            asked = [asyncio.create_task(browser.fetch("GET", "/things")) for _ in range(3)]
            await until(lambda: family.begun > 0)
            await asyncio.sleep(chance.random() * 0.03)
            await browser.sign_out()
            await asyncio.gather(*asked)
            assert family.revoked
            assert signed_out([await browser.fetch("GET", "/things")]) == 1

    for batch in range(0, rounds, 10):
        await asyncio.gather(*(sign_out_meanwhile(number) for number in range(batch, min(batch + 10, rounds))))

    assert (api.alive, on_strict.sessions, api.alarms, api.logouts) == ([], [], 0, rounds)
    figure(
        f"{api.kind}: {rounds} sign-outs during a renewal, {len(api.alive)} sessions alive after, {api.alarms} alarms"
    )


FAULTS = {
    "500": Fault(500),
    "502": Fault(502, b"<h1>Bad Gateway</h1>", "text/html"),
    "503": Fault(503, b"", "text/plain"),
    "429": Fault(429, b'{"detail": "Too many"}', "application/json"),
    "time-out": Fault(delay=12),
    "html": Fault(200, b"<h1>Welcome</h1>", "text/html"),
    "half": Fault(200, b'{"access_token": "', "application/json"),
    "empty": Fault(200, b"", "application/json"),
    "invalid_client": Fault(401, b'{"error": "invalid_client"}', "application/json"),
}


async def test_whatever_goes_wrong_with_a_renewal_only_a_refusal_signs_out(on_strict: House, figure: Figure) -> None:
    api = on_strict.api

    async def meet(username: str, fault: Fault) -> list[Answer]:
        async with on_strict.signed_in(username) as browser:
            api.faults[username] = fault
            api.expire(api.of(username))
            answers = await at_once(5, browser, "/things")
            api.faults.pop(username)
            if fault.delay == 0 and all(answer.status == 503 for answer in answers):
                await asyncio.sleep(2)  # an API that failed is left alone for a second
                assert (await browser.fetch("GET", "/things")).status == 200
        return answers

    answers = await asyncio.gather(*(meet(username, fault) for username, fault in FAULTS.items()))
    assert [[answer.status for answer in each] for each in answers] == [[503] * 5] * len(FAULTS)
    assert all("retry-after" in answer.headers for each in answers for answer in each)
    assert len(on_strict.sessions) == len(FAULTS)

    refused = await meet("invalid_grant", Fault(400, b'{"error": "invalid_grant"}', "application/json"))
    assert signed_out(refused) == len(refused)
    assert api.of("invalid_grant").begun == 1
    assert len(on_strict.sessions) == len(FAULTS)
    figure(f"{api.kind}: {len(FAULTS)} failures of the token endpoint: 0 sign-outs; invalid_grant: exactly 1")


async def test_a_renewal_is_completed_when_whoever_started_it_has_left(figure: Figure) -> None:
    users, rounds = 20, 50
    with house("cookie", delay=0.03) as made:

        async def leave(username: str) -> int:
            async with made.signed_in(username) as browser:
                family, credentials, kept = made.api.of(username), made.of(username).api.credentials, 0
                cookie = browser.cookies.header("/things")
                asked = f"GET /things HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n".encode()
                for number in range(1, rounds + 1):
                    made.api.expire(family)
                    await ask_and_leave(made.url, asked, once=partial(_at_least, family, "begun", number))
                    await until(partial(_at_least, family, "answered", number))
                    stored = credentials.cookies.get("refresh", "/auth", 0)
                    kept += family.begun == family.refreshes == number and stored == family.refresh
            return kept

        kept = sum(await asyncio.gather(*(leave(f"user-{number}") for number in range(users))))
        assert (kept, made.api.alarms, len(made.sessions)) == (users * rounds, 0, users)
        figure(f"{kept} of {users * rounds} renewals completed and kept after the browser had left")


async def ask_and_leave(url: str, request: bytes, *, once: Callable[[], bool]) -> None:
    _, writer = await asyncio.open_connection(urlsplit(url).hostname, urlsplit(url).port)
    try:
        writer.write(request)
        await until(once)
    finally:
        writer.transport.abort()


def _at_least(family: Family, what: str, number: int) -> bool:
    return bool(getattr(family, what) >= number)
