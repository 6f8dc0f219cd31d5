"""Whatever is wrong with the store, people are told so, keep their cookies, and see nobody else's pages."""

import asyncio
import json
import math
import shutil
import struct
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count

import pytest

from tests.cli.process import Process, serving, up
from tests.robustness.frontends import KEY, Page, all_signed_in, fetch
from tests.robustness.house import until
from tests.robustness.strict import PASSWORD, StrictAPI
from tests.serving import serve
from tests.store.server import RedisServer, redis_server
from webapp.sessions.session import key_of
from webapp.store import Sealer
from webapp.testing import Browser

OF_STORE = "a-password-of-the-store"
USER = ("--user", "webapp", "on", f">{OF_STORE}", "~*", "&*", "+@all")
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
RECOVERED_WITHIN = 30.0

numbers = count()


@dataclass(frozen=True)
class House:
    """Two processes of the command, the API behind them and the store beside them."""

    api: StrictAPI
    redis: RedisServer
    urls: list[str]
    processes: list[Process]

    async def people(self) -> dict[str, str]:
        """The cookies of two who are signed in, of whom each process knows both."""
        cookies = await all_signed_in(self.urls, [f"{name}-{next(numbers):03}" for name in ("ada", "bob")])
        assert {page.status for page in await self.pages(cookies)} == {200}
        return cookies

    async def pages(self, cookies: dict[str, str]) -> list[Page]:
        """What each of them is answered by each process: their own page, or none."""
        asked = [(name, url) for name in cookies for url in self.urls]
        pages = await asyncio.gather(*(fetch(url, cookies[name]) for name, url in asked))
        for (name, _), page in zip(asked, pages, strict=True):
            assert page.status != 200 or f"of {name}" in page.text
            assert not any(other in page.text for other in cookies if other != name)
        return list(pages)

    async def recovered(self, cookies: dict[str, str]) -> None:
        """Wait until each of them has their page again; whatever else they are told meanwhile, it isn't to sign in."""
        async with asyncio.timeout(RECOVERED_WITHIN):
            while statuses := {page.status for page in await self.pages(cookies)} - {200}:
                assert statuses == {503}

    async def try_to_sign_in(self) -> Page:
        """What somebody is answered who signs in."""
        async with Browser(base_url=self.urls[0]) as browser:
            content = f"username=eve&password={PASSWORD}".encode()
            answer = await browser.fetch("POST", "/login", headers=FORM, content=content)
        return Page(answer.status, answer.headers, answer.text, 0)

    def said(self, words: str) -> bool:
        """Whether it's in a log."""
        return any(words in process.said for process in self.processes)


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with house_on_a_store(persist=True) as found:
        yield found


@contextmanager
def house_on_a_store(*, persist: bool) -> Iterator[House]:
    api = StrictAPI("json")
    with ExitStack() as stack:
        at = stack.enter_context(serve(api.app))
        redis = stack.enter_context(redis_server(*USER, persist=persist))
        store = redis.url.replace("unix://", f"unix://webapp:{OF_STORE}@")
        began = [
            stack.enter_context(serving("run", at, WEBAPP_SESSION_STORE=store, WEBAPP_SECRET_KEY=KEY)) for _ in range(2)
        ]
        for url, _ in began:
            up(url)
        yield House(api, redis, [url for url, _ in began], [process for _, process in began])


@contextmanager
def read_only(redis: RedisServer) -> Iterator[None]:
    with redis.client() as client:
        client.execute_command("REPLICAOF", "127.0.0.1", "1")
        try:
            yield
        finally:
            client.execute_command("REPLICAOF", "NO", "ONE")


@contextmanager
def full(redis: RedisServer) -> Iterator[None]:
    with redis.client() as client:
        client.config_set("maxmemory", "1")
        try:
            yield
        finally:
            client.config_set("maxmemory", "0")


@contextmanager
def another_password(redis: RedisServer) -> Iterator[None]:
    with redis.client() as client:
        client.execute_command("ACL", "SETUSER", "webapp", "resetpass", ">another-password")
        client.execute_command("CLIENT", "KILL", "USER", "webapp")
        try:
            yield
        finally:
            client.execute_command("ACL", "SETUSER", "webapp", f">{OF_STORE}")


@contextmanager
def killed(redis: RedisServer) -> Iterator[None]:
    redis.kill()
    try:
        yield
    finally:
        redis.start()


TROUBLES = {
    "a read-only replica": (read_only, 200, "ReadOnlyError"),
    "out of memory": (full, 200, "OutOfMemoryError"),
    "another password": (another_password, 503, "invalid username-password pair"),
    "killed, and started with what it held": (killed, 503, "ConnectionError"),
}


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_a_store_in_trouble_keeps_everybody_signed_in_and_says_why(
    trouble: str, house: House, figure: Callable[[str], None]
) -> None:
    begin, status, logged = TROUBLES[trouble]
    cookies = await house.people()
    alarms = house.api.alarms
    with begin(house.redis):
        pages = await house.pages(cookies)
        stranger = await fetch(house.urls[0], path="/login")
        sign_in = await house.try_to_sign_in()
        house.api.expire()
        spent = await house.pages(cookies)
    await house.recovered(cookies)

    assert {page.status for page in pages} == {status}
    assert stranger.status == 200
    assert {page.status for page in [*spent, sign_in]} == {503}
    assert all("retry-after" in page.headers for page in [*pages, *spent, sign_in] if page.status == 503)
    assert not any("set-cookie" in page.headers for page in [*pages, *spent, sign_in, stranger])
    await until(lambda: house.said(logged))
    assert house.api.alarms == alarms
    figure(
        f"{trouble}: a page {status}, one whose access has to be renewed 503, a sign-in 503, a stranger's page 200; "
        f"the slowest after {max(page.took for page in [*pages, *spent]):.2f} s; 0 cookies taken back, 0 sign-outs"
    )


async def test_a_store_that_is_killed_and_comes_back_empty_has_everybody_sign_in_once_and_nobody_back_as_a_ghost(
    house: House,
) -> None:
    cookies = await house.people()
    house.redis.kill()
    shutil.rmtree(house.redis.path.parent / "appendonlydir")
    away = await house.pages(cookies)
    house.redis.start()

    gone = await house.pages(cookies)
    again = await all_signed_in(house.urls, list(cookies))
    back = await house.pages(again)
    ghosts = await house.pages(cookies)

    assert {page.status for page in away} == {503}
    assert not any("set-cookie" in page.headers for page in away)
    assert {(page.status, page.headers["location"].partition("?")[0]) for page in gone + ghosts} == {(303, "/login")}
    assert {page.status for page in back} == {200}
    with house.redis.client() as client:
        records = list(client.scan_iter("webapp_session:{*}"))
    assert len(records) == len(again)


async def test_a_store_that_only_makes_snapshots_comes_back_with_whoever_was_in_the_last() -> None:
    with house_on_a_store(persist=False) as house:
        known = await house.people()
        with house.redis.client() as client:
            client.save()
        later = await house.people()
        house.redis.kill()
        away = await house.pages(known)
        house.redis.start()
        await house.recovered(known)
        gone = await house.pages(later)
        again = await all_signed_in(house.urls, list(later))
        back = await house.pages({**known, **again})

    assert {page.status for page in away} == {503}
    assert not any("set-cookie" in page.headers for page in away)
    assert {(page.status, page.headers["location"].partition("?")[0]) for page in gone} == {(303, "/login")}
    assert {page.status for page in back} == {200}
    assert house.api.alarms == 0


def damaged(key: str, value: bytes) -> bytes:
    """A record that was changed behind our backs."""
    return _next(value) + value[8:-1] + bytes([value[-1] ^ 1])


async def test_a_record_that_is_not_even_a_string_is_nobodys_and_fails_none_that_are_asked_for_with_it(
    house: House,
) -> None:
    cookies = await house.people()
    ada, bob = cookies
    name = f"webapp_session:{{{key_of(cookies[ada].partition('=')[2].rpartition('.')[0])}}}"
    with house.redis.client() as client:
        client.delete(name)
        client.rpush(name, "not a record")
        hers, his = list[Page](), list[Page]()
        for _ in range(TOGETHER):
            pages = await asyncio.gather(*(fetch(url, cookies[who]) for who in (ada, bob) for url in house.urls))
            hers += pages[: len(house.urls)]
            his += pages[len(house.urls) :]
        assert await house.pages(await all_signed_in(house.urls, [ada]))

    assert {(page.status, page.headers["location"].partition("?")[0]) for page in hers} == {(303, "/login")}
    assert {page.status for page in his} == {200}
    await until(lambda: house.said("it's of another type"))
    assert not house.said("WRONGTYPE")


def of_a_newer_version(key: str, value: bytes) -> bytes:
    """A record that a later version of this has written."""
    sealer, name = Sealer([KEY]), f"webapp_session:{{{key}}}".encode()
    held = {**json.loads(sealer.open(name, value[16:])), "version": 99}
    return _next(value) + value[8:16] + sealer.seal(name, json.dumps(held).encode())


def _next(value: bytes) -> bytes:
    return struct.pack(">Q", struct.unpack(">Q", value[:8])[0] + 1)


def used_at_no_moment(key: str, value: bytes) -> bytes:
    """A record whose last use is infinitely far away."""
    return value[:8] + struct.pack(">d", math.inf) + value[16:]


VALUES = {
    "damaged": (damaged, 303, "can't be used"),
    "used at no moment": (used_at_no_moment, 303, "GET"),
    "of a newer version": (of_a_newer_version, 503, "made by a newer version"),
}
TOGETHER = 20
"""How often two people are asked for at once, so that they are by one question to the store."""


@pytest.mark.parametrize("kind", VALUES)
async def test_a_record_that_cannot_be_read_is_nobodys_page_and_costs_nobody_else_anything(
    kind: str, house: House
) -> None:
    change, status, logged = VALUES[kind]
    cookies = await house.people()
    ada, bob = cookies
    key = key_of(cookies[ada].partition("=")[2].rpartition(".")[0])
    name = f"webapp_session:{{{key}}}"
    with house.redis.client() as client:
        was = client.get(name)
        assert isinstance(was, bytes)
        client.set(name, change(key, was), keepttl=True)
        hers = await house.pages({ada: cookies[ada]})
        his = await house.pages({bob: cookies[bob]})

        assert {page.status for page in hers} == {status}
        assert {page.status for page in his} == {200}
        await until(lambda: house.said(logged))
        if status == 503:
            assert not any("set-cookie" in page.headers for page in hers)
            client.set(name, was, keepttl=True)
            await house.recovered(cookies)
