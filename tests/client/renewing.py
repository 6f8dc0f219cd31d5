"""APIs whose access tokens run out, with refresh tokens that work once, for clients that renew them."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.client.support import Handler, body, client
from webapp.client import APIClient, Credentials, RefreshEndpoint

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


def failing(answer: Any) -> Answer:
    def fail(_: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, httpx.Response)
        return answer

    return fail
