import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from itsdangerous import TimestampSigner
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from webapp.client import APIClient
from webapp.sessions import Bounces, Instead, Session, SessionCookie, SessionMiddleware, SessionRegistry
from webapp.sessions.bounces import SECONDS

KEY = "k" * 32


def saying(text: str, status: int) -> Callable[[Request], Awaitable[ASGIApp]]:
    """A page that says so."""

    async def page(_: Request) -> ASGIApp:
        return PlainTextResponse(text, status)

    return page


INSTEAD = Instead(
    ended=saying("ended", 401), looping=saying("looping", 502), full=saying("full", 503), unknown=saying("unknown", 503)
)


class Slow:
    """A handler that waits to be told to go on."""

    def __init__(self) -> None:
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()


SLOW = Slow()


@pytest.fixture(autouse=True)
def slow() -> None:
    SLOW.begun, SLOW.go_on = asyncio.Event(), asyncio.Event()


async def waiting(browser: httpx.AsyncClient, path: str) -> asyncio.Task[httpx.Response]:
    """A request, up to where its handler waits."""
    answer = asyncio.create_task(browser.get(path))
    await SLOW.begun.wait()
    return answer


def backend(request: httpx.Request) -> httpx.Response:
    """An API that knows the token `good` and nothing else."""
    if request.headers.get("authorization") == "Bearer good":
        return httpx.Response(200, json={"name": "Ada"})
    return httpx.Response(401, json={"detail": "no"})


async def show(request: Request) -> Response:
    session: Session = request.state.session
    assert request.state.api is session.api
    told = {"user": session.user, "kept": session.kept, "client": id(session.api)}
    counted = {"counted_as": session.api.credentials.counted_as}
    return JSONResponse({**told, **counted, "owner": session.owner, "ending": session.ending})


async def sign_in(request: Request) -> Response:
    token = request.query_params.get("token", "good")
    api: APIClient = request.state.api
    owner = request.query_params.get("owner", "ada")
    request.state.session = Session.begin(api.with_bearer(token), user="Ada", owner=owner)
    return PlainTextResponse("in")


async def add(request: Request) -> Response:
    """A handler that takes its time to add to a session."""
    before: Session = request.state.session
    SLOW.begun.set()
    await SLOW.go_on.wait()
    api = before.api.with_bearer("more") if "anew" in request.query_params else before.api.for_session()
    request.state.session = Session.follow(
        before, api, user="Ada", owner=request.query_params.get("owner", "ada"), gained="more"
    )
    return PlainTextResponse("added")


async def sign_out(request: Request) -> Response:
    request.state.session = Session.stranger(request.state.api)
    return PlainTextResponse("out")


async def sign_out_slowly(request: Request) -> Response:
    SLOW.begun.set()
    await SLOW.go_on.wait()
    return await sign_out(request)


async def ask(request: Request) -> Response:
    """A page that doesn't look at what became of its call."""
    return JSONResponse(await request.state.api.get("/me"))


async def wait(request: Request) -> Response:
    SLOW.begun.set()
    await SLOW.go_on.wait()
    return PlainTextResponse("private")


async def trickle(request: Request) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"private"
        SLOW.begun.set()
        await SLOW.go_on.wait()
        yield b"more of it"

    return StreamingResponse(pieces())


async def cease(request: Request) -> Response:
    """A stream that stops by itself."""

    async def pieces() -> AsyncIterator[bytes]:
        yield b"private"
        SLOW.begun.set()
        await SLOW.go_on.wait()

    return StreamingResponse(pieces())


def house(
    *,
    path: str = "",
    https: bool | None = None,
    clock: Callable[[], float] = lambda: 0.0,
    capacity: int = 1000,
    instead: Instead = INSTEAD,
    on_closed: Callable[[Session], None] | None = None,
) -> tuple[Starlette, SessionRegistry]:
    registry = SessionRegistry(
        idle=60, lifetime=600, capacity=capacity, per_owner=1000, clock=clock, on_closed=on_closed
    )
    pool = httpx.MockTransport(backend)
    app = Starlette(
        routes=[
            Route("/", show),
            Route("/in", sign_in),
            Route("/add", add),
            Route("/out", sign_out),
            Route("/slowly-out", sign_out_slowly),
            Route("/ask", ask, methods=["GET", "POST"]),
            Route("/slow", wait),
            Route("/long", trickle),
            Route("/ceasing", cease),
        ],
        middleware=[
            Middleware(
                SessionMiddleware,
                registry=registry,
                cookie=SessionCookie([KEY], name="webapp_session", max_age=600),
                client=lambda: APIClient("http://api", transport=pool),
                bounces=Bounces([KEY], name="bounces"),
                instead=instead,
                https=https,
            )
        ],
    )
    return (Starlette(routes=[Mount(path, app)]) if path else app), registry


def browser(app: ASGIApp, scheme: str = "http") -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"{scheme}://testserver")


async def test_a_stranger_gets_a_client_but_no_cookie_and_is_not_kept() -> None:
    app, registry = house()
    async with browser(app) as stranger:
        first, second = await stranger.get("/"), await stranger.get("/")

    assert "set-cookie" not in first.headers
    assert first.json()["kept"] is False
    assert first.json()["user"] is second.json()["user"] is None
    assert len(registry) == 0


async def test_strangers_cost_nothing_however_many_come() -> None:
    app, registry = house()
    async with browser(app) as stranger:
        for _ in range(100):
            await stranger.get("/", headers={"Cookie": "webapp_session=planted"})

    assert len(registry) == 0


async def test_a_signed_in_browser_keeps_its_one_client() -> None:
    app, registry = house()
    async with browser(app) as ada:
        await ada.get("/in")
        first, second = (await ada.get("/")).json(), (await ada.get("/")).json()

    assert first == second
    assert first["user"] == "Ada"
    assert len(registry) == 1


async def test_two_browsers_have_two_clients() -> None:
    app, registry = house()
    async with browser(app) as ada, browser(app) as bob:
        await ada.get("/in")
        await bob.get("/in")

        assert (await ada.get("/")).json()["client"] != (await bob.get("/")).json()["client"]
    assert len(registry) == 2


async def test_calls_are_counted_as_the_owners_and_those_of_strangers_as_their_addresses() -> None:
    app, _ = house()
    async with browser(app) as client:
        assert (await client.get("/")).json()["counted_as"] == "visitor 127.0.0.1"
        await client.get("/in?owner=ada")
        assert (await client.get("/")).json()["counted_as"] == "ada"
        await client.get("/out")
        assert (await client.get("/")).json()["counted_as"] == "visitor 127.0.0.1"
    nobody_knows_where = httpx.ASGITransport(app, client=("/run/proxy.sock", 0))
    async with httpx.AsyncClient(transport=nobody_knows_where, base_url="http://testserver") as client:
        assert (await client.get("/")).json()["counted_as"] == ""


async def test_an_unchanged_session_writes_no_cookie() -> None:
    app, _ = house()
    async with browser(app) as ada:
        await ada.get("/in")

        assert "set-cookie" not in (await ada.get("/")).headers


async def test_signing_in_again_gives_a_new_id_and_the_old_one_is_dead() -> None:
    app, registry = house()
    async with browser(app) as ada, browser(app) as thief:
        await ada.get("/in")
        thief.cookies.update(ada.cookies)
        old = dict(ada.cookies)
        await ada.get("/in")

        assert dict(ada.cookies) != old
        assert (await thief.get("/")).json()["kept"] is False
    assert len(registry) == 1


async def test_a_planted_id_is_never_adopted() -> None:
    app, _ = house()
    planted = SessionCookie([KEY], name="webapp_session", max_age=60).sign("planted")
    async with browser(app) as victim, browser(app) as attacker:
        victim.cookies.set("webapp_session", planted, domain="testserver.local")
        attacker.cookies.set("webapp_session", planted, domain="testserver.local")
        await victim.get("/in")

        assert (await attacker.get("/")).json()["kept"] is False


async def test_a_stale_cookie_before_the_living_one_signs_nobody_out() -> None:
    app, _ = house()
    signer = SessionCookie([KEY], name="webapp_session", max_age=60)
    async with browser(app) as ada:
        await ada.get("/in")
        living = ada.cookies["webapp_session"]
        ada.cookies.clear()
        both = f"webapp_session={signer.sign('ended')}; webapp_session={living}"

        assert (await ada.get("/", headers={"Cookie": both})).json()["kept"] is True


async def test_a_mount_point_cannot_write_attributes_of_the_cookie() -> None:
    app, _ = house(path="/{tenant}")
    async with browser(app) as ada:
        cookie = (await ada.get("/a%3BDomain=evil.example/in")).headers["set-cookie"]

    assert "; Path=/a%3BDomain%3Devil.example;" in cookie


async def test_signing_out_forgets_the_session_and_takes_the_cookie_back() -> None:
    app, registry = house()
    async with browser(app) as ada:
        await ada.get("/in")
        out = await ada.get("/out")

        assert "Max-Age=0" in out.headers["set-cookie"]
        assert (await ada.get("/")).json()["kept"] is False
    assert len(registry) == 0


async def test_a_session_that_the_api_ends_replaces_whatever_the_handler_answered() -> None:
    app, registry = house()
    async with browser(app) as ada:
        await ada.get("/in?token=expired")
        answer = await ada.get("/ask")

        assert (answer.status_code, answer.text) == (401, "ended")
        assert "Max-Age=0" in answer.headers["set-cookie"]
        assert (await ada.get("/")).json()["kept"] is False
    assert len(registry) == 0


async def test_a_strangers_401_is_the_handlers_own_business() -> None:
    app, _ = house()
    async with browser(app) as stranger:
        answer = await stranger.get("/ask")

    assert (answer.status_code, answer.json()) == (200, None)
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("scheme", "https", "name"),
    [
        ("http", None, "webapp_session"),
        ("https", None, "__Host-webapp_session"),
        ("http", True, "__Host-webapp_session"),
    ],
)
async def test_the_cookie_is_secure_over_https(scheme: str, https: bool | None, name: str) -> None:
    app, _ = house(https=https)
    async with browser(app, scheme) as ada:
        cookie = (await ada.get("/in")).headers["set-cookie"]

    assert cookie.startswith(f"{name}=")
    assert cookie.endswith("; Secure") is (name != "webapp_session")


async def test_under_a_sub_path_the_cookie_keeps_to_it() -> None:
    app, _ = house(path="/ui")
    async with browser(app) as ada:
        cookie = (await ada.get("/ui/in")).headers["set-cookie"]

        assert "; Path=/ui;" in cookie
        assert (await ada.get("/ui/")).json()["user"] == "Ada"


async def test_an_idle_session_is_a_strangers() -> None:
    now = 0.0
    app, _ = house(clock=lambda: now)
    async with browser(app) as ada:
        await ada.get("/in")
        now = 60.0

        assert (await ada.get("/")).json()["kept"] is False


async def test_what_is_not_http_passes_by() -> None:
    seen: list[Any] = []

    async def inner(*connection: Any) -> None:
        seen.append(connection)

    middleware = SessionMiddleware(
        inner,
        registry=house()[1],
        cookie=SessionCookie([KEY], name="x", max_age=1),
        client=lambda: APIClient("http://api"),
        bounces=Bounces([KEY], name="bounces"),
        instead=INSTEAD,
    )
    connection = {"type": "lifespan"}, object(), object()
    await middleware(*connection)  # type: ignore[arg-type]

    assert seen == [connection]


async def test_a_session_that_is_revoked_meanwhile_replaces_whatever_the_handler_answered() -> None:
    app, registry = house()
    async with browser(app) as ada:
        await ada.get("/in")
        answer = await waiting(ada, "/slow")
        await registry.end_all("ada", by="owner")
        SLOW.go_on.set()

        assert ((await answer).status_code, (await answer).text) == (401, "ended")


async def test_an_answer_that_comes_late_leaves_the_cookie_of_who_has_signed_in_again_meanwhile() -> None:
    app, _ = house()
    async with browser(app) as ada:
        await ada.get("/in")
        late = await waiting(ada, "/slow")
        await ada.get("/out")
        await ada.get("/in")
        SLOW.go_on.set()

        assert (await late).text == "ended"
        assert (await ada.get("/")).json()["kept"] is True


async def test_an_answer_that_is_going_out_is_broken_off_when_its_session_is_revoked() -> None:
    app, registry = house()
    async with browser(app) as ada:
        await ada.get("/in")
        answer = await waiting(ada, "/long")
        await registry.end_all("ada", by="owner")
        SLOW.go_on.set()

        with pytest.raises(ClientDisconnect):
            await answer


async def test_a_stream_that_stops_by_itself_when_its_session_is_revoked_is_whole() -> None:
    app, registry = house()
    async with browser(app) as ada:
        await ada.get("/in")
        answer = await waiting(ada, "/ceasing")
        await registry.end_all("ada", by="owner")
        SLOW.go_on.set()

        assert (await answer).text == "private"


async def test_what_is_answered_instead_may_read_what_was_sent() -> None:
    async def ended(_: Request) -> ASGIApp:
        async def echo(scope: Scope, receive: Receive, send: Send) -> None:
            sent = await Request(scope, receive).body()
            await PlainTextResponse(sent, 401)(scope, receive, send)

        return echo

    app, _ = house(instead=replace(INSTEAD, ended=ended))
    async with browser(app) as ada:
        await ada.get("/in?token=expired")

        assert (await ada.post("/ask", content=b"typed")).text == "typed"


async def test_of_several_sessions_that_have_ended_the_first_that_is_known_says_whose_the_browser_is() -> None:
    app, registry = house()
    signer = SessionCookie([KEY], name="webapp_session", max_age=60)
    held: list[str] = []
    for owner in ("ada", "bob"):
        async with browser(app) as leaving:
            await leaving.get(f"/in?owner={owner}")
            held.append(leaving.cookies["webapp_session"])
        await registry.end_all(owner, by="owner" if owner == "ada" else "operator")
    sent = "; ".join(f"webapp_session={each}" for each in (signer.sign("unknown"), *held))
    async with browser(app) as returning:
        told = (await returning.get("/", headers={"Cookie": sent})).json()

    assert (told["owner"], told["ending"]) == ("ada", "elsewhere")


async def test_at_the_cap_signing_in_is_a_503_and_nobody_else_notices() -> None:
    app, registry = house(capacity=1)
    async with browser(app) as ada, browser(app) as bob:
        await ada.get("/in")
        refused = await bob.get("/in?owner=bob")

        assert (refused.status_code, refused.text) == (503, "full")
        assert "Max-Age=0" in refused.headers["set-cookie"]
        assert (await bob.get("/")).json()["kept"] is False
        assert (await ada.get("/")).json()["kept"] is True
        assert (await ada.get("/in")).status_code == 200
    assert len(registry) == 1


async def test_being_sent_to_sign_in_right_after_it_ends_after_three_rounds() -> None:
    app, _ = house()
    async with browser(app) as ada:
        for _ in range(3):
            await ada.get("/in?token=expired")
            assert (await ada.get("/ask")).text == "ended"
        await ada.get("/in?token=expired")

        assert (await ada.get("/ask")).text == "looping"


async def test_a_session_that_ends_later_is_no_round_and_a_forged_count_none_either() -> None:
    now = 0.0
    app, _ = house(clock=lambda: now)
    async with browser(app) as ada:
        for _ in range(6):
            await ada.get("/in?token=expired")
            now += 10
            assert (await ada.get("/ask")).text == "ended"
        ada.cookies.set("bounces", "3.AAAAAA.forged")
        await ada.get("/in?token=expired")

        assert (await ada.get("/ask")).text == "ended"


async def test_the_browser_and_address_of_a_session_are_known() -> None:
    app, registry = house()
    async with browser(app) as ada:
        await ada.get("/in", headers={"User-Agent": "Mozilla/5.0 (X11) " + "x" * 1000})

    (session,) = await registry.of_owner("ada")
    assert session.user_agent.startswith("Mozilla/5.0 (X11)")
    assert len(session.user_agent) == 256
    assert session.address == "127.0.0.1"


async def test_a_loop_and_a_full_house_are_told_to_the_operator(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "webapp.audit")
    app, _ = house(capacity=1)
    async with browser(app) as ada, browser(app) as bob:
        for _ in range(4):
            await ada.get("/in?token=expired")
            await ada.get("/ask")
        await ada.get("/in")
        await bob.get("/in?owner=bob")

    told = [each for each in caplog.records if each.name == "webapp.audit"]
    warned = [(each.__dict__["event"], each.__dict__["owner"]) for each in told if each.levelno > logging.INFO]
    assert warned == [("sign_in_loop", "ada"), ("sign_in_no_room", "bob")]
    ended = [each.__dict__["why"] for each in told if each.__dict__["event"] == "session_ended"]
    assert ended == ["refused by the API"] * 4


async def test_whose_session_has_ended_is_known_to_the_page_that_says_so() -> None:
    seen: list[Session] = []

    async def ended(request: Request) -> ASGIApp:
        seen.append(request.state.session)
        return PlainTextResponse("ended", 401)

    app, _ = house(instead=replace(INSTEAD, ended=ended))
    async with browser(app) as ada:
        await ada.get("/in?token=expired")
        await ada.get("/ask")

    (session,) = seen
    assert not session.kept
    assert (session.owner, session.ending) == ("ada", "ended")
    assert session.api.over


async def test_who_finds_no_room_is_told_of_no_session_that_ended() -> None:
    seen: list[Session] = []

    async def full(request: Request) -> ASGIApp:
        seen.append(request.state.session)
        return PlainTextResponse("full", 503)

    app, _ = house(capacity=0, instead=replace(INSTEAD, full=full))
    async with browser(app) as ada:
        await ada.get("/in")

    (session,) = seen
    assert (session.kept, session.ending) == (False, "")


async def test_signing_in_again_is_written_down_as_the_end_of_the_session_before(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "webapp.audit")
    app, _ = house()
    async with browser(app) as ada:
        await ada.get("/in")
        await ada.get("/in")

    told = [(each.__dict__["event"], each.__dict__.get("why")) for each in caplog.records]
    assert told == [("sign_in", None), ("session_ended", "signed in again"), ("sign_in", None)]


@pytest.mark.parametrize(("path", "name"), [("", "__Host-webapp_session"), ("/ui", "__Secure-webapp_session")])
async def test_what_is_taken_back_over_https_is_what_was_given(path: str, name: str) -> None:
    app, _ = house(path=path)
    async with browser(app, "https") as ada:
        await ada.get(f"{path}/in?token=expired")
        ended = await ada.get(f"{path}/ask")

    told = ended.headers.get_list("set-cookie")
    assert f"{name}=; Max-Age=0; Path={path or '/'}; HttpOnly; SameSite=Lax; Secure" in told
    (count,) = [each for each in told if each.startswith("bounces=")]
    assert count.endswith("; Secure")


async def test_a_loop_that_goes_on_is_stopped_each_time_until_it_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    app, _ = house()
    async with browser(app) as ada:
        answers = []
        for _ in range(8):
            await ada.get("/in?token=expired")
            answers.append((await ada.get("/ask")).text)
        now = TimestampSigner.get_timestamp
        monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda signer: now(signer) + SECONDS + 1)
        await ada.get("/in?token=expired")
        later = (await ada.get("/ask")).text

    assert answers == ["ended"] * 3 + ["looping"] * 5
    assert later == "ended"


async def test_a_session_that_held_for_a_while_is_no_part_of_a_loop() -> None:
    now = 0.0
    app, _ = house(clock=lambda: now)
    async with browser(app) as ada:
        for _ in range(4):
            await ada.get("/in?token=expired")
            await ada.get("/ask")
        await ada.get("/in?token=expired")
        now += 11

        assert (await ada.get("/ask")).text == "ended"


async def test_where_nobody_knows_who_is_asking_nothing_is_made_up() -> None:
    app, registry = house()

    async def unknown(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "client": None}, receive, send)

    async with browser(unknown) as ada:
        del ada.headers["user-agent"]
        await ada.get("/in")

    (session,) = await registry.of_owner("ada")
    assert (session.user_agent, session.address) == ("", "")
    assert session.id is None


async def test_where_nobody_says_where_the_app_is_mounted_the_cookie_is_for_all_of_it() -> None:
    app, _ = house()

    async def unmounted(scope: Any, receive: Any, send: Any) -> None:
        del scope["root_path"]
        await app(scope, receive, send)

    async with browser(unmounted) as ada:
        cookie = (await ada.get("/in")).headers["set-cookie"]

    assert "; Path=/;" in cookie
