"""Whoever counts is told of each request, failure and renewal, and once of each."""

import asyncio
from collections.abc import Callable

import httpx
import pytest

from webapp.client import APIClient, Credentials, RefreshEndpoint
from webapp.errors import APIError


class Told:
    """Everything that an observer is told."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, int | None]] = []
        self.under_way = 0
        self.errors: list[str] = []
        self.renewals: list[str] = []

    def sending(self, method: str, headers: list[tuple[bytes, bytes]]) -> Callable[[int | None], None]:
        headers.append((b"x-added", b"by the observer"))
        self.under_way += 1

        def ended(status: int | None) -> None:
            self.under_way -= 1
            self.sent.append((method, status))

        return ended

    def failed(self, error: APIError) -> None:
        self.errors.append(type(error).__name__)

    def renewed(self, outcome: str) -> None:
        self.renewals.append(outcome)


def client(told: Told, answer: Callable[[httpx.Request], httpx.Response], token: str | None = None) -> APIClient:
    return APIClient(
        "http://api.test",
        transport=httpx.MockTransport(answer),
        observer=told,
        credentials=Credentials(token, refresh_token="r1") if token else None,
        refresh=RefreshEndpoint("/refresh", "json"),
    )


async def test_an_answer_is_told_once_with_its_status() -> None:
    told = Told()

    async with client(told, lambda request: httpx.Response(200, json=dict(request.headers))) as api:
        seen = await api.get("/things")

    assert told.sent == [("GET", 200)]
    assert told.errors == []
    assert seen["x-added"] == "by the observer"


@pytest.mark.parametrize(
    ("status", "error"), [(404, "NotFound"), (422, "Invalid"), (503, "Unavailable"), (500, "BadGateway")]
)
async def test_a_refusal_is_told_as_what_it_is(status: int, error: str) -> None:
    told = Told()

    async with client(told, lambda _: httpx.Response(status, json={})) as api:
        await api.post("/things", {})

    assert (told.sent, told.errors) == ([("POST", status)], [error])


async def test_a_connection_that_is_not_made_is_told_for_each_try_and_fails_once() -> None:
    told = Told()

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    async with client(told, refuse) as api:
        await api.get("/things")

    assert told.sent == [("GET", None), ("GET", None)]
    assert told.errors == ["Unavailable"]


async def test_a_request_that_is_given_up_is_no_longer_under_way() -> None:
    told = Told()
    asked = asyncio.Event()

    class Silent(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            asked.set()
            await asyncio.Event().wait()
            raise AssertionError("never")

    async with APIClient("http://api.test", transport=Silent(), observer=told) as api:
        call = asyncio.create_task(api.get("/things"))
        await asked.wait()
        assert told.under_way == 1
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)

    assert told.under_way == 0
    assert told.sent == [("GET", None)]


@pytest.mark.parametrize(("status", "outcome"), [(200, "renewed"), (401, "refused"), (500, "failed")])
async def test_a_renewal_is_told_with_its_outcome_once_for_all_who_wait(status: int, outcome: str) -> None:
    told = Told()

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/refresh":
            return httpx.Response(status, json={"access_token": "t2", "error": "invalid_grant"})
        return httpx.Response(200 if request.headers["authorization"] == "Bearer t2" else 401, json={})

    async with client(told, answer, token="t1") as api:
        await asyncio.gather(*(api.get("/things") for _ in range(5)))

    assert told.renewals == [outcome]


async def test_sessions_of_one_client_tell_the_same_observer() -> None:
    told = Told()

    async with client(told, lambda _: httpx.Response(200, json={})) as api:
        await api.for_session(Credentials("other")).get("/things")

    assert told.sent == [("GET", 200)]
