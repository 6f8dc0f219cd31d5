"""Every fault at every place, against a table that was written first."""

import asyncio
import contextlib
import json
import logging
import re
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from starlette.types import ASGIApp

from tests.faults.catalogue import FAULTS, SLOW, UNREACHABLE
from tests.faults.certificates import of_nobody
from tests.faults.expected import PLACES as NAMES
from tests.faults.expected import WRITES, Row, read_table
from tests.faults.markers import smuggled
from tests.faults.places import PLACES, TYPED, Seen
from tests.faults.server import FaultyAPI
from tests.faults.workshop import DOCUMENT, USER
from webapp import Settings, create_app
from webapp.pages.refusals import UNSURE
from webapp.testing import Browser

EXPECTED = read_table()
NOTHING_DONE = "Nothing was done."
MIB = 1024 * 1024

Figure = Callable[[str], None]


@pytest.fixture(scope="module")
def counted() -> list[str]:
    """The cells that hold."""
    return []


@pytest.fixture
def document(tmp_path: Path) -> str:
    """The API's document as a file, which is there even when the API isn't."""
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(DOCUMENT))
    return str(path)


@asynccontextmanager
async def frontend(url: str, document: str, *, patience: float = 30.0) -> AsyncIterator[tuple[ASGIApp, Browser]]:
    """The frontend of the API at `url`, and a browser that nobody has signed in yet."""
    settings = Settings(api_timeout=patience, api_max_body=2 * MIB, document_refresh=0)
    app = create_app(url, openapi=document, settings=settings)
    # What a list answers in place of rows is a whole page, in place of the whole page: `_check_shape` looks at that.
    async with Browser(app, lint_except=("fragment",)) as browser:
        yield app, browser


async def signed_in(browser: Browser) -> Browser:
    """Another browser, and somebody who has signed in with it."""
    other = browser.another()
    await other.sign_in(*USER)
    return other


def test_the_table_is_about_every_fault_at_every_place() -> None:
    assert set(EXPECTED) == {*FAULTS, *SLOW, *UNREACHABLE}
    assert tuple(PLACES) == NAMES


@pytest.mark.parametrize("name", FAULTS)
async def test_a_fault_is_told_as_what_it_is_wherever_it_meets_people(
    name: str, document: str, counted: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    api = FaultyAPI(FAULTS[name])
    async with api.listening() as url, frontend(url, document) as (app, browser):
        for place, ask in PLACES.items():
            api.received.clear()
            person = await signed_in(browser)
            seen = await ask(app, person)
            check(name, place, seen, api)
            assert max(writes(api).values(), default=0) <= 1, f"{name} at {place} was sent more than once"
            counted.append(f"{name} at {place}")
            if not name.startswith("401"):
                assert (await person.get("/-/account")).url == "/-/account", f"{name} at {place} has signed out"
    assert failures(caplog) == []


@pytest.mark.parametrize("name", SLOW)
async def test_an_api_that_keeps_people_waiting_is_given_up(
    name: str, document: str, counted: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    api = FaultyAPI()
    async with api.listening() as url, frontend(url, document, patience=1.5) as (app, browser):
        people = [await signed_in(browser) for _ in PLACES]
        api.talk = SLOW[name]
        found = await asyncio.gather(*(ask(app, person) for ask, person in zip(PLACES.values(), people, strict=True)))
        for place, seen in zip(PLACES, found, strict=True):
            check(name, place, seen, api)
            counted.append(f"{name} at {place}")
        assert set(writes(api).values()) == {1, 2}  # twice where both htmx and the page have sent it
        for person in people:
            assert (await person.get("/-/account")).url == "/-/account"
    assert failures(caplog) == []


@pytest.mark.parametrize("name", UNREACHABLE)
async def test_an_api_that_is_out_of_reach_is_unavailable(
    name: str, document: str, counted: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    api = FaultyAPI()
    async with contextlib.AsyncExitStack() as stack:
        tls: ssl.SSLContext | None = of_nobody() if name == "certificate of nobody" else None
        url = await stack.enter_async_context(api.listening(tls))
        where = "http://no.such.host.invalid" if name == "no such host" else url
        app, browser = await stack.enter_async_context(frontend(where, document))
        if name == "refused":
            browser = await signed_in(browser)
            await api.close()
        for place, ask in PLACES.items():
            if place in NEEDS_THE_ITEM:
                continue
            check(name, place, await ask(app, browser), api)
            counted.append(f"{name} at {place}")
        if name == "refused":
            assert (await browser.get("/-/account")).url == "/-/account"
    assert failures(caplog) == []


NEEDS_THE_ITEM = ("part", "edit", "inline", "bulk")
"""What begins at a page that must be there first."""


def test_that_many_cells_hold(counted: list[str], figure: Figure) -> None:
    assert len(set(counted)) == len(counted)
    figure(f"{len(counted):,} cells of {len(EXPECTED)} faults at {len(PLACES)} places hold")


def check(name: str, place: str, seen: Seen, api: FaultyAPI) -> None:
    """All that a cell has to hold."""
    row, where = EXPECTED[name], f"{name} at {place}"
    assert seen.told == row.cells[place], f"{where}: {seen.page.main[:300]}"
    assert re.fullmatch("[0-9a-f]{32}", seen.answer.headers.get("x-request-id", "")), where
    assert smuggled(seen.answer) == smuggled(seen.page) == [], where
    # The command for a terminal names the API, where that has an address that others may know.
    said = re.sub(f"curl '?http://localhost:{api.port}", "", seen.page.main)
    assert f":{api.port}" not in said, where
    _check_shape(where, seen)
    _check_waits(where, place, row, seen, told=name.startswith(("429", "503")) and "sense" not in name)
    if place in WRITES:
        _check_form(where, row, seen)


def _check_shape(where: str, seen: Seen) -> None:
    """A page is whole, a fragment lands where it belongs, and who isn't signed in is led out of the page to do so."""
    answer, page = seen.answer, seen.page
    if answer.status == 401 and answer.hx_redirect is not None:
        assert answer.hx_redirect.startswith("/login?next="), where
        assert answer.content == b"", where
        return
    if answer.status == 303 and page.path == "/login":
        assert page.status == 200, where
        assert len(page.page.all("input[type=password]")) == 1, where
    if not page.is_html:
        return
    is_part = page.text.lstrip()[:9].lower() != "<!doctype"
    if page.status >= 400 and page.page.find(".problem") is not None:
        assert len(page.page.all("h1")) == 1, where
        assert page.headers["x-request-id"] in page.main, where
        if is_part:
            assert page.headers["hx-retarget"] == "#main", where
    if not is_part and page.headers.get("hx-retarget"):
        assert page.headers["hx-retarget"] == "body", where
    if is_part:
        assert page.page.find("main") is None, where
        assert page.page.find("nav") is None, where
        if page.status >= 400:
            assert page.headers["hx-push-url"] == "false", where


def _check_waits(where: str, place: str, row: Row, seen: Seen, *, told: bool) -> None:
    waits = row.waits_at(place, told=told) if seen.answer.status in (429, 503) else None
    header = seen.answer.headers.get("retry-after")
    assert header == (None if waits is None else str(waits)), where
    if waits is not None and told:
        assert f"{waits} seconds" in seen.page.main, f"{where}: {seen.page.main[:300]}"


def _check_form(where: str, row: Row, seen: Seen) -> None:
    """What was typed is still there, and what is known of its fate is said."""
    if seen.answer.status < 400 or seen.answer.status == 401:
        return
    assert seen.page.page.one(f"[name={seen.typed}]").get("value") == TYPED, where
    assert (UNSURE in seen.page.main) == (row.done == "?"), f"{where}: {seen.page.main[:300]}"
    assert (NOTHING_DONE in seen.page.main) == (row.done == "no"), f"{where}: {seen.page.main[:300]}"


def writes(api: FaultyAPI) -> dict[str, int]:
    """How often each write arrived."""
    return {call: count for call, count in api.received.items() if not call.startswith("GET ")}


def failures(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What was logged as nobody's fault but ours."""
    return [each.getMessage() for each in caplog.records if each.exc_info or each.levelno >= logging.ERROR]
