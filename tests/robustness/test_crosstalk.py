"""Fifty people at once, of whose tabs a third is closed too early, and a slow store: everybody gets their own pages."""

import asyncio
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from tests.robustness.frontends import all_signed_in, fetch, frontends
from tests.robustness.jitter import jittery
from tests.robustness.strict import StrictAPI
from tests.serving import serve
from tests.store.server import redis_server

PEOPLE, PROCESSES, AT_ONCE = 50, 2, 30
LEAVING, RENEWED = 0.3, 0.05
"""The shares of requests whose browser leaves, and before which somebody's access is spent."""
STALLS = 0.0002
SETTLED = 10.0
NAME = re.compile(r"person-\d\d-of-many")


async def test_nobody_is_answered_with_what_is_somebody_elses(figure: Callable[[str], None]) -> None:
    await interleave(1_500, figure)


@pytest.mark.nightly
async def test_nobody_is_answered_with_what_is_somebody_elses_in_a_hundred_thousand_requests(
    figure: Callable[[str], None],
) -> None:
    await interleave(100_000, figure)


async def interleave(count: int, figure: Callable[[str], None]) -> None:
    """Send so many requests of all these people to all processes, in no order."""
    api, began = StrictAPI("json", delay=0.02), time.monotonic()
    with serve(api.app) as at, redis_server() as redis:
        path = redis.path.with_name("slow.sock")
        with frontends(at, f"unix://{path}", PROCESSES) as urls:
            async with jittery(path, redis.path) as way:
                cookies = await all_in(urls, [f"person-{number:02}-of-many" for number in range(PEOPLE)])
                way.stalls = STALLS
                crowd = Crowd(api, urls, cookies, iter(range(count)))
                await asyncio.gather(*(crowd.ask() for _ in range(AT_ONCE)))

    lost = sum(api.of(name).revoked for name in cookies)
    figure(
        f"{count:,} requests of {PEOPLE} people to {PROCESSES} processes in {time.monotonic() - began:.0f} s: "
        f"{crowd.left:,} left too early, {dict(sorted(crowd.told.items()))}, {crowd.wrong.total()} of them wrong; "
        f"{api.refreshes:,} renewals, {api.alarms} alarms, {lost} sessions lost"
    )
    assert crowd.wrong == {}
    assert set(crowd.told) <= {200, 503}
    assert crowd.told[200] > (1 - LEAVING) * count * 0.9
    assert (api.alarms, lost) == (0, 0)
    assert api.refreshes > 10


async def all_in(urls: list[str], names: list[str]) -> dict[str, str]:
    """Have everybody signed in; where the store was too slow for it, they are told to try again."""
    cookies = dict[str, str]()
    while missing := [name for name in names if not cookies.get(name)]:
        cookies |= await all_signed_in(urls, missing)
    return cookies


@dataclass
class Crowd:
    """People who ask as soon as somebody else is done, and what they are answered."""

    api: StrictAPI
    urls: list[str]
    cookies: dict[str, str]
    numbers: Iterator[int]
    told: Counter[int] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    spent: dict[str, tuple[float, int]] = field(default_factory=dict)
    left: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(5))

    async def ask(self) -> None:
        """Ask one after the other, until all has been asked."""
        names = list(self.cookies)
        for _ in self.numbers:
            name, url = self.chance.choice(names), self.chance.choice(self.urls)
            if self.chance.random() < RENEWED:
                self._spend(self.chance.choice(names))
            if self.chance.random() < LEAVING:
                await self._leave(url, self.cookies[name])
                continue
            page = await fetch(url, self.cookies[name])
            self.told[page.status] += 1
            shown = set(NAME.findall(page.text))
            if shown - {name} or (page.status == 200 and not shown):
                self.wrong[f"{page.status} for {name} with {shown}"] += 1

    def _spend(self, name: str) -> None:
        """End somebody's access, unless it was only just renewed: refused at once, it counts as renewed in vain."""
        family, (since, answered) = self.api.of(name), self.spent.get(name, (0.0, 0))
        if time.monotonic() - since > SETTLED and family.answered > answered:
            self.spent[name] = time.monotonic(), family.answered
            self.api.expire(family)

    async def _leave(self, url: str, cookie: str) -> None:
        """Ask, and be gone before the answer has come, at whatever point that has reached."""
        host, _, port = url.removeprefix("http://").partition(":")
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(f"GET /things HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {cookie}\r\n\r\n".encode())
        await asyncio.sleep(self.chance.random() * 0.03)
        writer.transport.abort()
        self.left += 1
