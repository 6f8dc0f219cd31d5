"""What the things are called whose ids a form begins with."""

from typing import Any

from tests.pages.house import DEMO, demo_browser
from tests.pages.workshop import ID, NUMBER, TEXT, does, workshop
from webapp.testing import Browser

SHARPENING: dict[str, Any] = {
    "/jobs": {
        "post": does("createJob", "Create job", None, {"type": "object", "properties": {"tool_id": NUMBER, "on": TEXT}})
    },
    "/jobs/{job_id}": {
        "get": does("getJob", "Get job", {"type": "object"}, None, {**ID, "name": "job_id"}),
        "put": does(
            "changeJob",
            "Change job",
            None,
            {"type": "object", "properties": {"tool_id": NUMBER, "spare_tool_id": NUMBER}},
            {**ID, "name": "job_id"},
        ),
    },
}


def picked(browser: Browser) -> list[str]:
    assert browser.current is not None
    return [each.text for each in browser.current.page.all(".picked") if each.text]


async def test_a_form_that_an_address_fills_in_names_what_it_refers_to() -> None:
    async with workshop({}, paths=SHARPENING) as (browser, _):
        await browser.get("/-/operations/create-job?tool_id=7")

        assert picked(browser) == ["Hammer"]


async def test_a_change_names_what_the_item_refers_to() -> None:
    answers = {"GET /jobs/{id}": {"id": 1, "tool_id": 7}}
    async with workshop(answers, paths=SHARPENING) as (browser, _):
        await browser.get("/-/operations/change-job?job_id=1")

        assert picked(browser) == ["Hammer"]


async def test_what_has_no_name_stays_an_id_and_an_empty_form_asks_for_none() -> None:
    async with workshop({"GET /tools/{id}": (500, {})}, paths=SHARPENING) as (browser, api):
        page = await browser.get("/-/operations/create-job?tool_id=7")
        asked = len(api.requests)
        await browser.get("/-/operations/create-job")

        assert page.status == 200
        assert page.page.one("[name=body/tool_id]").get("value") == "7"
        assert picked(browser) == []
        assert len(api.requests) == asked


async def test_on_the_demo_an_issue_in_a_project_names_it() -> None:
    async with demo_browser() as browser:
        await browser.sign_in(*DEMO)
        project = await browser.get("/projects/2")
        await browser.get("/projects/2/issues")
        await browser.click("New issue")

        assert project.page.one("h1").text in picked(browser)
