"""
A hundred thousand signed-in sessions in one process: what they weigh, what one costs, and what their end costs others.

`python -m tests.sessions.crowd [COUNT] [CHURN]` prints figures as JSON. Each is a real session with a client of its
own on one transport, an access token of 320 characters and a refresh token of 43 (half of them as cookies), an owner, a
browser and an address.
"""

import asyncio
import gc
import json
import secrets
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from webapp.client import APIClient, Credentials
from webapp.sessions import Session, SessionRegistry

IDLE, LIFETIME = 1000.0, 10_000.0


class Crowd:
    """A registry, and people who sign in to it."""

    def __init__(self, count: int) -> None:
        self.now = 0.0
        self.registry = SessionRegistry(
            idle=IDLE, lifetime=LIFETIME, capacity=2 * count, per_owner=50, clock=lambda: self.now
        )
        self._parent = APIClient("http://api", transport=httpx.MockTransport(lambda _: httpx.Response(200)))

    async def sign_in(self, number: int) -> None:
        """One more, as a sign-in leaves it."""
        session = begun(self._parent, number)
        await self.registry.add(session)
        session.id = None  # it has gone out with the cookie


def begun(parent: APIClient, number: int) -> Session:
    """The session of one who has just signed in."""
    access, refresh = secrets.token_urlsafe(240), secrets.token_urlsafe(32)
    if number % 2:
        credentials = Credentials(access, refresh_token=refresh)
    else:
        credentials = Credentials(cookies={"session": access, "refresh": refresh})
    session = Session.begin(parent.for_session(credentials), user=f"Person {number}", owner=f"id:{number:08d}")
    agent = f"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/{100 + number % 40}.0 Safari/537.36"
    session.seen_from({"user-agent": agent, "sec-fetch-user": "?1"}, f"10.{number % 200}.{number // 200 % 200}.1")
    return session


async def main(count: int, churn: int) -> dict[str, Any]:
    """All figures."""
    crowd = Crowd(count)
    for number in range(100):
        await crowd.sign_in(number)
    await crowd.registry.close()
    gc.collect()
    before = _resident()
    began = time.perf_counter()
    for number in range(count):
        await crowd.sign_in(number)
    took = time.perf_counter() - began
    figures: dict[str, Any] = {
        "sessions": len(crowd.registry),
        "megabytes": round(_resident() - before, 1),
        "sign_in_us": round(took / count * 1e6, 1),
    }
    crowd.now += IDLE
    longest, dropped = await _longest_gap(crowd.registry)
    figures |= {"dropped": dropped, "longest_gap_ms": round(longest * 1000, 2), "left": len(crowd.registry)}
    if churn:
        figures["churn"] = await _churn(crowd, churn)
    figures["tasks"] = len(asyncio.all_tasks()) - 1
    return figures


async def _longest_gap(registry: SessionRegistry) -> tuple[float, int]:
    """The longest that anybody waited for the loop during a sweep, in seconds of our own work; how many went."""
    longest = 0.0
    done = False

    async def tick() -> None:
        nonlocal longest
        last = time.thread_time()
        while not done:
            await asyncio.sleep(0)
            now = time.thread_time()
            longest, last = max(longest, now - last), now

    ticking = asyncio.create_task(tick())
    await asyncio.sleep(0)
    dropped = await registry.sweep()
    done = True
    await ticking
    return longest, dropped


async def _churn(crowd: Crowd, sign_ins: int) -> dict[str, Any]:
    """So many sign-ins, of which those of the last thousand seconds live: what the process weighs on the way."""
    weights = []
    for number in range(sign_ins):
        await crowd.sign_in(number)
        crowd.now += 0.1
        if number % 1000 == 0:
            await crowd.registry.sweep()
        if number % (sign_ins // 20) == 0 and number >= sign_ins // 4:
            weights.append(_resident())
    spread = (max(weights) - min(weights)) / (sum(weights) / len(weights))
    return {"sign_ins": sign_ins, "spread": round(spread, 4), "sessions": len(crowd.registry)}


def _resident() -> float:
    """Megabytes of this process (2^20) that are in memory."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 2**20


if __name__ == "__main__":
    numbers = [int(each) for each in sys.argv[1:]]
    print(json.dumps(asyncio.run(main(*(numbers + [100_000, 0][len(numbers) :])))))
