"""What tests of the demo share: a clock to turn, clients to ask with, cookies to look at."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from webapp.demo.app import create_demo
from webapp.demo.state import Demo

MONDAY = 1_767_607_200.0
"""2026-01-05, 10:00 in UTC."""

ADMIN = ("demo@example.com", "demo-pass-123")
MEMBER = ("member@example.com", "member-pass-123")
VIEWER = ("viewer@example.com", "viewer-pass-123")
DISABLED = ("disabled@example.com", "disabled-pass-123")
LOCKED = ("locked@example.com", "locked-pass-123")


@dataclass
class Clock:
    """Time that passes when a test says so."""

    now: float = MONDAY

    def __call__(self) -> float:
        return self.now

    def forward(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds


@contextmanager
def running(database: Path | None, clock: Clock, **options: Any) -> Iterator[FastAPI]:
    """A demo that lets go of its files in the end."""
    app = create_demo(database, clock=clock, **options)
    try:
        yield app
    finally:
        state_of(app).close()


def state_of(app: FastAPI) -> Demo:
    """What the demo's parts share."""
    demo: Demo = app.state.demo
    return demo


def client(app: FastAPI, **headers: str) -> httpx.AsyncClient:
    """Somebody who isn't signed in."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://demo.test", headers=headers)


async def sign_in(guest: httpx.AsyncClient, account: tuple[str, str]) -> httpx.Response:
    """Sign in; the client's cookies are set where that works."""
    return await guest.post("/auth/token", data={"username": account[0], "password": account[1]})


@dataclass(frozen=True)
class Tokens:
    """What a sign-in or a renewal hands out."""

    access: str
    refresh: str

    @property
    def bearer(self) -> dict[str, str]:
        """The access token as a header."""
        return {"Authorization": f"Bearer {self.access}"}


async def tokens(
    app: FastAPI, account: tuple[str, str] = ADMIN, *, agent: str = "test", address: str = "203.0.113.1"
) -> Tokens:
    """Sign in with a client that keeps nothing."""
    async with client(app, **{"User-Agent": agent, "X-Forwarded-For": address}) as guest:
        return tokens_of(await sign_in(guest, account))


def tokens_of(answer: httpx.Response) -> Tokens:
    """The tokens in an answer's cookies."""
    assert answer.status_code == 200, answer.text
    found = cookies_of(answer)
    return Tokens(found["tracker_session"].value, found["tracker_refresh"].value)


async def renew(app: FastAPI, refresh_token: str) -> httpx.Response:
    """Ask for new tokens with nothing but a refresh token."""
    async with client(app, Cookie=f"tracker_refresh={refresh_token}") as guest:
        return await guest.post("/auth/refresh")


async def status_with(app: FastAPI, access_token: str) -> int:
    """What a call with this access token is answered."""
    async with client(app, Authorization=f"Bearer {access_token}") as guest:
        return (await guest.get("/auth/me")).status_code


@dataclass(frozen=True)
class SetCookie:
    """A cookie as an answer sets it."""

    value: str
    path: str
    max_age: str
    same_site: str
    http_only: bool
    secure: bool


def cookies_of(answer: httpx.Response) -> dict[str, SetCookie]:
    """The cookies that an answer sets, by name."""
    found = {}
    for header in answer.headers.get_list("set-cookie"):
        for name, morsel in SimpleCookie(header).items():
            found[name] = SetCookie(
                value=morsel.value,
                path=morsel["path"],
                max_age=morsel["max-age"],
                same_site=morsel["samesite"],
                http_only=bool(morsel["httponly"]),
                secure=bool(morsel["secure"]),
            )
    return found
