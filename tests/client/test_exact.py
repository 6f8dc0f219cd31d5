"""JSON keeps every digit on its way in and out."""

import json
from decimal import Decimal
from typing import Any

import pytest

from webapp.client import exact


@pytest.mark.parametrize("text", ["0.1", "1.10", "1e22", "-0.0", "0.30000000000000004", "5e-324"])
def test_a_fraction_that_a_float_can_be_is_a_float(text: str) -> None:
    number = exact.loads(text)

    assert isinstance(number, float)
    assert number == float(text)


@pytest.mark.parametrize("text", ["0.1000000000000000055", "1e400", "123456789012345678.5", "1e-400"])
def test_a_fraction_that_no_float_can_be_is_a_decimal(text: str) -> None:
    number = exact.loads(text)

    assert number == Decimal(text)
    assert exact.loads(exact.dumps([number])) == [Decimal(text)]


def test_an_integer_of_any_size_stays_one() -> None:
    assert exact.dumps(exact.loads("123456789012345678901234567890")) == "123456789012345678901234567890"


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("value", [{}, [], {"a": [1, {"b": []}], "é": "\n"}, "x", None, True, [[1], 2.5]])
def test_what_has_no_decimal_is_written_as_the_library_writes_it(value: Any, indent: int | None) -> None:
    separators = (",", ":") if indent is None else None

    assert exact.dumps(value, indent=indent) == json.dumps(
        value, indent=indent, ensure_ascii=False, separators=separators
    )


def test_a_decimal_is_written_within_its_digits() -> None:
    value = {"a": [Decimal("0.1000000000000000055"), {"b": Decimal("1E+400")}], "c": {}}

    assert exact.dumps(value) == '{"a":[0.1000000000000000055,{"b":1E+400}],"c":{}}'


def test_half_a_character_is_written_as_an_escape() -> None:
    assert exact.dumps(["\ud800é", "\\ud800"]) == '["\\ud800é","\\\\ud800"]'
    assert exact.loads(exact.dumps("\ud800")) == "\ud800"


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", "-Infinity", "{", "[1,]", ""])
def test_what_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        exact.loads(text)


@pytest.mark.parametrize("value", [float("nan"), [Decimal("Infinity")], Decimal("NaN"), [float("inf"), Decimal(1)]])
def test_what_json_has_no_number_for_is_not_written(value: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        exact.dumps(value)
