"""
An API that forgives nothing: a refresh token works once, and shown again it ends everything that came of it.

There is no window of grace, as many careful servers have none. A test looks at what has happened, and says what goes
wrong, from its own thread; all of it is counted.
"""

import asyncio
import secrets
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, Form, HTTPException, Request, Response
from fastapi.security import HTTPBearer, OAuth2PasswordBearer
from pydantic import BaseModel

Kind = Literal["cookie", "grant", "json"]
KINDS: tuple[Kind, ...] = ("cookie", "grant", "json")

PASSWORD = "any-pass-will-do"
REFRESH_PATHS = {"cookie": "/auth/refresh", "grant": "/oauth/token", "json": "/auth/refresh"}


class SignIn(BaseModel):
    username: str
    password: str


class Refresh(BaseModel):
    refresh_token: str


class Tokens(BaseModel):
    access_token: str
    refresh_token: str
    token_type: str = "bearer"


class Person(BaseModel):
    username: str


class Thing(BaseModel):
    id: int
    name: str


@dataclass
class Fault:
    """What a renewal gets instead of tokens: an answer after `delay` seconds."""

    status: int = 500
    body: bytes = b"Internal Server Error"
    media_type: str = "text/plain"
    delay: float = 0.0


@dataclass
class Family:
    """What came of one sign-in."""

    username: str
    access: str = ""
    refresh: str = ""
    revoked: bool = False
    refreshes: int = 0
    begun: int = 0
    answered: int = 0
    caller: int = 0
    """The port that its latest renewal came from."""
    used: set[str] = field(default_factory=set)

    def rotate(self) -> None:
        if self.refresh:
            self.used.add(self.refresh)
        self.access, self.refresh = secrets.token_urlsafe(12), secrets.token_urlsafe(12)


class StrictAPI:
    """The API's state, and `app`, to be served. `delay` is how many seconds a renewal takes."""

    def __init__(self, kind: Kind, *, delay: float = 0.0) -> None:
        self.kind = kind
        self.delay = delay
        self.faults: dict[str, Fault] = {}
        self.families: list[Family] = []
        self.begun = self.refreshes = self.alarms = self.logouts = 0
        self.app = _app(self)

    def expire(self, family: Family | None = None) -> None:
        """End the life of access tokens, of one sign-in or of all."""
        for each in self.families if family is None else [family]:
            each.access = ""

    def of(self, username: str) -> Family:
        """What came of a user's latest sign-in."""
        return next(family for family in reversed(self.families) if family.username == username)

    @property
    def alive(self) -> list[Family]:
        """The sign-ins that haven't ended."""
        return [family for family in self.families if not family.revoked]

    def begin(self, username: str) -> Family:
        family = Family(username)
        family.rotate()
        self.families.append(family)
        return family

    async def renew(self, token: str, request: Request) -> Family | Response:
        """A refresh token for the next one."""
        self.begun += 1
        family = next((each for each in self.families if token == each.refresh or token in each.used), None)
        if family is None:
            return self.refusal()
        family.caller = request.client.port if request.client else 0
        family.begun += 1
        if (fault := self.faults.get(family.username)) is not None:
            await asyncio.sleep(fault.delay)
            return Response(fault.body, fault.status, media_type=fault.media_type)
        await asyncio.sleep(self.delay)
        if token in family.used or family.revoked:
            self.alarms += token in family.used
            family.revoked = True
            return self.refusal()
        family.rotate()
        family.refreshes += 1
        self.refreshes += 1
        return family

    def refusal(self) -> Response:
        error = b'{"error": "invalid_grant"}' if self.kind == "grant" else b'{"detail": "Invalid refresh token"}'
        return Response(error, 400 if self.kind == "grant" else 401, media_type="application/json")

    def whose(self, request: Request) -> Family:
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        token = request.cookies.get("session", "") if self.kind == "cookie" else bearer
        for family in self.families:
            if token and token == family.access and not family.revoked:
                return family
        raise HTTPException(401, "Not authenticated")


def _app(api: StrictAPI) -> FastAPI:
    app = FastAPI(title="Strict")
    declared: Any = {
        "cookie": lambda: None,
        "grant": OAuth2PasswordBearer("/oauth/token", auto_error=False),
        "json": HTTPBearer(auto_error=False),
    }[api.kind]
    {"cookie": _by_cookie, "grant": _by_grant, "json": _by_json}[api.kind](api, app)

    @app.get("/auth/me", dependencies=[Depends(declared)])
    async def me(request: Request) -> Person:
        return Person(username=api.whose(request).username)

    @app.get("/things", dependencies=[Depends(declared)])
    async def things(request: Request) -> list[Thing]:
        family = api.whose(request)
        family.answered += 1
        return [Thing(id=number, name=f"Thing {number} of {family.username}") for number in range(3)]

    @app.post("/auth/logout", dependencies=[Depends(declared)])
    async def logout(request: Request) -> dict[str, str]:
        api.whose(request).revoked = True
        api.logouts += 1
        return {"detail": "Logged out"}

    return app


def _by_json(api: StrictAPI, app: FastAPI) -> None:
    @app.post("/auth/login")
    async def login(given: SignIn) -> Tokens:
        return _tokens(api.begin(given.username))

    @app.post("/auth/refresh", response_model=Tokens)
    async def refresh(given: Refresh, request: Request) -> Any:
        done = await api.renew(given.refresh_token, request)
        return done if isinstance(done, Response) else _tokens(done)


def _by_grant(api: StrictAPI, app: FastAPI) -> None:
    @app.post("/oauth/token", response_model=Tokens)
    async def token(
        request: Request,
        grant_type: Annotated[str, Form()],
        username: Annotated[str, Form()] = "",
        password: Annotated[str, Form()] = "",
        refresh_token: Annotated[str, Form()] = "",
    ) -> Any:
        if grant_type == "password":
            return _tokens(api.begin(username))
        done = await api.renew(refresh_token, request)
        return done if isinstance(done, Response) else _tokens(done)


def _by_cookie(api: StrictAPI, app: FastAPI) -> None:
    @app.post("/auth/login")
    async def login(given: SignIn, response: Response) -> Person:
        _set(response, api.begin(given.username))
        return Person(username=given.username)

    @app.post("/auth/refresh", response_model=Person)
    async def refresh(request: Request, response: Response) -> Any:
        done = await api.renew(request.cookies.get("refresh", ""), request)
        if isinstance(done, Response):
            return done
        _set(response, done)
        return Person(username=done.username)


def _tokens(family: Family) -> Tokens:
    return Tokens(access_token=family.access, refresh_token=family.refresh)


def _set(response: Response, family: Family) -> None:
    response.set_cookie("session", family.access, httponly=True, max_age=3600)
    response.set_cookie("refresh", family.refresh, httponly=True, path="/auth", max_age=14 * 86400)
