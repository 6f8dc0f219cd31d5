"""What was typed into a form comes back after a sign-in that came in between."""

import logging
from typing import Any

import httpx
import pytest

from tests.pages.house import DEMO, demo_browser
from tests.pages.workshop import HAMMER, ID, TEXT, does, ref, toast, workshop
from webapp import Settings, create_app
from webapp.sessions.drafts import LARGEST
from webapp.testing import Browser, Received

ADA = {"ada@example.com": "secret", "bob@example.com": "secret"}
ONE = ("ada@example.com", "secret")
CREATE = "/-/operations/create-tool"
BACK = "You had to sign in, so nothing was sent. Here is what you typed."
CHANGE: dict[str, Any] = {
    "/tools/{tool_id}": {
        "get": does("getTool", "Get tool", ref("Tool"), None, ID),
        "put": does("changeTool", "Change tool", ref("Tool"), ref("Tool"), ID),
        "delete": does("deleteTool", "Delete tool", None, None, ID),
    }
}
UPLOAD: dict[str, Any] = {
    "/drawings": {
        "post": {
            "operationId": "addDrawing",
            "summary": "Add drawing",
            "requestBody": {
                "content": {
                    "multipart/form-data": {
                        "schema": {
                            "type": "object",
                            "properties": {
                                "caption": TEXT,
                                "file": {**TEXT, "format": "binary"},
                            },
                        }
                    }
                }
            },
            "responses": {"200": {"description": "OK"}},
        }
    }
}


async def test_what_was_typed_is_there_again_after_signing_in_and_can_be_sent() -> None:
    async with workshop({"POST /tools": HAMMER}, accounts=ADA) as (browser, api):
        await browser.try_sign_in(*ONE)
        await browser.get(CREATE)
        api.end_sessions()
        login = await browser.submit("#form", **{"body/name": "Säge", "body/weight": "12"})
        form = await browser.try_sign_in(*ONE)
        sent = [each for each in api.requests if each.method == "POST"]
        made = await browser.submit("#form")

    assert login.url.startswith("/login?next=%2F-%2Foperations%2Fcreate-tool")
    assert "S%C3%A4ge" not in login.url
    assert toast(form).startswith(BACK)
    assert form.page.one("[name=body/name]").get("value") == "Säge"
    assert form.page.one("[name=body/weight]").get("value") == "12"
    assert len(sent) == 1
    assert [each.json["weight"] for each in api.requests if each.method == "POST"] == [12, 12]
    assert made.url == "/tools/7"


async def test_it_is_there_once_and_for_nobody_else() -> None:
    async with workshop({}, accounts=ADA) as (browser, api):
        await browser.try_sign_in(*ONE)
        await browser.get(CREATE)
        api.end_sessions()
        await browser.submit("#form", **{"body/name": "Saw"})
        other = browser.another()
        await other.try_sign_in(*ONE)
        elsewhere = await other.get(CREATE)
        bobs = await browser.try_sign_in("bob@example.com", "secret")
        await browser.sign_out()
        await browser.try_sign_in(*ONE)
        first = await browser.get(CREATE)
        again = await browser.get(CREATE)

    for page in (elsewhere, bobs, again):
        assert page.url == CREATE
        assert "Saw" not in page.text
    assert first.page.one("[name=body/name]").get("value") == "Saw"


@pytest.mark.parametrize("name", ["alone@example.com", "bob@example.com"])
async def test_it_is_known_whose_a_session_was_that_ended_here(name: str) -> None:
    accounts = {**ADA, "alone@example.com": "secret"}
    async with workshop({}, accounts=accounts) as (browser, _):
        await browser.try_sign_in("alone@example.com", "secret")
        await browser.get(CREATE)
        # More of one person's sessions than are kept: the oldest goes, and its browser doesn't know.
        other = browser.another()
        for _each in range(50):
            other.cookies.clear()
            await other.try_sign_in("alone@example.com", "secret")
        await browser.submit("#form", **{"body/name": "Saw"})
        page = await browser.try_sign_in(name, "secret")

    assert ("Saw" in page.text) is (name == "alone@example.com")


async def test_strangers_from_one_network_push_out_only_what_came_from_there() -> None:
    text = "x" * (LARGEST - 4096)
    async with workshop({}, accounts=ADA) as (_, api):
        app = create_app("http://api", transport=api.transport, settings=Settings())
        victim = Browser(transport=httpx.ASGITransport(app, client=("2001:db8:2::1", 1)))
        flood = [
            Browser(transport=httpx.ASGITransport(app, client=(f"2001:db8:1:{number:x}::1", 1))) for number in range(9)
        ]
        for each in (victim, *flood):
            await each.post(CREATE, {"body/name": text})
        found = [text in (await each.try_sign_in(*ONE)).text for each in (victim, flood[0], flood[-1])]

    assert found == [True, False, True]


async def test_passwords_and_files_are_not_kept_and_that_is_said(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    drawn: dict[str, Any] = {"body/caption": "A plan", "body/file": ("plan.txt", b"lines", "text/plain")}
    async with workshop({}, accounts=ADA, paths=UPLOAD) as (browser, api):
        await browser.try_sign_in(*ONE)
        await browser.get(CREATE)
        api.end_sessions()
        await browser.submit("#form", **{"body/name": "Saw", "body/pin": "hunter2"})
        form = await browser.try_sign_in(*ONE)
        await browser.get("/-/operations/add-drawing")
        api.end_sessions()
        await browser.submit("#form", **drawn)
        drawing = await browser.try_sign_in(*ONE)

    assert "Passwords and files have to be put in again" in toast(form)
    assert "hunter2" not in form.text
    assert "Passwords and files have to be put in again" in toast(drawing)
    assert drawing.page.one("[name=body/caption]").get("value") == "A plan"
    assert "hunter2" not in caplog.text
    assert "A plan" not in caplog.text


async def test_a_change_comes_back_with_what_it_began_with() -> None:
    answers: dict[str, Any] = {"PUT /tools/{id}": HAMMER}
    async with workshop(answers, accounts=ADA, paths=CHANGE) as (browser, api):
        await browser.try_sign_in(*ONE)
        await browser.get("/-/operations/change-tool?tool_id=7")
        api.end_sessions()
        await browser.submit("#form", **{"body/name": "Mallet"})
        api.answers["GET /tools/{id}"] = {**HAMMER, "weight": 5}
        form = await browser.try_sign_in(*ONE)
        saved = await browser.submit("#form")
        put = api.requests[-2:]

    assert form.page.one("[name=body/name]").get("value") == "Mallet"
    assert toast(form).startswith(BACK)
    assert "weight" in toast(saved).lower()
    assert [each.json for each in put if each.method == "PUT"] == [{"name": "Mallet", "weight": 5}]


async def test_a_change_made_in_place_comes_back_on_the_page_of_its_form() -> None:
    async with workshop({"PUT /tools/{id}": HAMMER}, accounts=ADA, paths=CHANGE) as (browser, api):
        await browser.try_sign_in(*ONE)
        await browser.get("/tools/7")
        api.end_sessions()
        answer = await browser.htmx(
            "POST",
            "/-/operations/change-tool?tool_id=7",
            target="facts",
            data={"body/name": "Mallet", "body/weight": "2", "inline": "1", "path/tool_id": "7"},
        )
        assert answer.status == 401
        await browser.follow(answer)
        form = await browser.try_sign_in(*ONE)

    assert form.url == "/-/operations/change-tool?tool_id=7"
    assert form.page.one("[name=body/name]").get("value") == "Mallet"


async def test_what_was_chosen_in_a_conflict_is_there_again() -> None:
    def put(received: Received) -> Any:
        return HAMMER

    async with workshop({"PUT /tools/{id}": put}, accounts=ADA, paths=CHANGE) as (browser, api):
        await browser.try_sign_in(*ONE)
        await browser.get("/-/operations/change-tool?tool_id=7")
        api.answers["GET /tools/{id}"] = {**HAMMER, "name": "Axe"}
        await browser.submit("#form", **{"body/name": "Mallet"})
        api.end_sessions()
        await browser.submit("#form", **{"choose:body/name": "mine"})
        conflict = await browser.try_sign_in(*ONE)
        saved = await browser.submit("#form")

    assert toast(conflict).startswith(BACK)
    assert conflict.page.find('[name="choose:body/name"][value=mine][checked]') is not None
    assert saved.url == "/tools/7"
    assert [each.json["name"] for each in api.requests if each.method == "PUT"] == ["Mallet"]


async def test_a_selection_comes_back() -> None:
    async with workshop({"DELETE /tools/{id}": (204, None)}, accounts=ADA) as (browser, api):
        await browser.try_sign_in(*ONE)
        await browser.get("/tools")
        api.end_sessions()
        await browser.post("/-/bulk/delete-tool", [("id", "7"), ("next", "/tools"), ("confirm", "yes")])
        page = await browser.try_sign_in(*ONE)
        deleted = [each for each in api.requests if each.method == "DELETE"]
        again = await browser.get(page.url)

    assert "Delete tool: 1 tool?" in page.main
    assert "what is left to do" in toast(page)
    assert deleted == []
    assert again.url == "/tools"
    assert "Nothing was selected" in toast(again)


async def test_a_change_of_the_form_itself_is_kept_too() -> None:
    paths = {"/lists": {"post": does("addList", "Add list", None, {"type": "object", "properties": {"tags": TAGS}})}}
    async with workshop({}, accounts=ADA, paths=paths) as (browser, api):
        await browser.try_sign_in(*ONE)
        await browser.get("/-/operations/add-list")
        await browser.submit("#form", button="add:body/tags")
        api.end_sessions()
        await browser.submit("#form", **{"body/tags/0": "sharp"})
        page = await browser.try_sign_in(*ONE)

    assert page.page.one("[name=body/tags/0]").get("value") == "sharp"


async def test_the_value_of_a_secret_entry_is_not_kept() -> None:
    body = {"type": "object", "properties": {"extra": {"type": "object", "additionalProperties": TEXT}}}
    async with workshop({}, accounts=ADA, paths={"/x": {"post": does("addX", "Add x", None, body)}}) as (browser, api):
        await browser.try_sign_in(*ONE)
        await browser.get("/-/operations/add-x")
        await browser.submit("#form", button="add:body/extra")
        api.end_sessions()
        await browser.submit("#form", **{"key:body/extra/0": "api_token", "body/extra/0": "tok-123"})
        page = await browser.try_sign_in(*ONE)

    assert "api_token" in page.text
    assert "tok-123" not in page.text


async def test_what_is_too_long_is_not_kept() -> None:
    async with workshop({}, accounts=ADA) as (browser, api):
        await browser.try_sign_in(*ONE)
        await browser.get(CREATE)
        api.end_sessions()
        await browser.submit("#form", **{"body/name": "x" * LARGEST})
        page = await browser.try_sign_in(*ONE)

    assert page.url == CREATE
    assert page.page.find("#toasts .toast") is None


async def test_on_the_demo_a_project_survives_a_sign_in() -> None:
    async with demo_browser() as browser:
        await browser.get("/-/operations/create-project")
        await browser.submit("#form", **{"body/name": "Apollo", "body/key": "APL"})
        await browser.try_sign_in(*DEMO)
        made = await browser.submit("#form")

    assert made.page.one("h1").text == "Apollo"


TAGS = {"type": "array", "items": TEXT}
