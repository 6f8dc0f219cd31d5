"""What there is to look at, and the forms for what has to be opened by an id."""

from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from tests.pages.library import DOCUMENT, TEXT, get, library, place, query
from webapp.openapi.labels import plural
from webapp.testing import Answer, Browser, FakeAPI

THING = {"type": "object", "properties": {"id": TEXT, "name": TEXT}}
CHANGED = {"responses": {"200": {"description": "OK"}}}


def of(paths: dict[str, Any]) -> AbstractAsyncContextManager[Browser]:
    return library(FakeAPI({}, accounts=None, document={**DOCUMENT, "paths": paths}))


async def home(paths: dict[str, Any]) -> Answer:
    async with of(paths) as browser:
        return await browser.get("/")


@pytest.mark.parametrize(
    ("path", "variable", "label"),
    [
        ("/users/{user_id}", "user_id", "Open user by ID"),
        ("/users/{id}", "id", "Open user by ID"),
        ("/users/{slug}", "slug", "Open user by slug"),
        ("/users/{userName}", "userName", "Open user by name"),
        ("/users/{user}", "user", "Open user"),
    ],
)
async def test_items_without_a_list_are_opened_by_their_id(path: str, variable: str, label: str) -> None:
    async with of({path: {**get(THING, place(variable, TEXT), operationId="read_user"), "patch": CHANGED}}) as browser:
        await browser.get("/")
        page = await browser.click(label)

    assert page.url == "/-/operations/read-user"
    assert page.page.one("h1").text == label


async def test_another_way_to_find_an_item_and_whatever_else_takes_an_id_are_there_too() -> None:
    paths = {
        "/users": get({"type": "array", "items": THING}),
        "/users/{id}": get(THING, place("id", TEXT)),
        "/users/by-email/{email}": get(THING, place("email", TEXT), operationId="by_email"),
        "/users/{id}/photo": get(THING, place("id", TEXT), summary="Photo"),
        "/geocode/{address}": get(THING, place("address", TEXT), summary="Get place", operationId="geocode"),
        "/pools/{pool}/queues": get(
            {"type": "array", "items": THING}, place("pool", TEXT), query("page"), operationId="queues"
        ),
    }
    async with of(paths) as browser:
        page = await browser.get("/")
        by_email = await browser.click("Open user by email")

    assert by_email.page.one("h1").text == "Open user by email"
    assert page.links["Open user by email"] == "/-/operations/by-email"
    assert page.links["Place"] == "/-/operations/geocode"
    assert "Photo" not in page.links
    assert page.links["Queues"] == "/-/operations/queues"


def things(count: int) -> dict[str, Any]:
    listed = {"type": "array", "items": THING}
    return {f"/{plural(f'thing{n}x')}": get(listed, query("page"), tag=f"Area {n // 10}") for n in range(count)}


async def test_many_pages_are_folded_by_heading_but_for_the_one_that_one_is_in() -> None:
    paths = things(70)
    where = next(iter(paths))
    api = FakeAPI({f"GET {where}": []}, accounts=None, document={**DOCUMENT, "paths": paths})
    async with library(api) as browser:
        start = await browser.get("/")
        page = await browser.get(where)

    assert len(start.page.all("main details")) == 7
    assert len(page.page.all("nav.side details")) == 7
    assert len(page.page.all("nav.side details[open]")) == 1


async def test_few_pages_are_not_folded() -> None:
    page = await home(things(20))

    assert not page.page.all("main details")
    assert not page.page.all("nav.side details")


async def test_the_link_that_leads_to_this_very_page_is_marked_so_and_one_to_the_list_above_is_not() -> None:
    paths = {"/users": get({"type": "array", "items": THING}), "/users/{id}": get(THING, place("id", TEXT))}
    answers = {"GET /users": [{"id": "7", "name": "Ada"}], "GET /users/7": {"id": "7", "name": "Ada"}}
    api = FakeAPI(answers, accounts=None, document={**DOCUMENT, "paths": paths})
    async with library(api) as browser:
        pages = {path: await browser.get(path) for path in ("/", "/users", "/users/7", "/users?x=1", "/-/operations")}

    def marked(path: str) -> dict[str, str]:
        links = pages[path].page.all("nav.side a[aria-current]")
        return {link.text: link.get("aria-current") or "" for link in links}

    assert marked("/") == {"Home": "page"}
    assert marked("/users") == {"Users": "page"}
    assert marked("/users/7") == {"Users": "true"}
    assert marked("/users?x=1") == {"Users": "true"}
    assert marked("/-/operations") == {"All operations": "page"}
