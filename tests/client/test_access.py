"""Signing in and out."""

import asyncio
import logging
from typing import Any

import httpx
import pytest

from tests.client.renewing import Backend, CookieBackend, GrantBackend, counting, every_backend, failing
from tests.client.support import Clock, answering, body, client
from webapp.client import Credentials, RefreshEndpoint
from webapp.client.reply import ReplyKind
from webapp.errors import BadGateway, Forbidden, RateLimited, Unauthorized, Unavailable, UnsafePath


async def test_signing_in_keeps_the_tokens_and_cookies_that_come_back() -> None:
    clock = Clock()
    answer = {"access_token": "a", "refresh_token": "r", "expires_in": 900}
    api = client(lambda _: httpx.Response(200, json=answer, headers=[("set-cookie", "sid=x; Path=/")]), clock=clock)
    reply = await api.sign_in("/login", json={"email": "ada@example.com", "password": "hush"})

    assert reply.data == answer
    assert api.signed_in
    assert (api.credentials.bearer, api.credentials.refresh_token) == ("a", "r")
    assert api.credentials.spent_at == clock() + 895
    assert api.credentials.cookies.header("/", clock()) == "sid=x"


async def test_signing_in_sends_cookies_but_no_bearer() -> None:
    seen: list[httpx.Request] = []

    def serve(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"access_token": "new"})

    api = client(
        serve,
        credentials=Credentials("old", cookies={"csrf": "x"}),
        auth_header_factory=lambda: {"Authorization": "Signed x"},
        api_key="gateway",
    )
    await api.sign_in("/login", data={"username": "ada", "password": "x y"}, headers={"X-CSRF": "x"})

    assert "authorization" not in seen[0].headers
    assert seen[0].headers["cookie"] == "csrf=x"
    assert seen[0].headers["x-api-key"] == "gateway"
    assert seen[0].headers["x-csrf"] == "x"
    assert seen[0].content == b"username=ada&password=x+y"
    assert api.credentials.bearer == "new"
    assert len(api.credentials.cookies) == 0


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, Unauthorized), (403, Forbidden), (429, RateLimited), (503, Unavailable), (500, BadGateway)],
)
async def test_a_sign_in_that_fails_changes_nothing(status: int, error: type[Exception]) -> None:
    over: list[str] = []
    seen: list[str] = []

    def serve(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.path)
        return httpx.Response(status, json={"detail": "No"}, headers={"set-cookie": "sid=; Path=/; Max-Age=0"})

    api = client(
        serve,
        credentials=Credentials("old", refresh_token="r", cookies={"sid": "old"}),
        refresh=RefreshEndpoint("/refresh", "json"),
        on_unauthorized=counting(over),
    )
    with pytest.raises(error) as caught:
        await api.sign_in("/login", json={"password": "wrong"})

    assert seen == ["/login"]
    assert over == []
    assert not getattr(caught.value, "ended", False)
    assert not api.over
    assert api.credentials.bearer == "old"
    assert api.credentials.cookies.get("sid", "/", 0) == "old"


async def test_a_sign_in_by_redirect_counts_if_it_sets_a_cookie() -> None:
    api = answering(302, headers=[("location", "http://elsewhere.test/app"), ("set-cookie", "sid=x; Path=/")])
    reply = await api.sign_in("/login", data={"username": "ada"})
    assert (reply.status, reply.kind, api.signed_in) == (302, ReplyKind.NO_CONTENT, True)

    api = answering(302, headers={"location": "/login?error=1"})
    with pytest.raises(BadGateway):
        await api.sign_in("/login", data={"username": "ada"})


async def test_a_login_form_shown_again_is_no_sign_in() -> None:
    headers = [("set-cookie", "csrftoken=x; Path=/"), ("content-type", "text/html")]
    api = answering(200, headers=headers, content=b"<form>Wrong password")
    await api.sign_in("/login", data={"username": "ada"})

    assert not api.signed_in
    assert api.credentials.cookies.get("csrftoken", "/", 0) == "x"


async def test_a_sign_in_that_brings_nothing_signs_nobody_in() -> None:
    api = answering(200, json={"ok": True})
    await api.sign_in("/login", json={})

    assert not api.signed_in


async def test_a_password_is_never_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    api = answering(422, json={"detail": [{"loc": ["body", "password"], "msg": "hush1 is weak", "input": "hush1"}]})
    with pytest.raises(Exception, match="API"):
        await api.sign_in("/login", json={"password": "hush1"})

    assert "hush1" not in caplog.text


async def test_signing_in_again_after_the_end_begins_anew() -> None:
    api = client(
        lambda request: (
            httpx.Response(200, json={"access_token": "a"}) if request.url.path == "/login" else httpx.Response(401)
        )
    )
    seen = []
    for _ in range(2):
        await api.sign_in("/login", json={})
        seen.append((api.over, api.signed_in))
        assert await api.get("/") is None
        seen.append((api.over, api.signed_in))

    assert seen == [(False, True), (True, False)] * 2


@every_backend
async def test_signing_out_ends_the_session_at_the_api(kind: type[Backend]) -> None:
    backend, over = kind(), list[str]()
    api = backend.client(on_unauthorized=counting(over))

    assert await api.sign_out("/auth/logout")
    assert backend.logged_out == 1
    assert (api.over, api.signed_in, over) == (True, False, [])


@every_backend
async def test_signing_out_with_spent_access_renews_it_first(kind: type[Backend]) -> None:
    backend = kind()
    api = backend.client()
    backend.spend()

    assert await api.sign_out("/auth/logout")
    assert (backend.logged_out, len(backend.refreshes)) == (1, 1)
    assert not api.signed_in


async def test_a_refresh_token_that_travels_in_bodies_is_sent_along_the_newest_one() -> None:
    backend = Backend()
    api = backend.client()
    backend.spend()
    await api.sign_out("/auth/logout")

    assert [body(call) for call in backend.calls] == [{"refresh_token": "refresh-0"}, {"refresh_token": "refresh-1"}]


@pytest.mark.parametrize(
    ("kind", "refresh_token"), [(GrantBackend, "refresh-0"), (CookieBackend, None), (Backend, None)]
)
async def test_no_other_refresh_token_is_sent_along(kind: type[Backend], refresh_token: str | None) -> None:
    backend = kind()
    api = backend.client()
    api.credentials.refresh_token = refresh_token
    await api.sign_out("/auth/logout")

    assert [call.content for call in backend.calls] == [b""]


async def test_a_body_of_the_callers_own_is_sent_instead() -> None:
    backend = Backend()
    api = backend.client()
    await api.sign_out("/auth/logout", json={"everywhere": True}, method="DELETE")

    assert body(backend.calls[0]) == {"everywhere": True}
    assert backend.calls[0].method == "DELETE"


@every_backend
@pytest.mark.parametrize(
    "failure",
    [httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), httpx.Response(500), httpx.Response(404)],
    ids=repr,
)
async def test_signing_out_of_an_api_that_is_down_never_raises(kind: type[Backend], failure: Any) -> None:
    fail = failing(failure)
    api = kind().client(lambda request: fail(request))

    assert await api.sign_out("/auth/logout") is False
    assert (api.over, api.signed_in) == (True, False)


async def test_signing_out_where_renewal_is_down_or_refused_ends_here_all_the_same() -> None:
    for refusal, confirmed in ((httpx.Response(503), False), (httpx.Response(401), True)):
        backend, over = Backend(), list[str]()
        backend.refuse = failing(refusal)
        api = backend.client(on_unauthorized=counting(over))
        backend.spend()

        assert await api.sign_out("/auth/logout") is confirmed
        assert (api.signed_in, over) == (False, [])


async def test_signing_out_with_nothing_asks_nobody() -> None:
    asked: list[httpx.Request] = []

    def serve(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200)

    assert await client(serve).sign_out("/auth/logout") is False
    assert asked == []


async def test_signing_out_with_an_unsafe_path_ends_nothing() -> None:
    api = Backend().client()
    with pytest.raises(UnsafePath):
        await api.sign_out("//evil.test")

    assert api.signed_in
    assert not api.over


@every_backend
async def test_signing_out_during_a_renewal_leaves_nothing_alive(kind: type[Backend]) -> None:
    for _ in range(20):
        backend = kind()
        backend.gate.clear()
        api = backend.client()
        backend.spend()
        waiting = asyncio.create_task(api.get("/"))
        await backend.entered.wait()
        leaving = asyncio.create_task(api.sign_out("/auth/logout"))
        late = asyncio.create_task(api.get("/late"))
        await asyncio.sleep(0)
        backend.gate.set()

        assert await leaving
        await asyncio.gather(waiting, late)
        assert (backend.logged_out, backend.valid, len(backend.refreshes)) == (1, set(), 1)
        assert not api.signed_in


@every_backend
async def test_signing_out_during_a_renewal_reaches_the_api_though_the_client_is_closed_meanwhile(
    kind: type[Backend],
) -> None:
    """Another answer of the same session finds it over, and has it dropped."""
    backend = kind()
    backend.gate.clear()
    api = backend.client()
    backend.spend()
    call = asyncio.create_task(api.get("/"))
    await backend.entered.wait()
    signing_out = asyncio.create_task(api.sign_out("/auth/logout"))
    await asyncio.sleep(0)
    closing = asyncio.create_task(api.aclose())
    await asyncio.sleep(0)
    backend.gate.set()

    assert await signing_out is True
    assert backend.logged_out == 1
    await asyncio.gather(call, closing)


async def test_signing_out_clears_even_when_it_is_cancelled() -> None:
    backend = Backend()
    reached = asyncio.Event()

    async def hang(_: httpx.Request) -> httpx.Response:
        reached.set()
        await asyncio.Event().wait()
        raise AssertionError

    api = backend.client(hang)
    leaving = asyncio.create_task(api.sign_out("/auth/logout"))
    await reached.wait()
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving

    assert not api.signed_in


async def test_a_late_answer_after_signing_out_brings_nothing_back() -> None:
    backend = CookieBackend()
    reached, held = asyncio.Event(), asyncio.Event()

    async def slow(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/slow":
            reached.set()
            await held.wait()
            return httpx.Response(200, headers={"set-cookie": "session=back; Path=/"}, json={})
        return await backend(request)

    api = backend.client(slow)
    late = asyncio.create_task(api.get("/slow"))
    await reached.wait()
    await api.sign_out("/auth/logout")
    held.set()
    await late

    assert len(api.credentials.cookies) == 0
    assert not api.signed_in
