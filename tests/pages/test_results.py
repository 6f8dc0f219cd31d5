"""What comes after it was done: the page of what was made, the page before, or the answer."""

from typing import Any

import httpx
import pytest

from tests.pages.workshop import HAMMER, ID, does, ref, toast, workshop
from webapp.testing import Answer, Browser

SAW = {"id": 8, "name": "Saw"}


async def create(browser: Browser, name: str = "Saw") -> Answer:
    await browser.get("/-/operations/create-tool")
    return await browser.submit("#form", **{"body/name": name})


@pytest.mark.parametrize(
    "answer",
    [
        (201, SAW),
        (200, {"data": SAW}),
        httpx.Response(201, headers={"Location": "/tools/8"}),
        httpx.Response(201, headers={"Location": "http://api/tools/8"}, json={}),
    ],
)
async def test_what_was_made_has_its_page_shown(answer: Any) -> None:
    async with workshop({"POST /tools": answer, "GET /tools/8": SAW}) as (browser, _):
        page = await create(browser)

    assert page.url == "/tools/8"
    assert "created." in toast(page)


@pytest.mark.parametrize("location", ["http://evil.example/tools/8", "//evil.example/x", "http://[", "/nowhere"])
async def test_a_location_never_leads_away(location: str) -> None:
    answer = httpx.Response(201, headers={"Location": location}, json={})
    async with workshop({"POST /tools": answer, "GET /tools/8": SAW}) as (browser, _):
        page = await create(browser)

    assert page.path in ("/tools", "/tools/8")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (httpx.Response(204), "Sharpen tool: done."),
        (httpx.Response(200), "Sharpen tool: done."),
        ({"message": "Sharp as new"}, "Sharpen tool: Sharp as new"),
        ({"ok": True}, "Sharpen tool: done."),
        (HAMMER, "Sharpen tool “Hammer”: done."),
        (httpx.Response(200, text="Sharp."), "Sharpen tool: Sharp."),
        ("Sharp.", "Sharpen tool: Sharp."),
    ],
)
async def test_a_short_answer_is_said_in_passing(answer: Any, said: str) -> None:
    async with workshop({"POST /tools/{id}/sharpen": answer}) as (browser, _):
        await browser.get("/-/operations/sharpen-tool?tool_id=7")
        page = await browser.submit("#form")

    assert page.url == "/tools/7"
    assert said in toast(page)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"grams": 2000, "scale": "kitchen"}, "kitchen"),
        ([1, 2, 3], "3"),
        (42, "42"),
        (httpx.Response(200, text="Line\nby line"), "by line"),
        (httpx.Response(200, text="<script>alert(1)</script>\n<p>", headers={"Content-Type": "text/html"}), "alert(1)"),
    ],
)
async def test_an_answer_worth_reading_is_shown(answer: Any, words: str) -> None:
    async with workshop({"POST /tools/{id}/weigh": answer}) as (browser, _):
        await browser.get("/-/operations/weigh-tool?tool_id=7")
        page = await browser.submit("#form")

    assert page.status == 200
    assert words in page.main
    assert "<script>alert" not in page.text
    assert page.links["Back"] == "/tools/7"


async def test_work_that_has_only_begun_is_followed() -> None:
    paths = {"/jobs/{job_id}": {"get": does("getJob", "Get job", {"type": "object"})}}
    answers = {
        "POST /tools/{id}/sharpen": httpx.Response(202, headers={"Location": "/jobs/5"}, json={}),
        "GET /jobs/5": {"id": 5, "status": "running", "progress": 40},
    }
    async with workshop(answers, paths=paths) as (browser, _):
        await browser.get("/-/operations/sharpen-tool?tool_id=7")
        page = await browser.submit("#form")

    assert page.path == "/-/follow/jobs/5"
    assert "Sharpen tool: begun." in toast(page)


async def test_a_file_in_answer_is_handed_over_as_one() -> None:
    pdf = httpx.Response(200, content=b"%PDF-", headers={"Content-Type": "application/pdf"})
    async with workshop({"POST /tools/{id}/weigh": pdf}) as (browser, api):
        await browser.get("/-/operations/weigh-tool?tool_id=7")
        answer = await browser.submit("#form")

    assert answer.content == b"%PDF-"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert len([each for each in api.requests if each.method == "POST"]) == 1


async def test_a_key_that_is_handed_out_is_shown_once_and_nowhere_else() -> None:
    made = {"id": 3, "label": "CI", "token": "k-5f3a9"}
    async with workshop({"POST /keys": (201, made)}) as (browser, _):
        await browser.get("/-/operations/create-key")
        page = await browser.submit("#form", **{"body/label": "CI"})
        after = await browser.get("/keys")

    assert page.page.one("#secrets").text.startswith("Copy this now")
    assert page.text.count("k-5f3a9") == 1
    assert page.headers["Cache-Control"] == "no-store"
    assert "k-5f3a9" not in page.url
    assert "k-5f3a9" not in after.text
    assert not any("k-5f3a9" in str(value) for value in page.headers.values())


async def test_what_one_has_typed_oneself_is_not_handed_out() -> None:
    typed = {
        "/hooks": {
            "post": does(
                "createHook",
                "Create hook",
                {"type": "object"},
                {"type": "object", "properties": {"secret": {"type": "string"}}},
            )
        }
    }
    async with workshop({"POST /hooks": {"secret": "mine", "n": 1}}, paths=typed) as (browser, _):
        await browser.get("/-/operations/create-hook")
        page = await browser.submit("#form", **{"body/secret": "mine"})

    assert page.page.find("#secrets") is None
    assert "mine" not in page.text


async def test_a_password_that_an_api_tells_stays_hidden() -> None:
    answers = {"POST /tools/{id}/weigh": {"grams": 1, "password": "p-1", "password_hash": "h-1"}}
    async with workshop(answers) as (browser, _):
        await browser.get("/-/operations/weigh-tool?tool_id=7")
        page = await browser.submit("#form")

    assert "p-1" not in page.text
    assert "h-1" not in page.text


async def test_an_action_that_makes_something_else_leads_there() -> None:
    paths = {"/tools/{tool_id}/copy": {"post": does("copyTool", "Copy tool", ref("Tool"))}}
    answers = {"POST /tools/{id}/copy": (201, SAW), "GET /tools/8": SAW}
    async with workshop(answers, paths=paths) as (browser, _):
        await browser.get("/-/operations/copy-tool?tool_id=7")
        page = await browser.submit("#form")

    assert page.url == "/tools/8"
    assert "Tool “Saw” is ready." in toast(page)


SPARES = {
    "/tools/{tool_id}/spares": {
        "get": does("listSpares", "List spares", {"type": "array", "items": ref("Tool")}, None, ID),
        "post": does("addSpare", "Add spare", ref("Tool"), ref("Tool"), ID),
    }
}


async def test_what_has_no_page_of_its_own_is_shown_in_its_list() -> None:
    spare = {"name": "Handle", "weight": 1}
    answers = {"GET /tools/{id}/spares": [spare], "POST /tools/{id}/spares": (201, spare)}
    async with workshop(answers, paths=SPARES) as (browser, _):
        await browser.get("/tools/7/spares")
        await browser.click("New spare")
        page = await browser.submit("#form", **{"body/name": "Handle"})

    assert page.url == "/tools/7/spares"
    assert "Add spare: done." in toast(page)
