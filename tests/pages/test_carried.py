"""The API's own OAuth buttons: carried to the provider and back, with what the API sets kept here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import httpx
import pytest

from tests.pages.house import document
from webapp import Settings, create_app
from webapp.testing import Answer, Browser

ANSWERS = {"responses": {"200": {"description": "OK"}}}
START, CALLBACK = "/auth/oauth/github/start", "/auth/oauth/github/callback"
PATHS = {START: {"get": ANSWERS}, CALLBACK: {"get": ANSWERS}, "/auth/me": {"get": {**ANSWERS, "security": [{"p": []}]}}}


class Backend:
    """An API that signs in at GitHub with a state in a cookie, and makes addresses of the Host it is asked at."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []
        self.start: httpx.Response | Exception | None = None
        self.finish: httpx.Response | Exception | None = None
        self.known = {"sid=of-ada"}
        self.state = "state/1"

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        cookie = request.headers.get("cookie", "")
        answer: httpx.Response | Exception | None
        match request.url.path:
            case "/openapi.json":
                return httpx.Response(200, json=document(sign_in=False, paths=PATHS))
            case "/auth/oauth/github/start":
                answer = self.start or self.to_github(request)
            case "/auth/oauth/github/callback":
                right = "oauth=s1" in cookie and request.url.params.get("state") == self.state
                answer = self.finish or (signed_in() if right else refused())
            case "/auth/me":
                answer = httpx.Response(200, json={"email": "Ada@example.com"}) if cookie in self.known else None
            case _:
                answer = None
        if isinstance(answer, Exception):
            raise answer
        return answer or httpx.Response(401, json={"detail": "Not signed in"})

    def to_github(self, request: httpx.Request) -> httpx.Response:
        scheme = request.headers.get("x-forwarded-proto", "http")
        back = f"{scheme}://{request.headers['host']}{CALLBACK}"
        return to(f"https://github.com/login/oauth/authorize?{urlencode({'redirect_uri': back, 'state': self.state})}")


def to(location: str) -> httpx.Response:
    return httpx.Response(302, headers={"Location": location, "Set-Cookie": "oauth=s1; Path=/; HttpOnly"})


def signed_in() -> httpx.Response:
    headers = [("Location", "/app"), ("Set-Cookie", "sid=of-ada; Path=/"), ("Set-Cookie", "oauth=; Max-Age=0; Path=/")]
    return httpx.Response(303, headers=headers)


def refused(code: str = "1") -> httpx.Response:
    return httpx.Response(302, headers={"Location": f"/login?oauth_error={code}"})


@asynccontextmanager
async def frontend(backend: Backend, **settings: Any) -> AsyncIterator[Browser]:
    app = create_app("http://api.test", transport=httpx.MockTransport(backend), settings=Settings(**settings))
    async with Browser(app) as browser:
        yield browser


async def set_out(browser: Browser, where: str = "/auth/me") -> Answer:
    return await browser.fetch("GET", f"/-/oauth/github/start?next={quote(where)}")


async def come_back(browser: Browser, **query: str) -> Answer:
    return await browser.fetch("GET", f"{CALLBACK}?{urlencode(query)}", headers={"Sec-Fetch-Site": "cross-site"})


async def test_the_login_page_has_a_button_for_each_provider() -> None:
    async with frontend(Backend()) as browser:
        page = await browser.get("/login?next=/auth/me")

    assert page.links["Sign in with GitHub"] == "/-/oauth/github/start?next=%2Fauth%2Fme"


async def test_one_signs_in_at_the_provider_and_what_the_api_sets_stays_here() -> None:
    backend = Backend()
    async with frontend(backend, public_url="https://app.example.com") as browser:
        browser = Browser(base_url="https://app.example.com", transport=browser._transport)
        out = await set_out(browser)

        query = parse_qs(urlsplit(out.headers["location"]).query)
        assert out.headers["location"].startswith("https://github.com/login/oauth/authorize?")
        assert query["redirect_uri"] == [f"https://app.example.com{CALLBACK}"]
        assert "oauth=s1" not in str(out.headers)

        back = await come_back(browser, code="c-1", state="state/1")
        assert (back.status, back.headers["location"]) == (303, "/auth/me")
        assert "of-ada" not in str(back.headers)
        page = await browser.get("/auth/me")
        assert page.status == 200
        assert "Ada@example.com" in page.text

    names = {each.url.path: each.headers["host"] for each in backend.asked}
    assert names[START] == names[CALLBACK] == "app.example.com"
    assert names["/auth/me"] == "api.test"
    later = [each for each in backend.asked if each.url.path == "/auth/me"]
    assert {each.headers["cookie"] for each in later} == {"sid=of-ada"}


async def test_another_browser_cant_finish_it() -> None:
    backend = Backend()
    async with frontend(backend) as browser:
        await set_out(browser)
        back = await come_back(browser.another(), code="attackers", state="state/1")
        assert back.headers["location"] == "/login?why=lost"
        assert CALLBACK not in {each.url.path for each in backend.asked}
        assert (await come_back(browser, code="c-1", state="state/1")).headers["location"] == "/auth/me"


@pytest.mark.parametrize(
    ("answer", "query", "why"),
    [
        (refused("signup_closed"), {"code": "c"}, "refused"),
        (httpx.Response(303, headers={"Location": "/login?error=disabled"}), {"code": "c"}, "refused"),
        (refused(), {"error": "access_denied"}, "denied"),
        (httpx.Response(303, headers={"Location": "/app"}), {"code": "c"}, "refused"),
        (
            httpx.Response(303, headers={"Location": "/", "Set-Cookie": "sid=of-nobody; Path=/"}),
            {"code": "c"},
            "refused",
        ),
        (httpx.Response(400, json={"detail": "Bad state"}), {"code": "c"}, "refused"),
        (httpx.Response(500), {"code": "c"}, "api-down"),
        (httpx.ConnectError("refused"), {"code": "c"}, "api-down"),
    ],
)
async def test_whom_the_api_refuses_is_told_so(
    answer: httpx.Response | Exception, query: dict[str, str], why: str
) -> None:
    backend = Backend()
    backend.finish = answer
    async with frontend(backend) as browser:
        await set_out(browser)
        back = await come_back(browser, state="state/1", **query)
        page = await browser.get(back.headers["location"])

    assert back.headers["location"] == f"/login?why={why}&at=github&next=%2Fauth%2Fme"
    assert page.status in (403, 503)
    assert "GitHub" in page.page.one("#error").text


BACK = quote(f"http://testserver{CALLBACK}", safe="")


@pytest.mark.parametrize(
    "answer",
    [
        to(f"https://github.com/?redirect_uri={BACK}"),
        to("https://github.com/?state=1"),
        to("https://github.com/?state=1&redirect_uri=https%3A%2F%2Fevil.test%2Fauth%2Foauth%2Fgithub%2Fcallback"),
        to("https://github.com/?state=1&redirect_uri=https%3A%2F%2Ftestserver%2Fauth%2Foauth%2Fgithub%2Fcallback"),
        to(f"https://github.com/?state=1&redirect_uri={quote('http://testserver/elsewhere')}"),
        to(f"javascript:alert(1)?state=1&redirect_uri={BACK}"),
        to("/login"),
        to(""),
        httpx.Response(200, json={"authorization_url": ["https://github.com/"]}),
        httpx.Response(200, text="hello"),
    ],
)
async def test_a_browser_is_only_sent_where_it_comes_back_from(answer: httpx.Response) -> None:
    backend = Backend()
    backend.start = answer
    async with frontend(backend) as browser:
        out = await set_out(browser)

    assert out.headers["location"] == "/login?why=setup&at=github&next=%2Fauth%2Fme"


async def test_an_api_may_name_the_provider_in_json() -> None:
    backend = Backend()
    url = f"https://github.com/authorize?state=state/1&redirect_uri={BACK}"
    backend.start = httpx.Response(200, json={"authorization_url": url})
    async with frontend(backend) as browser:
        assert (await set_out(browser)).headers["location"] == url


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (httpx.Response(503, json={"detail": "GitHub OAuth is not configured on this server."}), "api-down"),
        (httpx.Response(404), "refused"),
        (httpx.ReadTimeout("slow"), "api-down"),
    ],
)
async def test_a_start_that_fails_is_told(answer: httpx.Response | Exception, why: str) -> None:
    backend = Backend()
    backend.start = answer
    async with frontend(backend) as browser:
        assert (await set_out(browser)).headers["location"] == f"/login?why={why}&at=github&next=%2Fauth%2Fme"


async def test_what_nobody_has_begun_never_reaches_the_api() -> None:
    backend = Backend()
    async with frontend(backend) as browser:
        await set_out(browser)
        for query in ({"state": "made-up", "code": "c"}, {"state": "", "code": "c"}, {"state": "x" * 9000}):
            assert (await come_back(browser, **query)).headers["location"] == "/login?why=lost"
    assert CALLBACK not in {each.url.path for each in backend.asked}


async def test_a_page_whose_filter_is_called_state_is_a_page() -> None:
    async with frontend(Backend()) as browser:
        await set_out(browser)
        answer = await browser.fetch("GET", "/auth/me?state=state/1")
        assert answer.headers["location"].startswith("/login?next=")


async def test_a_provider_that_the_api_doesnt_have_is_none() -> None:
    async with frontend(Backend()) as browser:
        assert (await browser.get("/-/oauth/gitlab/start")).status == 404


async def test_what_is_configured_for_everybody_does_not_go_where_a_stranger_names_the_host() -> None:
    backend = Backend()
    async with frontend(backend, api_key="k-of-the-operator") as browser:
        browser = Browser(base_url="http://other.example.com", transport=browser._transport)
        await set_out(browser)
        await come_back(browser, code="c-1", state="state/1")

    keys = {each.url.path: each.headers.get("x-api-key") for each in backend.asked}
    hosts = {each.url.path: each.headers["host"] for each in backend.asked}
    assert hosts[START] == hosts[CALLBACK] == "other.example.com"
    assert keys[START] is keys[CALLBACK] is None
    assert keys["/auth/me"] == "k-of-the-operator"
