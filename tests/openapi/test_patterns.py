"""Which texts a regular expression allows, where they can be told."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.openapi.patterns import MOST, texts_of


@pytest.mark.parametrize(
    ("pattern", "texts"),
    [
        ("^(name|-name)$", ("name", "-name")),
        ("name|date", ("name", "date")),
        ("^name$|^date$", ("name", "date")),
        ("(^asc$)|(^desc$)", ("asc", "desc")),
        ("a^b|c$d|e", ("e",)),
        ("^(?:asc|desc)$", ("asc", "desc")),
        ("^-?(id|total)$", ("id", "total", "-id", "-total")),
        ("^[+-]?id$", ("id", "+id", "-id")),
        (r"^(|\-)user\.name$", ("user.name", "-user.name")),
        ("user.name|a:b", ("user.name", "a:b")),
        ("^(a|b)?$", ("a", "b")),
        ("^(a|b)( (asc|desc))?$", ("a", "a asc", "a desc", "b", "b asc", "b desc")),
        ("^-?(a|b)(,-?(a|b))*$", ("a", "b", "-a", "-b")),
    ],
)
def test_few_texts_are_told(pattern: str, texts: tuple[str, ...]) -> None:
    assert texts_of(pattern) == texts
    assert all(re.search(pattern, text) for text in texts)


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        r"^\w+$",
        "^[a-z]+$",
        "^[^ab]$",
        "^a{2}$",
        "a+",
        "(?i)(asc|desc)",
        "(?=a)a",
        "(a|b",
        "a|b)",
        "[ab",
        "[]",
        "a\\",
        "(" * 50 + "a" + ")" * 50,
        "|".join(str(number) for number in range(MOST + 1)),
        "a?b?c?d?e?f?g?h?i?",
        "(a|b)" * 20,
        "a" * 100_000,
    ],
)
def test_of_all_else_nothing_is_told(pattern: str) -> None:
    assert texts_of(pattern) == ()


@pytest.mark.filterwarnings("ignore::FutureWarning")
@given(st.text("ab-+?*|()[]^$\\.:", max_size=20))
def test_what_is_told_is_allowed_whatever_the_pattern_is(pattern: str) -> None:
    try:
        allowed = re.compile(pattern)
    except re.error:
        return
    assert all(allowed.search(text) for text in texts_of(pattern))
