"""What it costs to keep one more signed-in user."""

import asyncio
import gc
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext

from tests.benchmarks.contestants.clients import (
    Keeper,
    keep_clients,
    keep_clients_on_one_transport,
    keep_ours,
    keep_records,
)
from tests.benchmarks.effort import Effort
from tests.benchmarks.parts import Field, Part
from tests.benchmarks.process import Pipe, Worker, resident
from tests.benchmarks.report import KILOBYTES, MICROSECONDS, Quantity
from tests.benchmarks.rounds import Contestant, Figures

MEMORY = Quantity("a session: memory", KILOBYTES, limit=2048, share=1 / 300)
TIME = Quantity("a session: CPU to begin it", MICROSECONDS, limit=50e-6)
QUANTITIES = (MEMORY, TIME)

Keep = Callable[[str], AbstractAsyncContextManager[Keeper]]


def contestants(effort: Effort) -> "nullcontext[Field]":
    """So many sessions in each round, and a fiftieth of it of the one kind that costs so much more."""
    count = effort.sessions
    field: Field = [
        Contestant("httpx.AsyncClient() for each", lambda: _measure(keep_clients, max(2, count // 50))),
        Contestant("httpx.AsyncClient for each, one transport", lambda: _measure(keep_clients_on_one_transport, count)),
        Contestant("one httpx.AsyncClient (leaks cookies)", lambda: _measure(keep_records, count)),
        Contestant("webapp", lambda: _measure(keep_ours, count), ours=True),
    ]
    return nullcontext(field)


PART = Part("sessions", QUANTITIES, contestants)


def _measure(keep: Keep, count: int) -> Figures:
    """In a new process each time: memory that was given back isn't asked for again."""
    with Worker(_work, keep) as worker:
        size, seconds = worker.ask(count)
    return {MEMORY.name: size, TIME.name: seconds}


def _work(pipe: Pipe, keep: Keep) -> None:
    (count,) = pipe.recv()
    pipe.send(asyncio.run(_costs(keep, count)))


async def _costs(keep: Keep, count: int) -> tuple[float, float]:
    async with keep("http://127.0.0.1") as add:
        # The first ones bring imports and caches along.
        warm = max(1, count // 10)
        for number in range(warm):
            await add(number)
        gc.collect()
        memory, cpu = resident(), time.process_time()
        for number in range(warm, warm + count):
            await add(number)
        cpu = time.process_time() - cpu
        gc.collect()
        return (resident() - memory) / count, cpu / count
