"""What a person sees when something goes wrong."""

import logging
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.pages.house import DEMO, document, scripted
from webapp import Settings, create_app
from webapp.testing import Browser

THING = {
    "/things": {
        "get": {
            "operationId": "list_things",
            "responses": {"200": {"content": {"application/json": {"schema": {"type": "array", "items": {}}}}}},
        }
    }
}


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (httpx.Response(404, json={"detail": "No things here"}), 404, "No things here"),
        (httpx.Response(404), 404, "no such thing"),
        (httpx.Response(409, json={"detail": "Being rebuilt"}), 409, "Being rebuilt"),
        (httpx.Response(429, headers={"Retry-After": "7"}), 429, ""),
        (httpx.Response(500, text="Traceback: secret=1"), 502, "The API failed (500)"),
        (httpx.Response(502), 503, ""),
        (httpx.Response(503, headers={"Retry-After": "9"}), 503, "Nothing is lost"),
        (httpx.Response(200, text="{", headers={"Content-Type": "application/json"}), 502, ""),
        (httpx.Response(302, headers={"Location": "http://elsewhere.example/"}), 502, ""),
        (httpx.ConnectError("refused"), 503, "Nothing is lost"),
        (httpx.ReadTimeout("slow"), 503, "Nothing is lost"),
        (httpx.RemoteProtocolError("cut"), 502, "can't be read"),
    ],
)
async def test_every_failure_of_the_api_is_a_page_and_a_fragment_with_its_own_status(
    answer: Any, status: int, words: str
) -> None:
    async with scripted({"GET /things": answer}, paths=THING) as browser:
        page = await browser.get("/things")
        part = await browser.htmx("GET", "/things")

    assert (page.status, part.status) == (status, status)
    assert words in page.main
    assert page.headers["x-request-id"] in page.main
    assert "secret=1" not in page.text + part.text
    assert "<html" not in part.text
    assert part.headers["hx-push-url"] == "false"


async def test_a_page_that_will_come_back_says_when_it_tries_again() -> None:
    answer = httpx.Response(503, headers={"Retry-After": "9"})
    async with scripted({"GET /things": answer}, paths=THING) as browser:
        page = await browser.get("/things")

    assert page.headers["retry-after"] == "9"


async def test_an_address_without_a_page_is_a_404_page() -> None:
    async with scripted({}) as browser:
        page = await browser.get("/no/such/page")

    assert page.status == 404
    assert page.page.one("h1").text


@pytest.mark.parametrize(
    "path", ["/things/%2e%2e/admin", "/things/..%2fadmin", "/%2e%2e/%2e%2e/etc", "/things%0d%0aX: 1"]
)
async def test_an_address_that_tries_to_leave_the_api_is_a_404_page(path: str) -> None:
    async with scripted({}, paths=THING) as browser:
        answer = await browser.fetch("GET", path)

    assert answer.status == 404


async def test_a_wrong_method_is_a_405_page_that_says_which_are_allowed() -> None:
    async with scripted({}, paths=THING) as browser:
        page = await browser.post("/things")

    assert page.status == 405
    assert "GET" in page.headers["allow"]


async def test_a_stranger_who_may_not_see_something_is_led_to_sign_in_where_there_is_a_way_to() -> None:
    answer = httpx.Response(403, json={"detail": "Admins only"})
    async with scripted({"GET /things": answer}, paths=THING) as browser:
        led = await browser.get("/things")
        part = await browser.htmx("GET", "/things")
    async with scripted({"GET /things": answer}, paths=THING, sign_in=False) as browser:
        page = await browser.get("/things")

    assert led.url == "/login?next=%2Fthings"
    assert part.hx_redirect is not None
    assert part.hx_redirect.startswith("/login")
    assert (page.status, page.url) == (403, "/things")
    assert "Admins only" in page.main


async def test_a_document_that_cannot_be_read_is_a_page_that_says_so() -> None:
    async with scripted({"GET /openapi.json": httpx.Response(200, json={"swagger": "2.0"})}) as browser:
        page = await browser.get("/")

    assert page.status == 502
    assert "OpenAPI" in page.main


async def boom(_: Request) -> Response:
    raise ZeroDivisionError("secret detail")


async def ends(request: Request) -> Response:
    await request.state.api.get("/gone")
    return PlainTextResponse("the handler did not look")


async def stumbles(request: Request) -> Response:
    gone = await request.state.api.get("/gone")
    return PlainTextResponse(gone["name"])


async def half(_: Request) -> Response:
    async def body() -> Any:
        yield b"half"
        raise ZeroDivisionError

    return StreamingResponse(body())


def own_pages(answers: dict[str, httpx.Response]) -> Browser:
    def answer(request: httpx.Request) -> httpx.Response:
        return answers.get(request.url.path, httpx.Response(200, json=document(paths=THING)))

    routes = [Route("/boom", boom), Route("/ends", ends), Route("/half", half), Route("/stumbles", stumbles)]
    app = create_app("http://api.test", transport=httpx.MockTransport(answer), routes=routes, settings=Settings())
    return Browser(app)


async def test_what_nobody_foresaw_is_a_500_page_with_the_headers_of_any_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with own_pages({}) as browser:
        page = await browser.get("/boom")

    assert page.status == 500
    assert "secret detail" not in page.text
    assert page.headers["x-request-id"] in page.main
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert [record.getMessage() for record in caplog.records if record.exc_info] == ["/boom failed"]


async def test_an_answer_that_breaks_off_is_not_made_whole_again(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "webapp")
    async with own_pages({}) as browser:
        with pytest.raises(ZeroDivisionError):
            await browser.fetch("GET", "/half")


async def test_a_lost_session_needs_no_code_in_a_page_of_ones_own() -> None:
    answers = {
        "/auth/token": httpx.Response(200, json={"access_token": "t", "token_type": "bearer"}),
        "/gone": httpx.Response(401),
    }
    async with own_pages(answers) as browser:
        await browser.try_sign_in(*DEMO)
        page = await browser.get("/ends")

    assert page.url == "/login?next=%2Fends&why=ended"
    assert "session has ended" in page.main


@pytest.mark.parametrize(
    ("answer", "status", "url"),
    [
        (httpx.Response(401), 200, "/login?next=%2Fstumbles"),
        (httpx.Response(403, json={"detail": "Admins only"}), 200, "/login?next=%2Fstumbles"),
        (httpx.Response(409, json={"detail": "Being rebuilt"}), 409, "/stumbles"),
        (httpx.Response(503), 503, "/stumbles"),
        (httpx.Response(200, json={}), 500, "/stumbles"),
    ],
)
async def test_a_page_of_ones_own_that_stumbles_over_an_answer_it_did_not_get_shows_why(
    answer: httpx.Response, status: int, url: str
) -> None:
    async with own_pages({"/gone": answer}) as browser:
        page = await browser.get("/stumbles")

    assert (page.status, page.url) == (status, url)


@pytest.mark.parametrize(("status", "failures"), [(401, []), (409, ["/stumbles failed"])])
async def test_strangers_who_come_to_a_page_of_ones_own_are_no_failures_in_the_log(
    status: int, failures: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    async with own_pages({"/gone": httpx.Response(status)}) as browser:
        await browser.get("/stumbles")

    assert [record.getMessage() for record in caplog.records if record.exc_info] == failures


async def test_what_was_sent_is_not_sent_again_by_the_page_that_says_it_failed() -> None:
    async with scripted({"GET /openapi.json": httpx.ConnectError("refused")}) as browser:
        read = await browser.get("/login")
        sent = await browser.post("/login", {"username": "ada", "password": "sesame-open"})

    assert (read.status, sent.status) == (503, 503)
    assert "Trying again" in read.main
    assert "Trying again" not in sent.main
    assert sent.page.find("meta[http-equiv=refresh]") is None


async def test_an_encoded_question_mark_in_a_path_stays_one_on_the_way_through_the_sign_in() -> None:
    item = {"/things/{name}": {"get": {"operationId": "get_thing", "responses": {"200": {"description": "OK"}}}}}
    async with scripted({"GET /things/a?b": httpx.Response(401)}, paths={**THING, **item}) as browser:
        page = await browser.get("/things/a%3Fb?c=d")

    assert page.url == "/login?next=%2Fthings%2Fa%253Fb%3Fc%3Dd"


async def test_trying_again_never_leads_to_another_site() -> None:
    async with scripted({"GET /openapi.json": httpx.ConnectError("refused")}) as browser:
        answer = await browser.fetch("GET", "/%5Cevil.example/x")

    assert answer.status == 503
    assert 'href="//' not in answer.text
    assert 'href="/\\' not in answer.text


async def test_no_redirect_carries_the_hosts_name() -> None:
    async with scripted({}, paths=THING) as browser:
        answer = await browser.fetch("GET", "/things/%0a/", headers={"Host": "evil.example"})

    assert answer.status == 404
