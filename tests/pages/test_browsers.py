"""The browsers that one is signed in with: listed, and ended."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.pages.house import DEMO, demo_browser, document, scripted
from webapp import Settings, create_app
from webapp.pages import farewell
from webapp.sessions import Session
from webapp.testing import Browser

TOKEN = httpx.Response(200, json={"access_token": "t", "token_type": "bearer"})
PHONE = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with demo_browser() as visitor:
        await visitor.try_sign_in(*DEMO)
        yield visitor


async def second(browser: Browser) -> Browser:
    other = browser.another()
    other.headers = {**other.headers, "User-Agent": PHONE}
    await other.try_sign_in(*DEMO)
    return other


def rows(browser: Browser) -> list[str]:
    assert browser.current is not None
    return [row.text for row in browser.current.page.all("#sessions li")]


def forms(browser: Browser, action: str) -> str:
    assert browser.current is not None
    found = [form.get("action") for form in browser.current.page.all("form") if action in form.get("action")]
    assert len(found) == 1
    return f"form[action='{found[0]}']"


async def test_ones_own_browsers_are_listed_this_one_first(browser: Browser) -> None:
    await second(browser)

    await browser.get("/-/account")

    this, other = rows(browser)
    assert "This browser" in this
    assert "Firefox on Linux" in other
    assert "127.0.0.1" in other
    assert "Signed in" in other
    assert "Last used" in other


async def test_nobody_elses_browsers_are_listed_or_can_be_ended() -> None:
    async with scripted({"POST /auth/token": TOKEN}) as browser:
        await browser.sign_in("ada")
        bob, phone = browser.another(), browser.another()
        await bob.sign_in("bob")
        await phone.sign_in("bob")
        await bob.get("/-/account")
        action = forms(bob, "/end").split("'")[1]
        await browser.get("/-/account")
        assert len(rows(browser)) == 1
        assert len(rows(bob)) == 2

        answer = await browser.post(action)

        assert answer.status == 404
        assert (await phone.get("/-/account")).path == "/-/account"


async def test_ending_another_browser_signs_that_one_out_alone(browser: Browser) -> None:
    phone = await second(browser)
    await browser.get("/-/account")

    page = await browser.submit("#sessions li form")

    assert "session has ended" in page.main
    assert len(rows(browser)) == 1
    told = await phone.get("/projects")
    assert told.path == "/login"
    assert "Your session was ended from another browser. Sign in to go on where you were." in told.main
    assert (await browser.get("/projects")).path == "/projects"


async def test_ending_all_others_leaves_this_one(browser: Browser) -> None:
    others = [await second(browser) for _ in range(3)]
    await browser.get("/-/account")

    await browser.submit("form[action='/-/account/sessions/others']")

    assert [(await other.get("/projects")).path for other in others] == ["/login"] * 3
    assert len(rows(browser)) == 1


async def test_signing_out_everywhere_leaves_none(browser: Browser) -> None:
    others = [await second(browser) for _ in range(3)]
    await browser.get("/-/account")

    page = await browser.submit("form[action='/-/account/sessions/all']")

    assert page.path == "/login"
    assert page.history[0].headers["clear-site-data"] == '"storage", "prefetchCache"'
    assert [(await each.get("/projects")).path for each in (browser, *others)] == ["/login"] * 4


async def test_a_session_that_has_ended_is_a_404_and_ending_this_one_is_signing_out(browser: Browser) -> None:
    assert (await browser.post(f"/-/account/sessions/{'0' * 64}/end")).status == 404
    frontend = browser._lifespan._app.state.frontend  # type: ignore[union-attr]
    (session,) = await frontend.registry.everybody()

    page = await browser.post(f"/-/account/sessions/{session.key}/end")

    assert page.path == "/login"
    assert (await browser.get("/projects")).path == "/login"


@pytest.mark.parametrize("path", ["others", "all", f"{'0' * 64}/end"])
async def test_a_stranger_ends_nothing(browser: Browser, path: str) -> None:
    assert (await browser.another().post(f"/-/account/sessions/{path}")).path == "/login"


async def test_names_that_some_apis_take_for_two_people_see_nothing_of_each_other() -> None:
    async with scripted({"POST /auth/token": TOKEN}) as browser:
        await browser.sign_in("Ada")
        other = browser.another()
        await other.sign_in("ada")
        await browser.get("/-/account")
        await browser.post("/-/account/sessions/all")

        assert (await other.get("/-/account")).path == "/-/account"
        assert len(rows(other)) == 1


class Api:
    """An API whose sign-out says which token it was, and answers when it is told to."""

    def __init__(self) -> None:
        self.given = 0
        self.signed_out: list[str] = []
        self.answers = asyncio.Event()
        sign_out = {"post": {"operationId": "logout", "responses": {"200": {"description": "OK"}}}}
        self.document = document(paths={"/auth/logout": sign_out})
        self.app = create_app(
            "http://api.test", transport=httpx.MockTransport(self.handle), settings=Settings(max_sessions_per_user=3)
        )

    async def handle(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/openapi.json":
            return httpx.Response(200, json=self.document)
        if request.url.path == "/auth/token":
            self.given += 1
            return httpx.Response(200, json={"access_token": str(self.given), "token_type": "bearer"})
        if request.url.path == "/auth/logout":
            self.signed_out.append(request.headers["authorization"].removeprefix("Bearer "))
            await self.answers.wait()
            return httpx.Response(200)
        return httpx.Response(404)


async def test_what_is_ended_for_others_ends_at_the_api_too_without_waiting_for_it() -> None:
    api = Api()
    async with Browser(api.app) as browser:
        await browser.sign_in()
        for _ in range(2):
            await browser.another().sign_in()

        # The API hasn't answered yet; nobody waits for it.
        page = await browser.post("/-/account/sessions/others")
        assert page.path == "/-/account"
        api.answers.set()
        await api.app.state.frontend.farewells.settled()

    assert sorted(api.signed_out) == ["2", "3"]


async def test_what_one_too_many_has_pushed_out_ends_at_the_api_too() -> None:
    api = Api()
    api.answers.set()
    async with Browser(api.app) as browser:
        for _ in range(4):
            await browser.another().sign_in()
        await api.app.state.frontend.farewells.settled()

    assert api.signed_out == ["1"]


async def test_a_session_that_somebody_else_has_closed_before_its_turn_is_no_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    api = Api()
    async with Browser(api.app) as browser:
        await browser.get("/login")
        frontend = api.app.state.frontend
        session = Session.begin(frontend.new_client(), user="Ada")
        frontend.farewells.begin(session)
        await session.api.aclose()
        await frontend.farewells.settled()

    assert api.signed_out == []
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


async def test_an_api_that_takes_too_long_keeps_nobody_signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(farewell, "SECONDS", 0.02)
    api = Api()
    async with Browser(api.app) as browser:
        await browser.sign_in()

        assert (await browser.sign_out()).path == "/login"
        assert (await browser.get("/-/account")).path == "/login"
    assert api.signed_out == ["1"]


async def test_a_stream_ends_at_once_when_its_session_does() -> None:
    going = asyncio.Event()

    class Endless(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield b"data: one\n\n"
            going.set()
            await asyncio.Event().wait()

    stream = {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "OK"}
    paths = {"/feed": {"get": {"operationId": "feed", "responses": {"200": stream}}}}

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/openapi.json":
            return httpx.Response(200, json=document(paths=paths))
        if request.url.path == "/feed":
            return httpx.Response(200, headers={"Content-Type": "text/event-stream"}, stream=Endless())
        return TOKEN if request.url.path == "/auth/token" else httpx.Response(404)

    app = create_app("http://api.test", transport=httpx.MockTransport(answer), settings=Settings())
    async with Browser(app) as browser:
        await browser.sign_in()
        watching = asyncio.create_task(browser.fetch("GET", "/-/events/feed", headers={"Accept": "text/event-stream"}))
        await going.wait()
        other = browser.another()
        await other.sign_in()
        await other.post("/-/account/sessions/others")

        async with asyncio.timeout(10):  # a heartbeat would be later
            text = (await watching).text
    assert "one" in text
    assert "event: end" not in text
