"""A second operation that takes names and passwords is no way around the limits of the first."""

import logging
from typing import Any
from urllib.parse import parse_qs, urlencode

import httpx
import pytest

from webapp import Settings, create_app
from webapp.testing import Browser

FORM = {
    "required": True,
    "content": {
        "application/x-www-form-urlencoded": {
            "schema": {
                "type": "object",
                "required": ["username", "password"],
                "properties": {"username": {"type": "string"}, "password": {"type": "string", "format": "password"}},
            }
        }
    },
}


def login(name: str) -> dict[str, Any]:
    return {"post": {"operationId": name, "requestBody": FORM, "responses": {"200": {"description": "In"}}}}


DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Two", "version": "1"},
    "paths": {"/auth/jwt/login": login("jwt"), "/auth/cookie/login": login("cookie")},
    "components": {
        "securitySchemes": {
            "user": {"type": "oauth2", "flows": {"password": {"tokenUrl": "/auth/jwt/login", "scopes": {}}}}
        }
    },
}


class House:
    """A frontend of an API with two ways to post a password, that counts what reaches the second."""

    def __init__(self) -> None:
        self.asked = 0
        self.status = 400
        self.app = create_app("http://api.test", transport=httpx.MockTransport(self._answer), settings=Settings())

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/openapi.json":
            return httpx.Response(200, json=DOCUMENT)
        if request.url.path != "/auth/cookie/login":
            return httpx.Response(404, json={"detail": "Not Found"})
        self.asked += 1
        right = parse_qs(request.content.decode()).get("password") == ["right"]
        return httpx.Response(204) if right else httpx.Response(self.status, json={"detail": "LOGIN_BAD_CREDENTIALS"})


async def guess(browser: Browser, password: str, name: str = "victim") -> int:
    content = urlencode({"body/username": name, "body/password": password}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": "http://testserver"}
    answer = await browser.fetch("POST", "/-/operations/cookie", headers=headers, content=content)
    return answer.status


@pytest.mark.parametrize("status", [400, 401, 403, 422])
async def test_who_guesses_there_has_to_wait_as_at_the_sign_in(status: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "webapp.audit")
    house = House()
    house.status = status
    async with Browser(house.app) as browser:
        answers = [await guess(browser, f"guess-{number}") for number in range(30)]

        assert answers[-1] == 429
        assert house.asked == 10
        assert await guess(browser, "right") == 429
        assert house.asked == 10

    told = [each.__dict__["event"] for each in caplog.records if each.name == "webapp.audit"]
    assert told.count("sign_in_refused") == 10
    assert told.count("sign_in_throttled") == 21
    assert "guess" not in caplog.text


async def test_the_right_password_and_an_api_that_is_down_use_no_tries_up() -> None:
    house = House()
    async with Browser(house.app) as browser:
        for _ in range(12):
            assert await guess(browser, "right") < 400
        house.status = 503
        for _ in range(12):
            assert await guess(browser, "wrong") == 503

    assert house.asked == 24
