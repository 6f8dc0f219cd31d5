"""Access is renewed once for all who wait, and nothing of it is lost on the way."""

import asyncio
import logging
from contextvars import copy_context

import httpx
import pytest

from tests.client.renewing import Backend, CookieBackend, cookie, counting, every_backend, failing
from tests.client.support import client
from webapp.client import Credentials, RefreshEndpoint, RequestContext, request_context
from webapp.errors import APIError, Unauthorized, Unavailable


@every_backend
async def test_fifty_calls_on_a_spent_token_make_one_refresh(kind: type[Backend]) -> None:
    backend, over = kind(), list[str]()
    api = backend.client(on_unauthorized=counting(over))
    for round_number in range(1, 11):
        backend.spend()
        answers = await asyncio.gather(*(api.get(f"/items/{n}") for n in range(50)))

        assert [answer["path"] for answer in answers] == [f"/items/{n}" for n in range(50)]
        assert len(backend.refreshes) == round_number
    assert (backend.reuses, over, api.over) == (0, [], False)


@every_backend
async def test_a_late_401_to_an_old_token_only_tries_again(kind: type[Backend]) -> None:
    backend = kind()
    held = asyncio.Event()
    first = True

    async def slow(request: httpx.Request) -> httpx.Response:
        nonlocal first
        if request.url.path == "/slow" and first:
            first = False
            refused = await backend(request)
            await held.wait()
            return refused
        return await backend(request)

    api = backend.client(slow)
    backend.spend()
    late = asyncio.create_task(api.get("/slow"))
    assert await api.get("/fast") is not None
    held.set()

    assert (await late)["path"] == "/slow"
    assert len(backend.refreshes) == 1


@every_backend
async def test_a_write_is_sent_again_with_its_body_after_a_renewal(kind: type[Backend]) -> None:
    backend = kind()
    api = backend.client()
    backend.spend()

    assert (await api.post("/items", {"a": 1}))["body"] == '{"a":1}'
    assert [call.method for call in backend.calls] == ["POST", "POST"]
    backend.spend()
    sent = await api.post_multipart("/files", {"a": "1"}, files={"f": ("a.txt", b"content")})
    assert "content" in sent["body"]
    assert len(backend.refreshes) == 2


async def test_a_stream_of_unknown_length_is_not_sent_again() -> None:
    backend = Backend()
    api = backend.client()
    backend.spend()

    with pytest.raises(Unavailable, match="send this again"):
        await api.request("POST", "/items", content=iter([b"a", b"b"]))
    assert not api.over
    assert (await api.request("POST", "/items", content=iter([b"a", b"b"]))).data["body"] == "ab"
    assert len(backend.refreshes) == 1


@every_backend
async def test_the_refresh_carries_no_bearer(kind: type[Backend]) -> None:
    backend = kind()
    api = backend.client(api_key="gateway")
    backend.spend()
    await api.get("/")

    assert "authorization" not in backend.refreshes[0].headers
    assert backend.refreshes[0].headers["x-api-key"] == "gateway"


@every_backend
async def test_the_refresh_outlives_whoever_started_it(kind: type[Backend]) -> None:
    backend = kind()
    backend.gate.clear()
    api = backend.client()
    backend.spend()
    first = asyncio.create_task(api.get("/first"))
    await backend.entered.wait()
    second = asyncio.create_task(api.get("/second"))
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    backend.gate.set()

    assert (await second)["path"] == "/second"
    assert len(backend.refreshes) == 1


async def test_a_refresh_nobody_waits_for_is_saved_all_the_same() -> None:
    backend, saved = Backend(), list[str | None]()
    backend.gate.clear()
    api = backend.client(on_renewed=lambda credentials: saved.append(credentials.refresh_token))
    backend.spend()
    only = asyncio.create_task(api.get("/"))
    await backend.entered.wait()
    only.cancel()
    with pytest.raises(asyncio.CancelledError):
        await only
    backend.gate.set()
    await api.aclose()

    assert saved == ["refresh-1"]
    assert api.credentials.bearer == "access-1"


async def test_what_was_rotated_is_saved_before_anybody_gets_an_answer() -> None:
    backend, order = Backend(), list[str]()

    async def save(credentials: Credentials) -> None:
        assert credentials.dump()["refresh_token"] == "refresh-1"
        await asyncio.sleep(0)
        order.append("saved")

    api = backend.client(on_renewed=save)
    backend.spend()

    async def call() -> None:
        await api.get("/")
        order.append("answered")

    await asyncio.gather(*(call() for _ in range(5)))
    assert order == ["saved"] + ["answered"] * 5


async def test_a_save_that_fails_is_logged_and_the_renewal_stands(caplog: pytest.LogCaptureFixture) -> None:
    backend = Backend()

    def fail(_: Credentials) -> None:
        raise OSError("disk full")

    api = backend.client(on_renewed=fail)
    backend.spend()

    assert await api.get("/") is not None
    assert "failed" in caplog.text
    assert "disk full" in caplog.text


async def test_a_hook_that_waits_for_its_own_renewal_gets_an_error_not_a_deadlock() -> None:
    backend, seen = Backend(), list[APIError | None]()

    async def call_back(_: Credentials) -> None:
        backend.spend()
        await api.get("/from-the-hook")
        seen.append(api.last_error)
        backend.valid = {"access-1"}

    api = backend.client(on_renewed=call_back)
    backend.spend()

    assert await api.get("/") is not None
    assert isinstance(seen[0], Unavailable)


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize("path", ["verb", "strict", "stream", "no renewal"])
async def test_a_hook_that_fails_changes_no_answer(
    asynchronous: bool, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    backend = Backend()
    backend.refuse = failing(httpx.Response(401))

    def fail() -> None:
        raise RuntimeError("in the hook")

    async def fail_later() -> None:
        fail()

    api = backend.client(on_unauthorized=fail_later if asynchronous else fail)
    if path == "no renewal":
        api.credentials.refresh_token = None
    backend.spend()

    async def call() -> None:
        if path == "stream":
            async with api.stream("GET", "/"):
                pass
        await api.request("GET", "/")

    if path == "verb":
        assert await api.get("/") is None
        error: APIError | None = api.last_error
    else:
        with pytest.raises(Unauthorized) as caught:
            await call()
        error = caught.value
    assert isinstance(error, Unauthorized)
    assert error.ended
    assert api.over
    assert "in the hook" in caplog.text


@pytest.mark.parametrize("at_the_gate", [True, False])
async def test_a_call_is_never_sent_again_as_somebody_elses(at_the_gate: bool) -> None:
    """Someone else signs in while a call waits for a renewal, or while its 401 is on the way."""
    backend, answered, held = Backend(), asyncio.Event(), asyncio.Event()
    backend.gate.clear()
    writes = 0

    async def serve(request: httpx.Request) -> httpx.Response:
        nonlocal writes
        if request.url.path == "/login":
            return httpx.Response(200, json={"access_token": "other"})
        if request.method != "POST" or request.url.path != "/write":
            return await backend(request)
        writes += 1
        answered.set()
        if not at_the_gate:
            await held.wait()
        return httpx.Response(401)

    api = backend.client(serve)
    backend.spend()
    waiting = asyncio.create_task(api.request("POST", "/write", json={}))
    await (backend.entered if at_the_gate else answered).wait()
    await api.sign_in("/login", data={"username": "ada"})
    backend.gate.set()
    held.set()

    with pytest.raises(Unauthorized) as caught:
        await waiting
    assert caught.value.ended
    assert writes == 1
    assert (api.credentials.bearer, api.credentials.refresh_token, api.over) == ("other", None, False)


async def test_the_refresh_is_logged_under_the_id_of_the_call_that_started_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    backend = Backend()
    backend.refuse = failing(httpx.Response(500))
    api = backend.client()
    backend.spend()

    async def call() -> None:
        request_context.set(RequestContext("abc123"))
        await api.get("/")

    await copy_context().run(asyncio.create_task, call())

    assert backend.refreshes[0].headers["x-request-id"] == "abc123"
    assert "POST /auth/refresh -> 500 BadGateway [abc123]" in caplog.text
    assert "refresh-0" not in caplog.text


async def test_a_stream_renews_before_it_starts() -> None:
    backend = Backend()
    api = backend.client()
    backend.spend()
    async with api.stream("GET", "/export") as reply:
        assert b"/export" in await reply.read(1000)

    assert len(backend.refreshes) == 1


async def test_secrets_of_the_endpoint_do_not_show() -> None:
    assert "hush" not in repr(RefreshEndpoint("/refresh", "grant", extra={"client_secret": "hush"}))


async def test_the_query_of_a_refresh_path_is_sent_and_is_nothing_that_a_cookie_is_bound_to() -> None:
    backend = CookieBackend()
    api = client(backend, refresh=RefreshEndpoint("/auth/refresh?mode=cookie", cookie="refresh"))
    api.credentials.cookies.set(cookie("session", "/", "access-0"), 0)
    api.credentials.cookies.set(cookie("refresh", "/auth/refresh", "refresh-0"), 0)
    api.credentials.established = True
    backend.spend()

    assert await api.get("/") is not None
    assert [each.url.query for each in backend.refreshes] == [b"mode=cookie"]


async def test_a_refresh_path_that_is_unsafe_is_told_to_the_programmer() -> None:
    api = client(
        lambda _: httpx.Response(401),
        credentials=Credentials("t", refresh_token="r"),
        refresh=RefreshEndpoint("//evil.test", "json"),
    )
    with pytest.raises(ValueError, match="host"):
        await api.request("GET", "/")
