"""Where no operation tells who one is, a page that strangers are refused does, once it has known somebody."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from webapp import Settings, create_app
from webapp.testing import Browser

SCHEMES = {
    "flow": {"type": "oauth2", "flows": {"password": {"scopes": {}, "tokenUrl": "/auth/token"}}},
    "bearer": {"type": "http", "scheme": "bearer"},
}
SECURED: dict[str, Any] = {
    "security": [{"flow": []}, {"bearer": []}],
    "responses": {"200": {"description": "OK", "content": {"application/json": {"schema": {"type": "array"}}}}},
}
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Flows", "version": "1"},
    "paths": {"/assets": {"get": SECURED}, "/pools": {"get": SECURED}},
    "components": {"securitySchemes": SCHEMES},
}


class Flows:
    """An API as Airflow is one: 401 for no token, 403 for one that it can't read, and no who-am-I."""

    def __init__(self, *, lets_see: bool = True) -> None:
        self.token = "t1"
        self.lets_see = lets_see
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path, told = request.url.path, request.headers.get("authorization")
        if path == "/openapi.json":
            return httpx.Response(200, json=DOCUMENT)
        if path == "/auth/token":
            return httpx.Response(201, json={"access_token": self.token})
        self.asked.append(path)
        if told is None:
            return httpx.Response(401, json={"detail": "Not authenticated"})
        if told != f"Bearer {self.token}":
            return httpx.Response(403, json={"detail": "Invalid JWT token"})
        if path == "/pools" or not self.lets_see:
            return httpx.Response(403, json={"detail": "Forbidden"})
        return httpx.Response(200, json=[])


async def test_a_page_that_one_may_not_see_ends_nothing() -> None:
    api = Flows()
    async with visit(api) as browser:
        forbidden = [(await browser.get("/pools")).status for _ in range(3)]

        assert (await browser.get("/assets")).status == 200

    assert forbidden == [403, 403, 403]
    assert api.asked.count("/assets") == 3  # at the sign-in, in doubt, and as a page


@pytest.mark.parametrize(("lets_see", "path"), [(True, "/login"), (False, "/pools")])
async def test_a_token_that_the_api_cannot_read_is_a_lost_session(lets_see: bool, path: str) -> None:
    """Whom the page never knew, it can't show to be unknown."""
    api = Flows(lets_see=lets_see)
    async with visit(api) as browser:
        api.token = "t2"
        lost = await browser.get("/pools")

    assert lost.path == path


@asynccontextmanager
async def visit(api: Flows) -> AsyncIterator[Browser]:
    """Somebody who is signed in."""
    app = create_app("http://api.test", transport=httpx.MockTransport(api), settings=Settings())
    async with Browser(app) as browser:
        await browser.sign_in("ada", "sesame")
        yield browser
