"""Values as text: what people read, and what becomes of values nobody expected."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from tests.html.asking import NOW
from webapp.html import format as fmt

THIN = "\u202f"
DEEP: list[Any] = []
for _ in range(3000):
    DEEP = [DEEP]

ODD: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    10**30,
    1.5,
    float("nan"),
    float("inf"),
    -0.0,
    "",
    " ",
    "\x00",
    "\ud800",
    "<b>",
    "2026-13-45",
    "2026-02-31T10:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "9" * 5000,
    [],
    {},
    [None],
    {"a": {"b": []}},
    DEEP,
    b"bytes",
    Decimal("1.50"),
    date(2026, 11, 21),
    datetime(2026, 11, 21, 14, 5),
    time(14, 5),
    object,
    "x" * 100_000,
]

ALL = fmt.filters(lambda: NOW)


@pytest.mark.parametrize("name", [name for name in ALL if name != "listed"])
@pytest.mark.parametrize("value", ODD, ids=lambda value: type(value).__name__)
def test_every_filter_makes_bounded_text_of_anything(name: str, value: Any) -> None:
    shown = ALL[name](value)

    assert type(shown) in (str, Markup)
    assert len(unescape(shown)) <= fmt.MAX_TEXT + 10


@pytest.mark.parametrize("name", list(fmt.TESTS))
@pytest.mark.parametrize("value", ODD, ids=lambda value: type(value).__name__)
def test_every_test_knows_that_odd_things_are_no_links(name: str, value: Any) -> None:
    assert fmt.TESTS[name](value) is False


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (999, "999"),
        (1000, f"1{THIN}000"),
        (-1234567, f"-1{THIN}234{THIN}567"),
        (1234.5, f"1{THIN}234.5"),
        (0.1 + 0.2, "0.3"),
        (46.15384615384615, "46.1538"),
        (48.208176, "48.208176"),
        (0.000012345678, "1.2345678e-05"),
        (1e21, "1e+21"),
        ("12500.00", f"12{THIN}500.00"),
        (Decimal("12500.10"), f"12{THIN}500.10"),
        ("+5000", f"+5{THIN}000"),
        ("0042", "0042"),
        ("12 apples", "12 apples"),
        ("1" * 41, "1" * 41),
        (True, "Yes"),
        (None, ""),
    ],
)
def test_numbers_have_thin_spaces(value: Any, shown: str) -> None:
    assert fmt.number(value) == shown


DECIMALS = st.builds(lambda digits, places: digits / 10**places, st.integers(-(10**9), 10**9), st.integers(0, 12))


@given(st.floats(-1100, 1100) | st.floats(-1e17, 1e17) | DECIMALS | st.integers(-1100, 1100) | st.integers())
def test_a_number_is_written_as_its_digits_are(value: float) -> None:
    rounded = round(value, 4) if abs(value) >= 0.01 and value != round(value, 8) else value

    assert fmt.number(value) == fmt.number(str(rounded))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (1536, "1.5 kB"),
        (99_949, "99.9 kB"),
        (123_456, "123 kB"),
        (999_600, "1 MB"),
        (15_360_000, "15.4 MB"),
        (10**12, "1 TB"),
        (10**22, "10000 EB"),
        ("2048", "2 kB"),
        (-5, "-5"),
        ("big", "big"),
        (True, "Yes"),
    ],
)
def test_sizes_have_a_unit(value: Any, shown: str) -> None:
    assert fmt.filesize(value) == shown.replace(" ", THIN)


@pytest.mark.parametrize(
    ("value", "long", "short"),
    [
        ("2026-11-21", "21 Nov 2026", "2026-11-21"),
        ("2026-01-02T23:30:00-05:00", "2 Jan 2026", "2026-01-02"),
        (date(2026, 3, 4), "4 Mar 2026", "2026-03-04"),
        (datetime(2026, 3, 4, 5, tzinfo=UTC), "4 Mar 2026", "2026-03-04"),
        ("2026-02-31", "2026-02-31", "2026-02-31"),
        ("soon", "soon", "soon"),
        (None, "", ""),
    ],
)
def test_a_day_is_the_one_that_was_written(value: Any, long: str, short: str) -> None:
    assert fmt.long_date(value) == long
    assert fmt.short_date(value) == short


@pytest.mark.parametrize(
    ("value", "long", "short", "exact", "machine"),
    [
        (
            "2026-11-21T14:05:09Z",
            "21 Nov 2026, 14:05",
            "2026-11-21 14:05",
            "2026-11-21 14:05:09 UTC",
            "2026-11-21 14:05:09Z",
        ),
        (
            "2026-11-21T14:05:09.123456789+00:00",
            "21 Nov 2026, 14:05",
            "2026-11-21 14:05",
            "2026-11-21 14:05:09 UTC",
            "2026-11-21 14:05:09Z",
        ),
        (
            "2026-11-21T01:05:09+02:00",
            "20 Nov 2026, 23:05",
            "2026-11-20 23:05",
            "2026-11-20 23:05:09 UTC",
            "2026-11-20 23:05:09Z",
        ),
        (
            "2026-11-21 14:05",
            "21 Nov 2026, 14:05",
            "2026-11-21 14:05",
            "2026-11-21 14:05:00 UTC",
            "2026-11-21 14:05:00Z",
        ),
        (
            1_795_269_909,
            "21 Nov 2026, 14:05",
            "2026-11-21 14:05",
            "2026-11-21 14:05:09 UTC",
            "2026-11-21 14:05:09Z",
        ),
        (
            1_795_269_909_500,
            "21 Nov 2026, 14:05",
            "2026-11-21 14:05",
            "2026-11-21 14:05:09 UTC",
            "2026-11-21 14:05:09Z",
        ),
        (
            datetime(2026, 11, 21, 15, 5, 9, tzinfo=timezone(timedelta(hours=1))),
            "21 Nov 2026, 14:05",
            "2026-11-21 14:05",
            "2026-11-21 14:05:09 UTC",
            "2026-11-21 14:05:09Z",
        ),
        ("soon", "soon", "soon", "soon", ""),
    ],
)
def test_a_moment_is_shown_in_utc(value: Any, long: str, short: str, exact: str, machine: str) -> None:
    assert fmt.long_datetime(value) == long
    assert fmt.short_datetime(value) == short
    assert fmt.exact(value) == exact
    assert fmt.machine(value) == machine


def test_a_day_is_machine_readable_without_a_time() -> None:
    assert fmt.machine("2026-11-21") == "2026-11-21"
    assert fmt.machine(date(2026, 11, 21)) == "2026-11-21"
    assert fmt.machine("2026-02-31") == ""


@pytest.mark.parametrize(
    ("value", "shown"),
    [("14:05:00", "14:05"), ("14:05:09", "14:05:09"), (time(8), "08:00"), ("25:00", "25:00"), (7, "7")],
)
def test_a_time_has_seconds_only_if_it_needs_them(value: Any, shown: str) -> None:
    assert fmt.clock_time(value) == shown


@pytest.mark.parametrize(
    ("delta", "shown"),
    [
        (timedelta(0), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=47), "1 day ago"),
        (timedelta(days=3), "3 days ago"),
        (timedelta(days=45), "1 month ago"),
        (timedelta(days=800), "2 years ago"),
        (timedelta(hours=-2, minutes=-1), "in 2 hours"),
        (timedelta(days=-366), "in 1 year"),
    ],
)
def test_a_distance_in_time_is_told_in_its_largest_unit(delta: timedelta, shown: str) -> None:
    assert fmt.ago((NOW - delta).isoformat(), NOW) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2026-11-21", "today"),
        ("2026-11-20", "yesterday"),
        ("2026-11-22", "tomorrow"),
        ("2026-11-18", "3 days ago"),
        ("2026-12-01", "in 10 days"),
        ("someday", ""),
    ],
)
def test_a_day_is_so_many_days_away(value: str, shown: str) -> None:
    assert fmt.days_ago(value, NOW) == shown


@pytest.mark.parametrize(
    ("value", "length", "shown"),
    [
        ("short", 10, "short"),
        ("one two three four", 14, "one two three…"),
        ("one two three four", 12, "one two thr…"),
        ("abcdefghijklmnop", 10, "abcdefghi…"),
        ("a\nb   c\td" * 5, 12, "a b c da b…"),
        (12345678901, 5, "1234…"),
        (
            {"title": "Named " * 30},
            10,
            "Named Named Named Named Named Named Named Named Named Named Named Named Named…",
        ),
        ([1, 2], 80, "2 items"),
    ],
)
def test_long_text_is_cut_after_a_word(value: Any, length: int, shown: str) -> None:
    assert fmt.cut(value, length) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"name": "Apollo", "id": 3}, "Apollo"),
        ({"title": "", "slug": "apollo"}, "apollo"),
        ({"name": {"first": "Ada"}, "x": 1}, "2 fields"),
        ({"a": 1}, "1 field"),
        ({}, "0 fields"),
        ([1, 2, 3], "3 items"),
        (list(range(2000)), f"2{THIN}000 items"),
        ("plain", "plain"),
        (7, "7"),
    ],
)
def test_an_object_is_called_by_its_name_or_its_size(value: Any, shown: str) -> None:
    assert fmt.gist(value) == shown


def test_a_list_shows_so_many_of_its_items() -> None:
    assert fmt.listed(["a", 2, {"name": "c"}, None]) == ["a", "2", "c", ""]
    assert fmt.listed(["a", "b", "c", "d"], 2) == ["a", "b", "+2"]
    assert fmt.listed("no list") == ["no list"]


def test_json_is_indented_and_stops_at_its_bound() -> None:
    assert fmt.pretty({"ä": [1, None]}) == '{\n  "ä": [\n    1,\n    null\n  ]\n}'
    assert fmt.pretty(date(2026, 1, 2)) == '"2026-01-02"'

    long = fmt.pretty(list(range(100_000)), limit=100)
    assert long.startswith("[\n  0,\n  1,")
    assert long.endswith("\n…")
    assert len(long) == 102


def test_json_without_an_end_comes_to_one() -> None:
    loop: dict[str, Any] = {}
    loop["self"] = loop

    assert fmt.pretty(loop).endswith("…")
    assert fmt.pretty(DEEP).endswith("…")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("https://www.example.com/about/", "example.com/about"),
        ("http://example.com", "example.com"),
        ("ftp://example.com/x", "ftp://example.com/x"),
        ("https://example.com/" + "a" * 80, "example.com/" + "a" * 35 + "…"),
    ],
)
def test_an_address_is_shown_without_its_scheme(value: str, shown: str) -> None:
    assert fmt.short_url(value) == shown


@pytest.mark.parametrize(
    "value",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        " https://example.com",
        "https:example.com",
        "https://",
        "https:///x",
        "https://\\evil",
        "https://[",
        "data:text/html,x",
        "//example.com",
        "/path",
        "\x01https://example.com",
    ],
)
def test_what_is_not_safe_to_click_is_no_link(value: str) -> None:
    assert not fmt.is_web_link(value)
    assert not fmt.is_image_link(value)


def test_links_and_images_are_known() -> None:
    assert fmt.is_web_link("http://example.com/x")
    assert fmt.is_web_link("HTTPS://EXAMPLE.COM")
    assert not fmt.is_image_link("http://example.com/x.png")
    assert fmt.is_image_link("data:image/png;base64,AAAA")
    assert not fmt.is_image_link("data:image/svg+xml;base64,AAAA")
    assert not fmt.is_image_link("data:image/png;base64," + "A" * fmt.MAX_TEXT)


@pytest.mark.parametrize(
    ("host", "hosts", "shown"),
    [
        ("example.com", (), False),
        ("example.com", ("example.com",), True),
        ("EXAMPLE.com", ("example.com",), True),
        ("sub.example.com", ("example.com",), False),
        ("sub.example.com", ("*.example.com",), True),
        ("example.com", ("*.example.com",), False),
        ("badexample.com", ("*.example.com",), False),
        ("example.com:8443", ("example.com",), False),
        ("example.com@evil.example", ("example.com",), False),
        ("anywhere.example", ("*",), True),
    ],
)
def test_pictures_are_shown_from_hosts_that_may_know_who_looks(host: str, hosts: tuple[str, ...], shown: bool) -> None:
    assert fmt.is_image_link(f"https://{host}/x.png", hosts) is shown
    assert not fmt.is_image_link(f"http://{host}/x.png", hosts)


@pytest.mark.parametrize(
    ("value", "expected"), [("#09f", True), ("#0099FF80", True), ("#12345", False), ("red", False)]
)
def test_colours_are_hexadecimal(value: str, expected: bool) -> None:
    assert fmt.is_hex_color(value) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("ada@example.com", True), ("a@b", True), ("a@b?cc=c@d", False), ("a b@c", False), ("nobody", False)],
)
def test_mail_goes_to_addresses_only(value: str, expected: bool) -> None:
    assert fmt.is_email(value) is expected


@pytest.mark.parametrize("shown_by", [fmt.exact, fmt.short_date])
def test_a_number_too_large_for_any_date_is_shown_as_it_is(shown_by: Callable[[Any], str]) -> None:
    assert shown_by(10**400).startswith("1000")


@pytest.mark.parametrize(("value", "shown"), [(4321, "4&#8239;321"), (12, "12"), ("<1234>…", "&lt;1234&gt;…")])
def test_a_page_has_a_thin_space_as_a_reference_and_all_else_escaped(value: Any, shown: str) -> None:
    assert escape(fmt.number_html(value)) == shown
