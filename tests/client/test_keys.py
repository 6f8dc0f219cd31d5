"""API keys, put where an API wants them and nowhere else."""

import json
import logging
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import httpx
import pytest

from tests.client.support import client
from webapp.client import Credentials, keys
from webapp.client.keys import ApiKey, with_keys, without_echoes, without_keys
from webapp.errors import NotFound

KEYS = (ApiKey("header", "X-Key", "h-1"), ApiKey("query", "appid", "q-1"), ApiKey("cookie", "sid", "c-1"))


async def test_each_key_goes_where_it_belongs() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={}, headers={"Set-Cookie": "mine=1; Path=/"})

    api = client(answer).for_session(Credentials(keys=KEYS))
    await api.request("GET", "/a", params={"x": "1"})
    await api.request("GET", "/b")

    assert api.signed_in
    assert str(seen[0].url) == "http://api.test/a?x=1&appid=q-1"
    assert str(seen[1].url) == "http://api.test/b?appid=q-1"
    assert seen[1].headers["x-key"] == "h-1"
    assert seen[1].headers["cookie"] == "sid=c-1; mine=1"


async def test_a_key_in_the_query_is_neither_logged_nor_sent_twice(caplog: pytest.LogCaptureFixture) -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        if request.url.path == "/old":
            return httpx.Response(307, headers={"Location": "/new?appid=q-1&x=1"})
        return httpx.Response(404, json={})

    caplog.set_level(logging.DEBUG)
    api = client(answer).for_session(Credentials(keys=KEYS))
    with pytest.raises(NotFound):
        await api.request("GET", "/old")

    assert seen[-1] == "http://api.test/new?x=1&appid=q-1"
    assert "q-1" not in caplog.text
    assert "q-1" not in repr(api.credentials)
    assert "q-1" not in repr(KEYS)


async def test_a_session_with_nothing_but_keys_ends_when_they_are_refused() -> None:
    api = client(lambda _: httpx.Response(401, json={})).for_session(Credentials(keys=KEYS))

    assert await api.get("/a") is None
    assert api.over
    assert not api.signed_in


def test_keys_are_kept_and_forgotten_with_everything_else() -> None:
    kept = Credentials.load(Credentials(keys=KEYS).dump())
    forgotten = Credentials(keys=KEYS)
    forgotten.clear()

    assert kept.keys == KEYS
    assert not forgotten.keys
    with pytest.raises(ValueError, match="send a key"):
        ApiKey.of("body", "k", "v")


@pytest.mark.parametrize(
    ("target", "kept"),
    [("/a?appid=1&b=2", "/a?b=2"), ("/a?app%69d=1", "/a"), ("/a", "/a"), ("/a?b=appid", "/a?b=appid")],
)
def test_a_key_that_an_api_wrote_into_a_target_is_taken_out(target: str, kept: str) -> None:
    assert without_keys(target, KEYS) == kept
    assert without_keys(target, KEYS[:1]) == target


def test_what_has_no_key_for_the_query_stays_as_it_is() -> None:
    assert with_keys("/a?b=1", KEYS[:1]) == "/a?b=1"


async def test_a_key_that_an_answer_repeats_in_its_links_is_taken_out_of_it() -> None:
    key = ApiKey("query", "key", "s3cr\u00e9t &1")
    sent = "s3cr%C3%A9t%20%261"
    written = (
        b'{"self": "http://api.test/a?key=%b", "next": "/a?key=%b\\u0026page=2",'
        b' "prev": "/a?page=1&key=s3cr%%c3%%a9t+%%261",'
        b' "last": "/a?x=1&amp;key=%b&amp;y=2", "other": "/a?key=%b0", "keyless": "/a?monkey=%b"}'
    )
    answer = httpx.Response(200, content=written % ((sent.encode(),) * 5))
    api = client(lambda _: answer).for_session(Credentials(keys=[key]))

    data = await api.get("/a")

    assert data == {
        "self": "http://api.test/a",
        "next": "/a?page=2",
        "prev": "/a?page=1",
        "last": "/a?x=1&amp;y=2",
        "other": f"/a?key={sent}0",
        "keyless": f"/a?monkey={sent}",
    }


async def test_a_key_that_an_error_repeats_is_taken_out_of_it() -> None:
    answer = httpx.Response(404, json={"detail": "Nothing at http://api.test/a?appid=q-1"})

    with pytest.raises(NotFound) as caught:
        await client(lambda _: answer).for_session(Credentials(keys=KEYS)).request("GET", "/a")

    assert caught.value.detail == "Nothing at http://api.test/a"


async def test_a_cookie_of_a_call_stands_beside_those_of_the_session() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={})

    await client(answer).for_session(Credentials(keys=KEYS)).request("GET", "/a", headers={"Cookie": "theme=dark"})

    assert seen[0].headers["cookie"] == "sid=c-1; theme=dark"


@pytest.mark.parametrize("value", ["q-1/", "k" * 6000, "K+%41 &"])
@pytest.mark.parametrize("spelled", [quote, quote_plus, lambda text: quote(quote(text)), str.swapcase, json.dumps])
def test_a_key_is_taken_out_of_an_answer_however_it_is_spelled(value: str, spelled: Callable[[str], str]) -> None:
    there = spelled(value).strip('"')
    key = ApiKey("query", "appid", value)

    def less(text: str) -> str:
        return without_echoes(text.encode(), (key,)).decode()

    assert less(f"<a href='/a?appid={there}&amp;x=1'>, /a?x=1&appid={there}, /b?APPID={there}") == (
        "<a href='/a?x=1'>, /a?x=1, /b"
    )
    assert less(f"/a?appid={there}\\u0026x=1 /a?appid=other") == "/a?x=1 /a?appid=other"
    assert less(f"/a?appid={there}&appid={there}, /a?appid={there}&appid={there}&x=1&appid={there}") == "/a, /a&x=1"
    assert less(f"/a?appid={there}x") == f"/a?appid={there}x"


def test_what_is_remembered_of_keys_is_what_their_parameters_are_called() -> None:
    before = keys._parameters.cache_info().currsize

    for number in range(5):
        without_echoes(b"?appid=1", (ApiKey("query", "appid", f"secret-{number}"),))

    assert keys._parameters.cache_info().currsize <= before + 1
