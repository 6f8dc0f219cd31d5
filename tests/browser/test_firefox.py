"""Firefox keeps pages, histories and caches by rules of its own: after signing out nothing private is left there."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import PASSWORD, USERNAME, Live
from tests.browser.firefox import ENTER, Firefox, Tab, firefox
from tests.browser.test_journeys import ROWS
from tests.browser.test_leaving import CACHED, NOTHING, PERSONAL, PRIVATE, REOPENED, STORED

pytestmark = pytest.mark.nightly

SHOWN = "document.documentElement.outerHTML"
PAGE = f"[window.left ?? null, document.readyState, location.href, {SHOWN}]"


async def _sign_in(tab: Tab, live: Live) -> None:
    await tab.go(f"{live.url}/login")
    await tab.click("input[name=username]")
    await tab.type(USERNAME)
    await tab.click("input[name=password]")
    await tab.type(PASSWORD + ENTER)
    await tab.until("location.pathname === '/' && document.readyState === 'complete'")


async def _look_around(tab: Tab, live: Live) -> None:
    for path in PERSONAL:
        if path.startswith(("/-/export", "/-/choices")):
            await tab.evaluate(f"fetch({json.dumps(live.url + path)}).then((answer) => answer.text())")
        else:
            await tab.go(live.url + path)
    await tab.go(f"{live.url}/issues")
    # In place, too: what htmx asks for and what it puts into the address.
    await tab.evaluate("window.same = true")
    await tab.evaluate("""(() => {
      const status = document.querySelector("select[name=status]");
      status.value = "open";
      for (const each of ["input", "change"]) status.dispatchEvent(new Event(each, {bubbles: true}));
    })()""")
    await tab.until("window.same && location.search.includes('status=open')")
    await tab.click(f"{ROWS} a")
    await tab.until(r"/\/issues\/\d+$/.test(location.href) && document.readyState === 'complete'")


async def _sign_out(tab: Tab) -> None:
    await tab.click("button[popovertarget=user-menu]")
    await tab.click("#user-menu form button")
    await tab.until("location.pathname === '/login' && document.readyState === 'complete'")


async def _step(tab: Tab, delta: int) -> str:
    """Take a step through the history, and say where one is then; nothing that shows on the way is private."""
    left, _, before, _ = await tab.evaluate(PAGE.replace("window.left ?? null", "window.left = Math.random()"))

    def arrived(page: list[Any]) -> bool:
        mark, state, address, shown = page
        assert not PRIVATE.search(shown), f"{delta:+} from {before}, at {address}"
        return bool(mark != left and state == "complete" and address != "about:blank")

    await tab.step(delta)
    _, _, address, _ = await tab.until(PAGE, arrived)
    return str(address)


def _personal(running: Firefox, live: Live) -> list[str]:
    own = (address for address in running.answered if address.startswith(live.url))
    return [address for address in own if not address.removeprefix(live.url).startswith(("/-/static/", "/login"))]


def _on_disk(profile: Path, addresses: list[str]) -> list[str]:
    """Those of the addresses whose answers Firefox's cache has left in its files."""
    entries = [file.read_bytes() for file in (profile / "cache2" / "entries").iterdir()]
    assert any(b"/-/static/" in entry for entry in entries), "its cache is somewhere else"
    return [address for address in addresses if any(f":{address}\0".encode() in entry for entry in entries)]


async def test_after_signing_out_nothing_private_is_left_in_firefox(
    live: Live, tmp_path: Path, figure: Callable[[str], None]
) -> None:
    async with firefox(tmp_path) as running:
        tab = await running.open()
        await _sign_in(tab, live)
        running.answered.clear()
        await _look_around(tab, live)
        assert PRIVATE.search(await tab.evaluate(SHOWN))
        visited = _personal(running, live)
        assert len(visited) > len(PERSONAL)
        assert await tab.evaluate(f"({CACHED})({json.dumps(visited)})") == []
        await tab.evaluate("(localStorage.setItem('a', 'x'), sessionStorage.setItem('b', 'x'))")

        await _sign_out(tab)

        assert await tab.evaluate(f"({STORED})()") == NOTHING
        assert await tab.evaluate(f"({CACHED})({json.dumps(visited)})") == []
        out = await tab.evaluate("location.href")
        back = [await _step(tab, -1) for _ in range(8)]
        forward = [await _step(tab, +1) for _ in range(8)]
        assert forward == [*reversed(back[:-1]), out]
        assert len(set(back)) > 4
        for path in REOPENED:
            reopened = await running.open()
            await reopened.go(live.url + path)
            assert await reopened.evaluate("location.pathname") == "/login"
            assert not PRIVATE.search(await reopened.evaluate(SHOWN)), path
            await reopened.close()
        assert await tab.evaluate(f"({STORED})()") == NOTHING
    assert _on_disk(tmp_path, visited) == []
    figure(
        f"Firefox {running.version}: {len(visited)} personal answers; after signing out {len(back) + len(forward)} "
        f"steps back and forward and {len(REOPENED)} tabs reopened: 0 private texts, nothing in any storage or cache, "
        "nor in the cache's files"
    )
