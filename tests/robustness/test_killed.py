"""A process that is killed while it renews somebody's sign-in takes at most that one with it."""

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.cli.process import children_of, serving, up
from tests.robustness.frontends import KEY, Page, all_signed_in, fetch
from tests.robustness.house import until
from tests.robustness.strict import StrictAPI
from tests.serving import serve
from tests.store.server import redis_server
from webapp.client import RefreshEndpoint
from webapp.sessions.renewing import MARGIN
from webapp.store import batched

WORKERS, OTHERS = 3, 20
TAKES = 0.4
LOCK = RefreshEndpoint("").timeout + MARGIN
SLACK = 20.0
"""Seconds that a busy machine may add to the lock's."""


async def test_ten_processes_killed_while_renewing_take_nobody_elses_session(figure: Callable[[str], None]) -> None:
    await kill_while_renewing(10, figure)


@pytest.mark.nightly
async def test_a_hundred_processes_killed_while_renewing_take_nobody_elses_session(
    figure: Callable[[str], None],
) -> None:
    await kill_while_renewing(100, figure)


async def kill_while_renewing(rounds: int, figure: Callable[[str], None]) -> None:
    """Kill the process that renews the sign-in of one after the other, while others go on."""
    api = StrictAPI("json", delay=TAKES)
    with (
        serve(api.app, told_by_proxies=False) as at,
        redis_server() as redis,
        serving("run", at, "--workers", str(WORKERS), WEBAPP_SESSION_STORE=redis.url, WEBAPP_SECRET_KEY=KEY) as (
            url,
            supervisor,
        ),
    ):
        up(url)
        renewing = [f"renewing-{number}" for number in range(rounds)]
        cookies = await all_signed_in([url], [f"other-{number}" for number in range(OTHERS)] + renewing)
        house = House(api, url, supervisor.pid, cookies)
        ends = list[Page]()
        # What is waited for in a batch isn't killed by the next, since that would double the wait.
        for batch in batched(renewing, 10):
            ends += await asyncio.gather(*[await house.kill_renewing(username) for username in batch])
        lost = [username for username, page in zip(renewing, ends, strict=True) if page.status != 200]
        again = await all_signed_in([url], lost)
        back = [(await house.ask(username, again[username])).status for username in lost]

        assert house.others == Counter({200: house.others.total()})
        assert not any(api.of(username).revoked for username in cookies if username not in renewing)
        assert {(page.status, page.headers.get("location", "").partition("?")[0]) for page in ends} <= {
            (200, ""),
            (303, "/login"),
        }
        assert house.early > 0
        assert api.alarms <= len(lost) <= rounds
        assert back == [200] * len(lost)
        held = max(page.took for page in ends)
        # The others are on the same machine, so they know that it's gone.
        assert held < LOCK
        assert house.slowest < LOCK
        figure(
            f"{rounds} processes killed while they renewed one of {len(cookies)} sign-ins, {house.early} before "
            f"the API answered: {len(lost)} of those renewed lost, {api.alarms} alarms, 0 of the others "
            f"({house.others.total():,} pages, all good; {house.resets} requests sent again as their process was "
            f"gone, {house.told_to_wait} after a 503; the slowest {house.slowest:.1f} s); "
            f"held up by it for {held:.1f} s at most, where its lock would have lasted {LOCK:.0f} s"
        )


@dataclass
class House:
    """Processes of which one is killed now and then, and what became of the requests to them."""

    api: StrictAPI
    url: str
    supervisor: int
    cookies: dict[str, str]
    others: Counter[int] = field(default_factory=Counter)
    slowest: float = 0.0
    early: int = 0
    resets: int = 0
    told_to_wait: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(9))

    async def kill_renewing(self, username: str) -> "asyncio.Task[Page]":
        """Kill the process that renews this one's sign-in; what they get in the end, from another."""
        family = self.api.of(username)
        self.api.expire(family)
        asked = asyncio.create_task(self.ask(username, self.cookies[username]))
        await until(lambda: family.begun > 0)
        process = self._process_at(family.caller)
        await asyncio.sleep(self.chance.random() * TAKES)
        others = [asyncio.create_task(self._ask_other(f"other-{number}")) for number in range(OTHERS)]
        await asyncio.sleep(self.chance.random() * 0.02)
        self.early += family.refreshes == 0
        os.kill(process, signal.SIGKILL)
        await asyncio.gather(*others)
        one = f"other-{self.chance.randrange(OTHERS)}"
        self.api.expire(self.api.of(one))
        await self._ask_other(one)
        return asked

    async def ask(self, username: str, cookie: str) -> Page:
        """
        A page, asked for again where a process was killed before it had answered, as browsers and proxies do.

        So is one that says to try again: a store that is given no time by a busy machine loses nobody's session.
        """
        began = time.monotonic()
        while True:
            assert time.monotonic() - began < LOCK + SLACK
            try:
                page = await fetch(self.url, cookie)
            except ConnectionError:
                self.resets += 1
                continue
            if page.status != 503:
                return Page(page.status, page.headers, page.text, time.monotonic() - began)
            self.told_to_wait += 1
            await asyncio.sleep(0.5)

    async def _ask_other(self, username: str) -> None:
        page = await self.ask(username, self.cookies[username])
        self.others[page.status] += 1
        self.slowest = max(self.slowest, page.took)

    def _process_at(self, port: int) -> int:
        """The process that has the connection from this port."""
        sockets = {
            f"socket:[{fields[9]}]"
            for fields in map(str.split, Path("/proc/net/tcp").read_text().splitlines()[1:])
            if fields[1].endswith(f":{port:04X}")
        }
        [found] = [child for child in children_of(self.supervisor) if sockets & _sockets(child)]
        return found


def _sockets(pid: int) -> set[str]:
    """What the process has open, but for what it closes just now; nothing if it is gone."""
    found = set[str]()
    with suppress(OSError):
        for each in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                found.add(str(each.readlink()))
    return found
