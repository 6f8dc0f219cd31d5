"""Ids of every kind lead from a list to the item, its change and its end, and arrive at the API as they are."""

from typing import Any

import pytest

from webapp import create_app
from webapp.testing import Browser, FakeAPI

TEXT = {"type": "string"}
THING = {"type": "object", "properties": {"documentId": TEXT, "name": TEXT}}
ONE = {"200": {"description": "", "content": {"application/json": {"schema": THING}}}}
MANY = {
    "200": {"description": "", "content": {"application/json": {"schema": {"type": "array", "items": THING}}}},
}
BODY = {"content": {"application/json": {"schema": {"type": "object", "properties": {"name": TEXT}}}}}
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Things", "version": "1"},
    "paths": {
        "/things": {"get": {"responses": MANY}},
        "/things/{documentId}": {
            "parameters": [{"name": "documentId", "in": "path", "required": True, "schema": TEXT}],
            "get": {"responses": ONE},
            "patch": {"operationId": "change", "requestBody": BODY, "responses": ONE},
            "delete": {"operationId": "remove", "responses": {"204": {"description": ""}}},
        },
    },
}


def api_with(key: str) -> FakeAPI:
    item: dict[str, Any] = {"documentId": key, "name": "A thing"}
    return FakeAPI(
        {
            "GET /things": [item],
            "GET /things/{id}": item,
            "PATCH /things/{id}": item,
            "DELETE /things/{id}": 204,
        },
        accounts=None,
        document=DOCUMENT,
    )


@pytest.mark.parametrize(
    "key",
    ["v1.", "ada@example.com", "größe", "a b", "a#b", "a?b=c", "50%", "100%25", "a+b&c", "a;b", "~x", "a:b", "-1"],
)
async def test_an_odd_id_leads_from_the_list_to_the_item_its_change_and_its_end(key: str) -> None:
    api = api_with(key)

    async with Browser(create_app("http://api", transport=api.transport)) as browser:
        await browser.get("/things")
        item = await browser.click("A thing")
        assert item.status == 200
        assert api.requests[-1].path == f"/things/{key}"

        page = await browser.get(str(item.links["Edit"]))
        assert page.status == 200
        await browser.submit("#form", **{"body/name": "Another"})
        patched = [each for each in api.requests if each.method == "PATCH"]
        assert [each.path for each in patched] == [f"/things/{key}"]

        await browser.get(str(item.links["Delete"]))
        await browser.submit("#form")
        assert [each.path for each in api.requests if each.method == "DELETE"] == [f"/things/{key}"]
