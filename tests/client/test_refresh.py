"""Access is renewed once for all who wait, and only a refusal ends a session."""

import asyncio
import logging
from collections.abc import Callable
from contextvars import copy_context
from typing import Any, Literal

import httpx
import pytest

from tests.client.support import Clock, Handler, body, client
from webapp.client import APIClient, Credentials, RefreshEndpoint, RequestContext, request_context
from webapp.errors import APIError, BadGateway, Unauthorized, Unavailable

Answer = Callable[[httpx.Request], httpx.Response]


class Backend:
    """An API whose access tokens are spent whenever a test says so, with refresh tokens that work once."""

    def __init__(self) -> None:
        self.serial = 0
        self.valid = {"access-0"}
        self.refresh_token = "refresh-0"
        self.refreshes: list[httpx.Request] = []
        self.calls: list[httpx.Request] = []
        self.reuses = 0
        self.logged_out = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.entered = asyncio.Event()
        self.refuse: Answer | None = None

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/auth/refresh":
            self.refreshes.append(request)
            self.entered.set()
            await self.gate.wait()
            return self.refuse(request) if self.refuse is not None else self.renew(request)
        self.calls.append(request)
        await asyncio.sleep(0)
        if self.token(request) not in self.valid:
            return httpx.Response(401, json={"detail": "Could not validate credentials"})
        if request.url.path == "/auth/logout":
            self.logged_out += 1
            self.valid.clear()
            return httpx.Response(200, json={"detail": "Logged out"})
        return httpx.Response(200, json={"path": request.url.path, "body": request.content.decode()})

    def token(self, request: httpx.Request) -> str:
        return str(request.headers.get("authorization", "")).removeprefix("Bearer ")

    def shown(self, request: httpx.Request) -> str:
        return str(body(request)["refresh_token"])

    def renew(self, request: httpx.Request) -> httpx.Response:
        if self.shown(request) != self.refresh_token:
            self.reuses += 1
            return httpx.Response(401, json={"detail": "Invalid refresh token"})
        return httpx.Response(200, **self.renewed())

    def renewed(self) -> dict[str, Any]:
        self.rotate()
        return {"json": {"access_token": f"access-{self.serial}", "refresh_token": self.refresh_token}}

    def rotate(self) -> None:
        self.serial += 1
        self.valid = {f"access-{self.serial}"}
        self.refresh_token = f"refresh-{self.serial}"

    def spend(self) -> None:
        self.valid = set()

    def client(self, handler: Handler | None = None, **options: Any) -> APIClient:
        credentials = Credentials("access-0", refresh_token="refresh-0")
        return client(
            handler or self, credentials=credentials, refresh=RefreshEndpoint("/auth/refresh", "json"), **options
        )


class GrantBackend(Backend):
    """The same with OAuth 2's refresh_token grant."""

    def shown(self, request: httpx.Request) -> str:
        form = dict(pair.split("=") for pair in request.content.decode().split("&"))
        assert form.pop("grant_type") == "refresh_token"
        assert form.pop("client_id") == "webapp"
        return form.pop("refresh_token")

    def client(self, handler: Handler | None = None, **options: Any) -> APIClient:
        endpoint = RefreshEndpoint("/auth/refresh", "grant", extra={"client_id": "webapp"})
        return client(
            handler or self, credentials=Credentials("access-0", refresh_token="refresh-0"), refresh=endpoint, **options
        )


class CookieBackend(Backend):
    """The same with HttpOnly cookies, the refresh cookie on a path of its own."""

    cookie: str | None = "refresh"

    def token(self, request: httpx.Request) -> str:
        cookies = dict(pair.split("=") for pair in request.headers.get("cookie", "").split("; ") if pair)
        assert ("refresh" in cookies) is request.url.path.startswith("/auth")
        return str(cookies.get("session", ""))

    def shown(self, request: httpx.Request) -> str:
        assert request.content == b""
        assert "authorization" not in request.headers
        cookies = str(request.headers["cookie"])
        return {name: value for name, _, value in (pair.partition("=") for pair in cookies.split("; "))}["refresh"]

    def renewed(self) -> dict[str, Any]:
        self.rotate()
        return {
            "headers": [
                ("set-cookie", f"session=access-{self.serial}; Path=/; HttpOnly; Max-Age=3600; Secure"),
                ("set-cookie", f"refresh={self.refresh_token}; Path=/auth; HttpOnly; Max-Age=1209600; Secure"),
            ]
        }

    def client(self, handler: Handler | None = None, **options: Any) -> APIClient:
        api = client(handler or self, refresh=RefreshEndpoint("/auth/refresh", cookie=self.cookie), **options)
        for name, path, value in (("session", "/", "access-0"), ("refresh", "/auth", "refresh-0")):
            api.credentials.cookies.set(cookie(name, path, value), 0)
        api.credentials.established = True
        return api


class NamelessCookieBackend(CookieBackend):
    """The same where nobody knows which cookie it is."""

    cookie = None


def cookie(name: str, path: str, value: str) -> Any:
    from webapp.client.cookies import Cookie

    return Cookie(name, path, value, None)


BACKENDS = [Backend, GrantBackend, CookieBackend, NamelessCookieBackend]
every_backend = pytest.mark.parametrize("kind", BACKENDS)


def counting(calls: list[str], name: str = "over") -> Callable[[], None]:
    return lambda: calls.append(name)


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


def failing(answer: Any) -> Answer:
    def fail(_: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, httpx.Response)
        return answer

    return fail


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
    httpx.Response(401, content=b"<html>", headers={"content-encoding": "br", "content-type": "text/html"}),
    httpx.Response(302, headers={"location": "/login"}),
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
    with pytest.raises(Unavailable) as caught:
        await api.request("GET", "/")
    assert caught.value.retry_after is None
    with pytest.raises(Unavailable) as caught:
        await api.request("GET", "/")

    assert caught.value.retry_after == 20
    assert len(backend.refreshes) == 1


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


async def test_a_token_near_its_end_is_renewed_before_it_is_used() -> None:
    backend, clock = Backend(), Clock()
    api = backend.client(clock=clock)
    api.credentials.renew_at = clock() + 10
    await api.get("/")
    assert len(backend.refreshes) == 0
    clock.advance(10)
    await asyncio.gather(*(api.get("/") for _ in range(5)))

    assert len(backend.refreshes) == 1
    assert [backend.token(call) for call in backend.calls] == ["access-0"] + ["access-1"] * 5


async def test_an_early_renewal_that_fails_leaves_the_call_to_its_luck() -> None:
    backend, clock = Backend(), Clock()
    backend.refuse = failing(httpx.Response(503))
    api = backend.client(clock=clock)
    api.credentials.renew_at = clock()

    assert await api.get("/") is not None
    assert len(backend.refreshes) == 1


async def test_an_early_renewal_that_is_refused_ends_the_session() -> None:
    backend, clock = Backend(), Clock()
    backend.refuse = failing(httpx.Response(401))
    api = backend.client(clock=clock)
    api.credentials.renew_at = clock()

    with pytest.raises(Unauthorized) as caught:
        await api.request("GET", "/")
    assert caught.value.ended
    assert backend.calls == []


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


async def test_a_refresh_path_that_is_unsafe_is_told_to_the_programmer() -> None:
    api = client(
        lambda _: httpx.Response(401),
        credentials=Credentials("t", refresh_token="r"),
        refresh=RefreshEndpoint("//evil.test", "json"),
    )
    with pytest.raises(ValueError, match="host"):
        await api.request("GET", "/")


async def test_an_answer_cut_short_counts_as_unknown() -> None:
    backend, clock = Backend(), Clock()
    backend.refuse = failing(BadGateway("cut short"))
    api = backend.client(clock=clock)
    backend.spend()
    for _ in range(2):
        with pytest.raises(Unavailable):
            await api.request("GET", "/")

    assert len(backend.refreshes) == 1
