"""What is said of a sign-in that can't be renewed, and of what goes wrong on the way, to callers and in the log."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.client.renewing import Backend, failing
from tests.client.support import client
from webapp.client.bodies import Body
from webapp.client.credentials import Credentials
from webapp.client.refresh import Outcome, RefreshEndpoint, Renewals, Result, renewal_body
from webapp.client.turns import Turns
from webapp.errors import APIError, Unauthorized, Unavailable


async def test_a_call_whose_renewal_fails_says_so_and_how_the_api_failed() -> None:
    backend = Backend()
    api = backend.client()
    backend.spend()
    backend.refuse = failing(httpx.Response(500, json={"detail": "Out of order"}))

    with pytest.raises(Unavailable) as failed:
        await api.request("GET", "/things", headers={"X-Request-ID": "request-1"})

    error = failed.value
    assert error.detail == "Your sign-in couldn't be renewed just now. Please try again in a moment."
    assert (error.api_status, error.request_id) == (500, "request-1")


async def test_a_call_whose_session_is_over_says_so() -> None:
    backend = Backend()
    api = backend.client()
    backend.spend()
    backend.refuse = failing(httpx.Response(401, json={"detail": "Invalid refresh token"}))

    with pytest.raises(Unauthorized) as ended:
        await api.request("GET", "/things", headers={"X-Request-ID": "request-1"})

    error = ended.value
    assert error.detail == "Your session has ended. Please sign in again."
    assert (error.api_status, error.request_id, error.ended) == (401, "request-1", True)
    assert list(error.lacks) == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [(httpx.Response(500), "500"), (httpx.Response(404), "404"), (httpx.ReadError("gone"), "ReadError")],
)
async def test_a_renewal_that_fails_is_a_warning(answer: Any, said: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "webapp.client")
    backend = Backend()
    api = backend.client()
    backend.spend()
    backend.refuse = failing(answer)

    assert await api.get("/things") is None

    (told,) = [each for each in caplog.records if "/auth/refresh" in each.getMessage()]
    assert told.levelno == logging.WARNING
    assert said in told.getMessage()


class Saving:
    """A hook that is no function, and fails."""

    def __call__(self, _: Credentials) -> None:
        raise RuntimeError("on purpose")


def save(_: Credentials) -> None:
    raise RuntimeError("on purpose")


@pytest.mark.parametrize(("hook", "name"), [(Saving(), "Saving"), (save, "save")])
async def test_a_hook_that_fails_is_named_in_the_log(hook: Any, name: str, caplog: pytest.LogCaptureFixture) -> None:
    backend = Backend()
    api = backend.client(on_renewed=hook)
    backend.spend()

    assert (await api.get("/things"))["path"] == "/things"

    (told,) = [each for each in caplog.records if each.exc_info]
    assert told.getMessage() == f"{name} failed"


async def test_a_sign_out_that_the_api_does_not_take_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "webapp.client")
    api = client(lambda _: httpx.Response(404, json={"detail": "Not here"}), credentials=Credentials("t"))

    assert not await api.sign_out("/auth/logout")

    assert [each.levelno for each in caplog.records] == [logging.WARNING]


async def test_whoever_counts_is_told_how_each_renewal_ended() -> None:
    told: list[str] = []

    class Observer:
        def sending(self, method: str, headers: list[tuple[bytes, bytes]]) -> Callable[[int | None], None]:
            return lambda _: None

        def failed(self, error: APIError) -> None:
            told.append(type(error).__name__)

        def renewed(self, outcome: str) -> None:
            told.append(outcome)

    backend = Backend()
    api = backend.client(observer=Observer())
    backend.spend()
    await api.get("/things")

    assert told == ["renewed"]


async def test_a_renewal_that_waits_for_itself_is_told_that_it_cannot() -> None:
    results: list[Result] = []

    async def run() -> Result:
        results.append(await renewals.renew())
        return Result(Outcome.RENEWED)

    renewals = Renewals(RefreshEndpoint("/auth/refresh"), run, Turns(1), lambda: 0.0)
    async with asyncio.timeout(5):
        done = await renewals.renew()

    assert results == [Result(Outcome.FAILED, "A renewal can't wait for itself.")]
    assert done.outcome is Outcome.RENEWED


def test_a_renewal_by_token_has_a_body_of_its_kind() -> None:
    held = Credentials("t", refresh_token="r")

    grant = renewal_body(RefreshEndpoint("/token", "grant", extra={"scope": "a b"}), held)
    posted = renewal_body(RefreshEndpoint("/token", "json", field="rt", extra={"mode": "json"}), held)

    assert grant.headers["content-type"] == "application/x-www-form-urlencoded"
    assert _sent(grant) == b"grant_type=refresh_token&refresh_token=r&scope=a+b"
    assert posted.headers["content-type"] == "application/json"
    assert _sent(posted) == b'{"rt":"r","mode":"json"}'


def _sent(body: Body) -> bytes:
    return httpx.Request("POST", "http://api.test", stream=body.open()).read()
