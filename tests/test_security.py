from collections.abc import Mapping
from itertools import product

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from webapp.security import (
    SAFE_METHODS,
    CompressionMiddleware,
    CrossOriginMiddleware,
    SecurityHeadersMiddleware,
)

METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]
SITES = ["same-origin", "same-site", "cross-site", "none", "junk", None]
ORIGINS = {
    "http://testserver": True,
    "http://testserver:8080": False,
    "http://sub.testserver": False,
    "http://evil.example": False,
    "null": False,
    "http://[": False,
    "": False,
    None: True,
}


async def answer(request: Request) -> Response:
    return PlainTextResponse("text " * 400, headers={"X-Method": request.method})


def app(*middleware: Middleware) -> Starlette:
    return Starlette(routes=[Route("/", answer, methods=METHODS)], middleware=middleware)


async def ask(
    asked: Starlette, method: str = "GET", headers: Mapping[str, str] | None = None, scheme: str = "http"
) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(asked), base_url=f"{scheme}://testserver") as client:
        return await client.request(method, "/", headers=headers)


def expected(method: str, site: str | None, origin: str | None) -> int:
    if method in SAFE_METHODS:
        return 200
    if site is not None:
        return 200 if site in ("same-origin", "none") else 403
    return 200 if ORIGINS[origin] else 403


@pytest.mark.parametrize("method", METHODS)
async def test_only_writes_that_another_site_started_are_stopped(method: str) -> None:
    guarded = app(Middleware(CrossOriginMiddleware))

    for site, origin in product(SITES, ORIGINS):
        headers = {}
        if site is not None:
            headers["Sec-Fetch-Site"] = site
        if origin is not None:
            headers["Origin"] = origin
        response = await ask(guarded, method, headers)
        assert response.status_code == expected(method, site, origin), (method, site, origin)


async def test_the_public_origin_counts_where_it_is_configured_not_the_host_header() -> None:
    guarded = app(Middleware(CrossOriginMiddleware, origin="https://app.example.com"))

    assert (await ask(guarded, "POST", {"Origin": "https://app.example.com"})).status_code == 200
    assert (await ask(guarded, "POST", {"Origin": "http://testserver"})).status_code == 403


async def test_a_refusal_says_what_happened_and_what_it_depends_on() -> None:
    response = await ask(app(Middleware(CrossOriginMiddleware)), "POST", {"Sec-Fetch-Site": "cross-site"})

    assert "another site" in response.text
    assert response.headers["vary"] == "Sec-Fetch-Site, Origin"


async def test_every_answer_carries_the_security_headers() -> None:
    response = await ask(app(Middleware(SecurityHeadersMiddleware)))

    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "same-origin"
    assert response.headers["cross-origin-opener-policy"] == "same-origin"
    assert "strict-transport-security" not in response.headers


async def test_a_part_that_a_script_asks_for_carries_nothing_about_windows() -> None:
    response = await ask(app(Middleware(SecurityHeadersMiddleware)), headers={"Sec-Fetch-Dest": "empty"})

    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert "permissions-policy" not in response.headers


@pytest.mark.parametrize(
    ("scheme", "https", "sent"), [("https", None, True), ("http", True, True), ("https", False, False)]
)
async def test_hsts_is_sent_over_https_only(scheme: str, https: bool | None, sent: bool) -> None:
    response = await ask(app(Middleware(SecurityHeadersMiddleware, https=https)), scheme=scheme)

    assert ("strict-transport-security" in response.headers) is sent


async def test_a_page_may_have_a_policy_of_its_own() -> None:
    async def own(_: Request) -> Response:
        return PlainTextResponse("x", headers={"Content-Security-Policy": "sandbox"})

    response = await ask(Starlette(routes=[Route("/", own)], middleware=[Middleware(SecurityHeadersMiddleware)]))

    assert response.headers.get_list("content-security-policy") == ["sandbox"]


@pytest.mark.parametrize(
    ("site", "compressed"),
    [("same-origin", True), ("none", True), ("cross-site", False), ("same-site", False), (None, False)],
)
async def test_answers_are_compressed_unless_another_site_may_have_asked(site: str | None, compressed: bool) -> None:
    headers = {"Accept-Encoding": "gzip", **({"Sec-Fetch-Site": site} if site else {})}

    response = await ask(app(Middleware(CompressionMiddleware)), headers=headers)

    assert (response.headers.get("content-encoding") == "gzip") is compressed
    assert "Accept-Encoding" in response.headers["vary"]
    assert response.text == "text " * 400


@pytest.mark.parametrize("media_type", ["text/css; charset=utf-8", "text/javascript"])
async def test_style_sheets_and_scripts_do_without_what_governs_documents(media_type: str) -> None:
    async def sheet(_: Request) -> Response:
        return Response("x", media_type=media_type)

    response = await ask(Starlette(routes=[Route("/", sheet)], middleware=[Middleware(SecurityHeadersMiddleware)]))

    assert "content-security-policy" not in response.headers
    assert response.headers["x-content-type-options"] == "nosniff"
