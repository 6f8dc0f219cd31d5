"""Compression: who gets it, what is left alone, what is said of it, and that pieces go out as they come."""

import gzip
import zlib
from collections.abc import AsyncIterator
from typing import Any

import anyio
import brotli
import httpx
import pytest
from backports import zstd
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Message

from tests.security.asking import app, ask
from webapp.codings import codings
from webapp.security import CompressionMiddleware

OWN = {"Sec-Fetch-Site": "same-origin"}
FOREIGN = {"Sec-Fetch-Site": "cross-site"}
BODY = "text " * 400
UNPACK = {"br": brotli.decompress, "zstd": zstd.decompress, "gzip": gzip.decompress}


@pytest.mark.parametrize(
    ("site", "compressed"),
    [("same-origin", True), ("none", True), ("cross-site", False), ("same-site", False), (None, False)],
)
async def test_answers_are_compressed_unless_another_site_may_have_asked(site: str | None, compressed: bool) -> None:
    headers = {"Accept-Encoding": "gzip", **({"Sec-Fetch-Site": site} if site else {})}

    response = await ask(app(CompressionMiddleware), headers=headers)

    assert (response.headers.get("content-encoding") == "gzip") is compressed
    assert "Accept-Encoding" in response.headers["vary"]
    assert response.text == BODY


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "br"),
        ("gzip, deflate, zstd", "zstd"),
        ("gzip;q=1, br;q=0.9", "gzip"),
        ("gzip;q=0, br;q=0", None),
        ("identity", None),
    ],
)
async def test_a_browser_gets_what_it_takes(accepted: str, coding: str | None) -> None:
    got = await raw(app(CompressionMiddleware), [("accept-encoding", accepted), *OWN.items()])

    assert got.headers.get("content-encoding") == coding
    assert got.headers["content-length"] == str(len(got.content))
    assert UNPACK.get(coding or "", bytes)(got.content) == BODY.encode()
    assert got.headers["vary"] == "Accept-Encoding"


async def test_a_header_that_comes_in_two_lines_is_one() -> None:
    lines = [("accept-encoding", "br;q=0"), ("accept-encoding", "zstd;q=0, gzip"), *OWN.items()]

    assert (await raw(app(CompressionMiddleware), lines)).headers["content-encoding"] == "gzip"


async def echo(request: Request) -> Response:
    """What was sent, in the coding that the request names."""
    coding = request.headers.get("x-coding")
    named = {"Content-Encoding": coding} if coding else {}
    return Response(await request.body(), headers={"Content-Type": "text/html", **named})


async def sent_to(headers: dict[str, str], body: bytes) -> httpx.Response:
    """How an app that echoes answers a post."""
    echoing = Starlette(routes=[Route("/", echo, methods=["POST"])], middleware=[Middleware(CompressionMiddleware)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(echoing), base_url="http://testserver") as client:
        return await client.post("/", headers={"Accept-Encoding": "gzip", **headers}, content=body)


@pytest.mark.parametrize("asked_by", [OWN, FOREIGN])
async def test_what_was_sent_reaches_the_app(asked_by: dict[str, str]) -> None:
    answer = await sent_to(asked_by, b"typed")

    assert answer.text == "typed"


@pytest.mark.parametrize(("length", "compressed"), [(499, False), (500, True)])
async def test_what_is_short_is_not_worth_compressing(length: int, compressed: bool) -> None:
    answer = await sent_to(OWN, b"x" * length)

    assert (answer.headers.get("content-encoding") == "gzip") is compressed


@pytest.mark.parametrize("asked_by", [OWN, FOREIGN])
async def test_who_asks_not_to_have_an_answer_compressed_is_heeded_and_not_quoted(asked_by: dict[str, str]) -> None:
    answer = await sent_to({**asked_by, "X-Coding": "identity"}, b"x" * 1000)

    assert "content-encoding" not in answer.headers
    assert answer.text == "x" * 1000
    assert "vary" not in answer.headers


@pytest.mark.parametrize("asked_by", [OWN, FOREIGN])
async def test_what_is_compressed_already_stays_as_it_is(asked_by: dict[str, str]) -> None:
    answer = await sent_to({**asked_by, "X-Coding": "gzip"}, gzip.compress(b"x" * 1000))

    assert (answer.headers["content-encoding"], answer.text) == ("gzip", "x" * 1000)


def answering(response: Response | Any) -> Starlette:
    """An app that answers so."""

    async def endpoint(request: Request) -> Response:
        made: Response = response
        return made

    return Starlette(routes=[Route("/", endpoint)], middleware=[Middleware(CompressionMiddleware)])


async def raw(asked: Any, headers: list[tuple[str, str]] | None = None) -> httpx.Response:
    """What the app sends, still packed."""
    sent: list[Message] = []

    async def receive() -> Message:
        await anyio.sleep_forever()
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(dict(message))

    lines = [("accept-encoding", "gzip"), *OWN.items()] if headers is None else headers
    scope: dict[str, Any] = {
        "type": "http", "method": "GET", "path": "/", "raw_path": b"/", "query_string": b"", "root_path": "",
        "http_version": "1.1", "scheme": "http", "server": ("app", 80), "client": ("127.0.0.1", 1), "state": {},
        "headers": [(name.lower().encode(), value.encode()) for name, value in lines],
    }  # fmt: skip
    await asked(scope, receive, send)
    start, *bodies = sent
    response = httpx.Response(start["status"], content=b"".join(body["body"] for body in bodies))
    # Put in afterwards, or httpx would unpack it.
    response.headers = httpx.Headers(start["headers"])
    response.extensions["pieces"] = [body["body"] for body in bodies]
    return response


@pytest.mark.parametrize(
    "response",
    [
        Response("x" * 5000, 206, {"Content-Range": "bytes 0-4999/9999"}, "text/html"),
        Response("x" * 5000, media_type="text/event-stream"),
        Response(b"x" * 5000, media_type="image/png"),
        Response(b"x" * 5000, media_type="application/zip"),
        Response(b"x" * 5000, media_type="application/octet-stream"),
        Response(b"x" * 5000),
        Response("x" * 5000, headers={"Cache-Control": "private, no-transform"}, media_type="text/html"),
        Response(b"x" * 5000, headers={"Content-Encoding": "br"}, media_type="text/css"),
        Response(None, 304, {"ETag": '"1"'}, "text/html"),
        Response(None, 204),
    ],
    ids=lambda response: f"{response.status_code} {response.media_type} {len(response.headers)}",
)
async def test_what_is_small_in_part_or_packed_by_nature_is_left_as_it_is(response: Response) -> None:
    got = await raw(answering(response))

    assert got.content == response.body
    assert got.headers.raw == response.raw_headers
    assert "vary" not in got.headers


@pytest.mark.parametrize(
    "media_type",
    ["text/html", "text/csv; charset=utf-8", "application/json", "application/problem+json", "image/svg+xml",
     "application/xml", "text/javascript", "application/x-ndjson", "TEXT/HTML"],
)  # fmt: skip
async def test_text_of_every_kind_is_packed(media_type: str) -> None:
    got = await raw(answering(Response("x" * 5000, headers={"Content-Type": media_type})))

    assert got.headers["content-encoding"] == "gzip"
    assert gzip.decompress(got.content) == b"x" * 5000


@pytest.mark.parametrize(
    ("etag", "told"), [('"v1"', 'W/"v1"'), ('W/"v1"', 'W/"v1"')], ids=["a strong one", "a weak one"]
)
async def test_an_etag_is_weak_when_the_bytes_are_others(etag: str, told: str) -> None:
    def response() -> Response:
        return Response("x" * 5000, headers={"ETag": etag}, media_type="text/html")

    packed = await raw(answering(response()))
    plain = await raw(answering(response()), [*OWN.items()])

    assert packed.headers["etag"] == told
    assert plain.headers["etag"] == etag
    assert plain.headers["vary"] == "Accept-Encoding"


async def test_what_an_answer_varies_by_already_stays() -> None:
    got = await raw(answering(Response("x" * 5000, headers={"Vary": "HX-Request, Cookie"}, media_type="text/html")))
    again = await raw(answering(Response("x" * 5000, headers={"Vary": "accept-encoding"}, media_type="text/html")))

    assert got.headers["vary"] == "HX-Request, Cookie, Accept-Encoding"
    assert again.headers["vary"] == "accept-encoding"


@pytest.mark.parametrize("coding", codings(), ids=lambda coding: str(coding.name))
async def test_pieces_go_out_as_they_come(coding: Any) -> None:
    seen: list[bytes] = []
    pieces = [b"id,title\n", b"1,Tea\n" * 40_000, b"", b"2,Rusks\n"]

    async def body() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    got = await raw(
        answering(StreamingResponse(body(), media_type="text/csv")), [("accept-encoding", coding.name), *OWN.items()]
    )

    assert got.headers["content-encoding"] == coding.name
    assert "content-length" not in got.headers
    assert UNPACK[coding.name](got.content) == b"".join(pieces)
    for piece in got.extensions["pieces"]:
        seen.append(piece)
        assert _so_far(coding.name, b"".join(seen)) == b"".join(pieces[: len(seen)])


def _so_far(name: str, packed: bytes) -> bytes:
    """What a browser has when only that much has come."""
    if name == "br":
        unpacking = brotli.Decompressor()
        found = [unpacking.process(packed)]
        while found[-1]:  # a call gives so much at most
            found.append(unpacking.process(b""))
        return b"".join(found)
    if name == "zstd":
        return bytes(zstd.ZstdDecompressor().decompress(packed))
    return zlib.decompressobj(31).decompress(packed)


async def test_an_answer_in_pieces_of_events_is_left_alone() -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"data: 1\n\n"
        yield b"data: 2\n\n"

    got = await raw(answering(StreamingResponse(body(), media_type="text/event-stream")))

    assert got.extensions["pieces"] == [b"data: 1\n\n", b"data: 2\n\n", b""]
    assert "content-encoding" not in got.headers


async def test_a_large_answer_is_packed_beside_the_loop() -> None:
    got = await raw(answering(PlainTextResponse("large " * 100_000)))

    assert gzip.decompress(got.content) == b"large " * 100_000
    assert got.headers["content-length"] == str(len(got.content))


async def test_what_is_no_page_passes_untouched() -> None:
    seen: list[tuple[Any, Any, Any]] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        seen.append((scope, receive, send))

    connection: Any = ({"type": "websocket"}, object(), object())
    await CompressionMiddleware(inner)(*connection)

    assert seen == [connection]
