"""What stands around a list is made once for an address, and is that of no other address, mount or answer."""

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from tests.pages.library import books, library, library_api
from webapp import Settings, create_app
from webapp.openapi.remembering import Recent
from webapp.openapi.routes import MOST_RECENT
from webapp.testing import Browser

ANSWERS = {"GET /books": books(2, total=300), "GET /authors": [{"id": 7, "name": "Ann Ash"}]}
ADDRESSES = (
    "/books",
    "/books?q=ash",
    "/books?genre=poetry",
    "/books?sort=-title",
    "/books?page=2",
    "/books?columns=title%2Cid",
    "/books?columns=-",
    "/books?selecting=yes",
    "/authors",
    "/books?q=" + "x" * 400,
)


@pytest.fixture
async def alone() -> list[str]:
    """Each page as the first one that a frontend shows."""
    pages = []
    for address in ADDRESSES:
        async with library(library_api(ANSWERS)) as browser:
            pages.append((await browser.get(address)).text)
    return pages


async def test_a_page_is_what_it_would_be_if_no_other_had_been_shown_before(alone: list[str]) -> None:
    async with library(library_api(ANSWERS)) as browser:
        for _ in range(3):
            assert [(await browser.get(address)).text for address in ADDRESSES] == alone


async def test_two_mounts_of_one_app_lead_each_to_its_own_pages() -> None:
    app = create_app("http://api", transport=library_api(ANSWERS).transport, settings=Settings())
    async with Browser(Starlette(routes=[Mount("/one", app=app), Mount("/other", app=app)])) as browser:
        for _ in range(2):
            for mount in ("/one", "/other"):
                page = await browser.get(f"{mount}/books?page=2")
                links = [link for link in page.links.values() if link.startswith("/")]
                assert links
                assert [link for link in links if not link.startswith(f"{mount}/")] == []


async def test_the_ways_to_other_pages_go_by_what_the_api_says_now() -> None:
    answers = dict(ANSWERS)
    api = library_api(answers)
    async with library(api) as browser:
        shown = []
        for answer in (books(25, total=300), books(25, total=60), books(25, total=300), books(3, total=3)):
            api.answers["GET /books"] = answer
            page = await browser.get("/books")
            numbered = page.page.all("nav.pager li.numbered")
            shown.append((page.page.one(".extent").text, numbered[-1].text if numbered else ""))

    assert [told.split(" of ")[-1] for told, _ in shown] == ["300", "60", "300", "3 in all"]
    assert [last for _, last in shown] == ["Page 12", "Page 3", "Page 12", ""]


async def test_a_refused_filter_is_told_once() -> None:
    refusal = (422, {"detail": [{"loc": ["query", "q"], "msg": "Too short", "type": "value_error"}]})
    api = library_api({"GET /books": refusal})
    async with library(api) as browser:
        refused = await browser.get("/books?q=x")
        api.answers["GET /books"] = books(2)
        page = await browser.get("/books?q=x")

    assert "Too short" in refused.text
    assert "Too short" not in page.text
    assert "Raw JSON" in page.text


def test_the_longest_unused_is_made_anew() -> None:
    recent, made = Recent(2), []

    def make(key: str) -> str:
        return recent.get(key, lambda: made.append(key) or key)  # type: ignore[func-returns-value]

    assert [make(key) for key in ("a", "b", "a", "c", "a", "b")] == ["a", "b", "a", "c", "a", "b"]
    assert made == ["a", "b", "c", "b"]


async def test_no_more_frames_are_kept_than_there_is_room_for() -> None:
    api = library_api(ANSWERS)
    app = create_app("http://api", transport=api.transport, settings=Settings())
    async with Browser(app) as browser:
        for number in range(MOST_RECENT + 20):
            await browser.get(f"/books?price_min={number}")
        routes = app.state.frontend.sites.routes

    assert len(routes.recent) <= MOST_RECENT


async def test_frames_of_long_addresses_are_not_kept() -> None:
    api = library_api(ANSWERS)
    app = create_app("http://api", transport=api.transport, settings=Settings())
    async with Browser(app) as browser:
        await browser.get("/books")
        kept = len(app.state.frontend.sites.routes.recent)
        await browser.get(f"/books?price_min={'1' * 300}")
        await browser.get(f"/books/{'1' * 300}/chapters")

    assert len(app.state.frontend.sites.routes.recent) == kept
