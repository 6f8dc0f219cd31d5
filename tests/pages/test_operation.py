"""The page of one operation: its form, doing it, and what the API has against that."""

from typing import Any

import httpx
import pytest

from tests.pages.house import DEMO, demo_browser
from tests.pages.workshop import HAMMER, ID, NUMBER, TEXT, alert, does, ref, toast, workshop
from webapp.testing import Received

CREATE = "/-/operations/create-tool"


async def test_a_project_lives_and_goes_without_a_script() -> None:
    async with demo_browser() as browser:
        await browser.sign_in(*DEMO)
        await browser.get("/projects")
        await browser.click("New project")
        made = await browser.submit("#form", **{"body/name": "Apollo", "body/key": "APL"})
        await browser.click("Archive")
        archived = await browser.submit("#form")
        await browser.get(archived.url)
        question = await browser.click("Delete")
        gone = await browser.submit("#form")

    assert (made.page.one("h1").text, toast(made)) == ("Apollo", "Project “Apollo” created. ✕")
    assert "Archive “Apollo”: done." in toast(archived)
    assert archived.url == made.url
    assert "Delete project “Apollo”?" in question.main
    assert (gone.url, toast(gone)) == ("/projects", "Deleted project “Apollo”. ✕")


async def test_the_page_of_what_makes_a_new_one_is_called_as_the_links_to_it() -> None:
    async with demo_browser() as browser:
        await browser.sign_in(*DEMO)
        for path, link in (("/projects", "New project"), ("/projects/1/issues", "New issue")):
            await browser.get(path)
            page = await browser.click(link)

            assert page.page.one("h1").text == page.page.one(".crumbs [aria-current=page]").text == link
    assert page.page.one("#form button.primary").text == "Create issue"


async def test_an_issue_is_opened_in_its_project_with_labels_talked_about_and_closed() -> None:
    async with demo_browser() as browser:
        await browser.sign_in(*DEMO)
        await browser.get("/projects/2/issues")
        await browser.click("New issue")
        await browser.submit("#form", button="add:body/labels", **{"body/title": "It squeaks"})
        grown = browser.current
        made = await browser.submit("#form", **{"body/labels/0": "bug"})
        await browser.get(f"{made.url}/comments")
        await browser.click("New comment")
        said = await browser.submit("#form", **{"body/body": "Oil it."})
        await browser.get(made.url)
        await browser.click("Close")
        closed = await browser.submit("#form")

    assert grown is not None
    assert grown.page.one("[name=body/title]").get("value") == "It squeaks"
    assert grown.page.one("[name=body/project_id]").get("value") == "2"
    assert "Issue “It squeaks” created." in toast(made)
    assert "bug" in made.main
    assert said.status == 200
    assert "Oil it." in said.main or "Oil it." in toast(said)
    assert "Close" in toast(closed)


async def test_what_the_api_has_against_a_field_stands_at_it_and_what_was_typed_is_kept() -> None:
    async with demo_browser() as browser:
        await browser.sign_in(*DEMO)
        await browser.get("/-/operations/create-project")
        page = await browser.submit(
            "#form", **{"body/name": "Apollo", "body/key": "much too long", "body/budget": "12.5"}
        )

    field = page.page.one("[name=body/key]")
    assert page.status == 422
    assert field.get("aria-invalid") == "true"
    assert field.get("value") == "much too long"
    assert page.page.one("[name=body/name]").get("value") == "Apollo"
    assert page.page.one("[name=body/budget]").get("value") == "12.5"
    assert "Key" in alert(page)
    assert page.page.one("#form [role=alert]").get("autofocus") is not None


async def test_a_sentence_that_begins_with_a_fields_name_stands_at_it() -> None:
    said = ["weight must not be less than 1", "The shed is full"]
    async with workshop({"POST /tools": (400, {"statusCode": 400, "message": said})}) as (browser, _):
        await browser.get(CREATE)
        page = await browser.submit("#form", **{"body/name": "Saw", "body/weight": "0"})

    assert page.status == 400
    assert page.page.one("[name=body/weight]").get("aria-invalid") == "true"
    assert page.page.find("[name=body/name][aria-invalid]") is None
    assert "The shed is full" in alert(page)


ONCE = "[name='header/Idempotency-Key']"


def charged(answer: Any) -> Any:
    """A workshop that wants a key with each payment, and how it answers one."""
    key = {"name": "Idempotency-Key", "in": "header", "required": True, "schema": TEXT}
    body = {"type": "object", "properties": {"amount": NUMBER}}
    return workshop({"POST /pay": answer}, paths={"/pay": {"post": does("pay", "Pay", None, body, key)}})


async def test_a_form_that_is_sent_twice_is_one_request_to_the_api() -> None:
    async with charged({"ok": True}) as (browser, api):
        page = await browser.get("/-/operations/pay")
        other = await browser.get("/-/operations/pay")
        for form in (page, page, other):
            key = form.page.one(ONCE).get("value")
            await browser.post("/-/operations/pay", {"body/amount": "5", "header/Idempotency-Key": key})
        sent = [each.headers["idempotency-key"] for each in api.requests if each.method == "POST"]

    assert page.page.one(ONCE).get("type") == "hidden"
    assert sent[0] == sent[1] != sent[2]
    assert len(sent[0]) == 36


@pytest.mark.parametrize(
    ("answer", "same"),
    [
        ((422, {"detail": "No"}), False),
        ((400, {"detail": "No"}), False),
        ((409, {"detail": "Still at it"}), True),
        ((429, {"detail": "Wait"}), True),
        ((503, {"detail": "Lunch"}), True),
        (httpx.ReadTimeout("slow"), True),
    ],
)
async def test_after_a_refusal_it_is_another_request_and_after_a_failure_the_same(answer: Any, same: bool) -> None:
    async with charged(answer) as (browser, _):
        first = await browser.get("/-/operations/pay")
        again = await browser.submit("#form", **{"body/amount": "5"})

    assert (first.page.one(ONCE).get("value") == again.page.one(ONCE).get("value")) is same


async def test_what_can_not_be_read_never_reaches_the_api() -> None:
    async with workshop({"POST /tools": HAMMER}) as (browser, api):
        await browser.get(CREATE)
        page = await browser.submit("#form", **{"body/name": "Saw", "body/weight": "heavy"})

    assert page.status == 422
    assert page.page.one("[name=body/weight]").get("value") == "heavy"
    assert [each for each in api.requests if each.method == "POST"] == []


async def test_a_password_does_not_come_back() -> None:
    async with workshop({"POST /tools": (422, {"detail": "No"})}) as (browser, _):
        await browser.get(CREATE)
        page = await browser.submit("#form", **{"body/name": "Saw", "body/pin": "hunter2"})

    assert page.status == 422
    assert "hunter2" not in page.text


REFUSALS: list[tuple[Any, int, str]] = [
    ((400, {"detail": "Bad"}), 400, "Bad"),
    ((403, {"detail": "Masters only"}), 403, "Someone with more rights"),
    ((404, {"detail": "No such shelf"}), 404, "deleted or moved"),
    ((409, {"detail": "There is one already"}), 409, "contradicts what is there now"),
    ((412, {"detail": "Changed"}), 412, "nothing was overwritten"),
    ((413, {"detail": "Too heavy"}), 413, "Send less of it"),
    ((415, {"detail": "Not JSON"}), 415, "doesn't take"),
    ((423, {"detail": "Locked"}), 423, "holds it"),
    ((428, {"detail": "Which version?"}), 412, "which version"),
    (httpx.Response(429, headers={"Retry-After": "30"}, json={}), 429, "Try again in 30 seconds"),
    (httpx.Response(429, headers={"Retry-After": "600"}, json={}), 429, "Try again in 10 minutes"),
    ((500, {}), 502, "It may or may not have been done"),
    ((503, {"detail": "Lunch"}), 503, "Nothing was done"),
    (httpx.ReadTimeout("slow"), 503, "It may or may not have been done"),
    (httpx.ReadError("cut"), 503, "It may or may not have been done"),
    (httpx.ConnectError("down"), 503, "Nothing was done"),
]


@pytest.mark.parametrize(("answer", "status", "words"), REFUSALS)
async def test_each_refusal_is_explained_above_the_form(answer: Any, status: int, words: str) -> None:
    async with workshop({"POST /tools": answer}) as (browser, api):
        await browser.get(CREATE)
        page = await browser.submit("#form", **{"body/name": "Saw"})

    assert page.status == status
    assert words in page.page.one("#form").text
    assert page.page.one("[name=body/name]").get("value") == "Saw"
    assert len([each for each in api.requests if each.method == "POST"]) == 1


async def test_how_long_to_wait_is_told_to_machines_too() -> None:
    async with workshop({"POST /tools": httpx.Response(429, headers={"Retry-After": "30"}, json={})}) as (browser, _):
        await browser.get(CREATE)
        page = await browser.submit("#form", **{"body/name": "Saw"})

    assert page.headers["Retry-After"] == "30"


async def test_whoever_is_not_signed_in_is_sent_to_and_comes_back_to_the_form() -> None:
    async with demo_browser() as browser:
        asked = await browser.get("/-/operations/archive-project?project_id=1")
        await browser.get("/-/operations/create-project")
        page = await browser.submit("#form", **{"body/name": "Apollo", "body/key": "APL"})

    assert asked.url == "/login?next=%2F-%2Foperations%2Farchive-project%3Fproject_id%3D1"
    assert page.url == "/login?next=%2F-%2Foperations%2Fcreate-project"


async def test_what_goes_with_a_thing_is_said_before_it_is_deleted() -> None:
    async with workshop({"DELETE /tools/{id}": httpx.Response(204)}) as (browser, _):
        page = await browser.get("/-/operations/delete-tool?tool_id=7")
        gone = await browser.submit("#form")

    assert "Delete tool “Hammer”?" in page.main
    assert "2 parts" in page.main
    assert (gone.url, toast(gone)) == ("/tools", "Deleted tool “Hammer”. ✕")


async def test_a_thing_that_can_not_be_read_can_be_deleted_all_the_same() -> None:
    async with workshop({"GET /tools/{id}": (500, {}), "DELETE /tools/{id}": httpx.Response(204)}) as (browser, _):
        page = await browser.get("/-/operations/delete-tool?tool_id=7")
        gone = await browser.submit("#form")

    assert "Delete tool?" in page.main
    assert gone.url == "/tools"


async def test_what_is_deleted_is_the_version_that_was_seen() -> None:
    seen = httpx.Response(200, json=HAMMER, headers={"ETag": '"v3"'})
    async with workshop({"GET /tools/{id}": seen, "DELETE /tools/{id}": (412, {"detail": "Changed"})}) as (
        browser,
        api,
    ):
        await browser.get("/-/operations/delete-tool?tool_id=7")
        page = await browser.submit("#form")

    assert [each.headers.get("if-match") for each in api.requests if each.method == "DELETE"] == ['"v3"']
    assert page.status == 412
    assert "nothing was overwritten" in page.main


async def test_what_an_address_gives_is_filled_in() -> None:
    async with workshop({}) as (browser, _):
        page = await browser.get(f"{CREATE}?name=Saw&body/weight=3&colour=red")

    assert page.page.one("[name=body/name]").get("value") == "Saw"
    assert page.page.one("[name=body/weight]").get("value") == "3"


async def test_an_item_is_opened_by_its_id() -> None:
    async with workshop({}) as (browser, _):
        await browser.get("/-/operations/get-tool")
        page = await browser.submit("#form", **{"path/tool_id": "7"})

    assert page.url == "/tools/7"
    assert page.page.one("h1").text == "Hammer"


async def test_a_question_with_inputs_leads_to_the_page_of_its_answer() -> None:
    async with workshop({"GET /search": lambda request: dict(request.query)}) as (browser, _):
        await browser.get("/-/operations/search")
        missing = await browser.submit("#form", **{"query/q": ""})
        await browser.get("/-/operations/search")
        grown = await browser.submit("#form", button="add:query/kinds", **{"query/q": "a b"})
        page = await browser.submit("#form", **{"query/kinds/0": "x"})

    assert "Fill in Q" in missing.main
    assert grown.page.one("[name=query/q]").get("value") == "a b"
    assert page.url == "/search?q=a+b&kinds=x"


async def test_where_one_came_from_is_where_one_goes_back_to_and_never_another_site() -> None:
    async with workshop({"POST /tools/{id}/sharpen": httpx.Response(204)}) as (browser, _):
        await browser.get("/-/operations/sharpen-tool?tool_id=7&next=/tools%3Fq=x")
        back = await browser.submit("#form")
        await browser.get("/-/operations/sharpen-tool?tool_id=7&next=//evil.example/")
        home = await browser.submit("#form")

    assert back.url == "/tools?q=x"
    assert home.url == "/tools/7"


async def test_a_path_can_not_be_stepped_out_of() -> None:
    async with workshop({}) as (browser, api):
        page = await browser.get("/-/operations/sharpen-tool?tool_id=..")
        other = await browser.get("/-/operations/nothing")

    assert page.status == 404
    assert other.status == 404
    assert [each for each in api.requests if each.method == "POST"] == []


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_few_bytes_can_not_ask_for_more_rows_than_a_form_has(method: str) -> None:
    rows = "".join(f"&count:query/kinds/{at}=200" for at in range(11))
    async with workshop({}) as (browser, api):
        if method == "GET":
            answer = await browser.get(f"/-/operations/search?go=1{rows}")
        else:
            answer = await browser.post("/-/operations/audit-tools", [("count:body/a", "200")] * 11)

    assert answer.status == 413
    assert "more than a form holds" in answer.main
    assert "/search" not in [each.path for each in api.requests]
    assert [each for each in api.requests if each.method == "POST"] == []


async def test_a_form_that_another_site_sends_is_refused() -> None:
    async with workshop({"POST /tools": HAMMER}) as (browser, api):
        answer = await browser.fetch("POST", CREATE, headers={"Sec-Fetch-Site": "cross-site"}, content=b"body/name=x")

    assert answer.status == 403
    assert [each for each in api.requests if each.method == "POST"] == []


@pytest.mark.parametrize("accounts_path", ["login", "logout", "refresh", "register"])
async def test_signing_in_and_out_have_pages_of_their_own(accounts_path: str) -> None:
    async with demo_browser() as browser:
        await browser.sign_in(*DEMO)
        page = await browser.get(f"/-/operations/{accounts_path}")

    assert page.status == 200
    assert page.page.find("#form") is None
    assert "page of its own" in page.main or "by itself" in page.main


async def test_what_is_put_where_nothing_is_yet_can_be_written() -> None:
    paths = {
        "/bench": {
            "get": does("getBench", "Get bench", ref("Tool")),
            "put": does("putBench", "Put bench", ref("Tool"), ref("Tool")),
        }
    }
    answers = {"GET /bench": (404, {"detail": "None yet"}), "PUT /bench": {"id": 1, "name": "Oak"}}
    async with workshop(answers, paths=paths) as (browser, api):
        page = await browser.get("/-/operations/put-bench")
        await browser.submit("#form", **{"body/name": "Oak"})

    assert page.status == 200
    assert [each.json for each in api.requests if each.method == "PUT"] == [{"name": "Oak"}]


def echo(request: Received) -> Any:
    """What was sent, for all to see."""
    return {"id": 1, "type": request.headers["content-type"], "sent": request.content.decode()}


async def test_one_may_choose_how_a_body_is_sent() -> None:
    content = {
        each: {"schema": {"type": "object", "properties": {"a": TEXT, "n": NUMBER}}}
        for each in ("application/json", "application/x-www-form-urlencoded")
    }
    path = {"/either": {"post": {**does("either", "Either", {"type": "object"}), "requestBody": {"content": content}}}}
    async with workshop({"POST /either": echo}, paths=path) as (browser, api):
        await browser.get("/-/operations/either")
        changed = await browser.submit(
            "#form", button="Change", media_type="application/x-www-form-urlencoded", **{"body/a": "ä"}
        )
        await browser.submit("#form")

    assert changed.page.one("[name=body/a]").get("value") == "ä"
    assert [each.content for each in api.requests if each.method == "POST"] == [b"a=%C3%A4"]


async def test_what_leads_away_from_a_cancellation_is_not_called_cancel() -> None:
    cancel = {"/tools/{tool_id}/cancel": {"post": does("cancelTool", "Cancel tool", None, None, ID)}}
    answers = {"POST /tools/{id}/cancel": (409, {"detail": "It is cancelled."})}
    async with workshop(answers, paths=cancel) as (browser, _):
        page = await browser.get("/-/operations/cancel-tool?tool_id=7")
        refused = await browser.submit("#form")

    assert page.links["Go back"] == "/tools/7"
    assert "Cancel" not in page.links
    assert refused.status == 409
    assert "change what you typed" not in refused.main
    assert "It is cancelled." in refused.main
