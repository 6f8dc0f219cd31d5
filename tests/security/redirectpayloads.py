"""Addresses that try to lead elsewhere, made from rules: how a host is named, what comes before, how it is written."""

from collections.abc import Iterator
from itertools import product
from urllib.parse import quote

HOSTS = (
    "evil.example",
    "evil.example:443",
    "evil.example:0",
    "user@evil.example",
    "user:pass@evil.example",
    "localhost@evil.example",
    "localhost.evil.example",
    "evil\u3002example",
    "\u24d4vil.example",
    "evil.example%00localhost",
    "evil.example\\@localhost",
    "[::ffff:198.51.100.1]",
    "3325256705",
    "0xc6336401",
    "xn--vil-9oa.example",
)
SCHEMES = (
    "",
    "http:",
    "https:",
    "HTTPS:",
    "hTtP:",
    "javascript:",
    "JavaScript:",
    "data:text/html,",
    "vbscript:",
    "ftp:",
    "blob:",
    "about:",
    "ws:",
    "view-source:",
    "java\tscript:",
    "ht\ntps:",
    "\x01https:",
    "https\uff1a",
    "x:",
)
SLASHES = (
    "//",
    "/",
    "",
    "///",
    "////",
    "\\\\",
    "\\",
    "/\\",
    "\\/",
    "/\t/",
    "/\n/",
    "/\r/",
    "\t//",
    "/ /",
    "/\u2044",
    "\uff0f\uff0f",
    "/\uff0f",
    "/;/",
    "/.//",
    "/..//",
    "/.\\/",
    "/%2f",
    "/%5c",
    "/%09/",
    "/%0d%0a/",
    "//%2f",
    "/\x00/",
    "/\u00a0/",
    "/\u200b/",
    "/\ufeff/",
    "/\u2028/",
    "/x/..//",
    "/x/%2e%2e//",
    "/./\\",
    "/%2e/%2f",
    "?//",
    "#//",
)
ENDS = (
    "",
    "/",
    "/%2e%2e",
    "?next=/",
    "#/",
    "\\",
    "\r\nLocation: //evil.example",
    "%0d%0aSet-Cookie: a=b",
    "\u2028",
    " ",
    "%",
)
BEFORE = ("", " ", "\t", "\n", "\r\n", "\x00", "\x0b", "\u00a0", "\u3000", "\ufeff", "/", ".", "/login", "/issues")
SCRIPTS = (
    "javascript:alert(1)",
    "javascript://%0aalert(1)",
    "java%0ascript:alert(1)",
    "javascript&colon;alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "/javascript:alert(1)",
    "//javascript:alert(1)",
    "\\javascript:alert(1)",
    "jav\tascript:alert(1)",
    "\x08javascript:alert(1)",
    "vbscript:msgbox(1)",
    "feed:javascript:alert(1)",
)
FINE = (
    "/",
    "/issues",
    "/issues?q=a%20b&status=open",
    "/issues/1#comment",
    "/things/a%2Fb",
    "/x?u=https://evil.example/",
    "/\u00fc",
)
"""Those that lead on, and have to."""


def payloads() -> list[str]:
    """All of them, each once."""
    return list(dict.fromkeys(_all()))


def _all() -> Iterator[str]:
    yield from SCRIPTS
    for number, (slashes, host) in enumerate(product(SLASHES, HOSTS)):
        yield f"{slashes}{host}{ENDS[number % len(ENDS)]}"
        yield f"{SCHEMES[number % len(SCHEMES)]}{slashes}{host}/"
        yield f"{BEFORE[number % len(BEFORE)]}{slashes}{host}"
    for scheme, slashes in product(SCHEMES, SLASHES[:12]):
        yield f"{scheme}{slashes}evil.example"
    for number, text in enumerate([*product(BEFORE, SLASHES[:8]), *product(BEFORE, SCRIPTS[:2])]):
        whole = f"{text[0]}{text[1]}evil.example"
        yield quote(whole, safe="")
        yield quote(quote(whole, safe=""), safe="") if number % 2 else quote(whole, safe="/")
        yield "".join(f"%{ord(each):02x}" if ord(each) < 128 else each for each in whole)
    for length in (100, 2_000, 2_048, 2_049, 5_000):
        yield "/" + "a/" * length + "/evil.example"
        yield "/" * length + "evil.example"
        yield "/" + "\t" * length + "/evil.example"
        yield "/x/" + "../" * length + "/evil.example"
