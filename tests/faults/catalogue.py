"""The faults, by name: each is what an API says, byte by byte, or that nobody says anything."""

import asyncio
import json
from collections.abc import Callable, Iterator

from tests.faults import bombs
from tests.faults.markers import ERROR_PAGE, HEADERS, INTERNALS, MARKUP, PAGE
from tests.faults.server import Exchange, Gone, Talk, head
from tests.faults.workshop import JSON

STATUSES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    410: "Gone",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}
WAITS = {429: "7", 503: "9"}
"""What is said in Retry-After."""
ELSEWHERE = "http://elsewhere.evil.example/things"
CHUNKED = "Transfer-Encoding: chunked"
HUGE = 300 * 1000 * 1000
_PIECE = b"x" * 65536


def refusing(status: int, *headers: str, page: bool = False) -> Talk:
    """An error: as a problem in JSON, or as the page of whatever stands before the API."""
    first = f"{status} {STATUSES[status]}"
    waits = (f"Retry-After: {WAITS[status]}",) if status in WAITS and not headers else ()
    said: dict[str, object] = {"detail": f"Not now, {MARKUP}"}
    if status == 422:
        said = {"detail": [{"loc": ["body", "name"], "msg": f"Not this, {MARKUP}", "input": INTERNALS}]}
    if status >= 500:
        said["trace"] = INTERNALS
    body, kind = (ERROR_PAGE, "text/html") if page else (json.dumps(said).encode(), "application/problem+json")

    async def talk(exchange: Exchange) -> None:
        await exchange.answer(body, f"Content-Type: {kind}", *HEADERS, *waits, *headers, status=first)

    return talk


def answering(body: bytes | Callable[[Exchange], bytes], *headers: str, status: str = "200 OK") -> Talk:
    """A whole answer that isn't what was hoped for."""

    async def talk(exchange: Exchange) -> None:
        await exchange.answer(body if isinstance(body, bytes) else body(exchange), *headers, status=status)

    return talk


def saying(*pieces: bytes) -> Talk:
    """Bytes, and then the end of the connection."""

    async def talk(exchange: Exchange) -> None:
        await exchange.say(*pieces)
        raise Gone

    return talk


def redirecting(status: int, where: str) -> Talk:
    """A redirect."""
    return answering(PAGE, f"Location: {where}", "Content-Type: text/html", status=f"{status} Elsewhere")


def packed(body: Callable[[], bytes], encoding: str, *, status: str = "200 OK") -> Talk:
    """A body that says it's compressed."""

    async def talk(exchange: Exchange) -> None:
        await exchange.answer(body(), f"Content-Encoding: {encoding}", status=status)

    return talk


async def no_content(exchange: Exchange) -> None:
    """That there is nothing."""
    await exchange.say(head("204 No Content"))


async def silence(exchange: Exchange) -> None:
    """Nothing, for as long as anybody listens."""
    await asyncio.Event().wait()


async def silence_in_headers(exchange: Exchange) -> None:
    """Half of the headers, and then nothing."""
    await exchange.say(b"HTTP/1.1 200 OK\r\nContent-Ty")
    await asyncio.Event().wait()


async def silence_in_body(exchange: Exchange) -> None:
    """Half of the body, and then nothing."""
    await exchange.say(head("200 OK", f"Content-Type: {exchange.kind}", "Content-Length: 100000"), exchange.body)
    await asyncio.Event().wait()


async def reset_in_headers(exchange: Exchange) -> None:
    """Half of the headers, and then a reset."""
    await exchange.say(b"HTTP/1.1 200 OK\r\nContent-Ty")
    await exchange.reset()


async def reset_in_body(exchange: Exchange) -> None:
    """Half of the body, and then a reset."""
    await exchange.say(head("200 OK", f"Content-Type: {exchange.kind}", "Content-Length: 100000"), exchange.body)
    await exchange.reset()


async def cut_in_body(exchange: Exchange) -> None:
    """Half of the body, and then the end."""
    await exchange.say(head("200 OK", f"Content-Type: {exchange.kind}", "Content-Length: 100000"), exchange.body)
    raise Gone


async def cut_in_chunks(exchange: Exchange) -> None:
    """A chunk, and then the end rather than the last one."""
    await exchange.say(head("200 OK", f"Content-Type: {exchange.kind}", CHUNKED), _chunk(exchange.body))
    raise Gone


async def junk_in_chunks(exchange: Exchange) -> None:
    """A chunk whose length isn't a number."""
    await exchange.say(head("200 OK", f"Content-Type: {exchange.kind}", CHUNKED) + b"many\r\n" + exchange.body)
    raise Gone


async def length_too_short(exchange: Exchange) -> None:
    """More of a body than its length says."""
    half = len(exchange.body) // 2
    await exchange.say(head("200 OK", f"Content-Type: {exchange.kind}", f"Content-Length: {half}") + exchange.body)
    raise Gone


async def long_text(exchange: Exchange) -> None:
    """One string of 300 MB."""
    await exchange.say(head("200 OK", f"Content-Type: {exchange.kind}", f"Content-Length: {HUGE + 2}"), b'"')
    await exchange.say(*(_PIECE for _ in range(HUGE // len(_PIECE))), _PIECE[: HUGE % len(_PIECE)], b'"')


async def long_text_in_chunks(exchange: Exchange) -> None:
    """The same, without a word about its length."""
    await exchange.say(head("200 OK", f"Content-Type: {exchange.kind}", CHUNKED), _chunk(b'"'))
    piece = _chunk(_PIECE)
    await exchange.say(*(piece for _ in range(HUGE // len(_PIECE))), _chunk(b'"'), b"0\r\n\r\n")


async def endless_headers(exchange: Exchange) -> None:
    """Header after header."""
    await exchange.say(b"HTTP/1.1 200 OK\r\n", *(f"X-{number}: more\r\n".encode() for number in range(100_000)))
    raise Gone


async def endless_interim(exchange: Exchange) -> None:
    """One informational answer after the other (RFC 9110, 15.2), and never a final one."""
    while True:
        await exchange.say(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 1000)


def _chunk(content: bytes) -> bytes:
    return f"{len(content):x}\r\n".encode() + content + b"\r\n"


def _instead(exchange: Exchange, value: str) -> bytes:
    """The right answer, with something else for its number."""
    return exchange.body.replace(b'"name": "Hammer"', f'"name": "Hammer", "weight": {value}'.encode())


def _instead_of_name(exchange: Exchange, value: str) -> bytes:
    return exchange.body.replace(b'"name": "Hammer"', f'"name": {value}'.encode())


_GARBLED = b'{"name": "Hammer", "weight": ' + PAGE
_DEEP = b"[" * 10_000 + b"]" * 10_000
_OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def _refusals() -> Iterator[tuple[str, Talk]]:
    for status in STATUSES:
        yield str(status), refusing(status)
        yield f"{status} page", refusing(status, page=True)


FAULTS: dict[str, Talk] = {
    **dict(_refusals()),
    "429 and no sense": refusing(429, f"Retry-After: {MARKUP}"),
    "503 and no sense": refusing(503, "Retry-After: -1e99999"),
    # No answer, or half of one
    "closed": saying(b""),
    "reset in headers": reset_in_headers,
    "reset in body": reset_in_body,
    "cut in body": cut_in_body,
    "cut in chunks": cut_in_chunks,
    "junk in chunks": junk_in_chunks,
    "length too short": length_too_short,
    # Something else
    "page as JSON": answering(PAGE, f"Content-Type: {JSON}", *HEADERS),
    "page": answering(PAGE, "Content-Type: text/html", *HEADERS),
    "JSON as text": answering(lambda exchange: exchange.body, "Content-Type: text/plain"),
    "JSON as nothing": answering(lambda exchange: exchange.body, "Content-Type:"),
    "bytes as JSON": answering(bytes(range(256)), f"Content-Type: {JSON}"),
    "invalid JSON": answering(_GARBLED, f"Content-Type: {JSON}"),
    "empty": answering(b""),
    "204": no_content,
    # Data at the edges
    "NaN": answering(lambda exchange: _instead(exchange, "NaN")),
    "Infinity": answering(lambda exchange: _instead(exchange, "-Infinity")),
    "lone surrogates": answering(lambda exchange: _instead_of_name(exchange, r'"\ud800\udc00 \udfff"')),
    "markup": answering(lambda exchange: _instead_of_name(exchange, json.dumps(MARKUP)), *HEADERS),
    "names twice": answering(lambda exchange: _instead(exchange, '1, "weight": 2, "weight": 3')),
    "number of 400 digits": answering(lambda exchange: _instead(exchange, "9" * 400)),
    "number of 10,000 digits": answering(lambda exchange: _instead(exchange, "9" * 10_000)),
    "nested 10,000 deep": answering(_DEEP, f"Content-Type: {JSON}"),
    "nested in a name": answering(lambda exchange: _instead(exchange, '{"a":' * 10_000 + "1" + "}" * 10_000)),
    "text of 300 MB": long_text,
    "text of 300 MB in chunks": long_text_in_chunks,
    # Encodings
    "gzip bomb": packed(bombs.gzip_bomb, "gzip"),
    "gzip of gzip bomb": packed(bombs.gzip_of_gzip, "gzip, gzip"),
    "deflate bomb": packed(bombs.deflate_bomb, "deflate"),
    "zstd bomb": packed(bombs.zstd_bomb, "zstd"),
    "br": packed(lambda: b"\x0b\x02\x80evil!\x03", "br"),
    "gzip bomb in an error": packed(bombs.gzip_bomb, "gzip", status="500 Internal Server Error"),
    "no gzip at all": packed(lambda: PAGE, "gzip"),
    # Redirects
    "301 elsewhere": redirecting(301, ELSEWHERE),
    "302 elsewhere": redirecting(302, ELSEWHERE),
    "303 elsewhere": redirecting(303, "//elsewhere.evil.example/things"),
    "307 elsewhere": redirecting(307, ELSEWHERE),
    "308 to a script": redirecting(308, "javascript:evil()"),
    "302 in a circle": redirecting(302, "/things"),
    # No HTTP
    "endless headers": endless_headers,
    "endless header": saying(b"HTTP/1.1 200 OK\r\nX-More: ", *(_PIECE for _ in range(100))),
    "endless 103": endless_interim,
    "garbage": saying(b"\x15\x03\x01\x00\x02\x02\x46 evil \x00\xff" * 100),
    "two lengths": saying(_OK + b"Content-Length: 2\r\nContent-Length: 20\r\n\r\n{}"),
    "length and chunks": saying(_OK + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
    "no status": saying(b"HTTP/1.1 many OK\r\nContent-Length: 2\r\n\r\n{}"),
    "status 999": answering(PAGE, "Content-Type: text/html", status="999 Blocked"),
}

SLOW: dict[str, Talk] = {
    "silence": silence,
    "silence in headers": silence_in_headers,
    "silence in body": silence_in_body,
}
"""Those that end with the time-out."""

UNREACHABLE = ("refused", "no such host", "certificate of nobody")
"""Those that are no talk at all."""
