"""What counts as using a session."""

import pytest
from starlette.datastructures import Headers

from tests.sessions.test_middleware import browser, house
from tests.sessions.test_registry import Clock
from webapp.sessions.activity import is_attended, tells_activation
from webapp.testing.browser import HTMX, PAGE

Sent = dict[str, str]

PAGE_OF_SAFARI = {name: value for name, value in PAGE.items() if name != "Sec-Fetch-User"}


def headers(sent: Sent) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in sent.items()]


@pytest.mark.parametrize(
    ("sent", "attended"),
    [
        ({}, True),
        (PAGE, True),
        (HTMX, True),
        ({**HTMX, "Webapp-Unattended": "1"}, False),
        ({"Accept": "text/event-stream", "Sec-Fetch-Dest": "empty"}, False),
        ({"Sec-Fetch-Dest": "image", "Sec-Fetch-Mode": "no-cors"}, False),
        ({"Sec-Fetch-Dest": "style", "Sec-Fetch-Mode": "no-cors"}, False),
        ({**PAGE, "Sec-Purpose": "prefetch;prerender"}, False),
        (PAGE_OF_SAFARI, False),
    ],
)
def test_only_what_a_person_did_counts(sent: Sent, attended: bool) -> None:
    assert is_attended(headers(sent), tells_activation=True) is attended


def test_where_a_browser_never_tells_of_persons_every_page_counts() -> None:
    assert is_attended(headers(PAGE_OF_SAFARI), tells_activation=False)
    assert not is_attended(headers({**HTMX, "Webapp-Unattended": "1"}), tells_activation=False)
    assert tells_activation(Headers(PAGE))
    assert not tells_activation(Headers(PAGE_OF_SAFARI))


@pytest.mark.parametrize(
    "poll",
    [
        {"Webapp-Unattended": "1", "HX-Request": "true"},
        {"Accept": "text/event-stream"},
        {"Sec-Fetch-Dest": "image"},
        {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
    ],
)
async def test_a_page_that_polls_does_not_keep_its_session_alive(poll: Sent) -> None:
    clock = Clock()
    app, _ = house(clock=clock)
    start = clock.now
    async with browser(app) as ada:
        await ada.get("/in", headers={"Sec-Fetch-User": "?1"})
        for after in (10, 20, 30, 40, 50, 59):
            clock.now = start + after
            assert (await ada.get("/", headers=poll)).json()["kept"] is True
        clock.now = start + 60

        assert (await ada.get("/", headers=poll)).json()["kept"] is False


async def test_what_a_person_does_beside_it_keeps_it_alive() -> None:
    clock = Clock()
    app, _ = house(clock=clock)
    start = clock.now
    async with browser(app) as ada:
        await ada.get("/in")
        for after in (30, 60, 90, 120):
            clock.now = start + after
            assert (await ada.get("/", headers={"Webapp-Unattended": "1"})).json()["kept"] is True
            assert (await ada.get("/")).json()["kept"] is True
