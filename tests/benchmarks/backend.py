"""
The API that every contestant asks: as fast as Python serves, so that what is measured is the contestant.

Bodies are made once; an answer costs a look into a dict and a check that somebody is signed in.
"""

import asyncio
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Receive, Scope, Send

from tests.benchmarks.description import STATUSES, document

USERNAME = "ada@example.com"
PASSWORD = "engine-no-1"
NAME = "Ada Lovelace"
TOKEN = "t0ken." * 6

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


Answer = tuple[int, list[tuple[bytes, bytes]], bytes]
"""Status, headers and body."""
Endpoint = tuple[str, str]
"""Method and path."""


def username(number: int) -> str:
    """One of as many users as are needed; all have the same password."""
    return USERNAME.replace("@", f"+{number}@") if number else USERNAME


def create_backend() -> ASGIApp:
    """The API, as an ASGI app."""
    return answering(
        {
            ("GET", "/openapi.json"): answer(document()),
            ("GET", "/orders"): answer(page_of(ORDERS, 4321)),
            ("GET", "/customers"): answer(page_of(CUSTOMERS, len(CUSTOMERS))),
        }
    )


def answering(answers: Mapping[Endpoint, Answer], delays: Mapping[str, float] | None = None) -> ASGIApp:
    """An API that gives these answers to who is signed in, some paths after so many seconds, and takes sign-ins."""
    known = {("GET", "/auth/me"): answer({"id": 1, "name": NAME, "email": USERNAME}), **answers}
    waits = delays or {}

    async def backend(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        endpoint = (scope["method"], scope["path"])
        if endpoint == ("POST", "/auth/login"):
            status, headers, body = _log_in(await _body(receive))
        elif endpoint not in known:
            status, headers, body = answer({"detail": "Not Found"}, 404)
        elif scope["path"] == "/openapi.json":
            status, headers, body = known[endpoint]
        elif (number := _signed_in(scope)) is None:
            status, headers, body = answer({"detail": "Not authenticated"}, 401)
        elif number and scope["path"] == "/auth/me":
            status, headers, body = answer({"id": 1 + number, "name": NAME, "email": username(number)})
        else:
            status, headers, body = known[endpoint]
        if wait := waits.get(scope["path"]):
            await asyncio.sleep(wait)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return backend


def answer(data: Any, status: int = 200, *more: tuple[bytes, bytes]) -> Answer:
    """JSON, made once."""
    body = json.dumps(data, separators=(",", ":")).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    return status, [*headers, *more], body


def page_of(rows: list[dict[str, Any]], total: int) -> dict[str, Any]:
    """Rows as the API wraps them: the first page of so many."""
    return {"items": rows, "total": total, "page": 1, "size": len(rows)}


def _log_in(body: bytes) -> Answer:
    form = parse_qs(body.decode())
    found = _USERNAME.fullmatch(form.get("username", [""])[0])
    if found is None or form.get("password") != [PASSWORD]:
        return answer({"detail": "Wrong username or password"}, 401)
    token = TOKEN + (found[1] or "")
    cookie = f"access_token={token}; Path=/; HttpOnly; SameSite=Lax"
    return answer({"access_token": token, "token_type": "bearer"}, 200, (b"set-cookie", cookie.encode()))


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
