"""Links that stay below the mount point, and addresses to go on to that never lead away."""

from urllib.parse import unquote, urljoin, urlsplit

import pytest
from starlette.requests import HTTPConnection

from tests.html.asking import asking
from webapp.html.urls import MAX_NEXT, below_mount, here, href, safe_next, sent_path


@pytest.mark.parametrize(
    ("root", "path", "params", "expected"),
    [
        ("", "/issues", (), "/issues"),
        ("/app", "/issues", (), "/app/issues"),
        ("/app/", "/issues", (), "/app/issues"),
        ("/größe", "/issues", (), "/gr%C3%B6%C3%9Fe/issues"),
        ("", "/files/a%2Fb", (), "/files/a%2Fb"),
        ("", "/issues", [("q", "a b"), ("q", "ü&=")], "/issues?q=a+b&q=%C3%BC%26%3D"),
        ("", "/issues", {"label": ["x", "y"]}, "/issues?label=x&label=y"),
        ("/app", "/login", {"next": "/app/issues?page=2"}, "/app/login?next=%2Fapp%2Fissues%3Fpage%3D2"),
    ],
)
def test_a_link_has_the_mount_point_and_the_query(root: str, path: str, params: object, expected: str) -> None:
    assert href(asking(root_path=root), path, params) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize("path", ["//evil.test/x", "/\\evil.test/x", "\\\\evil.test/x", "///evil.test/x"])
def test_a_link_never_names_another_host(path: str) -> None:
    assert href(asking(), path) == "/evil.test/x"


@pytest.mark.parametrize("between", ["\t", "\n", "\r", "\t\r\n", "\x00", " "])
def test_what_browsers_leave_out_of_a_link_does_not_make_it_one_to_a_host(between: str) -> None:
    link = href(asking(), f"/{between}/evil.test/x")

    assert not set(link) & set("\t\r\n\x00 ")
    assert unquote(link) == f"/{between}/evil.test/x"


SAFE = [
    "/",
    "/issues",
    "/issues/",
    "/issues?page=2&sort=-title",
    "/issues?q=a%20b",
    "/files/a%2Fb",
    "/files/100%25",
    "/a.b/c..d/...",
    "/app/users/7#facts",
    "/search?next=https://elsewhere.test//x",
    "/search?q=a\\b",
    "/~ada/@home;v=1,2",
    "/api/v1/jobs/",
    "/users/jos%C3%A9",
    "/issues?q=%0d%0a",
    "/a/b//c",
    "/wiki/http://x",
]

UNSAFE = [
    # Other hosts
    "//evil.test",
    "///evil.test",
    "////evil.test",
    "//evil.test/issues",
    "//evil.test@app.test",
    "//app.test@evil.test",
    "//evil.test:443/",
    "//[::1]/",
    "//%65vil.test",
    # ... with backslashes, which browsers take for slashes
    "/\\evil.test",
    "\\/evil.test",
    "\\\\evil.test",
    "/\\/evil.test",
    "/\\\\evil.test",
    "/issues\\..\\..\\evil",
    # ... encoded, once or more
    "/%2Fevil.test",
    "/%2fevil.test",
    "/%5Cevil.test",
    "/%5cevil.test",
    "/%252Fevil.test",
    "/%252fevil.test",
    "/%255Cevil.test",
    "%2F%2Fevil.test",
    "%5C%5Cevil.test",
    # ... with what browsers take out of addresses
    "/\t/evil.test",
    "/\n/evil.test",
    "/\r/evil.test",
    "\t//evil.test",
    " //evil.test",
    "//evil.test ",
    "/%09/evil.test",
    "/%0A/evil.test",
    "/%0d%0aLocation:%20//evil.test",
    "/%2509/evil.test",
    "/\x00/evil.test",
    "/%00/evil.test",
    "\x01/evil",
    "/\u2028/evil.test",
    "\ufeff//evil.test",
    "\u00a0//evil.test",
    # ... with dots that are taken out, and leave two slashes
    "/..//evil.test",
    "/.//evil.test",
    "/issues/..//evil.test",
    "/issues/../..//evil.test",
    "/%2e%2e//evil.test",
    "/%2E%2E/%2Fevil.test",
    "/.%2e//evil.test",
    "/%252e%252e//evil.test",
    "/a/./b",
    # ... with characters that become slashes, backslashes or dots
    "/\uff0fevil.test",
    "\uff0f\uff0fevil.test",
    "/\uff3cevil.test",
    "/%EF%BC%8Fevil.test",
    "/\uff0e\uff0e//evil.test",
    "/\u2024\u2024/evil",
    # Schemes
    "https://evil.test",
    "https:evil.test",
    "https:/evil.test",
    "https:///evil.test",
    "HTTP://evil.test",
    "http:\\\\evil.test",
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "javascript://app.test/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "blob:https://app.test/1",
    "view-source:https://app.test",
    "mailto:a@b.test",
    # No paths at all
    "",
    "issues",
    "evil.test",
    "?next=//evil.test",
    "#//evil.test",
    "@evil.test",
    ".evil.test",
    "./issues",
    "../issues",
    # Headers
    "/issues\r\nSet-Cookie: a=b",
    "/issues\nX: y",
    "/issues\x7f",
    "/issues\x85",
    # Too long
    "/" + "a" * MAX_NEXT,
]


def test_there_are_enough_ways_to_lead_away() -> None:
    assert len(set(UNSAFE)) >= 60


@pytest.mark.parametrize("value", UNSAFE, ids=ascii)
def test_what_could_lead_away_is_not_gone_to(value: str) -> None:
    assert safe_next(value) == "/"
    assert safe_next(value, default="/app/") == "/app/"


@pytest.mark.parametrize("value", SAFE)
def test_a_path_of_our_own_is_gone_to(value: str) -> None:
    assert unquote(safe_next(value)) == unquote(value)


@pytest.mark.parametrize("value", [*SAFE, *UNSAFE], ids=ascii)
def test_wherever_one_goes_it_is_this_site(value: str) -> None:
    went = safe_next(value)

    # As a browser would read it: tabs and newlines away, backslashes made slashes.
    read = went.translate({9: None, 10: None, 13: None, 92: "/"})
    assert urlsplit(urljoin("https://app.test/login", read)).netloc == "app.test"
    assert read.startswith("/")
    assert not read.startswith("//")
    assert went.isascii()
    assert went.isprintable()


def test_letters_beyond_ascii_are_encoded() -> None:
    assert safe_next("/users/josé?q=ü") == "/users/jos%C3%A9?q=%C3%BC"


def test_nowhere_to_go_is_the_default() -> None:
    assert safe_next(None) == "/"
    assert safe_next(None, default="") == ""


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ({"path": "/a b", "raw_path": b"/a%20b", "query_string": b""}, "/a%20b"),
        ({"path": "/a?b", "raw_path": b"/a%3Fb", "query_string": b"c=%2F"}, "/a%3Fb?c=%2F"),
        ({"path": "/a?b", "raw_path": b"/a%3Fb?c=d", "query_string": b"c=d"}, "/a%3Fb?c=d"),
        ({"path": "//evil.test/x", "raw_path": b"//evil.test/x", "query_string": b""}, "/evil.test/x"),
        ({"path": "/ü?x", "query_string": b""}, "/%C3%BC%3Fx"),
    ],
)
def test_where_one_is_stays_encoded_as_it_came(scope: dict[str, object], expected: str) -> None:
    assert here(HTTPConnection({"type": "http", "headers": [], **scope})) == expected


@pytest.mark.parametrize(
    ("root", "address", "expected"),
    [
        ("", "/issues", "/issues"),
        ("", "", "/"),
        ("/ui", "/ui/issues?page=2", "/issues?page=2"),
        ("/ui/", "/ui/issues", "/issues"),
        ("/axX/", "/axX/issues", "/issues"),
        ("/ui", "/ui", "/"),
        ("/ui", "/ui/ui/issues", "/ui/issues"),
        ("/ui", "/uikit", "/uikit"),
        ("/ui", "/issues/ui/1", "/issues/ui/1"),
        ("/größe", "/gr%C3%B6%C3%9Fe/issues", "/issues"),
    ],
)
def test_an_address_is_told_from_where_the_app_is_mounted(root: str, address: str, expected: str) -> None:
    assert below_mount(HTTPConnection({"type": "http", "headers": [], "root_path": root}), address) == expected


def test_without_a_mount_point_addresses_begin_at_the_root() -> None:
    bare = HTTPConnection({"type": "http", "headers": []})

    assert href(bare, "/issues") == "/issues"
    assert below_mount(bare, "/issues") == "/issues"


def test_a_mount_point_may_end_in_a_slash_and_in_nothing_else() -> None:
    assert href(HTTPConnection({"type": "http", "headers": [], "root_path": "/axX/"}), "/issues") == "/axX/issues"


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ({"path": "/a b", "raw_path": b"/a%20b"}, "/a%20b"),
        ({"path": "/a?b", "raw_path": b"/a%3Fb?c=d?e"}, "/a%3Fb"),
        ({"path": "/a/b", "raw_path": b"/a%2Fb"}, "/a%2Fb"),
        ({"path": "/a b", "raw_path": b""}, "/a%20b"),
        ({"path": "/a b"}, "/a%20b"),
    ],
)
def test_a_path_is_as_the_browser_sent_it(scope: dict[str, object], expected: str) -> None:
    assert sent_path(HTTPConnection({"type": "http", "headers": [], **scope})) == expected


def test_the_longest_address_is_gone_to_and_a_longer_one_is_not() -> None:
    longest = "/" + "a" * (MAX_NEXT - 1)

    assert safe_next(longest) == longest
    assert safe_next(longest + "a") == "/"


def test_a_path_may_hold_a_space_once_it_is_decoded() -> None:
    assert safe_next("/users/Ada%20Lovelace") == "/users/Ada%20Lovelace"
    assert safe_next("/users/Ada%0aLovelace") == "/"
