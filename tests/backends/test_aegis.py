"""`webapp run` on Aegis, untouched: sign in, browse, work on past an expiry, sign out."""

import asyncio
import time
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.backends import aegis as data
from tests.backends.conftest import ADDRESS, FIREFOX, NEIGHBOUR, PASSWORD, USERNAME, browser_at
from tests.backends.relay import house_on, spoil_access
from webapp.testing import Answer, Browser

API = "/api/v1"
ACCESS_SECONDS = 60
LEEWAY = 3


@pytest.fixture(scope="package")
async def demo(on_aegis: str, early: tuple[Browser, float]) -> AsyncIterator[Browser]:
    """A browser that is signed in as the administrator."""
    async with browser_at(on_aegis) as browser:
        await browser.sign_in(USERNAME, PASSWORD)
        yield browser


def rows(answer: Answer) -> list[str]:
    """The rows of the list on a page."""
    return [row.text for row in answer.page.all("#list tbody tr")]


async def test_a_stranger_is_sent_to_sign_in_and_back(on_aegis: str) -> None:
    async with browser_at(on_aegis) as browser:
        asked = await browser.get(f"{API}/auth/users?x=1")
        assert asked.path == "/login"

        after = await browser.sign_in(USERNAME, PASSWORD)

    assert after.url == f"{API}/auth/users?x=1"
    assert after.status == 200


async def test_a_wrong_password_is_said_to_be_wrong(on_aegis: str) -> None:
    async with browser_at(on_aegis) as browser:
        answer = await browser.try_sign_in(USERNAME, "not-the-password")

    assert answer.status == 401
    assert "don't match an account" in answer.main
    assert answer.page.one("input[name=username]").get("value") == USERNAME
    assert "not-the-password" not in answer.text


async def test_home_shows_what_there_is(demo: Browser) -> None:
    home = await demo.get("/")

    assert home.status == 200
    for path in ("auth/users", "orgs", "blog/posts", "scheduler/executions"):
        assert f"{API}/{path}" in home.links.values(), path


async def test_users_are_listed_and_opened(demo: Browser) -> None:
    users = await demo.get(f"{API}/auth/users")
    assert len(rows(users)) >= 2
    assert any("user2@example.com" in row for row in rows(users))

    link = next(row.one("a") for row in users.page.all("#list tbody tr") if "user2@example.com" in row.text)
    user = await demo.get(link.get("href"))
    assert user.path == f"{API}/auth/users/2"
    assert "User Two" in user.main


async def test_organisations_are_listed_and_opened(demo: Browser) -> None:
    orgs = await demo.get(f"{API}/orgs")
    assert "Tea Traders" in orgs.main

    org = await demo.get(orgs.page.one("#list tbody a").get("href"))
    assert org.path.startswith(f"{API}/orgs/")
    assert "tea-traders" in org.main


async def test_posts_are_turned_page_by_page_and_opened(demo: Browser) -> None:
    first = await demo.get(f"{API}/blog/posts?page_size=5")
    assert len(rows(first)) == 5

    second = await demo.get(next(href for label, href in first.links.items() if "Next" in label))
    assert len(rows(second)) == 5
    assert not set(rows(first)) & set(rows(second))
    assert "page=2" in second.url
    assert "page_size=5" in second.url

    third = await demo.get(next(href for label, href in second.links.items() if "Next" in label))
    assert len(rows(third)) == data.POSTS - 10
    assert not any("Next" in label for label in third.links)

    post = await demo.get(third.page.one("#list tbody a").get("href"))
    assert post.status == 200
    assert "All about tea" in post.main


async def test_executions_are_paged_and_filtered(demo: Browser) -> None:
    path = f"{API}/scheduler/executions"
    first = await demo.get(path)
    assert len(rows(first)) == 25
    assert str(data.EXECUTIONS) in first.main

    second = await demo.get(next(href for label, href in first.links.items() if "Next" in label))
    assert "offset=25" in second.url
    assert not set(rows(first)) & set(rows(second))

    form = next(form for form in first.forms if form.find("[name=status]") is not None)
    await demo.get(path)
    failed = await demo.submit(f"form#{form.id}" if form.id else f"form[action='{path}']", status="failed")
    assert "status=failed" in failed.url
    assert len(rows(failed)) == data.FAILURES
    assert all("job-0" in row for row in rows(failed))


async def test_a_list_is_refined_in_place(demo: Browser) -> None:
    path = f"{API}/scheduler/executions"
    await demo.get(path)

    part = await demo.htmx("GET", path, data={"status": "failed", "job_id": ""})

    assert part.status == 200
    assert len(part.page.all("tbody tr")) == data.FAILURES
    assert demo.url == f"{path}?status=failed"


async def test_the_account_shows_this_device_with_its_address_and_browser(demo: Browser) -> None:
    account = await demo.get("/-/account")

    assert USERNAME in account.main
    assert ADDRESS in account.main
    assert FIREFOX in account.main or "Firefox" in account.main
    assert "webapp" in account.main


async def test_other_devices_are_ended_from_this_one(on_aegis: str, demo: Browser) -> None:
    async with browser_at(on_aegis) as lost, browser_at(on_aegis) as neighbour:
        await lost.sign_in(USERNAME, PASSWORD)
        await neighbour.sign_in(*NEIGHBOUR)
        await demo.get("/-/account")

        after = await demo.submit("form[action$='/devices/others']")

        assert after.path == "/-/account"
        assert len(after.page.all("#devices li")) == 1
        assert (await lost.get(f"{API}/orgs")).path == "/login"
        assert (await neighbour.get(f"{API}/orgs")).path == f"{API}/orgs"


async def test_something_that_is_not_there_is_said_so(demo: Browser) -> None:
    page = await demo.get(f"{API}/auth/users/999999")
    part = await demo.htmx("GET", f"{API}/auth/users/999999", target="main")

    assert page.status == part.status == 404
    assert page.page.find("html") is not None
    assert part.page.find("html") is None


async def test_sign_out_ends_the_session_at_the_backend_too(aegis: str) -> None:
    async with house_on(aegis) as house:
        await house.browser.sign_in(USERNAME, PASSWORD)
        refresh = {cookie.name: cookie.value for cookie in house.api.credentials.cookies if "refresh" in cookie.name}
        assert refresh
        # Even with an access token that has run out: it is renewed, or the backend would not listen.
        spoil_access(house.api, f"{API}/auth")

        answer = await house.browser.sign_out()

        assert answer.path == "/login"
        assert house.sessions == []
        assert house.relay.counts[f"POST {API}/auth/refresh"] == 1
    async with httpx.AsyncClient(trust_env=False, cookies=refresh) as thief:
        stolen = await thief.post(f"{aegis}{API}/auth/refresh")
    assert stolen.status_code == 401


async def test_an_access_that_really_ran_out_is_renewed_without_a_word(early: tuple[Browser, float]) -> None:
    browser, signed_in_at = early
    await asyncio.sleep(max(0, signed_in_at + ACCESS_SECONDS + LEEWAY - time.monotonic()))

    page = await browser.get(f"{API}/orgs")
    await browser.get(f"{API}/blog/posts")
    part = await browser.htmx("GET", f"{API}/blog/posts", data={"page_size": "5"})
    account = await browser.get("/-/account")

    assert (page.status, page.url) == (200, f"{API}/orgs")
    assert (part.status, len(part.page.all("tbody tr"))) == (200, 5)
    assert NEIGHBOUR[0] in account.main
