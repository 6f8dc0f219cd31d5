"""A name where an id is wanted, typed by somebody whom no script suggests anything."""

import pytest

from tests.pages.house import DEMO, demo_browser

CREATE = "/-/operations/create-issue"


async def test_a_whole_name_is_taken_for_the_id_of_the_one_thing_it_names() -> None:
    async with demo_browser() as browser:
        await browser.sign_in(*DEMO)
        await browser.get(CREATE)
        made = await browser.submit("#form", **{"body/title": "Named", "body/project_id": "help centre"})

    assert made.page.one("h1").text == "Named"
    assert "Help centre" in made.main


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Help", "Nothing is called just “Help”; there is Help centre ("),
        ("Nowhere at all", "Nothing here is called “Nowhere at all”"),
    ],
)
async def test_what_names_nothing_is_told_with_what_there_is(typed: str, said: str) -> None:
    async with demo_browser() as browser:
        await browser.sign_in(*DEMO)
        await browser.get(CREATE)
        again = await browser.submit("#form", **{"body/title": "Named", "body/project_id": typed})

    assert again.status == 422
    assert said in again.main
    assert again.page.one("[name=body/project_id]").get("value") == typed
    assert again.page.one("[name=body/title]").get("value") == "Named"


async def test_a_change_takes_names_too() -> None:
    async with demo_browser() as browser:
        await browser.sign_in(*DEMO)
        await browser.get("/-/operations/update-issue?issue_id=1")
        changed = await browser.submit("#form", **{"body/assignee_id": "Dana Reyes"})

    assert "Saved" in changed.page.one("#toasts").text
    assert changed.links["Dana Reyes"].startswith("/users/")
