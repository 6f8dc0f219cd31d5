"""One operation on several rows of a list."""

import asyncio
import json
from typing import Any

import pytest

from tests.openapi.building import NUMBER, TEXT, listing_of, takes, thing
from tests.openapi.building import answers as answering
from tests.pages.house import DEMO, demo_browser
from webapp import Settings, create_app
from webapp.testing import Browser, FakeAPI

ROW = thing(id=NUMBER, name=TEXT)
PLACE = {"name": "job_id", "in": "path", "required": True, "schema": NUMBER}
JOBS: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Jobs", "version": "1"},
    "paths": {
        "/jobs": {"get": listing_of({"$ref": "#/components/schemas/Job"}, operationId="list_jobs")},
        "/jobs/{job_id}": {
            "get": answering({"$ref": "#/components/schemas/Job"}, operationId="get_job", parameters=[PLACE]),
            "delete": answering(operationId="delete_job", summary="Delete job", parameters=[PLACE]),
        },
        "/jobs/{job_id}/run": {
            "post": takes(thing(fast={"type": "boolean"}), operationId="run_job", summary="Run job", parameters=[PLACE])
        },
    },
    "components": {"schemas": {"Job": ROW}},
}
ROWS = [{"id": number, "name": f"Job {chr(64 + number)}"} for number in range(1, 13)]


def pairs(*keys: int, **more: str) -> list[tuple[str, str]]:
    return [*(("id", str(key)) for key in keys), ("next", "/jobs"), *more.items()]


def jobs(more: dict[str, Any], *, accounts: Any = None) -> tuple[FakeAPI, Browser]:
    api = FakeAPI(
        {"GET /jobs": ROWS, "GET /jobs/{id}": ROWS[0], **more}, accounts=accounts, document=document(accounts)
    )
    return api, Browser(create_app("http://api", transport=api.transport, settings=Settings()))


def document(accounts: Any) -> dict[str, Any]:
    """The API's document; with a way to sign in where there are accounts."""
    if accounts is None:
        return JOBS
    login = takes(thing(username=TEXT, password=TEXT), "application/x-www-form-urlencoded", operationId="login")
    flow = {"type": "oauth2", "flows": {"password": {"scopes": {}, "tokenUrl": "/auth/token"}}}
    return {
        **JOBS,
        "paths": {"/auth/token": {"post": login}, **JOBS["paths"]},
        "components": {**JOBS["components"], "securitySchemes": {"password": flow}},
    }


async def test_what_goes_is_named_and_counted_before_anything_is_done() -> None:
    api, browser = jobs({"DELETE /jobs/{id}": (204, None)})
    async with browser:
        page = await browser.post("/-/bulk/delete-job", pairs(2, 3))

    assert page.page.one("#bulk-title").text == "Delete job: 2 jobs?"
    assert [each.text for each in page.page.all("#bulk li")] == ["Job B", "Job C"]
    assert page.links["Job B"] == "/jobs/2"
    assert not any(each.method == "DELETE" for each in api.requests)


async def test_each_is_told_by_itself_and_what_failed_can_be_tried_again() -> None:
    refused = {"3"}

    def delete(request: Any) -> Any:
        return (409, {"detail": "It is running"}) if request.params["id"] in refused else (204, None)

    api, browser = jobs({"DELETE /jobs/{id}": delete})
    async with browser:
        await browser.post("/-/bulk/delete-job", pairs(2, 3, 4))
        page = await browser.submit("#bulk form")
        refused.clear()
        again = await browser.submit("#bulk form")

    assert page.page.one("#bulk-title").text == "Delete job: 2 done, 1 not"
    assert "It is running" in page.main
    assert again.page.one("#bulk-title").text == "Delete job: 3 jobs done"
    deleted = [each.path for each in api.requests if each.method == "DELETE"]
    assert sorted(deleted) == ["/jobs/2", "/jobs/3", "/jobs/3", "/jobs/4"]


async def test_no_more_than_five_are_asked_for_at_once() -> None:
    now = most = 0
    full = asyncio.Event()

    async def delete(_: Any) -> Any:
        nonlocal now, most
        now += 1
        most = max(most, now)
        if now == 5:
            full.set()
        await full.wait()
        now -= 1
        return 204, None

    _, browser = jobs({"DELETE /jobs/{id}": delete})
    async with browser:
        page = await browser.post("/-/bulk/delete-job", pairs(*range(1, 11), confirm="yes"))

    assert "10 jobs done" in page.main
    assert most == 5


async def test_an_action_with_nothing_it_needs_gets_an_empty_body() -> None:
    sent = []

    def run(request: Any) -> Any:
        sent.append(request.content)
        return {"ok": True}

    _, browser = jobs({"POST /jobs/{id}/run": run})
    async with browser:
        await browser.post("/-/bulk/run-job", pairs(1, confirm="yes"))

    assert sent in ([b""], [b"{}"])


async def test_an_api_that_wants_to_be_told_the_version_is_told() -> None:
    def delete(request: Any) -> Any:
        return (204, None) if request.headers.get("if-match") == "*" else (428, {"detail": "Say which"})

    _, browser = jobs({"DELETE /jobs/{id}": delete})
    async with browser:
        page = await browser.post("/-/bulk/delete-job", pairs(1, confirm="yes"))

    assert "1 job done" in page.main


async def test_nothing_selected_is_said_on_the_list() -> None:
    _, browser = jobs({})
    async with browser:
        page = await browser.post("/-/bulk/delete-job", pairs())

    assert page.url == "/jobs"
    assert "Nothing was selected." in page.text


@pytest.mark.parametrize(
    ("path", "keys", "status"),
    [
        ("/-/bulk/delete-job", range(1, 102), 400),
        ("/-/bulk/list-jobs", (1,), 404),
        ("/-/bulk/get-job", (1,), 404),
        ("/-/bulk/nothing", (1,), 404),
    ],
)
async def test_what_can_not_be_is_refused(path: str, keys: Any, status: int) -> None:
    api, browser = jobs({"DELETE /jobs/{id}": (204, None)})
    async with browser:
        page = await browser.post(path, pairs(*keys, confirm="yes"))

    assert page.status == status
    assert not any(each.method == "DELETE" for each in api.requests)


async def test_a_key_that_would_leave_its_place_is_refused() -> None:
    api, browser = jobs({"DELETE /jobs/{id}": (204, None)})
    async with browser:
        page = await browser.post("/-/bulk/delete-job", [("id", ".."), ("next", "/jobs"), ("confirm", "yes")])

    assert "can't be asked for" in page.main
    assert not any(each.method == "DELETE" for each in api.requests)


async def test_a_list_that_can_not_be_had_again_costs_only_the_names() -> None:
    api, browser = jobs({"DELETE /jobs/{id}": (204, None)})
    async with browser:
        await browser.get("/jobs")
        api.answers["GET /jobs"] = (500, {"detail": "Broken"})
        page = await browser.post("/-/bulk/delete-job", pairs(2))

    assert page.page.one("#bulk li").text == "Job 2"


async def test_whoever_is_signed_out_on_the_way_comes_back_to_the_rest() -> None:
    def delete(request: Any) -> Any:
        if request.params["id"] == "3":
            api.end_sessions()
            return 401, {"detail": "Not authenticated"}
        return 204, None

    api, browser = jobs({"DELETE /jobs/{id}": delete}, accounts={"ada@example.com": "secret"})
    async with browser:
        await browser.sign_in()
        login = await browser.post("/-/bulk/delete-job", pairs(2, 3, confirm="yes"))
        api.answers["DELETE /jobs/{id}"] = (204, None)
        page = await browser.sign_in()
        done = await browser.submit("#bulk form")

    assert login.url.startswith("/login?")
    assert page.page.one("#bulk-title").text == "Delete job: 1 job?"
    assert "Job B" in page.page.one("#bulk details").text
    assert "2 jobs done" in done.main


async def test_in_place_the_question_and_the_result_take_the_place_of_the_list() -> None:
    _, browser = jobs({"DELETE /jobs/{id}": (204, None)})
    async with browser:
        await browser.get("/jobs")
        asked = await browser.htmx("POST", "/-/bulk/delete-job", target="list", data=pairs(2))
        done = await browser.htmx("POST", "/-/bulk/delete-job", target="list", data=pairs(2, confirm="yes"))

    assert "<html" not in asked.text + done.text
    assert "1 job?" in asked.text
    assert "1 job done" in done.text


async def test_rows_are_selected_on_the_list() -> None:
    _, browser = jobs({"DELETE /jobs/{id}": (204, None)})
    async with browser:
        plain = await browser.get("/jobs")
        page = await browser.click("Select")
        asked = await browser.submit("#selected", button="Delete job", id=["2", "5"])

    assert plain.page.all("tbody input") == []
    assert page.links["Stop selecting"] == "/jobs"
    boxes = page.page.all("tbody input[name=id]")
    assert [box.get("value") for box in boxes] == [str(row["id"]) for row in ROWS]
    assert boxes[0].get("aria-label") == "Select Job A"
    assert [each.text for each in page.page.all("#selected button")] == ["Run job", "Delete job"]
    assert [each.text for each in asked.page.all("#bulk li")] == ["Job B", "Job E"]


async def test_what_was_deleted_together_comes_back_together() -> None:
    async with demo_browser() as browser:
        await browser.sign_in(*DEMO)
        await browser.get("/issues?status=open")
        await browser.post("/-/bulk/delete-issue", [("id", "11"), ("id", "12"), ("next", "/issues?status=open")])
        done = await browser.submit("#bulk form")
        back = await browser.submit("#bulk form", button="Undo")
        issue = await browser.get("/-/raw/issues/11")

    assert "2 issues done" in done.main
    assert "Restore: 2 issues done" in back.main
    assert json.loads(issue.page.one("pre").text)["deleted_at"] is None
