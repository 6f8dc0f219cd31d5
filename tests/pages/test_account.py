"""Who am I, and where am I signed in."""

from collections.abc import AsyncIterator

import pytest

from tests.pages.house import DEMO, demo_browser, scripted
from webapp.testing import Browser


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with demo_browser() as visitor:
        await visitor.try_sign_in(*DEMO)
        yield visitor


async def test_the_account_page_says_who_one_is_and_names_this_device(browser: Browser) -> None:
    page = await browser.get("/-/account")

    assert page.status == 200
    assert DEMO[0] in page.main
    assert "webapp" in page.main
    assert "Mozilla/5.0 (webapp.testing)" in page.main


async def test_a_stranger_is_sent_to_sign_in(browser: Browser) -> None:
    page = await browser.another().get("/-/account")

    assert page.url == "/login?next=%2F-%2Faccount"


async def test_ending_another_device_signs_that_one_out_alone(browser: Browser) -> None:
    phone = browser.another()
    await phone.try_sign_in(*DEMO)

    await browser.get("/-/account")
    page = await browser.submit(_other_device(browser))

    assert "session has ended" in page.main
    assert (await phone.get("/projects")).path == "/login"
    assert (await browser.get("/projects")).path == "/projects"


async def test_ending_all_others_leaves_only_this_one(browser: Browser) -> None:
    others = [browser.another() for _ in range(3)]
    for other in others:
        await other.try_sign_in(*DEMO)

    await browser.get("/-/account")
    page = await browser.submit("form[action='/-/account/devices/others']")

    assert "All other sessions have ended" in page.main
    assert [(await other.get("/projects")).path for other in others] == ["/login"] * 3
    assert (await browser.get("/projects")).path == "/projects"


async def test_an_unknown_device_is_a_404_page(browser: Browser) -> None:
    page = await browser.post("/-/account/devices/00000000-0000-0000-0000-000000000000/end")

    assert page.status == 404


async def test_an_api_without_device_sessions_offers_nothing_to_end() -> None:
    async with scripted({}) as browser:
        page = await browser.post("/-/account/devices/others")

    assert page.path == "/login"


def _other_device(browser: Browser) -> int:
    """The number of the form that ends a device other than this one."""
    assert browser.current is not None
    forms = browser.current.page.all("form")
    return next(number for number, form in enumerate(forms) if form.text.strip() == "End")
