"""A primary of the store is killed while people look at pages, and its replica takes over."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from tests.backends.processes import wait_until
from tests.robustness.frontends import all_signed_in, fetch, frontends, signed_in
from tests.robustness.house import until
from tests.robustness.load import Ask, Load
from tests.robustness.strict import StrictAPI
from tests.serving import serve
from tests.store import clusters, sentinels

PEOPLE, RATE, STEADY = 20, 40.0, 1.0
PATIENCE = 60.0
"""Seconds until an answer is said never to come, or the store never to be back: a busy machine's."""

Kill = Callable[[], None]


@contextmanager
def by_sentinels() -> Iterator[tuple[str, Kill]]:
    """Where the store is, and what kills its primary, once the replica has all there is."""
    with sentinels.watched_servers() as watched:

        def kill() -> None:
            wait_until(watched.is_in_step, within=PATIENCE)
            watched.servers[0].kill()

        yield watched.url, kill


@contextmanager
def by_cluster() -> Iterator[tuple[str, Kill]]:
    """The same of a cluster: the primary that knows who there is, and how often who has tried."""
    with clusters.cluster_of_servers(replicas=1) as nodes:

        def kill() -> None:
            gone = nodes.of_slot("webapp_session:all")
            with gone.client() as client:
                assert client.wait(1, int(PATIENCE * 1000)) == 1
            gone.kill()

        yield nodes.url, kill


def visits(urls: list[str], cookies: dict[str, str]) -> Ask:
    """Each looks at their page, at one frontend and the other in turn."""
    people = list(cookies)

    async def ask(visitor: int, number: int) -> tuple[int, str]:
        who = people[visitor]
        page = await fetch(urls[number % len(urls)], cookies[who])
        is_theirs = page.status == 503 or (page.status == 200 and f"Thing 1 of {who}\n" in page.text)
        return page.status, "" if is_theirs and "set-cookie" not in page.headers else f"{who}: {page.status}"

    return ask


@pytest.mark.parametrize(
    ("name", "topology"),
    [("sentinels", by_sentinels), pytest.param("a cluster", by_cluster, marks=pytest.mark.nightly)],
)
async def test_a_primary_that_is_killed_under_load_costs_some_seconds_and_nobody_their_session(
    name: str, topology: Callable[[], AbstractContextManager[tuple[str, Kill]]], figure: Callable[[str], None]
) -> None:
    api, loop = StrictAPI("json"), asyncio.get_running_loop()
    with serve(api.app) as at, topology() as (store, kill), frontends(at, store, 2) as urls:
        cookies = await all_signed_in(urls, [f"person-{number:02}" for number in range(PEOPLE)])
        load = Load(visits(urls, cookies), PEOPLE, RATE, PATIENCE)
        running = asyncio.create_task(load.run())
        await asyncio.sleep(STEADY)
        await asyncio.to_thread(kill)
        killed = loop.time()
        await until(lambda: _is_well(load, killed), within=PATIENCE)
        api.expire()  # what is renewed from now on has to be written
        await asyncio.sleep(STEADY)
        load.done = True
        await running

        assert load.wrong == []
        pages = [await fetch(url, cookie) for cookie in cookies.values() for url in urls]
        assert [page.status for page in pages] == [200] * len(pages)
        assert (api.alarms, len(api.alive)) == (0, PEOPLE)
        assert (await fetch(urls[0], await signed_in(urls[1], "late"))).status == 200

    failed = [each for each in load.asked if each[2] != 200]
    well = max((began + took - killed for began, took, _ in failed), default=0.0)
    slowest = max(took for _, took, _ in load.asked)
    told = Counter(status for _, _, status in load.asked)
    figure(
        f"{name}: {len(load.asked)} pages at {RATE:.0f}/s, {dict(sorted(told.items()))}; the last that "
        f"failed was answered {well:.1f} s after the primary was killed, the slowest took {slowest:.1f} s; "
        f"0 of {PEOPLE} sessions lost"
    )


def _is_well(load: Load, killed: float) -> bool:
    """Whether it was noticed that the primary is gone, and the last of everybody's pages came."""
    later = [each for each in load.asked if each[0] > killed]
    return any(each[2] != 200 for each in later) and all(each[2] == 200 for each in later[-2 * PEOPLE :])
