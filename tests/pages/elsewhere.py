"""A frontend whose people sign in somewhere else, on an API and a provider that answer in process."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from starlette.types import ASGIApp

from tests.oidc.issuer import ISSUER, Issuer
from tests.pages.house import document
from webapp import Settings, create_app
from webapp.testing import Answer, Browser

APP = "http://testserver"
OPENID = {"type": "openIdConnect", "openIdConnectUrl": f"{ISSUER}/.well-known/openid-configuration"}
LIST = {"responses": {"200": {"content": {"application/json": {"schema": {"type": "array", "items": {}}}}}}}
PATHS = {"/orders": {"get": {**LIST, "security": [{"id": []}]}}}


class Api:
    """An API that takes the provider's tokens, and remembers which it was shown."""

    def __init__(self, schemes: Mapping[str, Any], paths: Mapping[str, Any] = PATHS) -> None:
        self.document = {**document(sign_in=False, paths=paths), "components": {"securitySchemes": schemes}}
        self.taken = {"Bearer access-of-authorization_code", "Bearer access-of-refresh_token"}
        self.shown: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/openapi.json":
            return httpx.Response(200, json=self.document)
        if request.url.path != "/orders":
            return httpx.Response(404, json={"detail": "Not found"})
        self.shown.append(request.headers.get("authorization", ""))
        if self.shown[-1] in self.taken:
            return httpx.Response(200, json=[{"id": 1, "item": "Tea"}])
        return httpx.Response(401, json={"detail": "Not signed in"})


@asynccontextmanager
async def frontend(
    issuer: Issuer, api: Api | None = None, base_url: str = APP, **settings: Any
) -> AsyncIterator[Browser]:
    """A browser on the frontend; the provider is the document's unless the settings say."""
    async with Browser(site(issuer, api, **settings), base_url=base_url) as browser:
        yield browser


def site(issuer: Issuer, api: Api | None = None, **settings: Any) -> ASGIApp:
    """The frontend itself."""
    api = api or Api({"id": OPENID})

    def answer(request: httpx.Request) -> httpx.Response:
        return issuer(request) if request.url.host == "id.test" else api(request)

    given = {"oidc_client_id": "web", "oidc_client_secret": "s3cret", "oidc_name": "Example ID", **settings}
    return create_app("http://api.test", transport=httpx.MockTransport(answer), settings=Settings(**given))


async def set_out(browser: Browser, issuer: Issuer, where: str = "/orders") -> str:
    """Follow the button to the provider; the state that it is to send back."""
    answer = await browser.fetch("GET", f"/-/oidc/start?{urlencode({'next': where})}")
    assert answer.status == 303, answer.main
    return issuer.note(answer.headers["location"])["state"]


async def come_back(browser: Browser, **query: str) -> Answer:
    """What comes of the provider's answer, without following it on."""
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    return await browser.fetch("GET", f"/-/oidc/callback?{urlencode(query)}", headers=headers)


async def sign_in(browser: Browser, issuer: Issuer, where: str = "/orders") -> Answer:
    """All the way there and back, to the page one wanted."""
    state = await set_out(browser, issuer, where)
    answer = await come_back(browser, code="c-1", state=state)
    assert "/login" not in answer.headers["location"], answer.headers["location"]
    return await browser.get(answer.headers["location"])


def query_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
