"""The whole frontend while its sessions' store is away, full, empty or not to be written to."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import httpx
import pytest

from tests.oidc.issuer import Issuer
from tests.pages.elsewhere import OPENID, PATHS, Api, come_back, set_out, sign_in, site
from tests.store.server import RedisServer, redis_server
from webapp.app import create_app
from webapp.demo.app import create_demo
from webapp.settings import Settings
from webapp.testing import Answer, Browser

KEY = ("a key that is long enough to seal what is stored by it",)
ACCOUNT = ("demo@example.com", "demo-pass-123")
SIGN_IN = b"username=demo%40example.com&password=demo-pass-123"
CHANGE = "/-/operations/update-project?project_id=1"
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}

Figure = Callable[[str], None]


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with redis_server(persist=True) as found:
        yield found


@asynccontextmanager
async def signed_in(server: RedisServer) -> AsyncIterator[Browser]:
    app = create_app(create_demo(), settings=Settings(secret_key=KEY, session_store=server.url))
    async with Browser(app) as browser:
        await browser.sign_in(*ACCOUNT)
        assert (await browser.fetch("GET", "/projects")).status == 200
        yield browser


async def test_while_the_store_hangs_a_page_says_so_in_time_and_nobody_is_signed_out(
    server: RedisServer, figure: Figure
) -> None:
    async with signed_in(server) as browser, browser.another() as stranger:
        server.send(signal.SIGSTOP)
        try:
            began = time.monotonic()
            page = await browser.fetch("GET", "/projects")
            took = time.monotonic() - began
            login = await stranger.fetch("GET", "/login")
        finally:
            server.send(signal.SIGCONT)
        back = await browser.fetch("GET", "/projects")

    assert page.status == 503
    assert "You stay signed in" in page.text
    assert page.headers["retry-after"] == "2"
    assert "set-cookie" not in page.headers
    assert (login.status, back.status) == (200, 200)
    assert took < 5  # a hang would be for ever
    figure(f"a signed-in page while the store hangs: 503 after {took:.2f} s; a stranger's page: {login.status}")


async def test_a_fragment_says_it_too(server: RedisServer) -> None:
    async with signed_in(server) as browser:
        server.send(signal.SIGSTOP)
        try:
            part = await browser.fetch("GET", "/projects", headers={"HX-Request": "true", "HX-Target": "list"})
        finally:
            server.send(signal.SIGCONT)

    assert part.status == 503
    assert "You stay signed in" in part.text
    assert "hx-redirect" not in part.headers


async def test_a_sign_in_that_cannot_be_kept_is_none(server: RedisServer) -> None:
    async with signed_in(server) as browser, browser.another() as stranger:
        server.send(signal.SIGSTOP)
        try:
            answer = await stranger.fetch("POST", "/login", headers=FORM, content=SIGN_IN)
        finally:
            server.send(signal.SIGCONT)

    assert answer.status == 503
    assert "set-cookie" not in answer.headers


async def test_a_store_that_dies_and_comes_back_with_what_it_held_has_signed_nobody_out(server: RedisServer) -> None:
    async with signed_in(server) as browser:
        server.kill()
        assert (await browser.fetch("GET", "/projects")).status == 503
        server.start()

        assert (await browser.fetch("GET", "/projects")).status == 200


async def test_a_store_that_comes_back_empty_sends_everybody_to_sign_in_once(server: RedisServer) -> None:
    async with signed_in(server) as browser:
        with server.client() as client:
            client.flushall()

        away = await browser.fetch("GET", "/projects")
        await browser.sign_in(*ACCOUNT)
        back = await browser.fetch("GET", "/projects")

    assert (away.status, back.status) == (303, 200)
    assert (away.headers.get("location") or "").startswith("/login")


@pytest.mark.parametrize(
    "trouble", [("replicaof", "127.0.0.1 1"), ("maxmemory", "1")], ids=["a replica", "out of memory"]
)
async def test_a_store_that_cannot_be_written_to_keeps_those_who_are_signed_in(
    server: RedisServer, trouble: tuple[str, str]
) -> None:
    async with signed_in(server) as browser, browser.another() as stranger:
        with server.client() as client:
            if trouble[0] == "replicaof":
                client.execute_command("REPLICAOF", *trouble[1].split())
            else:
                client.config_set(*trouble)
        page = await browser.fetch("GET", "/projects")
        answer = await stranger.fetch("POST", "/login", headers=FORM, content=SIGN_IN)

    assert (page.status, answer.status) == (200, 503)
    assert "set-cookie" not in answer.headers


async def test_while_the_store_hangs_a_process_is_ready_but_degraded_and_alive(server: RedisServer) -> None:
    async with signed_in(server) as browser, browser.another() as balancer:
        before = await balancer.fetch("GET", "/-/readyz")
        server.send(signal.SIGSTOP)
        try:
            away = await ready_says(balancer, "degraded")
            alive = await balancer.fetch("GET", "/-/livez")
        finally:
            server.send(signal.SIGCONT)
        back = await ready_says(balancer, "ready")

    assert (before.status, before.json) == (200, {"status": "ready"})
    assert (away.status, alive.status, back.status) == (200, 200, 200)
    assert away.json["why"].startswith("The sessions' store can't be asked")


async def ready_says(browser: Browser, status: str) -> Answer:
    """The answer once it says so: it holds for a second."""
    until = time.monotonic() + 20
    while True:
        answer = await browser.fetch("GET", "/-/readyz")
        if answer.json["status"] == status or time.monotonic() > until:
            assert answer.json["status"] == status
            return answer
        await asyncio.sleep(0.1)


async def test_how_long_the_store_takes_and_what_it_does_not_answer_is_counted(server: RedisServer) -> None:
    settings = Settings(secret_key=KEY, session_store=server.url, metrics=True)
    app = create_app(create_demo(), settings=settings)
    async with Browser(app) as browser:
        await browser.sign_in(*ACCOUNT)
        server.send(signal.SIGSTOP)
        try:
            assert (await browser.fetch("GET", "/projects")).status == 503
        finally:
            server.send(signal.SIGCONT)
        metrics = await browser.fetch("GET", "/-/metrics")

    lines = dict(line.rsplit(" ", 1) for line in metrics.text.splitlines() if not line.startswith("#"))
    assert float(lines['webapp_store_errors_total{kind="TimeoutError"}']) >= 1
    assert float(lines["webapp_store_seconds_count"]) > float(lines['webapp_store_seconds_bucket{le="0.25"}']) > 0


async def test_a_sign_in_at_a_provider_is_begun_and_finished_once_the_store_is_back(server: RedisServer) -> None:
    issuer = Issuer()
    app = site(issuer, secret_key=KEY, session_store=server.url)
    async with Browser(app) as browser:
        state = await set_out(browser, issuer)
        server.send(signal.SIGSTOP)
        try:
            out = await browser.another().fetch("GET", "/-/oidc/start")
            back = await come_back(browser, code="c-1", state=state)
            login = await browser.fetch("GET", "/login")
            signed_out_there = await browser.fetch("GET", "/-/oidc/signed-out")
        finally:
            server.send(signal.SIGCONT)
        again = await come_back(browser, code="c-1", state=state)

    for answer in (out, back):
        assert (answer.status, answer.headers["retry-after"]) == (503, "2")
        assert "nothing is lost" in answer.text
        assert "set-cookie" not in answer.headers
    assert (login.status, signed_out_there.status) == (200, 303)
    assert again.headers["location"] == "/orders"
    assert [each.url.path for each in issuer.asked].count("/token") == 1


async def test_whoever_cannot_be_sent_on_to_the_provider_is_not_signed_out_yet(server: RedisServer) -> None:
    issuer, left_api = Issuer(), list[str]()

    class Leavable(Api):
        def __call__(self, request: httpx.Request) -> httpx.Response:
            if request.url.path == "/auth/logout":
                left_api.append(request.method)
                return httpx.Response(204)
            return super().__call__(request)

    api = Leavable({"id": OPENID}, {**PATHS, "/auth/logout": {"post": {"responses": {"204": {"description": "Out"}}}}})
    async with Browser(site(issuer, api, secret_key=KEY, session_store=server.url)) as browser:
        await sign_in(browser, issuer)
        with server.client() as client:
            client.config_set("maxmemory", "1")
        answer = await browser.fetch("POST", "/logout", headers=FORM)
        page = await browser.fetch("GET", "/orders")
        assert left_api == []
        with server.client() as client:
            client.config_set("maxmemory", "0")
        left = await browser.sign_out()

    assert (answer.status, page.status) == (503, 200)
    assert "set-cookie" not in answer.headers
    assert "Sign out at Example ID" in left.links
    assert left_api == ["POST"]


async def test_what_was_typed_is_not_sent_away_to_be_lost(server: RedisServer) -> None:
    """Who isn't signed in, and has typed something, is told to try again where it can't be kept for them."""
    app = create_app(create_demo(), settings=Settings(secret_key=KEY, session_store=server.url))
    form, content = "/-/operations/create-project", b"body/name=Apollo&body/key=APL"
    async with Browser(app) as browser:
        await browser.get("/login")
        server.send(signal.SIGSTOP)
        try:
            shown = await browser.fetch("GET", form)
            sent = await browser.fetch("POST", form, headers=FORM, content=content)
            part = await browser.fetch("POST", form, headers={**FORM, "HX-Request": "true"}, content=content)
            change = await browser.fetch("POST", CHANGE, headers=FORM, content=content)
        finally:
            server.send(signal.SIGCONT)
        again = await browser.fetch("POST", form, headers=FORM, content=content)
        await browser.sign_in(*ACCOUNT)
        back = await browser.get(form)

    assert shown.status == 200
    for answer in (sent, part, change):
        assert (answer.status, answer.headers["retry-after"]) == (503, "2")
        assert "set-cookie" not in answer.headers
    assert (again.status, again.headers["location"].partition("?")[0]) == (303, "/login")
    assert back.page.one("[name=body/name]").get("value") == "Apollo"
