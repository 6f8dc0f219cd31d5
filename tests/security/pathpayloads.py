"""What somebody may try in place of an id, made from rules: what to step up by, how to write it, where to put it."""

from collections.abc import Iterator
from itertools import product
from urllib.parse import quote

DOTS = ("..", ".", "\u2025", "\u3002\u3002", "\uff0e\uff0e", ".\u200b.", "..;", "..;a=b", ".. ", "..\u00a0", "...")
"""Steps up, and what some software takes for them."""
SLASHES = ("/", "\\", "\u2215", "\u2044", "\uff0f", "\uff3c", "\u29f8", "//", "/./")
HOSTS = (
    "evil.example",
    "evil.example:80",
    "@evil.example",
    "user@evil.example",
    "127.0.0.1:1",
    "[::1]",
    "evil\u3002example",
)
SCHEMES = (
    "http://",
    "https://",
    "//",
    "\\\\",
    "/\\",
    "///",
    "http:",
    "http:\\\\",
    "javascript://",
    "file:///",
    "@",
    "#@",
    "?@",
)
CONTROLS = ("\r\n", "\n", "\r", "\0", "\t", "\x0b", "\x1f", "\x7f", "\x85", "\u2028", "\u560d\u560a", " ")
LINES = ("X-Injected: 1", "Host: evil.example", " HTTP/1.1", "GET /evil HTTP/1.1", "")
OVERLONG = ("%c0%ae", "%c0%2e", "%e0%80%ae", "%f0%80%80%ae", "%c1%9c", "%c0%af", "%uff0e", "%u002e", "%25c0%25ae")
"""Ways to write a dot or a slash that UTF-8 forbids; not to be encoded again."""


def payloads() -> list[bytes]:
    """All of them, each once, as bytes for a request's line; what can't stand in one is encoded."""
    return list(dict.fromkeys(_all()))


def _all() -> Iterator[bytes]:
    plain = list(_plain())
    for text in plain:
        yield from _written(text)
    for one, other in product(OVERLONG, ("/", "%2f", "%5c", "\\")):
        yield (one * 2 + other + "evil").encode()
        yield (other.join([one + one] * 3)).encode()
    for depth in (1, 2, 3, 4, 5, 8):
        encoded = "../evil"
        for _ in range(depth):
            encoded = quote(encoded, safe="").replace(".", "%2E").replace("%252E", "%25252E")
        yield encoded.encode()


def _plain() -> Iterator[str]:
    for dots, slash in product(DOTS, SLASHES):
        yield f"{dots}{slash}evil"
        yield f"a{slash}{dots}{slash}{dots}{slash}evil"
        yield f"{slash.join([dots] * 4)}{slash}etc"
    for scheme, host in product(SCHEMES, HOSTS):
        yield f"{scheme}{host}/evil"
    for control, line in product(CONTROLS, LINES):
        yield f"a{control}{line}"
        yield f"..{control}/{line}"


def _written(text: str) -> Iterator[bytes]:
    once = quote(text, safe="")
    yield once.encode()
    yield quote(text, safe="/@:;").replace(".", "%2e").encode()
    if text.isascii() and text.isprintable() and not set(text) & set(" #?"):
        yield text.encode()


ODD_IDS = (
    "report.", "a..b", "...", ".hidden", "-", "_", "~me", "john@example.com", "a/b", "50%", "a%2Fb", "100%25",
    "ünïcode", "日本語", "😀", "a b", "a+b", "a:b", "a;b", "a,b", "a?b", "a#b", "a&b=c", "'quoted'", '"quoted"', "<b>",
    "[1]",
    "{x}", "a|b", "a^b", "a`b", "a$b", "a!b", "a*b", "(x)", "urn:uuid:5", "2026-01-02T03:04:05+00:00", "e\u0301", "Ω",
    "x" * 200, "0", "-1", "1e5", "null", "undefined", "true", "login", "new", "C:x", "http:x", "a=b", "@", "@a", "a@",
    "=",
)  # fmt: skip
"""Ids that are fine, however odd."""
