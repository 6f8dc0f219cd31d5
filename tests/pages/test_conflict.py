"""Two people change one item."""

import json
from typing import Any

import httpx

from tests.pages.house import DEMO, demo_browser
from tests.pages.test_edit import ITEM, PAGE, PART, TEXT, Thing, said, thing, things

ISSUE = "/-/operations/update-issue?issue_id=8"


async def test_where_both_changed_the_same_field_one_has_to_choose() -> None:
    async with demo_browser() as first:
        await first.sign_in(*DEMO)
        second = first.another()
        await second.sign_in(*DEMO)
        was = (await first.get(ISSUE)).page.one("[name='body/title']").get("value")
        await second.get(ISSUE)
        await first.submit("#form", **{"body/title": "Theirs", "body/body": "Their text"})
        page = await second.submit("#form", **{"body/title": "Mine", "body/estimate": "7"})
        chosen = page.page.one("fieldset.version")
        done = await second.submit("#form", **{"choose:body/title": "mine"})
        after = await second.get(ISSUE)

    assert page.status == 409
    assert chosen.one("legend").text == "Title"
    assert [each.text for each in chosen.all(".value")] == [was, "Theirs", "Mine"]
    assert len(page.page.all("fieldset.version")) == 1
    assert "Their text" in page.page.one("section[aria-labelledby=others]").text
    assert "Saved" in said(done)
    values = {name: after.page.one(f"[name='body/{name}']").get("value") for name in ("title", "estimate")}
    assert values == {"title": "Mine", "estimate": "7.0"}
    assert after.page.one("[name='body/body']").text == "Their text"


async def test_choosing_theirs_sends_only_what_is_left_of_mine() -> None:
    one = Thing(etag='"1"')
    async with things(one) as browser:
        await browser.get(PAGE)
        one.item, one.etag = {**ITEM, "title": "Theirs"}, '"2"'
        await browser.submit("#form", **{"body/title": "Mine", "body/size": "9"})
        await browser.submit("#form", **{"choose:body/title": "theirs"})

    assert one.body == {"size": 9}
    assert one.sent[-1].headers["if-match"] == '"2"'


async def test_different_fields_are_put_together_and_said() -> None:
    one = Thing(etag='"1"')
    async with things(one) as browser:
        await browser.get(PAGE)
        one.item, one.etag = {**ITEM, "size": 4}, '"2"'
        page = await browser.submit("#form", **{"body/title": "Mine"})

    assert one.body == {"title": "Mine"}
    assert "what somebody else changed meanwhile: Size" in said(page)


async def test_without_versions_the_same_field_is_no_less_a_conflict() -> None:
    one = Thing()
    async with things(one) as browser:
        await browser.get(PAGE)
        one.item = {**ITEM, "title": "Theirs"}
        page = await browser.submit("#form", **{"body/title": "Mine"})

    assert page.status == 409
    assert one.sent == []


async def test_nothing_is_saved_before_one_has_chosen() -> None:
    one = Thing()
    async with things(one) as browser:
        await browser.get(PAGE)
        one.item = {**ITEM, "title": "Theirs", "note": "theirs"}
        await browser.submit("#form", **{"body/title": "Mine", "body/note": "mine"})
        page = await browser.submit("#form", **{"choose:body/title": "mine"})

    assert page.status == 409
    assert one.sent == []
    assert "Choose at every field" in page.main
    assert "checked" in page.page.one("[name='choose:body/title'][value=mine]").attributes


async def test_a_third_change_meanwhile_is_a_conflict_again() -> None:
    one = Thing()
    async with things(one) as browser:
        await browser.get(PAGE)
        one.item = {**ITEM, "title": "Second"}
        await browser.submit("#form", **{"body/title": "Mine"})
        one.item = {**ITEM, "title": "Third"}
        page = await browser.submit("#form", **{"choose:body/title": "mine"})

    assert page.status == 409
    assert one.sent == []
    assert [each.text for each in page.page.all("fieldset.version .value")] == ["Second", "Third", "Mine"]


async def test_a_change_between_reading_and_writing_is_seen_by_the_refusal() -> None:
    one = Thing(etag='"1"')

    def write(request: Any) -> Any:
        one.sent.append(request)
        one.item, one.etag = {**ITEM, "title": "Theirs"}, '"2"'
        return 412, {"detail": "Changed"}

    one.write = write
    async with things(one) as browser:
        await browser.get(PAGE)
        page = await browser.submit("#form", **{"body/title": "Mine"})

    assert page.status == 409
    assert len(one.sent) == 1
    assert [each.text for each in page.page.all("fieldset.version .value")] == ["Old", "Theirs", "Mine"]


async def test_a_refusal_for_what_was_not_shown_is_tried_again_once() -> None:
    one = Thing(etag='"1"')
    ask = one.writing

    def write(request: Any) -> Any:
        one.etag = '"2"' if not one.sent else one.etag
        return ask(request)

    one.write = write
    async with things(one) as browser:
        await browser.get(PAGE)
        page = await browser.submit("#form", **{"body/title": "Mine"})

    assert [each.headers["if-match"] for each in one.sent] == ['"1"', '"2"']
    assert "Saved." in said(page)


async def test_a_weak_tag_that_never_matches_is_sent_as_a_strong_one() -> None:
    one = Thing(etag='W/"1"')

    def write(request: Any) -> Any:
        one.sent.append(request)
        return one.item if request.headers["if-match"] == '"1"' else (412, {"detail": "No"})

    one.write = write
    async with things(one) as browser:
        await browser.get(PAGE)
        page = await browser.submit("#form", **{"body/title": "Mine"})

    assert [each.headers["if-match"] for each in one.sent] == ['W/"1"', '"1"']
    assert "Saved." in said(page)


async def test_an_api_that_always_refuses_is_believed_in_the_end() -> None:
    one = Thing(etag='"1"')

    def write(request: Any) -> Any:
        one.sent.append(request)
        return 412, {"detail": "Never"}

    one.write = write
    async with things(one) as browser:
        await browser.get(PAGE)
        page = await browser.submit("#form", **{"body/title": "Mine"})

    assert page.status == 412
    assert len(one.sent) == 2
    assert "Never" in page.main
    assert page.page.one("[name='body/title']").get("value") == "Mine"


async def test_a_409_that_nobody_else_caused_is_shown_with_the_form() -> None:
    one = Thing()
    one.write = lambda _: (409, {"detail": "There is a thing called this already"})
    async with things(one) as browser:
        await browser.get(PAGE)
        page = await browser.submit("#form", **{"body/title": "Mine"})

    assert page.status == 409
    assert "called this already" in page.main
    assert page.page.one("[name='body/title']").get("value") == "Mine"


async def test_a_password_never_comes_back_and_is_asked_for_again() -> None:
    one = Thing()
    async with things(one) as browser:
        await browser.get(PAGE)
        one.item = {**ITEM, "title": "Theirs"}
        page = await browser.submit("#form", **{"body/title": "Mine", "body/password": "hunter2"})
        await browser.submit("#form", **{"choose:body/title": "mine", "body/password": "hunter2"})

    assert "hunter2" not in page.text
    assert one.body == {"title": "Mine", "password": "hunter2"}


async def test_a_version_in_the_body_goes_along() -> None:
    one = Thing({**ITEM, "lock_version": 4})
    schema = thing(title=TEXT, lock_version={"type": "integer"})
    async with things(one, schema=schema) as browser:
        await browser.get(PAGE)
        await browser.submit("#form", **{"body/title": "Mine"})

    assert one.body == {"title": "Mine", "lock_version": 4}


async def test_in_place_the_choice_comes_where_the_form_was() -> None:
    one = Thing()
    one.item = {**ITEM, "title": "Theirs"}
    was = json.dumps({"body": {key: value for key, value in ITEM.items() if key in PART["properties"]}})
    async with things(one) as browser:
        await browser.get("/things/1")
        page = await browser.htmx("POST", PAGE, target="form", data={"body/title": "Mine", "was": was})

    assert page.status == 409
    assert "<html" not in page.text
    assert page.page.one("#form").get("hx-target") == "#form"
    assert "HX-Retarget" not in page.headers


async def test_whoever_lost_the_memory_of_what_was_shown_is_told_that_it_changed() -> None:
    one = Thing(etag='"1"')
    async with things(one) as browser:
        await browser.get(PAGE)
        one.item, one.etag = {**ITEM, "title": "Theirs"}, '"2"'
        page = await browser.submit("#form", was="", **{"body/title": "Mine"})

    assert page.status == 409
    assert one.sent == []
    assert page.page.one("[name='body/title']").get("value") == "Mine"


async def test_a_reading_that_fails_right_before_saves_nothing() -> None:
    one = Thing()
    async with things(one) as browser:
        await browser.get(PAGE)
        one.read = lambda _: httpx.Response(503, json={"detail": "Down"})
        page = await browser.submit("#form", **{"body/title": "Mine"})

    assert page.status == 503
    assert one.sent == []
    assert page.page.one("[name='body/title']").get("value") == "Mine"
