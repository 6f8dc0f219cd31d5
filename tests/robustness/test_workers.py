"""Several processes of the command on one Redis, at an API that ends everything when a refresh token comes twice."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from tests.robustness.frontends import fetch, frontends, signed_in
from tests.robustness.strict import KINDS, Kind, StrictAPI
from tests.serving import serve
from tests.store.server import RedisServer, redis_server

Figure = Callable[[str], None]


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with redis_server() as found:
        yield found


@pytest.mark.parametrize("kind", KINDS)
async def test_four_processes_that_find_access_spent_at_once_renew_it_once(
    kind: Kind, redis: RedisServer, figure: Figure
) -> None:
    await find_access_spent(StrictAPI(kind, delay=0.05), redis, figure, workers=4, requests=50, rounds=10)


@pytest.mark.nightly
async def test_eight_processes_that_find_access_spent_a_hundred_times_renew_it_a_hundred_times(
    redis: RedisServer, figure: Figure
) -> None:
    # Eight hundred wait at once for an API that shares its core with them: its time-outs aren't what this asks about.
    patient = {"WEBAPP_API_TIMEOUT": "60", "WEBAPP_API_CONNECT_TIMEOUT": "60"}
    api = StrictAPI("json", delay=0.05)
    await find_access_spent(api, redis, figure, workers=8, requests=100, rounds=100, **patient)


async def find_access_spent(
    api: StrictAPI, redis: RedisServer, figure: Figure, *, workers: int, requests: int, rounds: int, **environ: str
) -> None:
    """Have so many requests at once, in each of so many processes, find one user's access spent, again and again."""
    counted, slowest, failed = Counter[int](), 0.0, Counter[str]()
    with serve(api.app) as at, frontends(at, redis.url, workers, **environ) as urls:
        cookie = await signed_in(urls[0])
        began = time.monotonic()
        for _ in range(rounds):
            api.expire()
            pages = await asyncio.gather(*(fetch(url, cookie) for _ in range(requests) for url in urls))
            counted.update(page.status for page in pages)
            slowest = max(slowest, *(page.took for page in pages))
            failed.update(page.text.partition("<h1")[2][:200] for page in pages if page.status != 200)
        took = time.monotonic() - began

    figure(
        f"{api.kind}: {rounds} rounds of {workers} processes x {requests} requests in {took:.0f} s: "
        f"{api.begun} renewals, {counted[200]:,} good answers of {counted.total():,}, {api.alarms} reuse alarms, "
        f"the slowest answer after {slowest:.1f} s"
    )
    assert (api.begun, api.refreshes, api.alarms) == (rounds, rounds, 0)
    assert failed == {}
    assert counted == {200: workers * requests * rounds}
