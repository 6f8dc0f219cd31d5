"""Changing an item: the form filled in, what is sent, and what is kept."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from tests.pages.house import DEMO, demo_browser
from webapp import Settings, create_app
from webapp.testing import Browser, FakeAPI

TEXT = {"type": "string"}
NUMBER = {"type": "integer"}
NULLABLE = {"type": ["string", "null"]}
PAGE = "/-/operations/change?thing_id=1"


def thing(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


PART = thing(
    title=TEXT,
    note=NULLABLE,
    size=NUMBER,
    due={"type": "string", "format": "date"},
    tags={"type": "array", "items": TEXT},
    place=thing(city=TEXT, street=TEXT),
    password={"type": "string", "format": "password", "writeOnly": True},
)
WHOLE = thing(id={**NUMBER, "readOnly": True}, secret_key=TEXT, **PART["properties"])
ITEM = {
    "id": 1,
    "title": "Old",
    "note": "n",
    "size": 3,
    "due": "2026-01-02",
    "tags": ["a", "b"],
    "place": {"city": "Bern", "street": "X", "code": 7},
    "made_at": "2026-01-01T00:00:00Z",
}


def document(method: str, schema: Any, media_type: str = "application/json", **more: Any) -> dict[str, Any]:
    """An API with things, one of which is changed by `method`."""
    place = [{"name": "thing_id", "in": "path", "required": True, "schema": NUMBER}]
    answer = {"200": {"description": "OK", "content": {"application/json": {"schema": WHOLE}}}}
    listed = {"type": "array", "items": WHOLE}
    body = {} if schema is None else {"requestBody": {"content": {media_type: {"schema": schema}}}}
    change = {"operationId": "change", "parameters": [*place, *more.get("query", [])], "responses": answer, **body}
    rows = {"200": {"description": "OK", "content": {"application/json": {"schema": listed}}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Things", "version": "1"},
        "paths": {
            "/things": {"get": {"operationId": "list", "responses": rows}},
            "/things/{thing_id}": {
                "get": {"operationId": "read", "parameters": place, "responses": answer},
                method: change,
            },
        },
    }


class Thing:
    """A thing behind an API, with versions if wanted."""

    def __init__(self, item: Mapping[str, Any] = ITEM, *, etag: str = "") -> None:
        self.item: dict[str, Any] = dict(item)
        self.etag = etag
        self.sent: list[Any] = []
        self.read: Callable[[Any], Any] = self.reading
        self.write: Callable[[Any], Any] = self.writing

    def reading(self, _: Any) -> httpx.Response:
        return httpx.Response(200, json=self.item, headers={"ETag": self.etag} if self.etag else {})

    def writing(self, request: Any) -> Any:
        self.sent.append(request)
        if self.etag and request.headers.get("if-match") != self.etag:
            return 412, {"detail": "Changed meanwhile"}
        return self.item

    @property
    def body(self) -> Any:
        """What was sent last."""
        return json.loads(self.sent[-1].content)


@asynccontextmanager
async def things(
    one: Thing, method: str = "patch", schema: Any = PART, media_type: str = "application/json", **more: Any
) -> AsyncIterator[Browser]:
    answers = {
        "GET /things/{id}": lambda request: one.read(request),
        f"{method.upper()} /things/{{id}}": lambda request: one.write(request),
        "GET /things": [ITEM],
    }
    api = FakeAPI(answers, accounts=None, document=document(method, schema, media_type, **more))
    async with Browser(create_app("http://api", transport=api.transport, settings=Settings())) as browser:
        yield browser


def said(answer: Any) -> str:
    """What the page says was done."""
    return str(answer.page.one("#toasts").text)


async def test_the_form_is_filled_in_from_the_item() -> None:
    async with things(Thing(etag='"1"')) as browser:
        page = await browser.get(PAGE)

    form = page.page.one("#form")
    assert page.page.one("h1").text == "Edit Old"
    assert form.one("[name='body/title']").get("value") == "Old"
    assert form.one("[name='body/size']").get("value") == "3"
    assert form.one("[name='body/due']").get("value") == "2026-01-02"
    assert form.one("[name='body/tags/1']").get("value") == "b"
    assert form.one("[name='body/place/city']").get("value") == "Bern"
    assert form.one("[name='body/password']").get("value") == ""
    assert form.one("[name=etag]").get("value") == '"1"'
    assert form.find("[name='body/id']") is None


async def test_a_patch_sends_only_what_was_changed() -> None:
    one = Thing(etag='"1"')
    async with things(one) as browser:
        await browser.get(PAGE)
        page = await browser.submit("#form", **{"body/title": "New"})

    assert one.body == {"title": "New"}
    assert one.sent[-1].headers["if-match"] == '"1"'
    assert page.url == "/things/1"
    assert "Saved." in said(page)


async def test_a_patch_that_wants_more_than_its_document_says_gets_it() -> None:
    one = Thing()

    def strict(request: Any) -> Any:
        one.sent.append(request)
        missing = [name for name in ("title", "size") if name not in request.json]
        return (422, {"detail": [{"loc": [name], "msg": "Field required"} for name in missing]}) if missing else ITEM

    one.write = strict
    async with things(one) as browser:
        await browser.get(PAGE)
        page = await browser.submit("#form", **{"body/title": "New"})

    assert [sent.json for sent in one.sent] == [{"title": "New"}, {"title": "New", "size": 3}]
    assert page.url == "/things/1"


async def test_nothing_is_sent_where_nothing_was_changed() -> None:
    one = Thing()
    async with things(one) as browser:
        await browser.get(PAGE)
        page = await browser.submit("#form")

    assert one.sent == []
    assert page.url == "/things/1"
    assert "Nothing was changed." in said(page)


async def test_what_is_cleared_becomes_null_or_empty_or_is_said_to_stay() -> None:
    one = Thing()
    async with things(one) as browser:
        await browser.get(PAGE)
        page = await browser.submit("#form", **{"body/title": "", "body/note": "", "body/due": ""})

    assert one.body == {"title": "", "note": None}
    assert "Due can't be cleared" in said(page)


async def test_a_secret_is_sent_only_if_it_was_filled_in() -> None:
    one = Thing()
    async with things(one) as browser:
        await browser.get(PAGE)
        await browser.submit("#form", **{"body/password": "hunter2"})

    assert one.body == {"password": "hunter2"}


async def test_an_object_within_keeps_what_the_form_does_not_know_of_it() -> None:
    one = Thing()
    schema = thing(place={**thing(city=TEXT, street=TEXT), "additionalProperties": True})
    async with things(one, schema=schema) as browser:
        await browser.get(PAGE)
        await browser.submit("#form", **{"body/place/city": "Basel"})

    assert one.body == {"place": {"city": "Basel", "street": "X", "code": 7}}


async def test_a_merge_patch_goes_into_objects_and_has_its_own_media_type() -> None:
    one = Thing()
    async with things(one, media_type="application/merge-patch+json") as browser:
        await browser.get(PAGE)
        await browser.submit("#form", **{"body/place/city": "Basel", "body/due": ""})

    assert one.body == {"place": {"city": "Basel"}, "due": None}
    assert one.sent[-1].headers["content-type"] == "application/merge-patch+json"


async def test_json_patch_is_made_of_what_was_changed() -> None:
    one = Thing()
    operations = {"type": "array", "items": thing(op=TEXT, path=TEXT, value={})}
    async with things(one, schema=operations, media_type="application/json-patch+json") as browser:
        await browser.get(PAGE)
        await browser.submit("#form", **{"body/title": "New", "body/place/street": "Y"})

    assert one.body == [
        {"op": "replace", "path": "/title", "value": "New"},
        {"op": "replace", "path": "/place/street", "value": "Y"},
    ]
    assert one.sent[-1].headers["content-type"] == "application/json-patch+json"


async def test_what_a_query_changes_is_filled_in_and_sent_only_if_changed() -> None:
    one = Thing()
    query = [{"name": name, "in": "query", "schema": TEXT} for name in ("title", "note", "other")]
    async with things(one, schema=None, query=query) as browser:
        page = await browser.get(PAGE)
        await browser.submit("#form", **{"query/title": "New"})

    assert page.page.one("[name='query/note']").text == "n"
    assert one.sent[-1].query == {"title": "New"}


async def test_a_put_loses_nothing_that_was_not_shown() -> None:
    one = Thing({**ITEM, "secret_key": "s-1", "password": "********"}, etag='W/"1"')
    async with things(one, "put", WHOLE) as browser:
        page = await browser.get(PAGE)
        one.item["size"] = 4  # somebody else, meanwhile
        saved = await browser.submit("#form", **{"body/title": "New"})

    assert "s-1" not in page.text
    assert one.body["title"] == "New"
    assert one.body["secret_key"] == "s-1"
    assert one.body["size"] == 4
    assert "password" not in one.body
    assert "id" not in one.body
    assert one.sent[-1].headers["if-match"] == 'W/"1"'
    assert "Size" in said(saved)


async def test_without_an_etag_the_date_of_the_last_change_is_the_condition() -> None:
    one = Thing()
    date = "Wed, 21 Oct 2026 07:28:00 GMT"

    def read(_: Any) -> httpx.Response:
        return httpx.Response(200, json=one.item, headers={"Last-Modified": date})

    one.read = read
    async with things(one, "put", WHOLE) as browser:
        await browser.get(PAGE)
        await browser.submit("#form", **{"body/title": "New"})

    assert one.sent[-1].headers["if-unmodified-since"] == date
    assert "if-match" not in one.sent[-1].headers


async def test_what_the_api_has_against_it_stands_at_its_field_with_what_was_typed() -> None:
    one = Thing()
    one.write = lambda _: (422, {"detail": [{"loc": ["body", "title"], "msg": "Too short", "type": "x"}]})
    async with things(one) as browser:
        await browser.get(PAGE)
        page = await browser.submit("#form", **{"body/title": "x", "body/size": "5"})

    assert page.status == 422
    assert "Too short" in page.main
    assert page.page.one("[name='body/title']").get("value") == "x"
    assert page.page.one("[name='body/size']").get("value") == "5"
    assert json.loads(page.page.one("[name=was]").get("value"))["body"]["title"] == "Old"


async def test_what_is_no_number_is_said_without_asking_the_api() -> None:
    one = Thing()
    async with things(one) as browser:
        await browser.get(PAGE)
        page = await browser.submit("#form", **{"body/size": "many"})

    assert page.status == 422
    assert one.sent == []
    assert page.page.one("[name='body/size']").get("value") == "many"


@pytest.mark.parametrize("was", ["", "{", "[1]", '{"body": 5}', "x" * 300_000])
async def test_a_broken_memory_of_what_was_shown_does_no_harm(was: str) -> None:
    one = Thing()
    async with things(one) as browser:
        await browser.get(PAGE)
        page = await browser.submit("#form", was=was, **{"body/title": "New"})

    assert page.status in (200, 409)
    assert all("made_at" not in json.loads(each.content) for each in one.sent)


async def test_a_list_grows_without_losing_what_was_typed_or_what_it_was() -> None:
    one = Thing()
    async with things(one) as browser:
        await browser.get(PAGE)
        page = await browser.submit("#form", button="add:body/tags", **{"body/title": "New"})
        await browser.submit("#form", **{"body/tags/2": "c"})

    assert page.page.one("[name='body/title']").get("value") == "New"
    assert one.body == {"title": "New", "tags": ["a", "b", "c"]}


async def test_the_form_can_stand_in_the_place_of_the_values() -> None:
    one = Thing()
    async with things(one) as browser:
        await browser.get("/things/1")
        form = await browser.htmx("GET", PAGE, target="facts")
        cancel = form.page.one("[data-cancel]")
        saved = await browser.htmx(
            "POST", PAGE, target="form", data={"body/title": "New", "was": '{"body": {"title": "Old"}}'}
        )

    assert "<html" not in form.text
    assert form.page.one("#form").get("hx-post") == PAGE
    assert (cancel.get("hx-get"), cancel.get("hx-target")) == ("/things/1", "#facts")
    assert saved.hx_redirect == "/things/1"


async def test_an_item_that_is_gone_has_no_form() -> None:
    one = Thing()
    one.read = lambda _: httpx.Response(404, json={"detail": "Gone"})
    async with things(one) as browser:
        page = await browser.get(PAGE)

    assert page.status == 404


async def test_settings_of_every_shape_come_back_as_they_were() -> None:
    async with demo_browser() as browser:
        await browser.sign_in(*DEMO)
        before = await browser.get("/-/raw/settings")
        await browser.get("/-/operations/replace-settings")
        nothing = await browser.submit("#form")
        await browser.get("/-/operations/replace-settings")
        saved = await browser.submit("#form", **{"body/site_name": "Ours"})
        after = await browser.get("/-/raw/settings")

    assert "Nothing was changed." in said(nothing)
    assert "Saved." in said(saved)
    assert after.page.one("pre").text == before.page.one("pre").text.replace("Tracker", "Ours")


async def test_what_one_may_change_without_seeing_it_begins_empty() -> None:
    one = Thing()
    one.read = lambda _: httpx.Response(403, json={"detail": "Not yours to see"})
    async with things(one) as browser:
        page = await browser.get(PAGE)
        await browser.submit("#form", **{"body/title": "New"})

    assert page.page.one("[name='body/title']").get("value") == ""
    assert one.body == {"title": "New"}


async def test_a_text_that_takes_the_place_of_another_is_no_change_of_an_item() -> None:
    async with things(Thing(), "put", TEXT, "text/plain") as browser:
        page = await browser.get(PAGE)

    assert page.page.find("[name=was]") is None
    assert page.page.one("[name=body]").text == ""


async def test_a_resource_of_json_api_is_changed_within_its_wrapper() -> None:
    resource = thing(type=TEXT, id=TEXT, attributes=thing(title=TEXT, size=NUMBER))
    schema = thing(data={**resource, "required": ["type", "id"]})
    one = Thing({"data": {"type": "things", "id": "1", "attributes": {"title": "Old", "size": 3}}})
    async with things(one, schema=schema, media_type="application/vnd.api+json") as browser:
        page = await browser.get(PAGE)
        await browser.submit("#form", **{"body/data/attributes/title": "New"})

    assert page.page.one("[name='body/data/attributes/size']").get("value") == "3"
    assert one.body == {"data": {"type": "things", "id": "1", "attributes": {"title": "New"}}}
    assert one.sent[-1].headers["content-type"] == "application/vnd.api+json"


async def test_an_item_in_a_wrapper_and_a_reference_that_it_embeds() -> None:
    one = Thing({"data": {"id": 1, "title": "Old", "owner": {"id": 7, "name": "Ada"}}})
    async with things(one, schema=thing(title=TEXT, owner_id=NUMBER)) as browser:
        page = await browser.get(PAGE)
        await browser.submit("#form", **{"body/owner_id": "8"})

    assert page.page.one("[name='body/owner_id']").get("value") == "7"
    assert one.body == {"owner_id": 8}
