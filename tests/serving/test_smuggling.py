"""Bytes that could be read in two ways are read in none: over real sockets to the real process."""

import asyncio
from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.cli.process import serving, up
from tests.serving.smuggling import ALL, GET, HIDDEN, POST
from tests.serving.wire import exchange, statuses


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving("demo") as (url, _):
        up(url)
        yield int(url.rpartition(":")[2])


async def test_no_payload_gets_two_answers_and_what_is_odd_is_refused(port: int, figure: Callable[[str], None]) -> None:
    answers = await asyncio.gather(*(exchange(port, payload.pieces) for payload in ALL))

    found = {payload.name: statuses(answer) for payload, answer in zip(ALL, answers, strict=True)}
    twice = {name: codes for name, codes in found.items() if len(codes) > 1}
    figure(f"{len(ALL)} payloads that could be read in two ways: {len(twice)} had two answers")
    assert twice == {}
    wrong = {
        each.name: found[each.name] for each in ALL if not set(found[each.name]) <= each.allowed or not found[each.name]
    }
    assert wrong == {}


async def test_a_refusal_says_why_has_an_id_and_is_the_last_on_its_connection(port: int) -> None:
    answer = (await exchange(port, [b"GET / HTTP/1.1\r\n\r\n" + HIDDEN])).decode()

    head, _, body = answer.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 400 Bad Request\r\n")
    assert "connection: close" in head
    assert "x-request-id: " in head
    assert body == "A request names one host.\n"


PLAIN = [
    ("a plain request", GET + b"\r\n", [200]),
    ("one of HTTP/1.0, which needs no host", b"GET /-/livez HTTP/1.0\r\n\r\n", [200]),
    ("a whole URL of the same host", GET.replace(b"/-/", b"http://site.test/-/", 1) + b"\r\n", [200]),
    ("an address for a host", GET.replace(b"site.test", b"[::1]:8000") + b"\r\n", [200]),
    ("two after another", GET + b"\r\n" + GET + b"\r\n", [200, 200]),
    ("one that is followed by junk is answered still", GET + b"\r\n" + b"JUNK\r\n\r\n", [200]),
    (
        "chunks in order",
        POST + b"Transfer-Encoding: chunked\r\nOrigin: http://x.test\r\n\r\n3\r\na=b\r\n0\r\n\r\n",
        [403],
    ),
    (
        "an expectation that can be met",
        POST + b"Content-Length: 3\r\nExpect: 100-continue\r\nOrigin: http://x.test\r\n\r\na=b",
        [403],
    ),
    ("empty lines before it", b"\r\n\r\n" + GET + b"\r\n", [200]),
    ("60 KB of cookies", GET + b"Cookie: " + b"a" * 60_000 + b"\r\n\r\n", [200]),
]


async def test_what_is_in_order_is_answered(port: int) -> None:
    answers = await asyncio.gather(*(exchange(port, [data]) for _, data, _ in PLAIN))

    assert {name: statuses(answer) for (name, _, _), answer in zip(PLAIN, answers, strict=True)} == {
        name: wanted for name, _, wanted in PLAIN
    }


async def test_a_trailer_is_not_taken_for_a_header(port: int) -> None:
    """Behind a proxy that removes what browsers say of themselves, a trailer would say it after all."""
    body = b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\nX-Request-ID: from-a-trailer\r\n\r\n"

    answer = await exchange(port, [GET + body])

    assert statuses(answer) == [200]
    assert b"from-a-trailer" not in answer


async def test_a_body_one_byte_at_a_time_is_a_body(port: int) -> None:
    data = POST + b"Content-Length: 3\r\nOrigin: http://x.test\r\nConnection: close\r\n\r\na=b"

    answer = await exchange(port, [bytes([byte]) for byte in data], gap=0.001)

    assert statuses(answer) == [403]


async def test_the_server_still_serves_after_all_of_it(port: int) -> None:
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"http://127.0.0.1:{port}/-/livez")).text == "ok\n"
