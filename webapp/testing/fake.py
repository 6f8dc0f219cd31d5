"""An API that answers what a test says, with a document of itself and a sign-in."""

import inspect
import json
from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any
from urllib.parse import parse_qsl, unquote

import httpx

from webapp.record import record
from webapp.testing.document import describe

ACCOUNTS = {"ada@example.com": "secret"}
"""Who may sign in unless a test says otherwise: the person `Browser.sign_in` is by default."""


@record(frozen=True, slots=True)
class Received:
    """A request that the API got."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: httpx.Headers
    content: bytes
    params: Mapping[str, str] = field(default_factory=dict)
    """What stood in the route's {braces}."""

    @property
    def json(self) -> Any:
        """The body as JSON; None for an empty one."""
        return json.loads(self.content) if self.content else None

    @property
    def form(self) -> dict[str, str]:
        """The body as a form."""
        return dict(parse_qsl(self.content.decode(), keep_blank_values=True))


class FakeAPI:
    """
    Answers by route, `{"GET /orders": [...], "GET /orders/{id}": {...}}`, and remembers what it was asked.

    An answer is a JSON value, a `(status, value)` pair, an `httpx.Response`, an exception to raise in place of an
    answer (`httpx.ConnectError("down")`), or a function of the `Received` request, perhaps async, that returns any of
    these. `answers` may be changed at any time. Whoever is in `accounts` may sign in and has to; with `accounts=None`
    everything is open. The OpenAPI document is made from the answers unless one is given.
    """

    def __init__(
        self,
        answers: Mapping[str, Any],
        *,
        accounts: Mapping[str, str] | None = ACCOUNTS,
        document: Mapping[str, Any] | None = None,
        title: str = "Fake API",
    ) -> None:
        self.answers: dict[str, Any] = dict(answers)
        self.requests: list[Received] = []
        """Everything asked for but the document and the sign-in, in order."""
        self.transport = httpx.MockTransport(self._handle)
        self._accounts = dict(accounts) if accounts is not None else None
        self._tokens: dict[str, str] = {}
        self._issued = 0
        self._document = document
        self._title = title

    @property
    def document(self) -> Mapping[str, Any]:
        """The OpenAPI document it gives."""
        if self._document is not None:
            return self._document
        return describe(self._title, self.answers, signed_in=self._accounts is not None)

    def end_sessions(self) -> None:
        """Sign everybody out behind their backs."""
        self._tokens.clear()

    async def _handle(self, request: httpx.Request) -> httpx.Response:
        received = Received(
            request.method,
            request.url.path,
            dict(request.url.params),
            request.headers,
            await request.aread(),
        )
        own = self._own_answer(received)
        if own is not None:
            return own
        route, params = self._match(received)
        received = replace(received, params=params)
        self.requests.append(received)
        if self._accounts is not None and self._user(received) is None:
            return _response((401, {"detail": "Not authenticated"}))
        if route is None:
            known = any(_fits(path, received.path) is not None for _, path in map(_split, self.answers))
            return _response((405, {"detail": "Method Not Allowed"}) if known else (404, {"detail": "Not Found"}))
        answer = self.answers[route]
        if callable(answer):
            answer = answer(received)
            if inspect.isawaitable(answer):
                answer = await answer
        return _response(answer)

    def _own_answer(self, received: Received) -> httpx.Response | None:
        """The document and the accounts, where the test's own answers don't come first."""
        route = f"{received.method} {received.path}"
        if route in self.answers:
            return None
        match route:
            case "GET /openapi.json":
                return _response(self.document)
            case "POST /auth/token" if self._accounts is not None:
                return self._sign_in(received, self._accounts)
            case "GET /auth/me" if self._accounts is not None:
                return self._me(received)
            case "POST /auth/logout" if self._accounts is not None:
                return self._sign_out(received)
        return None

    def _sign_in(self, received: Received, accounts: Mapping[str, str]) -> httpx.Response:
        username, password = (received.form.get(name, "") for name in ("username", "password"))
        if accounts.get(username) != password:
            return _response((401, {"detail": "Incorrect email or password"}))
        self._issued += 1
        token = f"token-{self._issued}"
        self._tokens[token] = username
        return _response({"access_token": token, "token_type": "bearer"})

    def _me(self, received: Received) -> httpx.Response:
        user = self._user(received)
        return _response({"email": user} if user else (401, {"detail": "Not authenticated"}))

    def _sign_out(self, received: Received) -> httpx.Response:
        self._tokens.pop(_token(received), None)
        return _response((204, None))

    def _user(self, received: Received) -> str | None:
        return self._tokens.get(_token(received))

    def _match(self, received: Received) -> tuple[str | None, dict[str, str]]:
        """The route for a request; one without {braces} comes before one with."""
        for route in sorted(self.answers, key=lambda each: each.count("{")):
            method, path = _split(route)
            if method == received.method and (params := _fits(path, received.path)) is not None:
                return route, params
        return None, {}


def _split(route: str) -> tuple[str, str]:
    method, _, path = route.partition(" ")
    return method.upper(), path


def _fits(pattern: str, path: str) -> dict[str, str] | None:
    wanted, parts = pattern.split("/"), path.split("/")
    if len(wanted) != len(parts):
        return None
    params: dict[str, str] = {}
    for want, part in zip(wanted, parts, strict=True):
        if want.startswith("{") and part:
            params[want.strip("{}")] = unquote(part)
        elif want != part:
            return None
    return params


def _token(received: Received) -> str:
    scheme, _, token = received.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


def _response(answer: Any) -> httpx.Response:
    if isinstance(answer, BaseException):
        raise answer
    if isinstance(answer, httpx.Response):
        return answer
    status, body = answer if isinstance(answer, tuple) else (200, answer)
    return httpx.Response(status) if status in (204, 304) else httpx.Response(status, json=body)
