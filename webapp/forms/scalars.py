"""Single values as texts of a form and back, without losing a digit, a line or a time zone."""

import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from webapp.client import exact
from webapp.forms.field import Control

UNSHOWN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
"""What doesn't come back from a browser as it went there."""
LONGEST_NUMBER = 4000
INTEGER = re.compile(r"[+-]?[0-9]+")
DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?")
MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(Z|[+-][0-9]{2}:[0-9]{2}|)")
CLOCK = re.compile(r"([0-9]{2}:[0-9]{2}:[0-9]{2})(Z|[+-][0-9]{2}:[0-9]{2}|)")
WITHOUT_SECONDS = re.compile(r"([0-9]{4,6}-[0-9]{2}-[0-9]{2}T)?[0-9]{2}:[0-9]{2}")
WITH_SECONDS = re.compile(r"([0-9]{4,6}-[0-9]{2}-[0-9]{2}T)?[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,3})?)?")

TEXTS = frozenset(
    {
        Control.TEXT,
        Control.TEXTAREA,
        Control.DATE,
        Control.DATETIME,
        Control.TIME,
        Control.EMAIL,
        Control.URL,
        Control.PASSWORD,
        Control.COLOR,
        Control.REFERENCE,
    }
)
"""The controls of strings."""


def is_showable(text: str) -> bool:
    """Whether a text comes back from a browser as it went there."""
    return UNSHOWN.search(text) is None


def parse_number(text: str, *, integer: bool) -> Any:
    """
    The exact number that was typed: an int, a float, or a Decimal where no float is that number.

    Raises ValueError with what is wrong, in words.
    """
    typed = text.strip().replace("\u2212", "-").replace("\u00a0", "")
    if len(typed) > LONGEST_NUMBER:
        raise ValueError("This number is too long.")
    if INTEGER.fullmatch(typed):
        return int(typed)
    if not DECIMAL.fullmatch(typed):
        raise ValueError("Write a whole number, like 42." if integer else "Write a number, like 3.14.")
    if not integer:
        return exact.number(typed)
    number = Decimal(typed)
    if number.adjusted() > LONGEST_NUMBER or number != number.to_integral_value():
        raise ValueError("Write a whole number, like 42.")
    return int(number)


def split_moment(text: str, control: Control) -> tuple[str, str] | None:
    """
    A date and time, or a time, as a browser's control takes it, and its zone (`Z`, `+02:00`, empty).

    None where the control couldn't show it without losing something: fractions of a second, another notation.
    """
    match = (MOMENT if control is Control.DATETIME else CLOCK).fullmatch(text)
    if match is None:
        return None
    try:
        _ = datetime.fromisoformat(match[1]) if control is Control.DATETIME else time.fromisoformat(match[1])
    except ValueError:
        return None
    return match[1], match[2]


def join_moment(text: str, zone: str) -> str:
    """What a date and time's control gave, with its seconds, which browsers leave out where they are none."""
    if WITHOUT_SECONDS.fullmatch(text):
        return f"{text}:00{zone}"
    return text + zone if WITH_SECONDS.fullmatch(text) else text


def is_date(text: str) -> bool:
    """Whether a browser's date control can show this."""
    try:
        return len(text) == 10 and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
