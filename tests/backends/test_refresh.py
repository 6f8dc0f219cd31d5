"""Fifty requests at once on an access token that has run out: one renewal, fifty answers, nobody signed out."""

import asyncio
import threading
from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from tests.backends.conftest import PASSWORD, USERNAME
from tests.backends.relay import at_once, house_on, spoil_access
from tests.serving import serve
from webapp.demo.app import create_demo
from webapp.demo.faults import Fault

REQUESTS = 50
ROUNDS = 10


@pytest.fixture(scope="module")
def demo() -> FastAPI:
    """The demo API."""
    return create_demo(tries_per_minute=100_000)


@pytest.fixture(scope="module")
def demo_api(demo: FastAPI) -> Iterator[str]:
    """The demo API on a real port."""
    with serve(demo) as url:
        yield url


@pytest.fixture
def faults(demo: FastAPI) -> Iterator[dict[str, Fault]]:
    """What goes wrong at the demo API, until the test is over."""
    faults: dict[str, Fault] = demo.state.faults
    yield faults
    faults.clear()


async def test_the_demo_api_is_asked_for_one_renewal(demo_api: str) -> None:
    await renewed_once_for_all(demo_api, refresh="/auth/refresh", page="/projects")


async def test_aegis_is_asked_for_one_renewal(aegis: str) -> None:
    await renewed_once_for_all(aegis, refresh="/api/v1/auth/refresh", page="/api/v1/orgs")


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=500),
        Fault(status=503, headers=(("retry-after", "1"),)),
        Fault(status=200, body=b"<p>Under construction", media_type="text/html"),
        Fault(status=200, body=b"{", media_type="application/json"),
    ],
    ids=["500", "503", "html", "half"],
)
async def test_a_renewal_that_fails_signs_nobody_out(demo_api: str, faults: dict[str, Fault], fault: Fault) -> None:
    async with house_on(demo_api) as house:
        await house.browser.sign_in(USERNAME, PASSWORD)
        client = house.api
        spoil_access(client, "/auth")
        faults["POST /auth/refresh"] = fault

        page = await house.browser.get("/projects")
        part = await house.browser.htmx("GET", "/projects", data={"status": "active"})

        assert (page.status, part.status) == (503, 503)
        assert page.page.find("input[type=password]") is None
        assert house.api is client

        faults.clear()
        # The client leaves an API that failed alone for a second.
        async with asyncio.timeout(10):
            while (page := await house.browser.get("/projects")).status == 503:
                await asyncio.sleep(0.2)
        assert page.status == 200
        assert house.api is client


async def test_a_renewal_that_cannot_be_reached_signs_nobody_out(demo_api: str) -> None:
    async with house_on(demo_api) as house:
        await house.browser.sign_in(USERNAME, PASSWORD)
        client = house.api
        spoil_access(client, "/auth")
        house.relay.cut.add("POST /auth/refresh")

        assert await at_once(REQUESTS, house.browser, "/projects") == [503] * REQUESTS
        house.relay.cut.clear()

        assert (await house.browser.get("/projects")).status == 200
        assert house.api is client


async def test_a_slow_renewal_is_waited_for_by_all(demo_api: str, faults: dict[str, Fault]) -> None:
    async with house_on(demo_api) as house:
        await house.browser.sign_in(USERNAME, PASSWORD)
        client = house.api
        spoil_access(client, "/auth")
        begun, released = asyncio.get_running_loop().create_future(), threading.Event()

        async def hold() -> None:
            begun.get_loop().call_soon_threadsafe(begun.set_result, None)
            await asyncio.to_thread(released.wait)

        faults["POST /auth/refresh"] = Fault(hold=hold)
        asked = asyncio.create_task(at_once(REQUESTS, house.browser, "/projects"))
        await begun
        faults.clear()
        released.set()

        assert await asked == [200] * REQUESTS
        assert house.relay.counts["POST /auth/refresh"] == 1
        assert house.api is client


async def renewed_once_for_all(target: str, *, refresh: str, page: str) -> None:
    async with house_on(target) as house:
        await house.browser.sign_in(USERNAME, PASSWORD)
        client = house.api
        for round_ in range(1, ROUNDS + 1):
            spoil_access(client, refresh.rpartition("/")[0])

            statuses = await at_once(REQUESTS, house.browser, page)

            assert statuses == [200] * REQUESTS
            assert house.relay.counts[f"POST {refresh}"] == round_
            assert house.api is client
