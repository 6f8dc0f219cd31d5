"""Processes on one port count as one: whichever is asked tells what all have counted, the dead ones included."""

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from tests.cli.process import children_of, serving, up
from tests.observability.scrape import Samples, samples_in
from tests.robustness.frontends import KEY, fetch, signed_in
from tests.robustness.strict import StrictAPI
from tests.serving import serve
from tests.store.server import RedisServer, redis_server
from webapp import Settings
from webapp.errors import SettingsError
from webapp.observability import Observability

WORKERS = 2
PATIENCE = 30.0
PEOPLE, PAGES, KILLED = 3, 24, 25
THINGS = ("webapp_pages_total", frozenset({("route", "/{path}"), ("method", "GET"), ("status", "200")}))


class Together:
    """The frontend at `url`, its processes, its API and its store."""

    def __init__(self, url: str, first: int, api: StrictAPI, store: RedisServer) -> None:
        self.url = url
        self.first = first
        self.api = api
        self.store = store

    @property
    def workers(self) -> list[int]:
        """The processes that serve."""
        return children_of(self.first)

    async def told(self) -> Samples:
        """Every sample that one of them tells, whichever answers."""
        async with httpx.AsyncClient(base_url=self.url, timeout=PATIENCE) as client:
            answer = await client.get("/-/metrics")
        assert answer.status_code == 200, answer.text
        return samples_in(answer.text)

    async def told_by_each(self, sessions: int) -> list[Samples]:
        """What each of them tells, while the others stand still, once it knows of so many sessions: within a second."""
        found = []
        for worker in self.workers:
            with standing_still([other for other in self.workers if other != worker]):
                found.append(await self.until_told("webapp_sessions", sessions))
        return found

    async def until_told(self, name: str, value: float | None) -> Samples:
        """Returns what is told once this sample, which has no labels, is so."""
        async with asyncio.timeout(PATIENCE):
            while (told := await self.told()).get((name, frozenset())) != value:
                await asyncio.sleep(0.1)
        return told

    async def until_ready(self, status: str) -> None:
        """Returns once the one that answers says so."""
        async with httpx.AsyncClient(base_url=self.url, timeout=PATIENCE) as client, asyncio.timeout(PATIENCE):
            while (answer := await client.get("/-/readyz")).json()["status"] != status:
                await asyncio.sleep(0.1)
        assert answer.status_code == 200


@contextmanager
def standing_still(processes: Sequence[int]) -> Iterator[None]:
    """Have these do nothing for a while."""
    for pid in processes:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in processes:
            os.kill(pid, signal.SIGCONT)


@pytest.fixture
async def together(tmp_path: Path) -> AsyncIterator[Together]:
    api = StrictAPI("json", delay=3.0)
    with (
        serve(api.app) as at,
        redis_server() as store,
        serving(
            *("run", at, "--workers", str(WORKERS)),
            WEBAPP_SESSION_STORE=store.url,
            WEBAPP_SECRET_KEY=KEY,
            WEBAPP_METRICS="on",
            TMPDIR=str(tmp_path),  # a test that ends by killing all leaves nobody to clear that up
        ) as (url, process),
    ):
        up(url)
        found = Together(url, process.pid, api, store)
        await found.until_told("webapp_processes", WORKERS)
        yield found


async def test_whichever_is_asked_tells_what_all_have_counted(
    together: Together, figure: Callable[[str], None]
) -> None:
    cookies = [await signed_in(together.url, f"person-{number}") for number in range(PEOPLE)]
    before = (await together.told()).get(THINGS, 0)
    for worker in together.workers:
        with standing_still([other for other in together.workers if other != worker]):
            for number in range(PAGES // WORKERS):
                assert (await fetch(together.url, cookies[number % PEOPLE])).status == 200

    each = await together.told_by_each(PEOPLE)

    assert [told[THINGS] - before for told in each] == [PAGES] * WORKERS
    for told in each:
        assert told[("webapp_sign_ins_total", frozenset({("outcome", "accepted")}))] == PEOPLE
        assert told[("webapp_processes", frozenset())] == WORKERS
        assert told[("webapp_store_seconds_count", frozenset())] > PAGES
        assert told[("process_resident_memory_bytes", frozenset())] > WORKERS * 30e6
    figure(f"{PAGES} pages of {WORKERS} processes: each tells {PAGES}, and {PEOPLE} sessions of as many")

    together.api.expire()
    renewing = asyncio.create_task(fetch(together.url, cookies[0]))
    await together.until_told("webapp_api_requests_under_way", 1)
    killed = together.workers
    for worker in killed:
        os.kill(worker, signal.SIGKILL)
    with pytest.raises(ConnectionError):
        await renewing
    async with asyncio.timeout(PATIENCE):
        while set(killed) & set(together.workers) or len(together.workers) < WORKERS:
            await asyncio.sleep(0.05)
    await together.until_told("webapp_processes", WORKERS)
    after = await together.until_told("webapp_api_requests_under_way", 0)  # they read the document when they begin

    assert fallen(each[-1], after) == []
    assert after[THINGS] == each[-1][THINGS]


async def test_sessions_arent_told_while_the_store_cant_be_asked(together: Together) -> None:
    await signed_in(together.url)
    await together.until_told("webapp_sessions", 1)

    together.store.kill()
    without = await together.until_told("webapp_sessions", None)
    for worker in together.workers:
        with standing_still([other for other in together.workers if other != worker]):
            await together.until_ready("degraded")
    together.store.start()
    await together.until_ready("ready")
    again = await together.until_told("webapp_sessions", 0)

    assert sum(value for (name, _), value in without.items() if name == "webapp_store_errors_total") >= 1
    assert fallen(without, again) == []


@pytest.mark.nightly
async def test_nothing_ever_falls_while_processes_are_killed_again_and_again(
    together: Together, figure: Callable[[str], None]
) -> None:
    chance, cookie, over = random.Random(5), await signed_in(together.url), asyncio.Event()
    answered = Counter[int]()

    async def ask() -> None:
        while not over.is_set():
            with suppress(ConnectionError):
                answered[(await fetch(together.url, cookie)).status] += 1

    async def scrape() -> tuple[int, Samples]:
        told, times = await together.told(), 1
        while not over.is_set():
            with suppress(httpx.TransportError):
                now = await together.told()
                assert fallen(told, now) == []
                told, times = now, times + 1
        return times, told

    asking, scraping = [asyncio.create_task(ask()) for _ in range(4)], asyncio.create_task(scrape())
    for _ in range(KILLED):
        await asyncio.sleep(chance.random())
        os.kill(chance.choice(together.workers), signal.SIGKILL)
        await together.until_told("webapp_processes", WORKERS - 1)
        await together.until_told("webapp_processes", WORKERS)
    over.set()
    times, _ = await scraping
    await asyncio.gather(*asking)
    counted = (await together.told())[THINGS]

    figure(f"{KILLED} processes killed: none of {times} scrapes fell, {counted:.0f} of {answered[200]} pages counted")
    assert set(answered) == {200}
    assert answered[200] - KILLED <= counted  # a page is counted once it was sent: each killed may have missed one


def fallen(before: Samples, after: Samples) -> list[str]:
    """What only ever grows, and is less than it was."""
    growing = ("_total", "_count", "_sum", "_bucket")
    return [name for (name, labels), value in before.items() if name.endswith(growing) and after[name, labels] < value]


def test_a_folder_that_isnt_there_stops_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path / "nowhere"))

    with pytest.raises(SettingsError, match="PROMETHEUS_MULTIPROC_DIR"):
        Observability(Settings(metrics=True))
