"""Items whose page goes by a slug, and whose changes go by an id."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from webapp import Settings, create_app
from webapp.testing import Browser, FakeAPI

POST = {
    "type": "object",
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "slug": {"type": "string", "readOnly": True},
        "title": {"type": "string"},
    },
}
LEAF = {"id": 7, "slug": "leaf", "title": "Leaf"}


def does(name: str, parameter: str = "", body: Any = None, answer: Any = POST) -> dict[str, Any]:
    """An operation."""
    text = {"name": parameter, "in": "path", "required": True, "schema": {"type": "string"}}
    takes = {"requestBody": {"content": {"application/json": {"schema": body}}}} if body else {}
    answers = {"200": {"description": "OK", "content": {"application/json": {"schema": answer}}}}
    return {"operationId": name, "parameters": [text] if parameter else [], "responses": answers, **takes}


DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Blog", "version": "1"},
    "paths": {
        "/posts": {"get": does("listPosts", answer={"type": "array", "items": POST})},
        "/posts/{slug}": {"get": does("getPost", "slug")},
        "/posts/{post_id}": {"put": does("updatePost", "post_id", POST), "delete": does("deletePost", "post_id")},
        "/posts/{post_id}/publish": {"post": does("publishPost", "post_id")},
    },
}


@asynccontextmanager
async def blog() -> AsyncIterator[tuple[Browser, FakeAPI]]:
    """A blog with one post, and somebody at its page."""
    routes: dict[str, Any] = {
        "GET /posts": [LEAF],
        "GET /posts/leaf": LEAF,
        "PUT /posts/7": {**LEAF, "title": "Leaves"},
        "DELETE /posts/7": (204, None),
        "POST /posts/7/publish": LEAF,
    }
    api = FakeAPI(routes, document=DOCUMENT, accounts=None)
    app = create_app("http://api", transport=api.transport, settings=Settings(api_url="http://api"))
    async with Browser(app) as browser:
        await browser.get("/posts/leaf")
        yield browser, api


async def test_a_post_is_changed_by_its_id_from_the_page_of_its_slug() -> None:
    async with blog() as (browser, api):
        form = await browser.click("Edit")
        assert form.page.one("[name='body/title']").get("value") == "Leaf"

        saved = await browser.submit("form#form", **{"body/title": "Leaves"})

    assert saved.path == "/posts/leaf"
    assert next(call for call in api.requests if call.method == "PUT").path == "/posts/7"


async def test_a_post_is_published_by_its_id_and_its_page_comes_back() -> None:
    async with blog() as (browser, api):
        await browser.click("Publish")

        done = await browser.submit("form#form")

    assert (done.status, done.path) == (200, "/posts/leaf")
    assert any((call.method, call.path) == ("POST", "/posts/7/publish") for call in api.requests)


async def test_a_post_is_deleted_by_its_id() -> None:
    async with blog() as (browser, api):
        await browser.click("Delete")

        left = await browser.submit("form#form")

    assert left.path == "/posts"
    assert any((call.method, call.path) == ("DELETE", "/posts/7") for call in api.requests)


async def test_without_the_page_of_its_slug_a_post_is_changed_blindly() -> None:
    async with blog() as (browser, api):
        form = await browser.get("/-/operations/update-post?post_id=7")
        assert form.page.one("[name='body/title']").get("value") == ""

        saved = await browser.submit("form#form", **{"body/title": "Leaves"})

    assert saved.status == 200
    assert next(call for call in api.requests if call.method == "PUT").json == {"title": "Leaves"}


async def test_what_was_done_to_a_post_is_not_said_to_have_made_one() -> None:
    async with blog() as (browser, _):
        await browser.get("/-/operations/publish-post?post_id=7")

        done = await browser.submit("form#form")

    assert done.status == 200
    assert "is ready" not in done.text
