"""Guessing at an account by way of several processes of the command, and its owner meanwhile."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from urllib.parse import parse_qs, urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.pages.house import document
from tests.robustness.frontends import frontends
from tests.serving import serve
from tests.store.server import redis_server
from webapp.testing import Browser

TRIES, GUESSES = 10, 60


class Vault:
    """An API that knows ada's password, and counts who asks."""

    def __init__(self) -> None:
        self.asked = 0
        routes = [Route("/openapi.json", self._document), Route("/auth/token", self._token, methods=["POST"])]
        self.app = Starlette(routes=routes)

    async def _document(self, request: Request) -> JSONResponse:
        return JSONResponse(document())

    async def _token(self, request: Request) -> JSONResponse:
        self.asked += 1
        if parse_qs((await request.body()).decode())["password"] == ["right"]:
            return JSONResponse({"access_token": "t", "token_type": "bearer"})
        return JSONResponse({"detail": "no"}, 401)


async def guess(url: str, browser: Browser) -> int:
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": url}
    content = urlencode({"username": "ada", "password": "wrong"}).encode()
    return (await browser.fetch("POST", "/login", headers=headers, content=content)).status


async def test_three_processes_let_no_more_be_guessed_than_one_and_the_owner_in(figure: Callable[[str], None]) -> None:
    vault = Vault()
    with (
        redis_server() as redis,
        serve(vault.app) as api,
        frontends(api, redis.url, 3, WEBAPP_SIGN_IN_TRIES=str(TRIES)) as urls,
    ):
        async with AsyncExitStack() as browsers:
            owner, *strangers = [await browsers.enter_async_context(Browser(base_url=url)) for url in [urls[0], *urls]]
            await owner.sign_in("ada", "right")
            vault.asked = 0

            guesses = (guess(urls[number % 3], strangers[number % 3]) for number in range(GUESSES))
            statuses = await asyncio.gather(*guesses)
            reached = vault.asked
            await owner.sign_out()
            await owner.sign_in("ada", "right")

            assert (await owner.get("/-/account")).status == 200
    assert reached == TRIES
    assert statuses.count(429) == GUESSES - TRIES
    figure(f"{GUESSES} wrong passwords for one account by way of 3 processes: {reached} reach the API")
