"""CSV that every reader reads back, and no spreadsheet runs."""

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.html.csvlines import FORMULA, NUMBER, csv_line, csv_value

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
VALUES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
ROWS = st.lists(VALUES | st.lists(VALUES, max_size=3) | st.dictionaries(TEXTS, VALUES, max_size=3), min_size=1)


@given(st.lists(ROWS, max_size=5))
def test_a_reader_gets_back_what_was_written(rows: list[list[Any]]) -> None:
    written = "".join(csv_line(row) for row in rows)

    assert list(csv.reader(io.StringIO(written, newline=""))) == [[csv_value(each) for each in row] for row in rows]


@given(TEXTS)
def test_no_text_is_taken_for_a_formula_and_none_is_lost(value: str) -> None:
    cell = csv_value(value)

    assert not FORMULA.match(cell) or NUMBER.fullmatch(cell)
    assert cell in (value, f"'{value}")


@given(st.lists(VALUES, max_size=4) | st.dictionaries(TEXTS, VALUES, max_size=4))
def test_parts_are_json(value: Any) -> None:
    assert json.loads(csv_value(value)) == value


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+49 30 1234", "'+49 30 1234"),
        ("-5", "-5"),
        ("-5+cmd|'/c calc'!A0", "'-5+cmd|'/c calc'!A0"),
        ("@sum(A1)", "'@sum(A1)"),
        ("\t=1", "'\t=1"),
        (-12.5, "-12.5"),
        (True, "true"),
        (None, ""),
        ("plain", "plain"),
        ({"a": "ü"}, '{"a": "ü"}'),
    ],
)
def test_a_cell_is_written_as_it_should_be(value: Any, cell: str) -> None:
    assert csv_value(value) == cell


def test_a_line_is_as_rfc_4180_wants_it() -> None:
    assert csv_line(["a,b", 'say "x"', "two\nlines"]) == '"a,b","say ""x""","two\nlines"\r\n'
