"""The API is killed under load and comes back: nobody waits for ever, sees a traceback, or is signed out."""

import asyncio
import contextlib
import logging
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.backends.processes import free_port
from tests.robustness.load import Ask, Load
from tests.serving import serve
from webapp.app import create_app
from webapp.settings import Settings
from webapp.testing import Answer, Browser

USERNAME, PASSWORD = "demo@example.com", "demo-pass-123"
RATE = 50
BROWSERS, VISITORS = 10, 25
KILLS = 3
UP, DOWN = 4.0, 1.0
HUNG = 30.0


class API:
    """A process that can be killed and started again at the same place."""

    def __init__(self, database: Path) -> None:
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self._database = database
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Start it, and wait until it answers."""
        self._process = self._started()
        async with asyncio.timeout(60), httpx.AsyncClient(trust_env=False) as http:
            while True:
                with contextlib.suppress(httpx.TransportError):
                    if (await http.get(f"http://127.0.0.1:{self.port}/health")).status_code < 500:
                        return
                await asyncio.sleep(0.02)

    def _started(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "uvicorn", "--factory", "tests.robustness.durable:durable"]
        return subprocess.Popen(
            [*command, "--port", str(self.port), "--log-level", "critical"],
            env={**os.environ, "DURABLE_DATABASE": str(self._database)},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    def kill(self) -> None:
        """End it in the middle of whatever it does."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)


def visits(browsers: list[Browser]) -> Ask:
    """They look at a list, and every third time at the part of it that htmx asks for."""

    async def ask(visitor: int, number: int) -> tuple[int, str]:
        part = (visitor + number) % 3 == 2
        headers = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "div#list"} if part else {}
        answer = await browsers[visitor % len(browsers)].fetch("GET", "/projects", headers=headers)
        complaint = wrong_with(answer, part=part)
        return answer.status, f"{answer.status}: {complaint}" if complaint else ""

    return ask


def wrong_with(answer: Answer, *, part: bool) -> str:
    """What is wrong with an answer that should be a page, or a part of one; empty if nothing is."""
    if "Traceback" in answer.text or "Error:" in answer.text:
        return "a traceback"
    if not answer.is_html or (not part and "<h1" not in answer.text):
        return "no page"
    if answer.status not in (200, 502, 503):
        return "a status that nothing here has"
    return "" if answer.status == 200 or part or str(answer.status) in answer.text else "a page of another status"


@pytest.fixture
def api(tmp_path: Path) -> Iterator[API]:
    """The demo API in a process that is killed in the end, too."""
    made = API(tmp_path / "demo.db")
    yield made
    made.kill()


async def test_the_api_is_killed_three_times_under_load(
    api: API, figure: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> None:
    loop, back, killed = asyncio.get_running_loop(), list[float](), list[float]()
    await api.start()
    app = create_app(api.url, settings=Settings(api_url=api.url))
    with serve(app) as url:
        async with contextlib.AsyncExitStack() as stack:
            browsers = [await stack.enter_async_context(Browser(base_url=url)) for _ in range(BROWSERS)]
            for browser in browsers:
                await browser.sign_in(USERNAME, PASSWORD)
            load = Load(visits(browsers), visitors=VISITORS, rate=RATE, patience=HUNG)
            kept = {session.id for session in app.state.frontend.registry._sessions.values()}
            running = asyncio.create_task(load.run())
            for _ in range(KILLS):
                await asyncio.sleep(UP)
                killed.append(loop.time())
                api.kill()
                await asyncio.sleep(DOWN)
                await api.start()
                back.append(loop.time())
            await asyncio.sleep(UP)
            load.done = True
            await running
            statuses = [(await browser.fetch("GET", "/-/account")).status for browser in browsers]

        assert statuses == [200] * BROWSERS
        assert {session.id for session in app.state.frontend.registry._sessions.values()} == kept
    assert load.wrong == []
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
    told, slowest = Counter(status for _, _, status in load.asked), max(took for _, took, _ in load.asked)
    assert told[503] > 0
    recovery = max(last_failure(load, *up) for up in zip(back, [*killed[1:], loop.time()], strict=True))
    assert recovery <= 2
    figure(
        f"{KILLS} kills under {RATE} requests/s: {sum(told.values())} answered ({dict(sorted(told.items()))}), 0 hung, "
        f"the slowest {slowest:.1f} s; good again {recovery:.2f} s after the API was back; 0 sign-outs, 0 tracebacks"
    )


def last_failure(load: Load, since: float, until: float) -> float:
    """How long after the API was back the last request began that failed, and not by the next kill."""
    ended = [(began, began + took) for began, took, status in load.asked if status != 200]
    return max((began - since for began, end in ended if since <= began and end < until), default=0.0)
