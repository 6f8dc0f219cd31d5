"""
The API that every contestant asks: as fast as Python serves, so that what is measured is the contestant.

Bodies are made once; an answer costs a look into a dict and a check that somebody is signed in.
"""

import json
import re
from typing import Any
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Receive, Scope, Send

USERNAME = "ada@example.com"
PASSWORD = "engine-no-1"
NAME = "Ada Lovelace"
TOKEN = "t0ken." * 6

STATUSES = ("pending", "paid", "shipped", "returned")
PEOPLE = ("Grace Hopper", "Alan Turing", "Edsger Dijkstra", "Barbara Liskov", "Donald Knuth")

ORDERS: list[dict[str, Any]] = [
    {
        "id": 1000 + number,
        "reference": f"ORD-{2026000 + number}",
        "customer": PEOPLE[number % len(PEOPLE)],
        "status": STATUSES[number % len(STATUSES)],
        "total": round(19.9 + 37.45 * number, 2),
        "gift": number % 3 == 0,
        "placed_at": f"2026-03-{number + 1:02}T09:{number + 10}:00Z",
    }
    for number in range(20)
]
"""A page of 20 rows and 7 columns, 3 KB."""

CUSTOMERS: list[dict[str, Any]] = [
    {
        "id": 100 + number,
        "name": f"{PEOPLE[number % len(PEOPLE)]} {number}",
        "email": f"customer{number}@example.com",
        "city": ("Berlin", "Arlington", "Nuenen")[number % 3],
        "street": f"{number + 1} Analytical Engine Street",
        "active": number % 4 != 0,
        "since": f"20{number + 10}-01-15",
    }
    for number in range(12)
]
"""What a single call fetches, 2 KB."""


def username(number: int) -> str:
    """One of as many users as are needed; all have the same password."""
    return USERNAME.replace("@", f"+{number}@") if number else USERNAME


def create_backend() -> ASGIApp:
    """The API, as an ASGI app."""
    answers = _answers()

    async def backend(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        endpoint = (scope["method"], scope["path"])
        if endpoint == ("POST", "/auth/login"):
            status, headers, body = _log_in(await _body(receive))
        elif endpoint not in answers:
            status, headers, body = _answer({"detail": "Not Found"}, 404)
        elif scope["path"] == "/openapi.json":
            status, headers, body = answers[endpoint]
        elif (number := _signed_in(scope)) is None:
            status, headers, body = _answer({"detail": "Not authenticated"}, 401)
        elif number and scope["path"] == "/auth/me":
            status, headers, body = _answer({"id": 1 + number, "name": NAME, "email": username(number)})
        else:
            status, headers, body = answers[endpoint]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return backend


_Answer = tuple[int, list[tuple[bytes, bytes]], bytes]


def _answers() -> dict[tuple[str, str], _Answer]:
    return {
        ("GET", "/openapi.json"): _answer(document()),
        ("GET", "/auth/me"): _answer({"id": 1, "name": NAME, "email": USERNAME}),
        ("GET", "/orders"): _answer({"items": ORDERS, "total": 4321, "page": 1, "size": len(ORDERS)}),
        ("GET", "/customers"): _answer({"items": CUSTOMERS, "total": 12, "page": 1, "size": len(CUSTOMERS)}),
    }


def _answer(data: Any, status: int = 200, *more: tuple[bytes, bytes]) -> _Answer:
    body = json.dumps(data, separators=(",", ":")).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    return status, [*headers, *more], body


def _log_in(body: bytes) -> _Answer:
    form = parse_qs(body.decode())
    found = _USERNAME.fullmatch(form.get("username", [""])[0])
    if found is None or form.get("password") != [PASSWORD]:
        return _answer({"detail": "Wrong username or password"}, 401)
    token = TOKEN + (found[1] or "")
    cookie = f"access_token={token}; Path=/; HttpOnly; SameSite=Lax"
    return _answer({"access_token": token, "token_type": "bearer"}, 200, (b"set-cookie", cookie.encode()))


def _signed_in(scope: Scope) -> int | None:
    """The number of the user; None for a stranger."""
    headers = dict(scope["headers"])
    found = _BEARER.fullmatch(headers.get(b"authorization", b"")) or _COOKIE.search(headers.get(b"cookie", b""))
    return int(found[1] or 0) if found else None


_USERNAME = re.compile(re.escape(USERNAME).replace("@", r"(?:\+([0-9]+))?@"))
_BEARER = re.compile(rb"Bearer " + re.escape(TOKEN.encode()) + rb"([0-9]*)")
_COOKIE = re.compile(rb"access_token=" + re.escape(TOKEN.encode()) + rb"([0-9]*)")


async def _body(receive: Receive) -> bytes:
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def document() -> dict[str, Any]:
    """The API's OpenAPI document, as FastAPI would write it."""
    page = {"type": "integer", "minimum": 1, "default": 1}
    size = {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}
    paging = [{"name": "page", "in": "query", "schema": page}, {"name": "size", "in": "query", "schema": size}]
    status = {"name": "status", "in": "query", "schema": {"type": "string", "enum": list(STATUSES)}}
    search = {"name": "q", "in": "query", "schema": {"type": "string"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Orders", "version": "1"},
        "paths": {
            "/orders": {"get": _operation("List orders", "orders", "OrderPage", [*paging, search, status])},
            "/customers": {"get": _operation("List customers", "customers", "CustomerPage", [*paging, search])},
            "/auth/login": {"post": _login_operation()},
            "/auth/me": {"get": _operation("Me", "auth", "User", [])},
        },
        "components": {
            "schemas": {
                "Order": _object(
                    id={"type": "integer"},
                    reference={"type": "string"},
                    customer={"type": "string"},
                    status={"type": "string", "enum": list(STATUSES)},
                    total={"type": "number"},
                    gift={"type": "boolean"},
                    placed_at={"type": "string", "format": "date-time"},
                ),
                "Customer": _object(
                    id={"type": "integer"},
                    name={"type": "string"},
                    email={"type": "string", "format": "email"},
                    city={"type": "string"},
                    street={"type": "string"},
                    active={"type": "boolean"},
                    since={"type": "string", "format": "date"},
                ),
                "User": _object(id={"type": "integer"}, name={"type": "string"}, email={"type": "string"}),
                "OrderPage": _page_of("Order"),
                "CustomerPage": _page_of("Customer"),
            },
            "securitySchemes": {
                "password": {"type": "oauth2", "flows": {"password": {"tokenUrl": "/auth/login", "scopes": {}}}}
            },
        },
    }


def _operation(summary: str, tag: str, answer: str, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{answer}"}
    return {
        "summary": summary,
        "tags": [tag],
        "parameters": parameters,
        "security": [{"password": []}],
        "responses": {"200": {"description": "OK", "content": {"application/json": {"schema": schema}}}},
    }


def _login_operation() -> dict[str, Any]:
    form = _object(username={"type": "string"}, password={"type": "string", "format": "password"})
    token = _object(access_token={"type": "string"}, token_type={"type": "string"})
    return {
        "summary": "Log in",
        "tags": ["auth"],
        "requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": form}}},
        "responses": {"200": {"description": "OK", "content": {"application/json": {"schema": token}}}},
    }


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


def _page_of(name: str) -> dict[str, Any]:
    number = {"type": "integer"}
    items = {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}}
    return _object(items=items, total=number, page=number, size=number)
