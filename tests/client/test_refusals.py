"""What an answer of the refresh endpoint means: only a refusal of the token ends a session."""

import asyncio
from typing import Any, Literal

import httpx
import pytest

from tests.client.renewing import (
    Backend,
    CookieBackend,
    GrantBackend,
    NamelessCookieBackend,
    counting,
    every_backend,
    failing,
)
from tests.client.support import Clock, client
from webapp.client import Credentials, RefreshEndpoint
from webapp.errors import BadGateway, Unauthorized, Unavailable


@every_backend
@pytest.mark.parametrize("status", [400, 401, 403])
async def test_a_refused_refresh_ends_the_session_once(kind: type[Backend], status: int) -> None:
    backend, over = kind(), list[str]()
    refusal = {"error": "invalid_grant"} if kind is GrantBackend else {"detail": "Invalid refresh token"}
    backend.refuse = lambda _: httpx.Response(status, json=refusal)
    api = backend.client(on_unauthorized=counting(over))
    backend.spend()
    results = await asyncio.gather(*(api.request("GET", "/") for _ in range(50)), return_exceptions=True)

    assert [type(result) for result in results] == [Unauthorized] * 50
    assert all(result.ended for result in results if isinstance(result, Unauthorized))
    assert (over, api.over, api.signed_in, len(backend.refreshes)) == (["over"], True, False, 1)
    assert len(api.credentials.cookies) == 0
    with pytest.raises(Unauthorized) as caught:
        await api.request("GET", "/")
    assert not caught.value.ended
    assert over == ["over"]


@pytest.mark.parametrize("kind", [Backend, CookieBackend, NamelessCookieBackend])
@pytest.mark.parametrize("headers", [{}, {"content-type": "text/html; charset=utf-8"}, {"content-length": "0"}])
async def test_a_bare_401_is_a_refusal(kind: type[Backend], headers: dict[str, str]) -> None:
    backend = kind()
    backend.refuse = failing(httpx.Response(401, headers=headers))
    api = backend.client()
    backend.spend()

    with pytest.raises(Unauthorized):
        await api.request("GET", "/")
    assert api.over


@pytest.mark.parametrize("detail", ["No refresh token", "Invalid refresh token", "User unavailable"])
@every_backend
async def test_a_401_that_says_why_in_json_is_a_refusal(kind: type[Backend], detail: str) -> None:
    backend = kind()
    backend.refuse = failing(httpx.Response(401, json={"detail": detail}))
    api = backend.client()
    backend.spend()

    with pytest.raises(Unauthorized):
        await api.request("GET", "/")
    assert api.over


FAILURES = [
    httpx.Response(500, text="Internal Server Error"),
    httpx.Response(502),
    httpx.Response(503, headers={"retry-after": "7"}),
    httpx.Response(429, headers={"retry-after": "7"}),
    httpx.Response(404, json={"detail": "Not Found"}),
    httpx.Response(422, json={"detail": []}),
    httpx.Response(400, html="<html><center>400 Bad Request</center>nginx</html>"),
    httpx.Response(401, html="<html>Proxy sign-in</html>"),
    httpx.Response(403, html="<html>Blocked</html>"),
    httpx.Response(400, text="Bad Request"),
    httpx.Response(401, text="401 Unauthorized"),
    httpx.Response(403, text="Forbidden"),
    httpx.Response(400),
    httpx.Response(403),
    httpx.Response(401, json="no"),
    httpx.Response(401, content=b"{", headers={"content-type": "application/json"}),
    httpx.Response(401, content=b"<html>", headers={"content-encoding": "compress", "content-type": "text/html"}),
    httpx.Response(302, headers={"location": "/login"}),
    httpx.Response(300, json={"access_token": "choose"}, headers={"set-cookie": "session=choose; Path=/"}),
    httpx.Response(200, text="<html>Sign in</html>", headers={"content-type": "text/html"}),
    httpx.Response(200, content=b"{", headers={"content-type": "application/json"}),
    httpx.Response(200, json={"ok": True}),
    httpx.Response(204),
    httpx.ConnectError("refused"),
    httpx.ConnectTimeout("slow"),
    httpx.ReadTimeout("slow"),
    httpx.ReadError("reset"),
    httpx.RemoteProtocolError("junk"),
]


@every_backend
@pytest.mark.parametrize("failure", FAILURES, ids=repr)
async def test_a_failed_refresh_ends_nothing_and_work_goes_on_when_it_is_back(
    kind: type[Backend], failure: httpx.Response | Exception
) -> None:
    backend, clock, over = kind(), Clock(), list[str]()
    backend.refuse = failing(failure)
    api = backend.client(on_unauthorized=counting(over), clock=clock)
    backend.spend()
    results = await asyncio.gather(*(api.request("GET", "/") for _ in range(20)), return_exceptions=True)

    assert {type(result) for result in results} == {Unavailable}
    assert (over, api.over, api.signed_in) == ([], False, True)
    assert len(backend.refreshes) == 1
    backend.refuse = None
    clock.advance(31)
    assert await api.get("/") is not None
    assert backend.reuses == 0


@pytest.mark.parametrize(
    ("failure", "waits", "before", "after"),
    [
        (httpx.ReadTimeout("slow"), 30.0, 29.0, 1.0),
        (httpx.ReadError("reset"), 30.0, 29.0, 1.0),
        (httpx.Response(504), 30.0, 29.0, 1.0),
        (httpx.Response(500), None, 0.5, 0.5),
        (httpx.Response(503, headers={"retry-after": "7"}), 7.0, 6.5, 0.5),
        (httpx.Response(503, headers={"retry-after": "9999"}), 9999.0, 59.5, 0.5),
    ],
)
async def test_a_token_that_may_have_been_taken_is_not_shown_again_for_a_while(
    failure: Any, waits: float | None, before: float, after: float
) -> None:
    backend, clock = Backend(), Clock()
    backend.refuse = failing(failure)
    api = backend.client(clock=clock)
    backend.spend()
    with pytest.raises(Unavailable):
        await api.request("GET", "/")
    clock.advance(before)
    with pytest.raises(Unavailable) as caught:
        await api.request("GET", "/")

    assert len(backend.refreshes) == 1
    assert caught.value.retry_after is not None
    assert 0 < caught.value.retry_after <= after
    backend.refuse = None
    clock.advance(after)
    assert await api.get("/") is not None
    assert len(backend.refreshes) == 2


async def test_whoever_waited_longer_than_that_may_come_back_at_once() -> None:
    backend, clock = Backend(), Clock()

    def lose(_: httpx.Request) -> httpx.Response:
        clock.advance(31)
        raise httpx.ReadTimeout("slow")

    backend.refuse = lose
    api = backend.client(clock=clock)
    backend.spend()

    with pytest.raises(Unavailable) as caught:
        await api.request("GET", "/")
    assert caught.value.retry_after == 0


async def test_what_failed_for_one_sign_in_does_not_hold_up_the_next() -> None:
    backend = Backend()

    async def serve(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/login":
            return httpx.Response(200, **backend.renewed())
        return await backend(request)

    backend.refuse = failing(httpx.ReadTimeout("slow"))
    api = backend.client(serve, clock=Clock())
    backend.spend()
    assert await api.get("/") is None
    backend.refuse = None
    await api.sign_in("/login", json={})
    backend.spend()

    assert await api.get("/") is not None
    assert len(backend.refreshes) == 2


async def test_a_refresh_that_never_left_is_tried_again_at_once() -> None:
    backend = Backend()
    backend.refuse = failing(httpx.ConnectError("refused"))
    api = backend.client(clock=Clock())
    backend.spend()
    with pytest.raises(Unavailable):
        await api.request("GET", "/")
    backend.refuse = None

    assert await api.get("/") is not None


async def test_a_refresh_that_hangs_is_given_up_and_quarantined() -> None:
    backend = Backend()
    backend.gate.clear()
    clock = Clock()
    api = client(
        backend,
        credentials=Credentials("spent", refresh_token="refresh-0"),
        refresh=RefreshEndpoint("/auth/refresh", "json", timeout=0.01, quarantine=20),
        clock=clock,
    )
    async with asyncio.timeout(10):  # far less than a call of any other kind is waited for
        with pytest.raises(Unavailable) as caught:
            await api.request("GET", "/")
    assert caught.value.retry_after == 20
    with pytest.raises(Unavailable) as caught:
        await api.request("GET", "/")

    assert caught.value.retry_after == 20
    assert len(backend.refreshes) == 1


@pytest.mark.parametrize("kind", [Backend, CookieBackend])
@pytest.mark.parametrize("error", ["invalid_client", "temporarily_unavailable", "invalid_grant"])
async def test_what_oauth_says_of_the_client_ends_no_session_whatever_the_way_of_renewing(
    kind: type[Backend], error: str
) -> None:
    backend = kind()
    backend.refuse = failing(httpx.Response(400, json={"error": error}))
    api = backend.client()
    backend.spend()

    with pytest.raises(Unauthorized if error == "invalid_grant" else Unavailable):
        await api.request("GET", "/")
    assert api.over is (error == "invalid_grant")


@pytest.mark.parametrize(
    ("status", "answer", "ends"),
    [
        (400, {"error": "invalid_client"}, False),
        (401, {"error": "invalid_client"}, False),
        (400, {"error": "unauthorized_client"}, False),
        (400, {"error": "invalid_grant"}, True),
        (401, {"error": "invalid_token"}, True),
        (403, {"error": "invalid_grant"}, True),
        (400, {"detail": "Bad Request"}, False),
        (400, {"error": {"code": 7}}, False),
        (403, {"message": "Forbidden"}, False),
        (401, {"error": {"code": 7}}, True),
    ],
)
async def test_a_grant_ends_a_session_only_by_what_is_said_of_the_token(
    status: int, answer: dict[str, Any], ends: bool
) -> None:
    backend = GrantBackend()
    backend.refuse = failing(httpx.Response(status, json=answer))
    api = backend.client()
    backend.spend()

    with pytest.raises(Unauthorized if ends else Unavailable):
        await api.request("GET", "/")
    assert api.over is ends


async def test_a_grant_is_not_refused_without_a_word() -> None:
    backend = GrantBackend()
    backend.refuse = failing(httpx.Response(401))
    api = backend.client()
    backend.spend()

    with pytest.raises(Unavailable):
        await api.request("GET", "/")
    assert not api.over


async def test_a_401_where_nothing_can_be_renewed_ends_a_session_that_there_was() -> None:
    over: list[str] = []

    async def note() -> None:
        over.append("over")

    async def refuse(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        return httpx.Response(401)

    api = client(refuse, credentials=Credentials("t"), on_unauthorized=note)
    results = await asyncio.gather(*(api.request("GET", "/") for _ in range(5)), return_exceptions=True)

    assert all(isinstance(result, Unauthorized) and result.ended for result in results)
    assert (over, api.over) == (["over"], True)


async def test_a_stranger_who_gets_a_401_has_lost_nothing() -> None:
    over: list[str] = []
    api = client(
        lambda _: httpx.Response(401, headers={"set-cookie": "a=b; Path=/"}),
        on_unauthorized=counting(over),
        refresh=RefreshEndpoint("/auth/refresh"),
    )
    with pytest.raises(Unauthorized) as caught:
        await api.request("GET", "/")

    assert (caught.value.ended, over, api.over) == (False, [], False)


async def test_a_401_to_headers_from_a_factory_ends_the_session() -> None:
    over: list[str] = []
    api = client(
        lambda _: httpx.Response(401), auth_header_factory=lambda: {"X-Auth": "x"}, on_unauthorized=counting(over)
    )
    for _ in range(3):
        assert await api.get("/") is None

    assert over == ["over"]


async def test_a_401_right_after_a_renewal_is_that_calls_own() -> None:
    backend, over = Backend(), list[str]()

    async def picky(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/picky":
            return httpx.Response(401, json={"detail": "Sign in again for this"})
        return await backend(request)

    api = backend.client(picky, on_unauthorized=counting(over))
    with pytest.raises(Unauthorized, match="Sign in again") as caught:
        await api.request("GET", "/picky")

    assert (caught.value.ended, over, api.over) == (False, [], False)
    assert await api.get("/") is not None
    assert len(backend.refreshes) == 1


async def test_a_call_that_a_renewal_did_not_help_makes_no_other_for_a_while() -> None:
    """An API whose clock takes every new token for an old one would be asked to renew by each call there is."""
    backend, clock = Backend(), Clock()

    async def mistaken(request: httpx.Request) -> httpx.Response:
        answer = await backend(request)
        return httpx.Response(401) if request.url.path.startswith("/picky") else answer

    api = backend.client(mistaken, clock=clock)
    for _ in range(20):
        with pytest.raises(Unauthorized) as caught:
            await api.request("GET", "/picky")
        assert not caught.value.ended
    assert len(backend.refreshes) == 1

    backend.spend()
    assert await api.get("/") is not None
    assert len(backend.refreshes) == 2
    clock.advance(31)
    await asyncio.gather(*(api.get(f"/picky/{n}") for n in range(40)))
    assert len(backend.refreshes) == 3


async def test_a_401_cannot_take_away_the_cookie_that_renews_it() -> None:
    backend = CookieBackend()

    async def deleting(request: httpx.Request) -> httpx.Response:
        response = await backend(request)
        if response.status_code == 401:
            response.headers["set-cookie"] = "refresh=; Path=/auth; Max-Age=0"
        return response

    api = backend.client(deleting)
    backend.spend()

    assert await api.get("/") is not None


async def test_a_late_answer_does_not_bring_back_old_cookies() -> None:
    backend = CookieBackend()
    held, reached = asyncio.Event(), asyncio.Event()

    async def slow(request: httpx.Request) -> httpx.Response:
        response = await backend(request)
        if request.url.path == "/slow":
            reached.set()
            await held.wait()
            response.headers["set-cookie"] = "session=access-0; Path=/"
        return response

    api = backend.client(slow)
    late = asyncio.create_task(api.get("/slow"))
    await reached.wait()
    backend.spend()
    assert await api.get("/fast") is not None
    held.set()
    await late

    assert api.credentials.cookies.get("session", "/", 0) == "access-1"


@pytest.mark.parametrize("kind", ["json", "grant"])
async def test_a_server_that_keeps_its_refresh_token_keeps_working(kind: Literal["json", "grant"]) -> None:
    valid = "t0"

    def serve(request: httpx.Request) -> httpx.Response:
        nonlocal valid
        if request.url.path == "/refresh":
            valid += "x"
            return httpx.Response(201, json={"access_token": valid})
        return httpx.Response(200 if request.headers["authorization"] == f"Bearer {valid}" else 401, json={})

    api = client(serve, credentials=Credentials("old", refresh_token="r"), refresh=RefreshEndpoint("/refresh", kind))
    for _ in range(3):
        assert await api.get("/") == {}
        valid += "y"
    assert api.credentials.refresh_token == "r"


async def test_a_renewal_by_cookie_drops_a_bearer_that_it_does_not_renew() -> None:
    backend = CookieBackend()
    api = backend.client()
    api.credentials.bearer = "stale"
    backend.spend()

    assert await api.get("/") is not None
    assert api.credentials.bearer is None


async def test_an_answer_cut_short_counts_as_unknown() -> None:
    backend, clock = Backend(), Clock()
    backend.refuse = failing(BadGateway("cut short"))
    api = backend.client(clock=clock)
    backend.spend()
    for _ in range(2):
        with pytest.raises(Unavailable):
            await api.request("GET", "/")

    assert len(backend.refreshes) == 1
