from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tests.security.asking import app, ask
from webapp import Settings, create_app
from webapp.errors import SettingsError
from webapp.security import SecurityHeadersMiddleware, sources
from webapp.testing import Browser, FakeAPI


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


async def test_pictures_come_from_the_hosts_that_may_know_who_looks() -> None:
    pictures = sources(("avatars.example.com", "*.example.net"))
    response = await ask(app(SecurityHeadersMiddleware, sources=pictures))

    policy = response.headers["content-security-policy"]
    assert "img-src 'self' https://avatars.example.com https://*.example.net data:;" in policy
    assert sources(("*",))["img-src"] == ["https:"]


async def test_what_stands_in_a_page_runs_if_its_hash_is_named() -> None:
    response = await ask(app(SecurityHeadersMiddleware, sources=sources((), ("'sha256-abc='",))))

    assert "; script-src 'self' 'sha256-abc='; style-src 'self';" in response.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("directive", "source"),
    [
        ("default-src", "'none'"),
        ("script-src", "'self'"),
        ("style-src", "'self'"),
        ("img-src", "'self' data:"),
        ("connect-src", "'self'"),
        ("form-action", "'self'"),
        ("base-uri", "'none'"),
        ("frame-ancestors", "'none'"),
    ],
)
async def test_no_page_tells_another_host_anything(directive: str, source: str) -> None:
    response = await ask(app(SecurityHeadersMiddleware))

    policy = dict(each.strip().split(" ", 1) for each in response.headers["content-security-policy"].split(";"))
    assert policy[directive] == source


async def test_a_picture_of_another_host_is_a_link_until_that_host_is_named() -> None:
    picture = "https://avatars.example.com/ada.png"
    shown = {}
    for hosts in ((), ("avatars.example.com",)):
        api = FakeAPI({"GET /people": [{"id": 1}], "GET /people/{id}": {"id": 1, "avatar": picture}}, accounts=None)
        made = create_app("http://api", transport=api.transport, settings=Settings(image_hosts=hosts))
        async with Browser(made) as browser:
            page = await browser.get("/people/1")
        shown[hosts] = (page.page.find(f'img[src="{picture}"]') is not None, picture in page.links.values())

    assert shown == {(): (False, True), ("avatars.example.com",): (True, True)}


@pytest.mark.parametrize("hosts", ["evil.example;", "a b", "https://a.example", "'unsafe-inline'", "*.*", "a/b"])
def test_a_host_that_would_end_the_policy_stops_the_start(hosts: str) -> None:
    with pytest.raises(SettingsError, match="WEBAPP_IMAGE_HOSTS"):
        Settings.from_env({"WEBAPP_IMAGE_HOSTS": hosts})


WINDOWS = {"x-frame-options", "cross-origin-opener-policy", "permissions-policy", "referrer-policy"}
DOCUMENTS = {*WINDOWS, "content-security-policy", "cross-origin-resource-policy"}
EVERYWHERE = {"x-content-type-options", "cache-control"}


def serving(answer: Response) -> Starlette:
    """An app that always answers the same, with the headers."""
    return Starlette(routes=[Route("/", lambda _: answer)], middleware=[Middleware(SecurityHeadersMiddleware)])


@pytest.mark.parametrize(
    ("media_type", "dest", "expected"),
    [
        ("text/html", "document", {*DOCUMENTS, *EVERYWHERE}),
        ("text/html", None, {*DOCUMENTS, *EVERYWHERE}),
        ("text/html", "empty", {*DOCUMENTS, *EVERYWHERE} - WINDOWS),
        ("image/png", "image", {*DOCUMENTS, *EVERYWHERE}),
        ("text/css", "style", EVERYWHERE),
        ("text/javascript", "script", EVERYWHERE),
        ("text/javascript", "empty", EVERYWHERE),
    ],
)
async def test_each_kind_of_answer_carries_what_governs_it(
    media_type: str, dest: str | None, expected: set[str]
) -> None:
    answer = await ask(serving(Response("x", media_type=media_type)), headers={"Sec-Fetch-Dest": dest} if dest else {})

    assert set(answer.headers) & {*DOCUMENTS, *EVERYWHERE} == expected


@pytest.mark.parametrize(
    ("sent", "vary"),
    [
        ({}, ["Cookie"]),
        ({"Cache-Control": "no-store"}, ["Cookie"]),
        ({"Cache-Control": "private, max-age=60"}, ["Cookie", "Sec-Fetch-Dest"]),
        ({"Vary": "HX-Request"}, ["HX-Request", "Cookie"]),
        ({"Vary": "cookie, HX-Request"}, ["cookie", "HX-Request"]),
        ({"Vary": "COOKIE", "Cache-Control": "no-cache"}, ["COOKIE", "Sec-Fetch-Dest"]),
        ({"Content-Type": "text/css", "Cache-Control": "public"}, []),
    ],
)
async def test_caches_are_told_what_an_answer_depends_on(sent: dict[str, str], vary: list[str]) -> None:
    answer = await ask(serving(Response("x", headers=sent)))

    assert [each.strip() for each in answer.headers.get("vary", "").split(",") if each] == vary


async def test_a_year_of_https_is_asked_for() -> None:
    answer = await ask(app(SecurityHeadersMiddleware), scheme="https")

    assert answer.headers["strict-transport-security"] == "max-age=31536000"


async def test_what_is_no_page_passes_untouched() -> None:
    seen: list[Any] = []

    async def inner(*connection: Any) -> None:
        seen.append(connection)

    connection = {"type": "websocket"}, object(), object()
    await SecurityHeadersMiddleware(inner)(*connection)  # type: ignore[arg-type]

    assert seen == [connection]


async def test_what_was_sent_reaches_the_app() -> None:
    async def echo(request: Request) -> Response:
        return Response(await request.body())

    echoing = Starlette(routes=[Route("/", echo, methods=["POST"])], middleware=[Middleware(SecurityHeadersMiddleware)])
    async with Browser(echoing) as browser:
        answer = await browser.fetch("POST", "/", content=b"typed")

    assert answer.text == "typed"
