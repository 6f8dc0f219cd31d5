"""Fifty requests at once on an access token that has run out: one renewal, fifty answers, nobody signed out."""

from collections.abc import Iterator

import pytest
from webapp.demo.app import create_demo

from tests.backends.conftest import PASSWORD, USERNAME
from tests.backends.relay import at_once, house_on, spoil_access
from tests.serving import serve

REQUESTS = 50
ROUNDS = 10


@pytest.fixture(scope="module")
def demo_api() -> Iterator[str]:
    """The demo API on a real port."""
    with serve(create_demo()) as url:
        yield url


async def test_the_demo_api_is_asked_for_one_renewal(demo_api: str) -> None:
    await renewed_once_for_all(demo_api, refresh="/auth/refresh", page="/projects")


async def test_aegis_is_asked_for_one_renewal(aegis: str) -> None:
    await renewed_once_for_all(aegis, refresh="/api/v1/auth/refresh", page="/api/v1/orgs")


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
