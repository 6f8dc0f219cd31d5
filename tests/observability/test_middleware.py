import asyncio
import itertools
import json
import logging
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from webapp.client import request_context
from webapp.observability import ObservabilityMiddleware, configure_logging, current_request_id

ACCESS = "webapp.access"


async def tell(_: Request) -> Response:
    context = request_context.get()
    assert context is not None
    logging.getLogger("webapp.page").info("inside")
    return PlainTextResponse(json.dumps({"id": context.request_id, "headers": dict(context.headers)}))


async def fail(_: Request) -> Response:
    raise RuntimeError("on purpose")


def client(address: str = "203.0.113.9") -> httpx.AsyncClient:
    app = Starlette(
        routes=[Route("/tell", tell), Route("/fail", fail)], middleware=[Middleware(ObservabilityMiddleware)]
    )
    transport = httpx.ASGITransport(app, client=(address, 5000), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://testserver")


async def test_a_request_without_an_id_gets_one_and_the_api_is_told() -> None:
    async with client() as browser:
        answer = await browser.get("/tell")

    assert len(answer.headers["x-request-id"]) == 32
    assert answer.json()["id"] == answer.headers["x-request-id"]


async def test_the_browsers_own_id_is_kept() -> None:
    async with client() as browser:
        answer = await browser.get("/tell", headers={"X-Request-ID": "trace-12345678"})

    assert answer.headers["x-request-id"] == "trace-12345678"


@pytest.mark.parametrize("given", ["short", "x" * 65, "with space in it", "semi;colon-1234", ""])
async def test_an_id_that_is_not_well_formed_is_replaced(given: str) -> None:
    async with client() as browser:
        answer = await browser.get("/tell", headers={"X-Request-ID": given})

    assert answer.headers["x-request-id"] != given


async def test_the_browsers_address_and_name_are_passed_on_and_nothing_else() -> None:
    sent = {"User-Agent": "Mozilla/5.0", "Accept-Language": "cs", "Cookie": "a=1", "Authorization": "Bearer x"}

    async with client() as browser:
        passed = (await browser.get("/tell", headers=sent)).json()["headers"]

    assert passed == {"X-Forwarded-For": "203.0.113.9", "User-Agent": "Mozilla/5.0", "Accept-Language": "cs"}


async def test_one_line_is_logged_for_a_request_without_its_query(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, ACCESS)

    async with client() as browser:
        answer = await browser.get("/tell?token=sesame")

    [line] = [record for record in caplog.records if record.name == ACCESS]
    assert line.getMessage().startswith("GET /tell 200 ")
    assert "sesame" not in caplog.text
    assert line.request_id == answer.headers["x-request-id"]  # type: ignore[attr-defined]


async def test_a_path_cannot_forge_a_second_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, ACCESS)

    async with client() as browser:
        await browser.get("/nothing%0a2026-01-01%20ERROR%20forged")

    [line] = [record for record in caplog.records if record.name == ACCESS]
    assert "\n" not in line.getMessage()
    assert "404" in line.getMessage()


async def test_a_request_that_fails_is_logged_as_500(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, ACCESS)

    async with client() as browser:
        await browser.get("/fail")

    assert [record.getMessage().split(" ")[2] for record in caplog.records if record.name == ACCESS] == ["500"]


async def test_outside_of_a_request_there_is_no_id() -> None:
    assert current_request_id() == ""


async def test_json_lines_carry_the_requests_id(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("json")

    async with client() as browser:
        answer = await browser.get("/tell")

    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["message"].split(" ")[0] for line in lines] == ["inside", "GET"]
    assert {line["request_id"] for line in lines} == {answer.headers["x-request-id"]}


async def test_an_address_that_is_none_is_not_passed_on() -> None:
    async with client("<script>") as browser:
        passed = (await browser.get("/tell")).json()["headers"]

    assert "X-Forwarded-For" not in passed


TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


async def test_a_trace_that_was_begun_goes_on_at_the_api() -> None:
    async with client() as browser:
        sent = {"traceparent": TRACE, "tracestate": "rojo=00f067aa0ba902b7"}
        passed = (await browser.get("/tell", headers=sent)).json()["headers"]

    assert (passed["traceparent"], passed["tracestate"]) == (TRACE, "rojo=00f067aa0ba902b7")


@pytest.mark.parametrize(
    "odd",
    [
        "",
        "junk",
        TRACE.upper(),
        TRACE + "-more",
        "ff" + TRACE[2:],
        "00-" + "0" * 32 + "-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-" + "0" * 16 + "-01",
    ],
)
async def test_a_trace_that_is_not_well_formed_ends_here(odd: str) -> None:
    async with client() as browser:
        passed = (await browser.get("/tell", headers={"traceparent": odd, "tracestate": "a=b"})).json()["headers"]

    assert "traceparent" not in passed
    assert "tracestate" not in passed


async def test_a_state_without_its_trace_or_with_odd_signs_is_not_passed_on() -> None:
    async with client() as browser:
        alone = (await browser.get("/tell", headers={"tracestate": "a=b"})).json()["headers"]
        long = (await browser.get("/tell", headers={"traceparent": TRACE, "tracestate": "a" * 600})).json()["headers"]

    assert "tracestate" not in alone
    assert "tracestate" not in long
    assert long["traceparent"] == TRACE


async def test_what_a_server_says_of_a_request_that_failed_carries_its_id(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("json")
    app = ObservabilityMiddleware(failing)

    async def serve() -> None:
        try:
            await app(SCOPE, nothing, swallow)
        except RuntimeError:
            logging.getLogger("uvicorn.error").exception("Exception in ASGI application")

    await asyncio.create_task(serve())

    access, failure = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert access["request_id"] == failure["request_id"] == "request-1234"
    assert (access["method"], access["path"], access["status"]) == ("GET", "/fail", 500)


SCOPE = {
    "type": "http",
    "method": "GET",
    "path": "/fail",
    "query_string": b"",
    "headers": [(b"x-request-id", b"request-1234")],
}


async def failing(scope: Scope, receive: Receive, send: Send) -> None:
    raise RuntimeError("on purpose")


async def nothing() -> Message:
    raise AssertionError("nobody asks")


async def swallow(message: Message) -> None:
    """What the answer would be is of no interest here."""


async def test_a_token_in_a_path_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, ACCESS)
    token = "q" * 43

    async with client() as browser:
        await browser.get(f"/reset/{token}")

    assert token not in caplog.text


async def test_each_line_is_a_record_of_its_own_like_any_other(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, ACCESS):
        async with client() as browser:
            for path in ("/tell", "/fail", "/tell"):
                await browser.get(path)

    lines = [record for record in caplog.records if record.name == ACCESS]
    usual = logging.getLogger(ACCESS).makeRecord(ACCESS, logging.INFO, "x", 0, "", (), None)
    assert [(vars(line)["path"], vars(line)["status"]) for line in lines] == [
        ("/tell", 200),
        ("/fail", 500),
        ("/tell", 200),
    ]
    assert len({vars(line)["request_id"] for line in lines}) == 3
    assert [line.created for line in lines] == sorted(line.created for line in lines)
    for line in lines:
        assert vars(usual).keys() <= vars(line).keys()
        assert (line.levelname, line.threadName, line.process) == (usual.levelname, usual.threadName, usual.process)
        assert abs(line.created - usual.created) < 60
        assert abs(line.relativeCreated - usual.relativeCreated) < 60_000
        assert 0 <= line.msecs < 1000


async def test_whoever_makes_records_of_their_own_makes_these_too(caplog: pytest.LogCaptureFixture) -> None:
    def stamped(*arguments: Any, **options: Any) -> logging.LogRecord:
        record = logging.LogRecord(*arguments, **options)
        record.stamp = next(stamps)
        return record

    stamps = itertools.count(1)
    logging.setLogRecordFactory(stamped)
    try:
        with caplog.at_level(logging.INFO, ACCESS):
            async with client() as browser:
                for _ in range(3):
                    await browser.get("/tell")
    finally:
        logging.setLogRecordFactory(logging.LogRecord)

    stamped_lines = [vars(record)["stamp"] for record in caplog.records if record.name == ACCESS]
    assert stamped_lines == sorted(set(stamped_lines))
    assert len(stamped_lines) == 3
