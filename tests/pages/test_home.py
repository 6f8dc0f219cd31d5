"""The home page, and the navigation beside every page."""

from tests.pages.library import DOCUMENT, get, library, library_api
from webapp.testing import FakeAPI


async def test_everything_one_can_look_at_is_linked_by_tag() -> None:
    async with library(library_api({})) as browser:
        page = await browser.get("/")

    groups = {card.one("h2").text: [link.text for link in card.all("a")] for card in page.page.all("main section")}
    assert groups["Books"] == ["Books"]
    assert groups["People"] == ["Authors"]
    assert groups["Events"] == ["Events", "Feed", "Ticker"]
    assert page.page.one("h1").text == "Library"
    assert "Books to read." in page.main


async def test_steps_of_signing_in_and_pages_that_need_an_id_are_not() -> None:
    async with library(library_api({})) as browser:
        page = await browser.get("/")

    assert not {"Callback", "Me", "Loans", "Cover"} & set(page.links)


async def test_what_has_no_tag_stands_among_the_others() -> None:
    untagged = get({"type": "object"}, summary="Loose end")
    del untagged["get"]["tags"]
    document = {**DOCUMENT, "paths": {"/loose": untagged, "/": get({"type": "object"}, summary="Root")}}
    async with library(FakeAPI({}, accounts=None, document=document)) as browser:
        page = await browser.get("/")

    assert page.links["Loose end"] == "/loose"
    assert "Root" not in page.links


async def test_the_page_one_is_on_is_marked_in_the_navigation() -> None:
    async with library(library_api({"GET /authors": []})) as browser:
        page = await browser.get("/authors")

    current = [link.text for link in page.page.all("nav a[aria-current=page]")]
    assert "Authors" in current


async def test_tags_that_only_repeat_the_name_of_their_one_page_share_a_heading() -> None:
    shown = {
        name: {"get": {**get({"type": "object"}, summary=label)["get"], "tags": [tag]}}
        for name, label, tag in (
            ("/orders", "Orders", "orders"),
            ("/stock", "Stock", "Stock"),
            ("/report", "Report of the day", "Daily"),
        )
    }
    async with library(FakeAPI({}, accounts=None, document={**DOCUMENT, "paths": shown})) as browser:
        page = await browser.get("/")

    groups = {card.one("h2").text: [link.text for link in card.all("a")] for card in page.page.all("main section")}
    assert groups == {"Resources": ["Orders", "Stock"], "Daily": ["Report of the day"]}


async def test_views_of_that_kind_join_the_resources_that_share_one() -> None:
    listing = {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}}}}
    paths = {
        "/daily": get({"type": "object"}, summary="Report of the day", tag="Daily"),
        "/health": get({"type": "object"}, summary="Health", tag="Health"),
        "/orders": get(listing, tag="Orders"),
    }
    async with library(FakeAPI({}, accounts=None, document={**DOCUMENT, "paths": paths})) as browser:
        page = await browser.get("/")

    groups = {card.one("h2").text: [link.text for link in card.all("a")] for card in page.page.all("main section")}
    assert groups == {"Resources": ["Orders", "Health"], "Daily": ["Report of the day"]}
