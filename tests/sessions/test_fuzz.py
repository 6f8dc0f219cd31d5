"""Whatever a browser may send as its cookies, or name as the place to go on to."""

import random
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

import pytest

from webapp.html.urls import safe_next
from webapp.sessions import Bounces, SessionCookie, Throttle
from webapp.sessions.buckets import MemoryBuckets
from webapp.sessions.cookie import new_id

KEY = "k" * 32
COOKIE = SessionCookie([KEY], name="s", max_age=60)
BOUNCES = Bounces([KEY], name="b")
THROTTLE = Throttle([KEY], MemoryBuckets(), name="d", tries=0, per_address=0, window=1)
COUNTS = [10_000, pytest.param(1_000_000, marks=pytest.mark.nightly, id="nightly")]
PIECES = [
    *(
        "s",
        "b",
        "d",
        "=",
        ";",
        ",",
        ".",
        "-",
        " ",
        '"',
        "\\",
        "%",
        "\x00",
        "\r\n",
        "\t",
        "é",
        "\xff",
        "s=",
        "; d=",
        "==",
    ),
    *("A", "z", "0", "9", "_", "~", "1.AAAA.", "a" * 5000),
]
PATHS = [
    *(
        "/",
        "//",
        "\\",
        "/\\",
        ":",
        "@",
        "evil.example",
        "http:",
        "https://",
        "javascript:",
        "?",
        "#",
        "%2f",
        "%5c",
        "%2e",
    ),
    *(
        "%09",
        "\t",
        "\n",
        "\r",
        " ",
        "..",
        ".",
        ";",
        "a",
        "%25",
        "%252f",
        "\uff0f",
        "\uff3c",
        "\uff0e",
        "\u2028",
        "\ufeff",
        "\ud800",
        "[",
        "]",
    ),
    *("[::1]", "%", "%zz", "\x00", "é", "&next=", "data:"),
]


@pytest.mark.parametrize("count", COUNTS)
async def test_no_cookie_header_is_more_than_ignored(count: int, figure: Callable[[str], None]) -> None:
    dice = random.Random(7)
    living = f"s={COOKIE.sign(new_id())}"
    real = [living, f"{BOUNCES.write(2, secure=False, path='/').partition(';')[0]}", living[:-1], living * 2]
    found = 0
    for _ in range(count):
        header = "".join(dice.choices([*PIECES, *real], k=dice.randrange(12))).encode("latin-1", "replace")
        headers = [
            (b"accept", b"*/*"),
            (b"cookie", header),
            *([(b"cookie", header[::-1])] if dice.random() < 0.1 else []),
        ]
        ids = list(COOKIE.find(headers, secure=False, path="/"))
        found += bool(ids)
        assert {f"s={COOKIE.sign(each)}" for each in ids} <= {living}
        assert BOUNCES.count(headers) in (0, 2)
        scope = {"type": "http", "scheme": "http", "headers": headers, "client": None}
        assert not (await THROTTLE.begin(scope, "ada")).retry_after
        assert THROTTLE.welcome(scope, "ada").count("\n") == 0
    figure(f"{count:,} cookie headers: 0 errors, {found:,} with the living id in them, no other id found")


@pytest.mark.parametrize("count", COUNTS)
def test_no_next_leads_off_the_site(count: int, figure: Callable[[str], None]) -> None:
    dice = random.Random(11)
    passed = 0
    for _ in range(count):
        value = "".join(dice.choices(PATHS, k=dice.randrange(1, 8)))
        value = "/" + value if dice.random() < 0.5 else value
        went = safe_next(value, default="/home")
        passed += went != "/home"
        assert went.startswith("/")
        assert went.isascii()
        for read in (went, went.replace("\\", "/")):
            to = urlsplit(urljoin("http://here.example/login", read))
            assert (to.scheme, to.netloc) == ("http", "here.example")
    figure(f"{count:,} places to go on to: 0 errors, 0 off the site, {passed:,} of them pages")
