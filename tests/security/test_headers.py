import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tests.security.asking import app, ask
from webapp.security import SecurityHeadersMiddleware


async def test_every_answer_carries_the_security_headers() -> None:
    response = await ask(app(SecurityHeadersMiddleware))

    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "same-origin"
    assert response.headers["cross-origin-opener-policy"] == "same-origin"
    assert "strict-transport-security" not in response.headers


async def test_a_part_that_a_script_asks_for_carries_nothing_about_windows() -> None:
    response = await ask(app(SecurityHeadersMiddleware), headers={"Sec-Fetch-Dest": "empty"})

    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert "permissions-policy" not in response.headers


@pytest.mark.parametrize(
    ("scheme", "https", "sent"), [("https", None, True), ("http", True, True), ("https", False, False)]
)
async def test_hsts_is_sent_over_https_only(scheme: str, https: bool | None, sent: bool) -> None:
    response = await ask(app(SecurityHeadersMiddleware, https=https), scheme=scheme)

    assert ("strict-transport-security" in response.headers) is sent


async def test_a_page_may_have_a_policy_of_its_own() -> None:
    async def own(_: Request) -> Response:
        return PlainTextResponse("x", headers={"Content-Security-Policy": "sandbox"})

    response = await ask(Starlette(routes=[Route("/", own)], middleware=[Middleware(SecurityHeadersMiddleware)]))

    assert response.headers.get_list("content-security-policy") == ["sandbox"]


@pytest.mark.parametrize("media_type", ["text/css; charset=utf-8", "text/javascript"])
async def test_style_sheets_and_scripts_do_without_what_governs_documents(media_type: str) -> None:
    async def sheet(_: Request) -> Response:
        return Response("x", media_type=media_type)

    response = await ask(Starlette(routes=[Route("/", sheet)], middleware=[Middleware(SecurityHeadersMiddleware)]))

    assert "content-security-policy" not in response.headers
    assert response.headers["x-content-type-options"] == "nosniff"
