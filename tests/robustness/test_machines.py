"""Machines for three frontends, nginx, an API and a store: one frontend is cut off and one killed, under load."""

import asyncio
import contextlib
import signal
import ssl
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from tests.deployment.proxies import nginx_by_readme
from tests.faults.certificates import written
from tests.robustness.load import Ask, Load
from tests.robustness.network import Network, network
from tests.robustness.strict import PASSWORD
from webapp.testing import Browser

PROXY, STORE, API = "10.0.0.2", "10.0.0.20", "10.0.0.30"
FRONTENDS = {"one": "10.0.0.11", "two": "10.0.0.12", "three": "10.0.0.13"}
URL = f"https://{PROXY}"
KEY = "a key that all processes have and that is long enough"

BROWSERS, RATE = 20, 60
STEADY, OVERLAP = 3.0, 2.0
HUNG = 90.0
RECOVERED_WITHIN = 60.0


@dataclass
class Machines:
    """The network, with all that runs there, and what tells nginx from somebody else."""

    network: Network
    folder: Path
    tls: ssl.SSLContext
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def run(self, name: str, *command: str, **environ: str) -> None:
        """Run a program on a machine."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = self.network.run(name, command, log, **environ)

    def begin(self, name: str) -> None:
        """Start a frontend."""
        command = ["-m", "webapp", "run", f"http://{API}:8000", "--host", FRONTENDS[name]]
        self.run(
            name,
            sys.executable,
            *command,
            WEBAPP_SESSION_STORE=f"redis://{STORE}:6379/0",
            WEBAPP_SECRET_KEY=KEY,
            WEBAPP_PUBLIC_URL=URL,
            WEBAPP_TRUSTED_PROXIES=PROXY,
        )

    def kill(self, name: str) -> None:
        """Kill it."""
        self.running[name].send_signal(signal.SIGKILL)
        self.running[name].wait()

    @contextlib.asynccontextmanager
    async def browser(self) -> AsyncIterator[Browser]:
        """Somebody who comes by nginx."""
        async with Browser(base_url=URL, transport=httpx.AsyncHTTPTransport(verify=self.tls)) as browser:
            yield browser

    async def direct(self, name: str, cookie: str, *, patience: float = 30.0) -> tuple[int, float]:
        """The status that one frontend answers by itself, 0 if it doesn't, and after how many seconds."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with httpx.AsyncClient(base_url=f"http://{FRONTENDS[name]}:8000", timeout=patience) as http:
            try:
                status = (await http.get("/things", headers={"Cookie": cookie, "Accept": "text/html"})).status_code
            except httpx.TransportError:
                status = 0
        return status, loop.time() - began

    async def answers(self, name: str, cookie: str, *, status: int = 200) -> float:
        """Wait until a frontend answers with this status; how many seconds that took."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while (await self.direct(name, cookie))[0] != status:
            assert loop.time() - began < RECOVERED_WITHIN, (self.folder / f"{name}.log").read_text()[-3000:]
            await asyncio.sleep(0.1)
        return loop.time() - began


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    certificate = tmp_path / "both.pem"
    written(certificate, PROXY)
    with network() as made:
        for name, address in {"proxy": PROXY, "store": STORE, "api": API, "people": "10.0.0.100", **FRONTENDS}.items():
            made.add(name, address)
        found = Machines(made, tmp_path, ssl.create_default_context(cafile=str(certificate)))
        found.run("store", "redis-server", "--bind", STORE, "--protected-mode", "no", "--save", "")
        api = ["-m", "uvicorn", "--factory", "tests.deployment.api:strict", "--host", API, "--log-level", "critical"]
        found.run("api", sys.executable, *api)
        for name in FRONTENDS:
            found.begin(name)
        replaced = {
            "server_name app.example.com": f"server_name {PROXY}",
            "/etc/ssl/app.example.com.pem": certificate,
            "/etc/ssl/app.example.com.key": certificate,
        }
        found.run("proxy", *nginx_by_readme(tmp_path, replaced))
        with made.at("people"):
            yield found


async def test_while_nobody_has_the_store_their_own_pages_say_so_and_strangers_go_on(
    machines: Machines, figure: Callable[[str], None]
) -> None:
    loop, took = asyncio.get_running_loop(), list[float]()
    for name in FRONTENDS:
        await machines.answers(name, "", status=303)
    async with machines.browser() as browser, machines.browser() as stranger:
        await browser.sign_in(name_of(0), PASSWORD)
        machines.running["store"].send_signal(signal.SIGSTOP)
        for _ in range(9):
            began = loop.time()
            answer = await browser.fetch("GET", "/things", headers={"Accept": "text/html"})
            took.append(loop.time() - began)
            assert (answer.status, "The sessions can" in answer.text) == (503, True)
            assert (await stranger.get("/login")).status == 200
        machines.running["store"].send_signal(signal.SIGCONT)
        for name in FRONTENDS:
            await machines.answers(name, browser.cookies.header("/"))
        assert name_of(0) in (await browser.get("/-/account")).main
    figure(f"while nobody has the store: {len(took)} times a 503 by nginx, after {min(took):.2f} to {max(took):.2f} s")


def visits(browsers: list[Browser]) -> Ask:
    """Each looks at a list and at their account in turn."""

    async def ask(visitor: int, number: int) -> tuple[int, str]:
        path = "/things" if number % 2 else "/-/account"
        answer = await browsers[visitor].fetch("GET", path, headers={"Accept": "text/html"})
        complaint = wrong_with(answer.status, answer.text, visitor)
        return answer.status, f"{path}: {complaint}" if complaint else ""

    return ask


def wrong_with(status: int, text: str, number: int) -> str:
    """What no fault here excuses: to be signed out, or to see somebody else's page."""
    if status >= 500:
        return ""
    if status != 200:
        return f"a {status}"
    others = [other for other in range(BROWSERS) if other != number and name_of(other) in text]
    return "" if name_of(number) in text and not others else f"not {name_of(number)}'s page, but of {others}"


def name_of(number: int) -> str:
    """One of the people."""
    return f"person-{number:02}-of-many"


async def test_one_is_cut_off_and_one_is_killed_and_nobody_loses_a_session(
    machines: Machines, figure: Callable[[str], None]
) -> None:
    loop = asyncio.get_running_loop()
    async with contextlib.AsyncExitStack() as stack:
        for name in FRONTENDS:
            await machines.answers(name, "", status=303)
        browsers = [await stack.enter_async_context(machines.browser()) for _ in range(BROWSERS)]
        for number, browser in enumerate(browsers):
            await browser.sign_in(name_of(number), PASSWORD)
        cookie = browsers[0].cookies.header("/")
        load = Load(visits(browsers), visitors=BROWSERS, rate=RATE, patience=HUNG)
        running = asyncio.create_task(load.run())
        began = loop.time()
        await asyncio.sleep(STEADY)

        machines.network.cut_off("one")
        cut = loop.time()
        assert (await machines.direct("one", cookie, patience=OVERLAP))[0] == 0
        machines.kill("two")
        killed = loop.time()
        await asyncio.sleep(STEADY)
        machines.network.plug_in("one")
        plugged = await machines.answers("one", cookie)
        machines.begin("two")
        started = await machines.answers("two", cookie)
        await asyncio.sleep(STEADY)

        parted = loop.time()
        machines.network.part("three", STORE)
        alone = await machines.direct("three", cookie)
        await asyncio.sleep(STEADY)
        machines.network.rejoin("three", STORE)
        rejoined = await machines.answers("three", cookie)
        await asyncio.sleep(1)
        load.done = True
        await running
        ended = loop.time()

        for number, browser in enumerate(browsers):
            assert name_of(number) in (await browser.get("/-/account")).main

    told = Counter(status for _, _, status in load.asked)
    lost = {name: len(failed(load.since(*span))) for name, span in spans(began, cut, killed, parted, ended).items()}
    slowest = max(took for _, took, _ in load.asked)
    figure(
        f"{BROWSERS} people, {len(load.asked) / (ended - began):.0f} pages/s for {ended - began:.0f} s, "
        f"{dict(sorted(told.items()))}: {100 * (1 - told[200] / len(load.asked)):.2f} % failed ({lost}), "
        f"the slowest took {slowest:.1f} s; all well {settled(load, cut, killed):.1f} s after one was cut off, "
        f"{settled(load, killed, parted):.1f} s after one was killed; 0 sessions lost"
    )
    figure(
        f"serving again {plugged:.1f} s after it was plugged in, {started:.1f} s after it was started, "
        f"{rejoined:.1f} s after the store could be reached; without it {alone[0]} after {alone[1]:.2f} s"
    )
    assert load.wrong == []
    assert alone[0] == 503
    # Whoever was asking in the moment of a fault may have to ask again. On a busy machine all wait for answers and ask
    # for less, so no share of what was asked for says how many that may be.
    assert lost.pop("before") == 0
    assert max(lost.values()) <= BROWSERS


def spans(began: float, cut: float, killed: float, parted: float, ended: float) -> dict[str, tuple[float, float]]:
    """The parts of the run, by what was wrong in each."""
    moments = [began, cut, killed, parted, ended]
    names = ("before", "one cut off", "and one killed", "one without the store")
    return dict(zip(names, pairwise(moments), strict=True))


def failed(asked: list[tuple[float, float, int]]) -> list[tuple[float, float, int]]:
    """Those that had no page."""
    return [each for each in asked if each[2] != 200]


def settled(load: Load, since: float, until: float) -> float:
    """Seconds after a fault until the last request ended that failed, or took more than half a second."""
    troubled = [each for each in load.since(since, until) if each[2] != 200 or each[1] > 0.5]
    return max((began + took - since for began, took, _ in troubled), default=0.0)
