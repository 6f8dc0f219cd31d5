"""Several processes on one port: one that dies is replaced, all stop in order together, and none outlives the first."""

import asyncio
import contextlib
import os
import select
import signal
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path

import httpx
import pytest

from tests.cli.process import Process, children_of, serving, up
from tests.robustness.frontends import KEY
from tests.store.server import redis_server

WORKERS = 2
PATIENCE = 30.0

APP = """
import asyncio
import os
from pathlib import Path

from fastapi import FastAPI

app = FastAPI()

@app.get("/who")
async def who() -> dict[str, str]:
    return {"process": f"served by {os.getpid()}."}

@app.get("/held")
async def held() -> dict[str, str]:
    with Path("asked").open("a") as asked:
        asked.write(f"{os.getpid()}\\n")
    while not Path("let-go").exists():
        await asyncio.sleep(0.02)
    return {"said": "late, but whole"}
"""


class Processes:
    """The first process and its workers, and who asks them."""

    def __init__(self, first: Process, client: httpx.AsyncClient, folder: Path) -> None:
        self.first = first
        self.client = client
        self.folder = folder
        self.seen = set[int]()
        """All workers there have been."""

    @property
    def workers(self) -> set[int]:
        """The processes that serve."""
        found = set(children_of(self.first.pid))
        self.seen |= found
        return found

    async def all_serve(self) -> None:
        """Returns once each worker has answered."""
        async with asyncio.timeout(PATIENCE):
            served = set[int]()
            while not (len(self.workers) == WORKERS and self.workers <= served):
                page = (await self.client.get("/who")).text
                served |= {worker for worker in self.workers if f"served by {worker}." in page}

    async def hold(self) -> "list[asyncio.Task[httpx.Response]]":
        """Requests that each worker has some of, and that are answered once they are let go."""
        asked, holding = self.folder / "asked", list[asyncio.Task[httpx.Response]]()
        async with asyncio.timeout(PATIENCE):
            while not (asked.exists() and self.workers <= set(map(int, asked.read_text().split()))):
                holding.append(asyncio.create_task(self.client.get("/held")))
                while not (asked.exists() and asked.read_text().count("\n") == len(holding)):
                    await asyncio.sleep(0.01)
        return holding

    async def let_go(self, holding: "Iterable[asyncio.Task[httpx.Response]]") -> list[tuple[int, bool]]:
        """Have these answered; the status of each, and whether it's whole."""
        (self.folder / "let-go").touch()
        answers = await asyncio.gather(*holding)
        return [(answer.status_code, "late, but whole" in answer.text) for answer in answers]

    async def has_said(self, what: str, times: int = 1) -> None:
        """Returns once the log holds this as often."""
        async with asyncio.timeout(PATIENCE):
            while self.first.said.count(what) < times:
                await asyncio.sleep(0.01)

    async def refuse(self) -> bool:
        """Whether nobody listens any more."""
        try:
            await self.client.get("/-/livez")
        except httpx.ConnectError:
            return True
        return False


@pytest.fixture
async def processes(tmp_path: Path) -> AsyncIterator[Processes]:
    (tmp_path / "mine.py").write_text(APP)
    (tmp_path / "tmp").mkdir()
    settings = {"WEBAPP_SECRET_KEY": KEY, "WEBAPP_METRICS": "on", "TMPDIR": str(tmp_path / "tmp")}
    settings |= {"WEBAPP_SHUTDOWN_DELAY": "4", "WEBAPP_SHUTDOWN_GRACE": "20"}
    with (
        redis_server() as redis,
        serving(
            *("run", "mine:app", "--workers", str(WORKERS)),
            cwd=tmp_path,
            WEBAPP_SESSION_STORE=redis.url,
            **settings,
        ) as (url, first),
    ):
        up(url)
        limits = httpx.Limits(max_keepalive_connections=0)
        async with httpx.AsyncClient(base_url=url, timeout=PATIENCE, limits=limits) as client:
            found = Processes(first, client, tmp_path)
            await found.all_serve()
            try:
                yield found
            finally:
                for pid in found.workers | found.seen:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)


async def test_when_the_first_is_killed_the_others_finish_what_they_do_and_end(
    processes: Processes, figure: Callable[[str], None]
) -> None:
    workers, holding = processes.workers, await processes.hold()

    processes.first.kill()
    await processes.has_said("the process that began this one is gone", WORKERS)
    answers = await processes.let_go(holding)
    await asyncio.to_thread(wait_for_end_of, workers)

    figure(f"the first of {WORKERS + 1} killed with {len(answers)} requests under way: all answered, none is left")
    assert answers == [(200, True)] * len(holding)
    assert await processes.refuse()
    assert not list((processes.folder / "tmp").iterdir())
    assert processes.first.ended() == -signal.SIGKILL
    assert "Traceback" not in processes.first.said


async def test_one_that_is_killed_is_replaced_and_the_port_never_refuses(processes: Processes) -> None:
    killed, other = sorted(processes.workers)
    (processes.folder / "mine.py").write_text("import nothing_that_is_there")

    os.kill(killed, signal.SIGKILL)
    await processes.has_said(f"process {killed} has ended with -9")
    await processes.has_said("has ended with 2")  # the next, which must not take the other with it
    served = (await processes.client.get("/who")).text
    (processes.folder / "mine.py").write_text(APP)
    await processes.all_serve()

    assert f"served by {other}." in served
    assert other in processes.workers - {killed}


@pytest.mark.parametrize("told", ["the first", "all by a keyboard", "all by a service manager"])
async def test_told_to_stop_all_say_so_and_finish(processes: Processes, told: str) -> None:
    workers, holding = processes.workers, await processes.hold()

    if told == "all by a keyboard":
        os.killpg(processes.first.pid, signal.SIGINT)
    else:
        for pid in (processes.first.pid, *(workers if told == "all by a service manager" else ())):
            os.kill(pid, signal.SIGTERM)
    await processes.has_said("webapp.serving: stopping", WORKERS)
    if told == "the first":
        assert (await processes.client.get("/-/readyz")).json() == {"status": "stopping"}
    answers = await processes.let_go(holding)
    status = await asyncio.to_thread(processes.first.ended)

    assert answers == [(200, True)] * len(holding)
    assert status == 0
    assert not list((processes.folder / "tmp").iterdir())
    await asyncio.to_thread(wait_for_end_of, workers)
    assert "Traceback" not in processes.first.said


async def test_a_second_signal_ends_all_at_once(processes: Processes) -> None:
    holding = await processes.hold()

    processes.first.send_signal(signal.SIGTERM)
    await processes.has_said("webapp.serving: stopping", WORKERS)
    await asyncio.sleep(1.5)  # what comes sooner may be the same, said by another
    processes.first.send_signal(signal.SIGTERM)
    status = await asyncio.to_thread(processes.first.ended, 15.0)  # of the 24 that they would have had
    await asyncio.gather(*holding, return_exceptions=True)

    assert status == 0


def test_what_none_of_them_can_serve_isnt_tried_again(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(APP)
    (tmp_path / "wrong.toml").write_text('[resources.nothing]\nlabel = "Nothing"\n')
    arguments = ("run", "mine:app", "--config", "wrong.toml", "--workers", str(WORKERS))
    with (
        redis_server() as redis,
        serving(*arguments, cwd=tmp_path, WEBAPP_SESSION_STORE=redis.url, WEBAPP_SECRET_KEY=KEY) as (_, first),
    ):
        assert first.ended() == 2

    assert 1 <= first.said.count("wrong.toml: ") <= WORKERS


def wait_for_end_of(pids: Iterable[int]) -> None:
    """Returns once these processes are no more."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError), os.fdopen(os.pidfd_open(pid)) as process:
            assert select.select([process], [], [], PATIENCE)[0], f"{pid} lives on"
