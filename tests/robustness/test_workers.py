"""Several processes of the command on one Redis, at an API that ends everything when a refresh token comes twice."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from tests.robustness.frontends import fetch, frontends, signed_in
from tests.robustness.strict import KINDS, Kind, StrictAPI
from tests.serving import serve
from tests.store.server import RedisServer, redis_server

WORKERS, REQUESTS, ROUNDS = 4, 50, 10

Figure = Callable[[str], None]


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with redis_server() as found:
        yield found


@pytest.mark.parametrize("kind", KINDS)
async def test_four_processes_that_find_access_spent_at_once_renew_it_once(
    kind: Kind, redis: RedisServer, figure: Figure
) -> None:
    api, counted = StrictAPI(kind, delay=0.05), Counter[int]()
    with serve(api.app) as at, frontends(at, redis.url, WORKERS) as urls:
        cookie = await signed_in(urls[0])
        for _ in range(ROUNDS):
            api.expire()
            pages = await asyncio.gather(*(fetch(url, cookie) for _ in range(REQUESTS) for url in urls))
            counted.update(page.status for page in pages)

    assert (api.begun, api.refreshes, api.alarms) == (ROUNDS, ROUNDS, 0)
    assert counted == {200: WORKERS * REQUESTS * ROUNDS}
    figure(
        f"{kind}: {ROUNDS} rounds of {WORKERS} processes x {REQUESTS} requests: {api.begun} renewals, "
        f"{counted[200]:,} good answers, {api.alarms} reuse alarms"
    )
