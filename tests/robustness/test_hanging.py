"""The store hangs for five seconds under load: whoever is signed in is told so in time, and nobody is signed out."""

import asyncio
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.robustness.frontends import Page, all_signed_in, fetch, frontends
from tests.robustness.house import until
from tests.robustness.load import Load
from tests.robustness.strict import StrictAPI
from tests.serving import serve
from tests.store.server import redis_server

PEOPLE, STRANGERS, RATE = 48, 12, 50
STEADY, HANGS = 3.0, 5.0
HUNG = 60.0


async def test_the_store_hangs_under_load_and_nobody_waits_for_long_or_is_signed_out(
    figure: Callable[[str], None],
) -> None:
    loop, api = asyncio.get_running_loop(), StrictAPI("json", delay=0.2)
    with serve(api.app) as at, redis_server() as redis, frontends(at, redis.url, 2) as urls:
        cookies = await all_signed_in(urls, [f"person-{number:02}" for number in range(PEOPLE)])
        visitors = Visitors(urls, cookies)
        load = Load(visitors.ask, visitors=PEOPLE + STRANGERS, rate=RATE, patience=HUNG)
        running = asyncio.create_task(load.run())
        await asyncio.sleep(STEADY)
        api.expire()
        await until(lambda: api.begun > 5)  # some are renewed in the moment that it hangs
        redis.send(signal.SIGSTOP)
        hung = loop.time()
        await asyncio.sleep(HANGS)
        redis.send(signal.SIGCONT)
        back = loop.time()
        for url in urls:
            while (await fetch(url, cookies["person-00"])).status != 200:
                pass
        recovered = loop.time() - back
        await asyncio.sleep(STEADY)
        load.done = True
        await running
        after = [(await visitors.ask(number, 0))[0] for number in range(PEOPLE)]

    told, meanwhile = Counter(status for _, _, status in load.asked), visitors.between(hung, back)
    late = sum(each.status != 200 for each in visitors.between(back, loop.time()))
    figure(
        f"{len(load.asked)} requests, {RATE} a second, {dict(sorted(told.items()))}. While the store hung, those "
        f"signed in had an answer after {spread(meanwhile)}, strangers after {spread(meanwhile, strangers=True)} "
        f"({spread(visitors.between(0, hung), strangers=True)} before)"
    )
    figure(
        f"{recovered:.2f} s after it went on both processes had a page; of what was asked from then on {late} failed, "
        f"and took {spread(visitors.between(back, loop.time()))}; {api.begun} renewals, {api.alarms} alarms, "
        f"{PEOPLE - len(api.alive)} of {PEOPLE} sessions lost, 0 sign-outs, 0 cookies taken back"
    )
    assert load.wrong == []
    assert after == [200] * PEOPLE
    assert (api.alarms, len(api.alive)) == (0, PEOPLE)
    assert {each.status for each in meanwhile if each.stranger} == {200}
    # Without a time-out everybody would have waited until it went on.
    early = [each for each in visitors.between(hung, hung + HANGS / 3) if not each.stranger]
    assert {each.status for each in early} == {503}
    assert all(each.began + each.took < back for each in early)


@dataclass
class Asked:
    """When somebody asked, and what and after how many seconds they were answered."""

    began: float
    took: float
    status: int
    stranger: bool


@dataclass
class Visitors:
    """People who look at a page of theirs, by one process and then by another, and strangers who look at the form."""

    urls: list[str]
    cookies: dict[str, str]
    asked: list[Asked] = field(default_factory=list)

    async def ask(self, visitor: int, number: int) -> tuple[int, str]:
        """One answer, and what is wrong with it."""
        url, names = self.urls[(visitor + number) % len(self.urls)], list(self.cookies)
        stranger, began = visitor >= len(names), asyncio.get_running_loop().time()
        page = await (fetch(url, path="/login") if stranger else fetch(url, self.cookies[names[visitor]]))
        self.asked.append(Asked(began, page.took, page.status, stranger))
        return page.status, wrong_with(page, "" if stranger else names[visitor])

    def between(self, since: float, until: float) -> list[Asked]:
        """What was asked in between."""
        return [each for each in self.asked if since <= each.began < until]


def wrong_with(page: Page, name: str) -> str:
    """What a store that hangs is no excuse for; empty if nothing is wrong."""
    if "set-cookie" in page.headers:
        return f"a {page.status} with a cookie"
    if page.status == 503 and name:
        says_so = "You stay signed in" in page.text or "sign-in couldn" in page.text
        return "" if says_so and "retry-after" in page.headers else "a 503 that doesn't say what to do"
    if page.status != 200:
        return f"a {page.status}"
    return "" if not name or f" of {name}" in page.text else "somebody else's page"


def spread(asked: list[Asked], *, strangers: bool = False) -> str:
    """How long answers took."""
    took = sorted(each.took for each in asked if each.stranger == strangers)
    parts = {"p50": took[len(took) // 2], "p99": took[len(took) * 99 // 100], "p100": took[-1]}
    return ", ".join(f"{name} {seconds * 1000:.0f} ms" for name, seconds in parts.items())
