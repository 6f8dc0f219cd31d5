"""A sentence from one page to the next: signed, short-lived, and said once."""

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from webapp.sessions import Notice, NoticeMiddleware, Notices, Session, Undo
from webapp.sessions.notices import SECONDS
from webapp.testing import Answer, Browser

UNDO = Undo("/undo", "Undo", (("path/id", "7"), ("next", "/things?q=ž")))
LEFT: dict[str, Notice] = {
    "plain": Notice("Done."),
    "undo": Notice("Deleted.", UNDO),
    "long": Notice("x" * 5000, Undo("/undo", fields=(("value", "y" * 5000),))),
}


STRANGER = Session(None)  # type: ignore[arg-type]


class WithSession:
    """Puts somebody's session in every request, as SessionMiddleware does."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            who = dict(scope["headers"]).get(b"x-who", b"").decode()
            scope.setdefault("state", {})["session"] = Session(None, id=who or None)  # type: ignore[arg-type]
        await self.app(scope, receive, send)


async def leave(request: Request) -> Response:
    notices: Notices = request.state.notices
    notices.leave(LEFT[request.path_params["name"]])
    return PlainTextResponse("left")


async def show(request: Request) -> Response:
    notices: Notices = request.state.notices
    return PlainTextResponse(repr(notices.take()))


async def nothing(_: Request) -> Response:
    return PlainTextResponse("nothing")


def app(keys: tuple[str, ...] = ("k" * 32,), *, https: bool | None = None) -> Starlette:
    routes = [Route("/leave/{name}", leave), Route("/show", show), Route("/nothing", nothing)]
    notices = Middleware(NoticeMiddleware, keys=keys, name="n", https=https)
    return Starlette(routes=routes, middleware=[Middleware(WithSession), notices])


def cookie(answer: Answer) -> str:
    return str(answer.headers.get("set-cookie", ""))


async def test_the_next_page_that_shows_it_says_it_and_no_other() -> None:
    async with Browser(app()) as browser:
        left = await browser.get("/leave/undo")
        await browser.get("/nothing")
        first, second = await browser.get("/show"), await browser.get("/show")

    assert "; Max-Age=60; Path=/; HttpOnly; SameSite=Lax" in cookie(left)
    assert first.text == repr(Notice("Deleted.", UNDO))
    assert "Max-Age=0" in cookie(first)
    assert (second.text, cookie(second)) == ("None", "")


async def test_a_page_that_is_made_ahead_leaves_it_to_one_that_is_surely_shown() -> None:
    async with Browser(app()) as browser:
        await browser.get("/leave/plain")
        ahead = await browser.fetch("GET", "/show", headers={"Sec-Purpose": "prefetch;prerender"})
        shown = await browser.get("/show")

    assert (ahead.text, cookie(ahead)) == ("None", "")
    assert shown.text == repr(Notice("Done."))


async def test_what_is_too_long_is_cut_and_loses_its_undo() -> None:
    async with Browser(app()) as browser:
        left = await browser.get("/leave/long")
        shown = await browser.get("/show")

    assert len(cookie(left)) < 4096
    assert shown.text == repr(Notice("x" * 300))


@pytest.mark.parametrize(
    "change", [lambda value: value[:-1], lambda value: "A" + value, lambda value: "", lambda value: "a.b.c"]
)
async def test_what_was_not_signed_here_is_not_said(change: Any) -> None:
    async with Browser(app()) as browser:
        left = await browser.get("/leave/plain")
        value = cookie(left).partition("n=")[2].partition(";")[0]
        shown = await browser.another().fetch("GET", "/show", headers={"Cookie": f"n={change(value)}"})

    assert shown.text == "None"


async def test_one_session_s_notice_is_not_another_s() -> None:
    async with Browser(app()) as browser:
        left = await browser.fetch("GET", "/leave/plain", headers={"X-Who": "alice"})
        sent = {"Cookie": cookie(left).partition(";")[0]}
        hers = await browser.fetch("GET", "/show", headers={**sent, "X-Who": "alice"})
        his = await browser.fetch("GET", "/show", headers={**sent, "X-Who": "bob"})

    assert (hers.text, his.text) == (repr(Notice("Done.")), "None")


async def test_it_is_said_within_a_minute_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Browser(app()) as browser:
        left = await browser.get("/leave/plain")
        sent = {"Cookie": cookie(left).partition(";")[0]}
        from itsdangerous import TimestampSigner

        now = TimestampSigner.get_timestamp
        monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda signer: now(signer) + SECONDS + 1)
        late = await browser.fetch("GET", "/show", headers=sent)

    assert late.text == "None"


async def test_a_key_that_was_replaced_still_verifies() -> None:
    old, new = "o" * 32, "n" * 32
    async with Browser(app((old,))) as browser:
        left = await browser.get("/leave/plain")
    async with Browser(app((new, old))) as browser:
        shown = await browser.fetch("GET", "/show", headers={"Cookie": cookie(left).partition(";")[0]})

    assert shown.text == repr(Notice("Done."))


@pytest.mark.parametrize(("https", "secure"), [(True, True), (False, False), (None, False)])
async def test_it_is_secure_where_the_page_is(https: bool | None, secure: bool) -> None:
    async with Browser(app(https=https)) as browser:
        left = await browser.fetch("GET", "/leave/plain")

    assert ("; Secure" in cookie(left)) is secure


@pytest.mark.parametrize(("scheme", "secure"), [("https", True), ("http", False)])
async def test_where_nobody_said_it_is_secure_if_this_request_is(scheme: str, secure: bool) -> None:
    async with Browser(app(), base_url=f"{scheme}://app.test") as browser:
        left = await browser.fetch("GET", "/leave/plain")

    assert ("; Secure" in cookie(left)) is secure


@pytest.mark.parametrize(
    ("mount", "path"),
    [({}, "/"), ({"root_path": ""}, "/"), ({"root_path": "/"}, "/"), ({"root_path": "/axX/"}, "/axX")],
)
async def test_it_is_for_where_the_app_is_mounted(mount: dict[str, str], path: str) -> None:
    async def under(scope: Any, receive: Any, send: Any) -> None:
        del scope["root_path"]
        await notices({**scope, **mount, "state": {"session": STRANGER}}, receive, send)

    async def leaving(scope: Any, receive: Any, send: Any) -> None:
        scope["state"]["notices"].leave(Notice("Done."))
        await PlainTextResponse("left")(scope, receive, send)

    notices = NoticeMiddleware(leaving, keys=("k" * 32,), name="n")
    async with Browser(under) as browser:
        left = await browser.fetch("GET", "/")

    assert f"; Path={path}; " in cookie(left)


async def test_it_is_found_among_other_cookies_and_taken_back_empty() -> None:
    async with Browser(app()) as browser:
        value = cookie(await browser.get("/leave/plain")).partition(";")[0]
        sent = {"Cookie": f"a=n; nn=1; {value};b=2"}
        shown = await browser.another().fetch("GET", "/show", headers=sent)
        elsewhere = await browser.another().fetch("GET", "/show", headers={"X-Note": value, "Cookie": "a=1"})

    assert shown.text == repr(Notice("Done."))
    assert cookie(shown).startswith("n=; Max-Age=0; ")
    assert (elsewhere.text, cookie(elsewhere)) == ("None", "")


@pytest.mark.parametrize(("scheme", "name"), [("http", "n"), ("https", "__Host-n")])
async def test_over_https_only_one_that_no_other_site_can_plant_is_shown(scheme: str, name: str) -> None:
    async with Browser(app(), base_url=f"{scheme}://app.test") as browser:
        left = cookie(await browser.fetch("GET", "/leave/plain"))
        value = left.partition("=")[2].partition(";")[0]
        told = [
            (await browser.another().fetch("GET", "/show", headers={"Cookie": f"{each}={value}"})).text
            for each in ("n", "__Host-n", "__Secure-n")
        ]

    assert left.startswith(f"{name}=")
    assert sorted(told) == sorted(["None", "None", repr(Notice("Done."))])
    assert told[["n", "__Host-n"].index(name)] == repr(Notice("Done."))


async def test_the_page_that_is_being_made_says_its_own() -> None:
    async def saying(scope: Any, receive: Any, send: Any) -> None:
        notices: Notices = scope["state"]["notices"]
        notices.say(Notice("Now."))
        await PlainTextResponse(repr(notices.take()))(scope, receive, send)

    wrapped = WithSession(NoticeMiddleware(saying, keys=("k" * 32,), name="n"))
    async with Browser(wrapped) as browser:
        shown = await browser.get("/")

    assert (shown.text, cookie(shown)) == (repr(Notice("Now.")), "")


async def test_what_is_no_request_passes_untouched() -> None:
    seen: list[Any] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        seen.append((scope, receive, send))

    scope, receive, send = {"type": "lifespan"}, object(), object()
    await NoticeMiddleware(inner, keys=("k" * 32,), name="n")(scope, receive, send)  # type: ignore[arg-type]

    assert seen == [(scope, receive, send)]


async def test_the_page_still_reads_what_was_sent() -> None:
    seen: list[Any] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        seen.append(receive)

    async def receive() -> Any:
        raise AssertionError("nobody reads here")

    scope = {"type": "http", "scheme": "http", "headers": [], "state": {"session": STRANGER}}
    await NoticeMiddleware(inner, keys=("k" * 32,), name="n")(scope, receive, receive)  # type: ignore[arg-type]

    assert seen == [receive]


def test_notices_are_signed_as_they_were_before() -> None:
    """An upgrade loses none of those that are on their way: how they are signed is as fixed as the key."""
    (signer,) = NoticeMiddleware(app(), keys=("k" * 32,), name="n")._signers

    assert signer.get_signature(b"WyIiLCJEb25lLiJd") == b"Ru1GDTPZWWImzDABpM9pzLVJOpcmMU3f-hG_Hv0MpAI"
