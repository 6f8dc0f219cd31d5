"""Lengths of time, shares and phone numbers in words."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.html.spans import dialled, duration, is_phone, milliseconds, percent, seconds


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0 s"),
        (0.25, "250 ms"),
        (0.0042, "4.2 ms"),
        (1, "1 s"),
        (59.94, "59.9 s"),
        (59.99, "1 min"),
        (90, "1 min 30 s"),
        (3600, "1 h"),
        (3_660, "1 h 1 min"),
        (3_605, "1 h"),
        (93_784, "1 d 2 h"),
        (200_000_000, "2 314 d 19 h"),
        (-90, "\u22121 min 30 s"),
        (10**400, str(10**400)),
        (1e300, "1e+300"),
        ("soon", "soon"),
        (True, "Yes"),
        (None, ""),
    ],
)
def test_seconds_are_told_in_their_two_largest_parts(value: Any, shown: str) -> None:
    assert seconds(value).replace("\u202f", " ") == shown


@pytest.mark.parametrize(("value", "shown"), [(1534, "1.5 s"), (12, "12 ms"), ("x", "x")])
def test_milliseconds_are_told_as_seconds_are(value: Any, shown: str) -> None:
    assert milliseconds(value).replace("\u202f", " ") == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("PT5M", "5 min"),
        ("P1Y2M3DT4H", "1 year 2 months 3 d 4 h"),
        ("P2W", "2 weeks"),
        ("PT0.5S", "0.5 s"),
        ("-P1D", "\u22121 d"),
        ("PT0S", "0 s"),
        ("P", "P"),
        ("PT", "PT"),
        (5, "5"),
        ("P" + "1" * 100 + "D", "P" + "1" * 100 + "D"),
    ],
)
def test_an_iso_duration_is_told_in_words(value: Any, shown: str) -> None:
    assert duration(value).replace("\u202f", " ") == shown


def test_a_share_has_its_sign() -> None:
    assert percent(46.25) == "46.25\u202f%"
    assert percent("much") == "much"


def test_a_phone_number_is_dialled_without_what_makes_it_readable() -> None:
    assert dialled("+49 (30) 12-34") == "+49301234"
    assert is_phone("030 / 123 456")
    assert not is_phone("2026")
    assert not is_phone("javascript:alert(1)")


@given(st.floats(allow_nan=True, allow_infinity=True) | st.integers() | st.text() | st.none())
def test_nothing_makes_them_fail(value: Any) -> None:
    for shown in (seconds, milliseconds, duration, percent, dialled):
        assert isinstance(shown(value), str)


@given(st.integers(min_value=60, max_value=10**11))
def test_what_is_told_is_never_more_than_a_part_away_from_the_truth(value: int) -> None:
    sizes = {"d": 86_400, "h": 3600, "min": 60, "s": 1}
    told = [(int(count.replace("\u202f", "")), sizes[unit]) for count, unit in _parts(seconds(value))]

    assert 0 <= value - sum(count * size for count, size in told) < told[0][1]


def _parts(shown: str) -> list[tuple[str, str]]:
    return re.findall(r"([\d\u202f]+)\u202f(d|h|min|s)(?![a-z])", shown)
