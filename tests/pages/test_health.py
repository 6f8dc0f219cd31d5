"""What a load balancer is told."""

import httpx

from tests.pages.house import scripted


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
