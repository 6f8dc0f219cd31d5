"""Two releases of the command, or processes with different keys, on one store, while one takes the other's place."""

import asyncio
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.process import Process, serving, up
from tests.house.source import ROOT
from tests.robustness.frontends import KEY, Page, fetch, signed_in
from tests.robustness.strict import StrictAPI
from tests.serving import serve
from tests.store.server import redis_server

OLD, NEW = KEY, "another key that is just coming and that is long enough"

LATER = {
    "VERSION = 2\n": "VERSION = 3\n",
    "READABLE = (VERSION,)": "READABLE = (2, VERSION)",
    '"version": VERSION,': '"version": VERSION, "colour": "blue",',
    "session.key = key\n": 'session.key = key\n            assert dumped.get("colour", "blue") == "blue"\n',
}
"""What a later release might change in `webapp/sessions/session.py`: one field more."""


class Frontend(NamedTuple):
    """A process, and where it is."""

    url: str
    process: Process

    async def page(self, cookie: str) -> Page:
        """What somebody gets, and their session isn't taken from their browser, whatever it is."""
        page = await fetch(self.url, cookie)
        assert "set-cookie" not in page.headers
        return page

    async def status(self, cookie: str) -> int:
        """The same, in short."""
        return (await self.page(cookie)).status

    def stop(self) -> None:
        """As a release is stopped once the next one is there."""
        self.process.send_signal(signal.SIGTERM)
        assert self.process.ended(60) == 0


class House:
    """A strict API, a store, and frontends that come and go."""

    def __init__(self, stack: ExitStack) -> None:
        self.api = StrictAPI("json")
        self._stack = stack
        self._at = stack.enter_context(serve(self.api.app))
        self._store = stack.enter_context(redis_server()).url

    def begin(self, *keys: str, release: Path | None = None) -> Frontend:
        """One more, of these keys, and of another release if one is given."""
        environ = {
            "WEBAPP_SESSION_STORE": self._store,
            "WEBAPP_SECRET_KEY": ",".join(keys),
            "WEBAPP_SHUTDOWN_DELAY": "0",
        }
        frontend = Frontend(*self._stack.enter_context(serving("run", self._at, cwd=release, **environ)))
        up(frontend.url)
        return frontend

    async def renewed(self, username: str, cookie: str, by: Frontend) -> None:
        """Have somebody's access renewed, which is written down by this frontend then."""
        family = self.api.of(username)
        self.api.expire(family)
        before = family.refreshes
        assert await by.status(cookie) == 200
        assert family.refreshes == before + 1


@pytest.fixture
def house() -> Iterator[House]:
    with ExitStack() as stack:
        yield House(stack)


@pytest.fixture
def later(tmp_path: Path) -> Path:
    """A later release: a copy of this one, whose sessions hold more."""
    for folder in ("webapp", "templates", "static"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    changed = tmp_path / "webapp/sessions/session.py"
    text = changed.read_text(encoding="utf-8")
    for before, after in LATER.items():
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    changed.write_text(text, encoding="utf-8")
    return tmp_path


async def test_a_later_release_takes_an_earlier_ones_place_and_nobody_is_signed_out(house: House, later: Path) -> None:
    old, new = house.begin(OLD), house.begin(OLD, release=later)
    cookies = {name: await signed_in(old.url, name) for name in ("ada", "bob")}
    assert [await each.status(cookies["ada"]) for each in (new, old)] == [200, 200]

    # What begins in the later one, and what it writes of others, only itself can read.
    cookies["eve"] = await signed_in(new.url, "eve")
    await house.renewed("ada", cookies["ada"], new)
    for name in ("ada", "eve"):
        page = await old.page(cookies[name])
        assert (page.status, page.headers["retry-after"]) == (503, "2")
        assert "You stay signed in" in page.text
    assert await old.status(cookies["bob"]) == 200
    await house.renewed("bob", cookies["bob"], old)
    assert await new.status(cookies["bob"]) == 200
    assert "made by a newer version" in old.process.said

    cookies["eve too"] = await signed_in(old.url, "eve")  # another device of hers, begun in the earlier release
    await asyncio.to_thread(old.stop)

    assert {name: await new.status(cookie) for name, cookie in cookies.items()} == dict.fromkeys(cookies, 200)
    assert (len(house.api.alive), house.api.alarms, house.api.logouts) == (4, 0, 0)


async def test_keys_are_changed_in_steps_and_nobody_is_signed_out(house: House, figure: Callable[[str], None]) -> None:
    steps = [house.begin(*keys) for keys in ((OLD,), (OLD, NEW), (NEW, OLD), (NEW,))]
    cookies = [await signed_in(frontend.url, f"person-{number}") for number, frontend in enumerate(steps)]

    seen = [[await frontend.status(cookie) for frontend in steps] for cookie in cookies]
    assert seen == [[200, 200, 200, 303], [200, 200, 200, 303], [303, 200, 200, 200], [303, 200, 200, 200]]

    # What somebody with both keys writes by the new one, those with the old one alone can't read, and leave alone.
    await house.renewed("person-0", cookies[0], steps[2])
    assert [await frontend.status(cookies[0]) for frontend in steps] == [503, 200, 200, 303]
    assert "sealed by a key" in steps[0].process.said
    await house.renewed("person-0", cookies[0], steps[1])
    assert [await frontend.status(cookies[0]) for frontend in steps] == [200, 200, 200, 303]
    assert (len(house.api.alive), house.api.alarms, house.api.logouts) == (4, 0, 0)
    figure("sessions begun at each step of a change of keys, asked for at each: the steps before and after let all in")
