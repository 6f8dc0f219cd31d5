"""Heads and bodies that two parsers may read differently, each with a second request hidden in it where it can be."""

from typing import NamedTuple

HIDDEN = b"GET /-/livez?hidden HTTP/1.1\r\nHost: victim.test\r\n\r\n"
LONG = b"a" * 70_000
POST = b"POST /login HTTP/1.1\r\nHost: site.test\r\n"
GET = b"GET /-/livez HTTP/1.1\r\nHost: site.test\r\n"


class Payload(NamedTuple):
    """What is sent, in pieces; `allowed` are the statuses that may come back."""

    name: str
    pieces: tuple[bytes, ...]
    allowed: frozenset[int] = frozenset({400})


def _payloads() -> list[Payload]:
    refused = frozenset({400})
    too_large = frozenset({431})
    length = b"Content-Length: %d\r\n" % len(HIDDEN)
    chunked = b"Transfer-Encoding: chunked\r\n"
    end = b"0\r\n\r\n"
    found = [
        # Two ways to say where the body ends
        ("length and chunked", POST + length + chunked + b"\r\n" + end + HIDDEN, refused),
        ("chunked and length", POST + chunked + length + b"\r\n" + end + HIDDEN, refused),
        ("two lengths", POST + b"Content-Length: 0\r\n" + length + b"\r\n" + HIDDEN, refused),
        ("the same length twice", POST + length + length + b"\r\n" + HIDDEN, refused),
        ("a list of lengths", POST + b"Content-Length: 0, %d\r\n\r\n" % len(HIDDEN) + HIDDEN, refused),
        ("a signed length", POST + b"Content-Length: +%d\r\n\r\n" % len(HIDDEN) + HIDDEN, refused),
        ("a negative length", POST + b"Content-Length: -1\r\n\r\n" + HIDDEN, refused),
        ("a hexadecimal length", POST + b"Content-Length: 0x10\r\n\r\n" + HIDDEN, refused),
        ("an empty length", POST + b"Content-Length:\r\n\r\n" + HIDDEN, refused),
        ("a length with an underscore in it", POST + b"Content-Length: 1_0\r\n\r\n" + HIDDEN, refused),
        ("a length beyond 64 bits", POST + b"Content-Length: 18446744073709551617\r\n\r\n" + HIDDEN, refused),
        # Codings that one parser knows and the other doesn't
        ("two codings in one line", POST + b"Transfer-Encoding: chunked, identity\r\n\r\n" + end + HIDDEN, refused),
        ("two lines of codings", POST + chunked + b"Transfer-Encoding: identity\r\n\r\n" + end + HIDDEN, refused),
        ("chunked twice", POST + chunked + chunked + b"\r\n" + end + HIDDEN, refused),
        ("an unknown coding", POST + b"Transfer-Encoding: xchunked\r\n\r\n" + end + HIDDEN, refused),
        ("a quoted coding", POST + b'Transfer-Encoding: "chunked"\r\n\r\n' + end + HIDDEN, refused),
        ("a coding after a vertical tab", POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n" + end + HIDDEN, refused),
        ("a space before the coding's colon", POST + b"Transfer-Encoding : chunked\r\n\r\n" + end + HIDDEN, refused),
        ("a coding in a folded line", POST + b"X: y\r\n Transfer-Encoding: chunked\r\n\r\n" + end + HIDDEN, refused),
        ("a folded coding", POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n" + end + HIDDEN, refused),
        ("a coding in HTTP/1.0", POST.replace(b"1.1", b"1.0") + chunked + b"\r\n" + end + HIDDEN, refused),
        ("gzip, then chunked", POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + end + HIDDEN, refused),
        # Chunks
        ("a chunk's size with 0x", POST + chunked + b"\r\n0x5\r\nhello\r\n" + end + HIDDEN, refused),
        ("a signed chunk size", POST + chunked + b"\r\n+5\r\nhello\r\n" + end + HIDDEN, refused),
        ("a negative chunk size", POST + chunked + b"\r\n-1\r\nhello\r\n" + end + HIDDEN, refused),
        ("a chunk size beyond 64 bits", POST + chunked + b"\r\n10000000000000005\r\nhello\r\n" + end + HIDDEN, refused),
        ("a chunk without its line's end", POST + chunked + b"\r\n5\r\nhello" + end + HIDDEN, refused),
        ("a chunk longer than it says", POST + chunked + b"\r\n3\r\nhello\r\n" + end + HIDDEN, refused),
        ("a space before a chunk's size", POST + chunked + b"\r\n 5\r\nhello\r\n" + end + HIDDEN, refused),
        ("a chunk's size ended by a bare line feed", POST + chunked + b"\r\n5\nhello\r\n" + end + HIDDEN, refused),
        ("an extension without an end", POST + chunked + b"\r\n5;" + LONG, refused),
        # Lines
        ("bare line feeds", GET.replace(b"\r\n", b"\n") + b"\n" + HIDDEN, refused),
        ("a bare carriage return in a value", GET + b"X: a\rTransfer-Encoding: chunked\r\n\r\n" + HIDDEN, refused),
        ("a bare line feed in a value", GET + b"X: a\nTransfer-Encoding: chunked\r\n\r\n" + HIDDEN, refused),
        ("NUL in a value", GET + b"X: a\x00b\r\n\r\n" + HIDDEN, refused),
        ("NUL in a name", GET + b"X\x00Y: a\r\n\r\n" + HIDDEN, refused),
        ("a space in a name", GET + b"X Y: a\r\n\r\n" + HIDDEN, refused),
        ("a header without a name", GET + b": a\r\n\r\n" + HIDDEN, refused),
        ("a header without a colon", GET + b"Transfer-Encoding\r\n\r\n" + HIDDEN, refused),
        ("a space before the first header", GET.split(b"Host")[0] + b" Host: a.test\r\n\r\n" + HIDDEN, refused),
        # Hosts and targets
        ("no host", b"GET /-/livez HTTP/1.1\r\n\r\n" + HIDDEN, refused),
        ("two hosts", GET + b"Host: victim.test\r\n\r\n" + HIDDEN, refused),
        ("the same host twice", GET + b"Host: site.test\r\n\r\n" + HIDDEN, refused),
        ("two hosts in one line", GET.replace(b"site.test", b"site.test, victim.test") + b"\r\n" + HIDDEN, refused),
        ("an empty host", GET.replace(b"site.test", b"") + b"\r\n" + HIDDEN, refused),
        ("a host with a path", GET.replace(b"site.test", b"site.test/x") + b"\r\n" + HIDDEN, refused),
        ("a host with a user", GET.replace(b"site.test", b"a@site.test") + b"\r\n" + HIDDEN, refused),
        ("a host with markup", GET.replace(b"site.test", b"<b>") + b"\r\n" + HIDDEN, refused),
        ("a URL of another host", GET.replace(b"/-/", b"http://victim.test/-/", 1) + b"\r\n" + HIDDEN, refused),
        ("a target without its slash", GET.replace(b"/-/livez", b"-/livez") + b"\r\n" + HIDDEN, refused),
        ("an asterisk for a target", GET.replace(b"/-/livez", b"*") + b"\r\n" + HIDDEN, refused),
        ("a space in the target", GET.replace(b"/-/livez", b"/-/livez x") + b"\r\n" + HIDDEN, refused),
        ("bytes beyond ASCII in the target", GET.replace(b"livez", b"l\xefvez") + b"\r\n" + HIDDEN, refused),
        ("a method that is none", b"GE\tT" + GET[3:] + b"\r\n" + HIDDEN, refused),
        ("HTTP/0.9", b"GET /-/livez\r\n\r\n" + HIDDEN, frozenset({400, 505})),
        ("HTTP/2 in clear", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + HIDDEN, frozenset({400, 505})),
        ("another version", GET.replace(b"1.1", b"2.0") + b"\r\n" + HIDDEN, frozenset({400, 505})),
        ("a tunnel", b"CONNECT victim.test:443 HTTP/1.1\r\nHost: site.test\r\n\r\n" + HIDDEN, frozenset({400, 405})),
        ("an echo of the headers", GET.replace(b"GET", b"TRACE") + b"\r\n" + HIDDEN, frozenset({400, 405})),
        # Sizes
        ("one long header", GET + b"X: " + LONG + b"\r\n\r\n" + HIDDEN, too_large),
        ("one megabyte of a header", GET + b"X: " + b"a" * 1_000_000 + b"\r\n\r\n" + HIDDEN, too_large),
        ("a header that never ends", GET + b"X: " + LONG, too_large),
        ("a name that never ends", GET + LONG, too_large),
        ("many middling headers", GET + b"X: %s\r\n" % (b"a" * 900) * 99 + b"\r\n" + HIDDEN, too_large),
        ("20,000 headers", GET + b"X: y\r\n" * 20_000 + b"\r\n" + HIDDEN, too_large),
        ("101 headers", GET + b"X: y\r\n" * 101 + b"\r\n" + HIDDEN, too_large),
        ("a long target", GET.replace(b"livez", b"livez?" + b"a" * 40_000) + b"\r\n" + HIDDEN, frozenset({414})),
        # What follows is not read on
        ("an expectation of something else", POST + length + b"Expect: a-miracle\r\n\r\n" + HIDDEN, frozenset({417})),
        (
            "a body that changes the protocol",
            POST + length + b"Connection: upgrade\r\nUpgrade: x\r\n\r\n" + HIDDEN,
            refused,
        ),
        ("HTTP/2 by upgrade", GET + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n" + HIDDEN, frozenset({200})),
        (
            "a WebSocket",
            GET + b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n"
            b"Sec-WebSocket-Version: 13\r\n\r\n" + HIDDEN,
            frozenset({200}),
        ),
        ("more after the last", GET + b"Connection: close\r\n\r\n" + HIDDEN, frozenset({200})),
        ("a request after a refused one", b"BAD\r\n\r\n" + HIDDEN, refused),
    ]
    return [Payload(name, (data,), allowed) for name, data, allowed in found]


WHOLE = _payloads()


def in_two(payload: Payload) -> Payload:
    """The same payload, with what is hidden in a packet of its own."""
    [data] = payload.pieces
    cut = data.rfind(HIDDEN) if HIDDEN in data else len(data) // 2
    return Payload(f"{payload.name}, in two packets", (data[:cut], data[cut:]), payload.allowed)


ALL = [*WHOLE, *map(in_two, WHOLE)]
