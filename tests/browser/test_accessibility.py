"""axe on every kind of page, in light, dark and on a phone."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.chromium import axe_violations
from tests.browser.conftest import NewContext, sign_in
from webapp.demo.faults import Fault

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 800}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 800}},
    "phone": {"color_scheme": "light", "viewport": {"width": 375, "height": 700}},
    "phone-dark": {"color_scheme": "dark", "viewport": {"width": 375, "height": 700}},
}

FOR_STRANGERS = {
    "login": "/login",
    "login after the end": "/login?why=ended&next=/issues",
    "register": "/register",
}

FOR_MEMBERS = {
    "home": "/",
    "list": "/issues",
    "list with filters": "/issues?status=open&priority=high&q=a&sort=title",
    "list that is empty": "/issues?q=nothing-is-called-this",
    "list with a bad filter": "/issues?size=1000000",
    "list by cursor": "/activity",
    "list of cards": "/projects",
    "item": "/issues/1",
    "project": "/projects/1",
    "nested list": "/projects/1/issues",
    "view": "/insights/overview",
    "series": "/insights/throughput",
    "question": "/reports/workload",
    "series as a chart": "/insights/backlog",
    "columns of choice": "/projects?columns=name,status,budget",
    "operations": "/-/operations",
    "operations with these words": "/-/operations?q=project",
    "form": "/-/operations/create-issue",
    "form of a form": "/-/operations/replace-settings",
    "form with a file": "/-/operations/upload-attachment?issue_id=1",
    "form that asks which": "/-/operations/get-attachment",
    "change": "/-/operations/update-issue?issue_id=1",
    "confirmation": "/-/operations/delete-project?project_id=1",
    "file": "/projects/1/logo",
    "markup": "/projects/1/brief",
    "stream": "/activity/stream",
    "account": "/-/account",
    "not found": "/issues/999999",
    "no such page": "/no/such/page",
}


@pytest.fixture(params=LOOKS)
async def looked_at(request: pytest.FixtureRequest, new_context: NewContext) -> Page:
    """A page in one of the looks."""
    return await (await new_context(**LOOKS[request.param])).new_page()


async def test_axe_finds_nothing_wrong_with_what_strangers_see(looked_at: Page) -> None:
    assert await findings(looked_at, FOR_STRANGERS) == {}

    await looked_at.goto("/login")
    await looked_at.locator("input[name=username]").fill("nobody@example.com")
    await looked_at.locator("input[name=password]").fill("wrong")
    await looked_at.get_by_role("button", name="Sign in").click()
    await expect(looked_at.get_by_text("don't match an account")).to_be_visible()
    assert await axe_violations(looked_at) == []


async def test_axe_finds_nothing_wrong_with_what_members_see(looked_at: Page) -> None:
    await sign_in(looked_at)

    assert await findings(looked_at, FOR_MEMBERS) == {}


async def test_axe_finds_nothing_wrong_with_an_api_that_is_down(looked_at: Page, faults: dict[str, Fault]) -> None:
    await sign_in(looked_at)
    faults["GET /issues"] = Fault(status=503)
    faults["GET /projects"] = Fault(status=500)
    faults["GET /labels"] = Fault(status=403, body=b'{"detail": "Not for you"}', media_type="application/json")

    assert await findings(looked_at, {"503": "/issues", "502": "/projects", "403": "/labels"}) == {}


async def findings(page: Page, paths: dict[str, str]) -> dict[str, list[str]]:
    """What axe finds on these pages, and whether anything sticks out sideways; without those that are fine."""
    found = {}
    for name, path in paths.items():
        await page.goto(path)
        wrong = await axe_violations(page)
        if await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wrong.append("the page is wider than the window")
        if wrong:
            found[name] = wrong
    return found
