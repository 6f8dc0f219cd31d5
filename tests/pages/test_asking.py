"""Pages of lists that the API only gives to a POST."""

from typing import Any

from tests.openapi.building import takes, thing
from tests.pages.library import DOCUMENT, NUMBER, TEXT, get, library, place
from webapp.testing import FakeAPI

FLOW = thing(id=TEXT, name=TEXT)
WANTED = thing(
    limit={"type": "integer", "default": 200, "maximum": 200},
    offset=NUMBER,
    sort={"type": "string", "enum": ["NAME_ASC", "NAME_DESC"]},
    flows=thing(name=thing(like_=TEXT)),
)
ROWS = {"200": {"description": "OK", "content": {"application/json": {"schema": {"type": "array", "items": FLOW}}}}}
FLOWS = {
    **DOCUMENT,
    "paths": {
        "/flows/filter": {"post": {**takes(WANTED), "responses": ROWS, "tags": ["Flows"]}},
        "/flows/{id}": get(FLOW, place("id", TEXT)),
    },
}


def rows(count: int) -> list[dict[str, Any]]:
    return [{"id": f"f{number}", "name": f"Flow {number}"} for number in range(count)]


async def test_the_page_of_such_a_list_posts_what_its_address_asks_for() -> None:
    api = FakeAPI({"POST /flows/filter": rows(25)}, accounts=None, document=FLOWS)
    async with library(api) as browser:
        page = await browser.get("/flows?sort=NAME_DESC&offset=25&flows.name.like_=ow")

    sent = next(each for each in api.requests if each.method == "POST")
    assert sent.json == {"sort": "NAME_DESC", "offset": 25, "flows": {"name": {"like_": "ow"}}, "limit": 25}
    assert not sent.query
    assert page.links["Flow 3"] == "/flows/f3"
    assert page.page.one("a[rel=next]").get("href") == "/flows?sort=NAME_DESC&flows.name.like_=ow&offset=50"
    assert page.page.one("input#search").get("value") == "ow"
    assert page.links["Name"].startswith("/flows?")


async def test_it_is_linked_like_any_list() -> None:
    api = FakeAPI({"POST /flows/filter": rows(1), "GET /flows/f0": rows(1)[0]}, accounts=None, document=FLOWS)
    async with library(api) as browser:
        home = await browser.get("/")
        item = await browser.get("/flows/f0")
        raw = await browser.get("/-/raw/flows")

    assert home.links["Flows"] == "/flows"
    assert item.links["Flows"] == "/flows"
    assert "Flow 0" in raw.main


async def test_what_the_api_has_against_it_is_said_at_the_control() -> None:
    refused = (422, {"detail": [{"loc": ["body", "sort"], "msg": "No such order", "type": "enum"}]})
    api = FakeAPI({"POST /flows/filter": refused}, accounts=None, document=FLOWS)
    async with library(api) as browser:
        page = await browser.get("/flows?sort=WRONG")

    assert page.status == 422
    assert "No such order" in page.main
