"""What comes out of a path stays at the API."""

from datetime import date, datetime
from enum import Enum
from itertools import product

import httpx
import pytest

from webapp.client.paths import encode_query, fill_path, join
from webapp.errors import UnsafePath


@pytest.mark.parametrize(
    ("prefix", "path", "target"),
    [
        ("", "/items", "/items"),
        ("/api", "/items", "/api/items"),
        ("/api", "/items/", "/api/items/"),
        ("/api", "", "/api"),
        ("", "", "/"),
        ("", "/", "/"),
        ("", "?page=2", "/?page=2"),
        ("", "/items?page=2&q=a b", "/items?page=2&q=a%20b"),
        ("", "/login?next=https://example.com/a?b", "/login?next=https://example.com/a?b"),
        ("", "/v1/items:batch", "/v1/items:batch"),
        ("", "/@ada/notes", "/@ada/notes"),
        ("", "/a//b", "/a//b"),
        ("", "/straße/ä", "/stra%C3%9Fe/%C3%A4"),
        ("", "/a b#c", "/a%20b%23c"),
        ("", "/100%", "/100%25"),
        ("", "/100%25", "/100%25"),
        ("", "/a%2Fb", "/a%2Fb"),
        ("", "/wait…/file.tar.gz", "/wait%E2%80%A6/file.tar.gz"),
        ("", "/items/ends.", "/items/ends."),
        ("", "/.well-known/x", "/.well-known/x"),
        ("", "/items?q=%", "/items?q=%25"),
    ],
)
def test_a_path_goes_below_the_prefix_quoted_once(prefix: str, path: str, target: str) -> None:
    assert join(prefix, path) == target


@pytest.mark.parametrize(
    ("path", "params", "target"),
    [
        ("/items", {"page": 2, "q": None}, "/items?page=2"),
        ("/items", {"q": None}, "/items"),
        ("/items?page=2", {"q": "x y"}, "/items?page=2&q=x%20y"),
        ("/items?", {"q": "x"}, "/items?q=x"),
        ("/ä", [("tag", "a"), ("tag", "b&c")], "/%C3%A4?tag=a&tag=b%26c"),
    ],
)
def test_parameters_join_the_query_that_is_there(path: str, params: dict[str, object], target: str) -> None:
    assert join("", path, params) == target


class Colour(Enum):
    RED = "red"


def test_values_are_written_as_apis_read_them() -> None:
    values = {"a": True, "b": [1, 2], "c": date(2026, 1, 2), "d": Colour.RED, "e": 1.5, "f": datetime(2026, 1, 2, 3, 4)}

    assert encode_query(values) == "a=true&b=1&b=2&c=2026-01-02&d=red&e=1.5&f=2026-01-02T03%3A04%3A00"


def test_a_query_is_utf8() -> None:
    with pytest.raises(UnsafePath):
        encode_query({"q": "\ud800"})


STEPS = [".", "%2e", "%2E", "%252e", "%25252e", "\uff0e", "\u3002", "\uff61", "%ef%bc%8e", "%c0%ae"]
SLASHES = ["/", "%2f", "%252F", "\\", "%5c", "%255c", "\uff0f", "\uff3c", "\u2215", "\u2044", "%ef%bc%8f"]
HOSTILE = [
    "//evil.test/x",
    "//evil.test",
    "///evil.test",
    "http://evil.test/",
    "https:evil.test",
    "javascript:alert(1)",
    "items",
    "@evil.test/",
    "evil.test",
    ":80@evil.test/",
    "\\evil.test",
    "/\\evil.test",
    "/\\/evil.test",
    "\t//evil.test",
    " /items",
    "/items\r\nX-Evil: 1",
    "/items\n",
    "/items%0d%0aX-Evil:1",
    "/items%00",
    "/items\x00",
    "/items\x7f",
    "/items?q=\r\nX: 1",
    "/\ud800",
    "/..;/admin",
    "/..;a=b/admin",
    "/%2e%2e;/admin",
    "/.. /admin",
    "/%ff",
    "/%e0%80%ae%e0%80%ae/admin",
    "/%" + "25" * 6 + "2e",
]


@pytest.mark.parametrize("path", HOSTILE)
def test_a_hostile_path_is_refused(path: str) -> None:
    with pytest.raises(UnsafePath):
        join("/api", path)


def test_no_way_to_write_two_dots_steps_out() -> None:
    tried = 0
    for first, second, before, after in product(STEPS, STEPS, SLASHES, SLASHES):
        for path in (
            f"/a{before}{first}{second}{after}admin",
            f"/{first}{second}{after}admin",
            f"/a{before}{first}{second}",
        ):
            tried += 1
            with pytest.raises(UnsafePath):
                join("/api", path)
    assert tried > 30_000


def test_what_is_let_through_never_changes_host_or_prefix() -> None:
    pieces = [
        "a",
        "@h",
        ":1",
        ";x",
        "%2F",
        "?q=//h",
        "#f",
        "..a",
        "a..",
        "...",
        "~",
        "*",
        "[",
        "]",
        "{",
        "'",
        '"',
        "<",
        "|",
    ]
    tried = 0
    for one, two, three in product(pieces, repeat=3):
        url = httpx.URL("http://api.test:8000" + join("/api", f"/{one}/{two}{three}"))
        tried += 1
        assert (url.host, url.port, url.userinfo) == ("api.test", 8000, b"")
        assert url.raw_path.startswith(b"/api/")
        assert url.fragment == ""
    assert tried > 5_000


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (42, "/projects/42"),
        ("a/b", "/projects/a%2Fb"),
        ("a?b#c", "/projects/a%3Fb%23c"),
        ("100%", "/projects/100%25"),
        ("ada@example.com", "/projects/ada@example.com"),
        ("ends.", "/projects/ends."),
        ("...", "/projects/..."),
        ("é", "/projects/%C3%A9"),
        ("a\\b", "/projects/a%5Cb"),
    ],
)
def test_a_value_fills_exactly_one_segment(value: object, path: str) -> None:
    assert fill_path("/projects/{id}", {"id": value}) == path
    assert join("", path) == path


@pytest.mark.parametrize("value", [".", "..", "", None, "a\nb", "\x00", "\ud800"])
def test_a_value_that_is_no_segment_is_refused(value: object) -> None:
    with pytest.raises(UnsafePath, match="'id'"):
        fill_path("/projects/{id}/issues", {"id": value})


def test_a_missing_value_is_refused() -> None:
    with pytest.raises(UnsafePath, match="'issue'"):
        fill_path("/projects/{id}/issues/{issue}", {"id": 1})
