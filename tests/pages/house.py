"""The app as page tests drive it: on the demo API in process, or on an API that answers by script."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx

from webapp import Settings, create_app
from webapp.demo.app import create_demo
from webapp.testing import Browser

DEMO = ("demo@example.com", "demo-pass-123")

Scripted = httpx.Response | Exception


@asynccontextmanager
async def demo_browser(**settings: Any) -> AsyncIterator[Browser]:
    """A browser on the frontend of the demo API."""
    async with Browser(create_app(create_demo(), settings=Settings(**settings))) as browser:
        yield browser


@asynccontextmanager
async def scripted(
    answers: Mapping[str, Scripted], *, sign_in: bool = True, paths: Mapping[str, Any] | None = None
) -> AsyncIterator[Browser]:
    """
    A browser on the frontend of an API that answers what `answers` say by `METHOD /path`, and 404 to all else.

    Its document declares an OAuth2 password form at /auth/token (unless told not to) and the `paths`.
    """
    given = {"GET /openapi.json": httpx.Response(200, json=document(sign_in=sign_in, paths=paths)), **answers}

    def answer(request: httpx.Request) -> httpx.Response:
        said = given.get(f"{request.method} {request.url.path}", httpx.Response(404, json={"detail": "Not found"}))
        if isinstance(said, Exception):
            raise said
        return httpx.Response(said.status_code, headers=said.headers, content=said.content)

    app = create_app("http://api.test", transport=httpx.MockTransport(answer), settings=Settings())
    async with Browser(app) as browser:
        yield browser


def document(
    *, sign_in: bool = True, paths: Mapping[str, Any] | None = None, title: str = "Scripted"
) -> dict[str, Any]:
    """An OpenAPI document as FastAPI would write it."""
    form = {"type": "object", "required": ["username", "password"], "properties": {"username": TEXT, "password": TEXT}}
    token = {
        "/auth/token": {
            "post": {
                "operationId": "login",
                "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": form}}},
                "responses": {"200": {"description": "OK"}},
            }
        }
    }
    flow = {"type": "oauth2", "flows": {"password": {"scopes": {}, "tokenUrl": "/auth/token"}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1"},
        "paths": {**(token if sign_in else {}), **(paths or {})},
        "components": {"securitySchemes": {"password": flow} if sign_in else {}},
    }


TEXT = {"type": "string"}
