"""The key of everybody, in every way that an API may write it."""

import gzip
import json
from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from tests.client.escapes import KEY, WAYS, plain
from tests.client.support import client
from webapp.client import APIClient
from webapp.client.hiding import hidden
from webapp.client.keys import ApiKey
from webapp.errors import Invalid

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")


def keyed(content: bytes, status: int = 200, **headers: str) -> APIClient:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return client(lambda _: httpx.Response(status, content=content, headers=told), api_key=KEY)


def leaks(*told: object) -> bool:
    return any(part in plain("".join(map(str, told))) for part in (KEY, "dEf/123"))


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("way", WAYS)
async def test_it_is_in_no_data_whatever_the_way(way: str, encoding: str) -> None:
    body = f'{{"told": "it is {WAYS[way](KEY)}, yes", "more": [{{"{WAYS[way](KEY)}": 1}}]}}'.encode(encoding)
    reply = await keyed(body, content_type="application/json").request("GET", "/")

    assert reply.data["told"].startswith("it is **")
    assert reply.data["told"].endswith(", yes")
    assert not leaks(reply.data, reply.text, reply.content.decode("latin-1"))


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/problem+json", ""])
@pytest.mark.parametrize("way", WAYS)
async def test_it_is_in_no_error_whatever_the_way(way: str, kind: str) -> None:
    body = f'{{"detail": "bad key {WAYS[way](KEY)}", "errors": {{"a": ["{WAYS[way](KEY)}"]}}}}'.encode()
    with pytest.raises(Invalid) as raised:
        await keyed(body, 422, content_type=kind).request("GET", "/")

    assert "bad key ***" in raised.value.detail
    assert not leaks(raised.value.detail, vars(raised.value))


@pytest.mark.parametrize("way", WAYS)
async def test_it_is_in_no_header_whatever_the_way(way: str) -> None:
    reply = await keyed(b"", link=f'</a?k={WAYS[way](KEY)}>; rel="next"').request("GET", "/")

    assert "</a?k=***>" in reply.headers["link"]
    assert not leaks(reply.headers)


@pytest.mark.parametrize("size", [1, 5, 1000])
@pytest.mark.parametrize("way", WAYS)
async def test_it_is_in_no_stream_whatever_the_way_and_wherever_it_is_cut(way: str, size: int) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), size):
            yield body[start : start + size]

    spelled = WAYS[way](KEY).encode()
    body = b"begins " + spelled + b" and AbC+/ and " + spelled + b" AbC"
    told = b"".join([piece async for piece in hidden(pieces(), ApiKey("header", "x", f"Bearer {KEY}"))])

    stars = b"*" * len(spelled)
    assert told == b"begins " + stars + b" and AbC+/ and " + stars + b" AbC"


async def test_what_is_no_part_of_it_is_not_waited_for() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for piece in (b"data: 1\n\n", b"data: Ab", b"C+\\", b"u002FdEx\n\n"):
            yield piece

    told = [piece async for piece in hidden(pieces(), ApiKey("header", "x", KEY))]

    assert told == [b"data: 1\n\n", b"data: ", b"AbC+\\u002FdEx\n\n"]


@pytest.mark.parametrize("made", [bytes, gzip.compress])
async def test_it_is_in_no_file_compressed_or_not(made: Callable[[bytes], bytes]) -> None:
    encoding = "identity" if made is bytes else "gzip"
    api = keyed(made(KEY.encode("utf-16")), content_type="text/csv; charset=utf-16", content_encoding=encoding)
    async with api.stream("GET", "/") as stream:
        told = await stream.read(1000)

    assert told.decode("utf-16") == "*" * len(KEY)


async def test_no_part_of_an_answer_is_asked_for_where_two_parts_would_tell_it() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=b"whole", headers={"Accept-Ranges": "bytes"})

    part = {"Range": "bytes=0-12", "If-Range": '"v1"', "Accept": "*/*"}
    reply = await client(answer, api_key=KEY).request("GET", "/", headers=part)
    usual = await client(answer).request("GET", "/", headers=part)

    assert "accept-ranges" not in reply.headers
    assert usual.headers["accept-ranges"] == "bytes"
    assert [("range" in each.headers, "if-range" in each.headers) for each in seen] == [(False, False), (True, True)]
    assert seen[0].headers["accept"] == "*/*"


@pytest.mark.parametrize("way", WAYS)
async def test_a_key_of_ones_own_in_the_query_is_taken_out_whatever_the_way(way: str) -> None:
    body = json.dumps({"a": 1})[:-1] + f', "self": "http://api.test/a?app_id={WAYS[way](KEY)}"}}'
    api = client(
        lambda _: httpx.Response(200, text=body, headers={"Content-Type": "application/json"}),
    )
    api.credentials.keys = (ApiKey("query", "app_id", KEY),)
    reply = await api.request("GET", "/a")

    assert reply.data["self"] == "http://api.test/a"
