"""Who am I, and where am I signed in."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.pages.house import DEMO, demo_browser, scripted
from tests.pages.workshop import does, ref, workshop
from webapp import Settings, create_app
from webapp.demo.app import create_demo
from webapp.testing import Browser
from webapp.testing.markup import Element

TAKEN = httpx.Response(200, json={"access_token": "t", "token_type": "bearer"})


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with demo_browser() as visitor:
        await visitor.try_sign_in(*DEMO)
        yield visitor


async def test_the_account_page_says_who_one_is_and_names_this_device(browser: Browser) -> None:
    page = await browser.get("/-/account")

    assert page.status == 200
    assert DEMO[0] in page.main
    assert [each.text for each in page.page.all("#sessions h3")] == ["webapp.testing This browser"]
    assert [each.text for each in page.page.all("#devices h3")] == ["webapp.testing (webapp) This browser"]


async def test_what_is_signed_in_here_and_what_the_api_counts_are_told_apart() -> None:
    demo = create_demo()
    chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36"
    async with (
        Browser(create_app(demo, settings=Settings()), headers={"User-Agent": chrome}) as browser,
        httpx.AsyncClient(transport=httpx.ASGITransport(demo), base_url="http://api") as other,
    ):
        for program in ("curl/8.5.0", chrome.replace("Chrome", "Firefox")):
            form = {"username": DEMO[0], "password": DEMO[1]}
            (await other.post("/auth/token", data=form, headers={"User-Agent": program})).raise_for_status()
            other.cookies.clear()
        await browser.try_sign_in(*DEMO)
        await browser.another().try_sign_in(*DEMO)
        page = (await browser.get("/-/account")).page

    assert _head(page, "#sessions") == [
        "Browsers on this site",
        "Where you are signed in here. What ends here ends at the API, too.",
        "End all others",
        "Sign out all browsers",
    ]
    assert _head(page, "#devices") == [
        "All sign-ins at the API",
        "What the API itself lists for your account: the browsers above, and whatever else uses it.",
        "End all others",
    ]
    named = sorted(each.text for each in page.all("#devices h3"))
    assert named == [
        "Chrome on Linux (webapp)",
        "Chrome on Linux (webapp) This browser",
        "Firefox on Linux",
        "curl/8.5.0",
    ]


async def test_where_the_api_counts_nothing_the_browsers_here_are_all_there_is() -> None:
    async with scripted({"POST /auth/token": TAKEN}) as browser:
        await browser.try_sign_in("ada", "secret")
        page = (await browser.get("/-/account")).page

    assert _head(page, "#sessions") == ["Where you are signed in"]
    assert page.find("#devices") is None


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


def _head(page: Element, section: str) -> list[str]:
    """The heading of a section, what it says of it, and its buttons."""
    return [each.text for part in ("h2", ".hint", "button") for each in page.all(f"{section} .head {part}")]


def _other_device(browser: Browser) -> int:
    """The number of the form that ends a device other than this one."""
    assert browser.current is not None
    forms = browser.current.page.all("form")
    return next(number for number, form in enumerate(forms) if form.text.strip() == "End")


NAMED = {"type": "object", "properties": {"name": {"type": "string"}}}
ME = {
    "/users/me": {
        "get": does("whoAmI", "Who am I", ref("Key")),
        "patch": does("changeMe", "Change me", ref("Key"), NAMED),
    },
    "/users/me/password": {"post": does("changePassword", "Change password", None, NAMED)},
}


async def test_the_account_can_be_changed_from_its_page_and_pages_call_one_by_the_new_name() -> None:
    me = {"id": 1, "name": "Vic"}
    async with workshop({"GET /users/me": me}, paths=ME, accounts={"ada": "secret"}) as (browser, api):
        api.answers["PATCH /users/me"] = lambda _: me.update(name="Victoria") or me
        await browser.try_sign_in("ada", "secret")
        account = await browser.get("/-/account")
        await browser.click("Edit")
        await browser.submit("#form", **{"body/name": "Victoria"})
        page = await browser.get("/tools")

    assert account.links["Change password"].startswith("/-/operations/change-password")
    assert "Victoria" in page.page.one("header").text
