"""What a load balancer is told."""

import httpx

from tests.pages.house import scripted
from webapp import Settings, create_app
from webapp.testing import Browser, FakeAPI


async def test_a_process_that_answers_is_alive_whatever_the_api_does() -> None:
    async with scripted({"GET /openapi.json": httpx.ConnectError("refused")}) as browser:
        answer = await browser.fetch("GET", "/-/livez")

    assert (answer.status, answer.text) == (200, "ok\n")


async def test_it_is_ready_once_the_document_was_read() -> None:
    async with scripted({}) as browser:
        answer = await browser.fetch("GET", "/-/readyz")

    assert (answer.status, answer.json) == (200, {"status": "ready"})


async def test_until_then_it_is_not_and_says_why() -> None:
    async with scripted({"GET /openapi.json": httpx.ConnectError("refused")}) as browser:
        answer = await browser.fetch("GET", "/-/readyz")

    assert answer.status == 503
    assert answer.json["status"] == "not ready"
    assert answer.json["why"]


async def test_an_api_that_goes_down_later_takes_no_machine_out() -> None:
    api = FakeAPI({"GET /things": []}, accounts=None)
    app = create_app("http://api", transport=api.transport, settings=Settings(document_refresh=0.001))
    async with Browser(app) as browser:
        assert (await browser.fetch("GET", "/-/readyz")).status == 200
        api.answers |= {"GET /things": httpx.ConnectError("down"), "GET /openapi.json": httpx.ConnectError("down")}
        page = await browser.fetch("GET", "/things")
        ready = await browser.fetch("GET", "/-/readyz")

    assert page.status == 503
    assert (ready.status, ready.json) == (200, {"status": "ready"})


async def test_a_process_that_is_stopping_says_so_and_still_serves() -> None:
    app = create_app("http://api", transport=FakeAPI({"GET /things": []}, accounts=None).transport)
    async with Browser(app) as browser:
        app.state.frontend.tell_of_stop()
        ready = await browser.fetch("GET", "/-/readyz")
        alive = await browser.fetch("GET", "/-/livez")
        page = await browser.fetch("GET", "/things")

    assert (ready.status, ready.json) == (503, {"status": "stopping"})
    assert (alive.status, page.status) == (200, 200)
