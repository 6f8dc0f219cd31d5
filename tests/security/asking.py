"""A tiny app behind one middleware, and how it is asked."""

from collections.abc import Mapping
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]


async def answer(request: Request) -> Response:
    """Two thousand letters, for every method."""
    return PlainTextResponse("text " * 400, headers={"X-Method": request.method})


def app(middleware: Any, **options: Any) -> Starlette:
    """The app behind a middleware."""
    return Starlette(routes=[Route("/", answer, methods=METHODS)], middleware=[Middleware(middleware, **options)])


async def ask(
    asked: Starlette, method: str = "GET", headers: Mapping[str, str] | None = None, scheme: str = "http"
) -> httpx.Response:
    """What the app answers."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(asked), base_url=f"{scheme}://testserver") as client:
        return await client.request(method, "/", headers=headers)
