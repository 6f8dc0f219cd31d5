"""A write reaches the API once or not at all, whatever happens to the connection."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI

from tests.client.support import listening
from tests.robustness.relay import Behind, Break, relaying
from tests.serving import serve
from webapp.client import APIClient, shared_transport
from webapp.errors import APIError, BadGateway

WRITES = 10_000
OTHERS = 500
AT_ONCE = 40
PATIENCE = 0.5
STALLING = 0.01  # the share of requests that do: each costs its time-out


class Fates:
    """What became of so many calls through the relay: a good half of them is broken off at some moment."""

    def __init__(self, method: str, count: int) -> None:
        self.method = method
        self.count = count
        self.breaks: dict[str, Break] = {}
        self.attempts: Counter[str] = Counter()
        self.outcomes: dict[str, str] = {}
        self.untrue = 0
        self.behind = Behind()
        self._chance = random.Random(17)

    def choose(self, target: str) -> Break:
        """How a request fares, again as it did before."""
        self.attempts[target] += 1
        if target not in self.breaks:
            kinds = [each for each in Break if each is not Break.STALL] + [Break.NEVER] * 6
            self.breaks[target] = Break.STALL if self._chance.random() < STALLING else self._chance.choice(kinds)
        return self.breaks[target]

    async def send(self) -> "Fates":
        """Send them all, so many at once."""
        transport = shared_transport(limit=AT_ONCE // 2)
        async with listening(self.behind) as api_url, relaying(api_url, self.choose) as url:
            api, numbers = APIClient(url, transport=transport), iter(range(self.count))
            await asyncio.gather(*(self._send_some(api, numbers) for _ in range(AT_ONCE)))
            await transport.aclose()
        return self

    async def _send_some(self, api: APIClient, numbers: Iterator[int]) -> None:
        for number in numbers:
            target, writes = f"/{number}", self.method not in ("GET", "HEAD")
            try:
                await api.request(self.method, target, json={"number": number} if writes else ..., timeout=PATIENCE)
                self.outcomes[target] = "answered"
            except APIError as error:
                self.outcomes[target] = "failed"
                self.untrue += not error.sent and self.behind.seen[target] > 0

    def told(self, outcome: str, *, arrived: bool, began: bool = True) -> int:
        """How many ended so."""
        return sum(
            ended == outcome and (self.behind.seen[target] > 0) is arrived and (self.attempts[target] > 0) is began
            for target, ended in self.outcomes.items()
        )


async def test_a_write_is_never_sent_twice(figure: Callable[[str], None]) -> None:
    fates = await Fates("POST", WRITES).send()

    assert len(fates.outcomes) == WRITES
    assert max(fates.behind.seen.values()) == max(fates.attempts.values()) == 1
    assert fates.told("answered", arrived=False) == fates.untrue == 0
    broken = sum(each not in (Break.NEVER, Break.AFTER_ANSWER) for each in fates.breaks.values())
    assert broken > WRITES / 4
    figure(
        f"{WRITES} writes, of which a relay broke {broken} off: {fates.told('answered', arrived=True)} answered, "
        f"{fates.told('failed', arrived=True)} arrived without an answer, "
        f"{fates.told('failed', arrived=False)} broken off before they had arrived, "
        f"{fates.told('failed', arrived=False, began=False)} on a kept connection that had just been closed; "
        f"{sum(count > 1 for count in fates.behind.seen.values())} arrived twice"
    )


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_no_other_method_that_writes_is_sent_twice_though_some_might_be(method: str) -> None:
    fates = await Fates(method, OTHERS).send()

    assert max(fates.attempts.values()) == 1


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_read_is_sent_once_more_at_most(method: str, figure: Callable[[str], None]) -> None:
    fates = await Fates(method, OTHERS).send()

    assert max(fates.attempts.values()) == 2
    again = sum(count == 2 for count in fates.attempts.values())
    figure(f"{OTHERS} times {method} through the same relay: {again} sent once more, none a third time")


async def test_a_write_right_after_the_api_failed_is_sent_on_a_connection_that_lasts(
    figure: Callable[[str], None],
) -> None:
    """After an error that it didn't foresee uvicorn closes the connection, and doesn't say so in its answer."""
    app, times = FastAPI(), 300

    @app.get("/fails")
    async def fails() -> None:
        raise RuntimeError

    @app.post("/works")
    async def works() -> str:
        return "done"

    transport = shared_transport(limit=1)
    with serve(app) as url:
        api = APIClient(url, transport=transport)
        for _ in range(times):
            with pytest.raises(BadGateway):
                await api.request("GET", "/fails")
            assert (await api.request("POST", "/works")).data == "done"
        await transport.aclose()
    figure(f"{times} of {times} writes answered that were sent at once after the API had failed")
