"""Whichever decoder reads it, a body is the same data."""

import importlib
import json
import math
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.client import decoding
from webapp.client.decoding import parse_json

NUMBERS = st.one_of(
    st.from_regex(r"-?(0|[1-9][0-9]{0,40})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,4})?", fullmatch=True),
    st.sampled_from(["1e999", "-1E+999", "1e-999", "5e-324", "NaN", "-Infinity", "01", "1.", ".5", "+1", "0x1", "1_0"]),
)
STRINGS = st.one_of(
    st.text(max_size=8).map(json.dumps),
    st.text(max_size=8).map(lambda text: json.dumps(text, ensure_ascii=False)),
    st.sampled_from([r'"\ud800"', r'"\ud83d\ude00"', r'"\uDE00\uD83D"', r'"\u0000"', '"\t"', r'"\x"', r'"\/"', '"']),
)
TEXTS = st.recursive(
    st.one_of(NUMBERS, STRINGS, st.sampled_from(["null", "true", "false", "None", "nul", ""])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda items: f"[{','.join(items)}]"),
        st.lists(st.tuples(st.one_of(STRINGS, st.just('"twice"')), inner), max_size=4).map(
            lambda pairs: "{" + ", ".join(f"{name}: {value}" for name, value in pairs) + "}"
        ),
        st.tuples(inner, st.sampled_from([" ", "\n", ",", "}", "\ufeff", "/**/"])).map("".join),
    ),
    max_leaves=8,
)
BODIES = st.one_of(
    TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.tuples(TEXTS, st.sampled_from(["utf-16", "utf-16-le", "utf-32-be", "utf-8-sig"])).map(
        lambda made: made[0].encode(made[1], "surrogatepass")
    ),
    st.tuples(TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass")), st.binary(max_size=2)).map(b"".join),
    st.binary(max_size=12),
    st.integers(1, 250).map(lambda depth: b"[" * depth + b"]" * depth),
    st.integers(1, 6000).map(lambda digits: b"9" * digits),
)


@pytest.fixture(scope="module")
def plain() -> Any:
    """The module as it is where there is no msgspec."""
    there = sys.modules.pop("webapp.client.decoding"), sys.modules.get("msgspec")
    sys.modules["msgspec"] = None  # type: ignore[assignment]
    try:
        made = importlib.import_module("webapp.client.decoding")
    finally:
        sys.modules["webapp.client.decoding"] = there[0]
        del sys.modules["msgspec"]
        if there[1] is not None:
            sys.modules["msgspec"] = there[1]
    assert made is not decoding
    return made


@settings(max_examples=2000)
@given(body=BODIES)
def test_both_decoders_make_the_same_of_every_body(plain: Any, body: bytes) -> None:
    # Of two numbers that are equal, 1 and 1.0, or 0.0 and -0.0, the text is not.
    assert repr(_outcome(parse_json, body)) == repr(_outcome(plain.parse_json, body))


def _outcome(parse: Callable[[bytes], Any], body: bytes) -> Any:
    try:
        return parse(body), "data"
    except (ValueError, RecursionError):
        return None, "none"


@pytest.mark.parametrize(
    ("body", "data"),
    [
        (b"[12345678901234567890123456789, -0.0, 1e2]", [12345678901234567890123456789, -0.0, 100.0]),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b"[NaN, Infinity, -Infinity, 1e999, -1e999]", [None] * 5),
        ('"Zoë"'.encode("utf-16"), "Zoë"),
        (b"\xef\xbb\xbf{}", {}),
        (rb'"\ud800x"', "?x"),
    ],
)
def test_what_is_promised_of_odd_bodies(body: bytes, data: Any) -> None:
    assert repr(parse_json(body)) == repr(data)


@pytest.mark.parametrize("body", [b"", b"{", b"[1,]", b"01", b'"\xff"', b"[" * 201 + b"]" * 201, b"[" * 100_000])
def test_what_is_no_json_or_too_deep_is_an_error(body: bytes) -> None:
    with pytest.raises((ValueError, RecursionError)):
        parse_json(body)


def test_a_number_is_never_infinite() -> None:
    read = parse_json(b"[1.7976931348623157e308, 1e308, 5e-324]")
    assert all(math.isfinite(number) for number in read)
