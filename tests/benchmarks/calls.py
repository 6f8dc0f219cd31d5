"""What a client's call costs, with another process to answer it."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from typing import Any

import uvloop

from tests.benchmarks.backend import CUSTOMERS, create_backend
from tests.benchmarks.contestants.clients import (
    Caller,
    call_httpx,
    call_httpx_on_aiohttp,
    call_httpx_with_sniffio,
    call_ours,
)
from tests.benchmarks.effort import Effort
from tests.benchmarks.parts import Field, Part
from tests.benchmarks.process import Pipe, Worker
from tests.benchmarks.report import MICROSECONDS, Quantity
from tests.benchmarks.rounds import Contestant, Figures
from tests.benchmarks.server import Server

AT_ONCE = {
    1: Quantity("a call, one at a time: CPU", MICROSECONDS),
    8: Quantity("a call, 8 at once: CPU", MICROSECONDS, share=0.30),
    64: Quantity("a call, 64 at once: CPU", MICROSECONDS, share=0.20),
}
QUANTITIES = tuple(AT_ONCE.values())

CLIENTS = {
    "httpx.AsyncClient": call_httpx,
    "httpx.AsyncClient, sniffio installed": call_httpx_with_sniffio,
    "httpx.AsyncClient on httpx-aiohttp": call_httpx_on_aiohttp,
    "webapp": call_ours,
}

Calls = Callable[[str], AbstractAsyncContextManager[Caller]]


@contextlib.contextmanager
def contestants(effort: Effort) -> Iterator[Field]:
    """So many calls for each number at once in each round; ValueError if a client doesn't get what it asked for."""
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(Server(create_backend)).url
        found = []
        for name, calls in CLIENTS.items():
            worker = stack.enter_context(Worker(_work, calls, url))
            found.append(Contestant(name, _round(worker, effort.calls), ours=calls is call_ours))
            check(name, worker.ask("answer"))
        yield found


PART = Part("calls", QUANTITIES, contestants)


def check(name: str, answer: Any) -> None:
    """ValueError unless this is the backend's answer."""
    if not isinstance(answer, dict) or answer.get("items") != CUSTOMERS:
        raise ValueError(f"{name} got {str(answer)[:200]}")


def _round(worker: Worker, count: int) -> Callable[[], Figures]:
    return lambda: {quantity.name: worker.ask("calls", count, at_once) for at_once, quantity in AT_ONCE.items()}


def _work(pipe: Pipe, calls: Calls, url: str) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_answer(pipe, calls, url))


async def _answer(pipe: Pipe, calls: Calls, url: str) -> None:
    async with calls(url) as call:
        with contextlib.suppress(EOFError):
            while True:
                # In a thread, so that the clients' own clocks go on ticking.
                match await asyncio.to_thread(pipe.recv):
                    case ("calls", count, at_once):
                        pipe.send(await _cost(call, count, at_once))
                    case _:
                        pipe.send(await call())


async def _cost(call: Caller, count: int, at_once: int) -> float:
    """Seconds of this process's CPU for each call."""
    await _burst(call, 2 * at_once, at_once)
    began = time.process_time()
    await _burst(call, count, at_once)
    return (time.process_time() - began) / count


async def _burst(call: Caller, count: int, at_once: int) -> None:
    numbers = iter(range(count))

    async def caller() -> None:
        for _ in numbers:
            await call()

    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(caller())
