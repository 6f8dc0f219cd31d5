"""Lines, of text that comes in pieces."""

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from webapp.client.lines import LineSplitter

TEXTS = st.lists(st.sampled_from(["\n", "\r", "\r\n", "a", "é", "\u2028", "longer"]), max_size=20).map("".join)


@given(TEXTS, st.lists(st.integers(0, 60), max_size=10))
def test_the_lines_are_the_same_wherever_the_pieces_end(text: str, cuts: list[int]) -> None:
    body, splitter = text.encode(), LineSplitter(100)
    places = [0, *sorted(cuts), len(body)]

    found = [line for start, end in pairwise(places) for line in splitter.feed(body[start:end])]

    assert [*found, splitter.rest()] == re.split("\r\n|\r|\n", text)
    assert splitter.longest == max(map(len, re.split("\r\n|\r|\n", text)))


def test_a_letter_that_is_cut_off_is_told_as_one() -> None:
    splitter = LineSplitter(100)

    assert splitter.feed(b"ab\xe2\x80") == []
    assert splitter.rest() == "ab\ufffd"


@given(TEXTS, st.integers(1, 5))
def test_a_line_is_cut_where_it_is_too_long(text: str, cut_at: int) -> None:
    splitter = LineSplitter(cut_at)

    found = [line for byte in text.encode() for line in splitter.feed(bytes([byte]))]

    whole = re.split("\r\n|\r|\n", text)
    assert [*found, splitter.rest()] == [line[:cut_at] for line in whole]
    assert splitter.longest == max(map(len, whole))
