"""Lengths of time, shares and phone numbers as people write them; what can't be read is shown as it came."""

import math
import re
from collections.abc import Callable
from typing import Any

from webapp.html.format import THIN_SPACE, number, text

PARTS = (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1))
MOST_SECONDS = 1e12
"""Some 30,000 years; what is longer is no length of time."""

ISO = re.compile(
    r"([+-]?)P(?=[\dT])(?:(\d+(?:[.,]\d+)?)Y)?(?:(\d+(?:[.,]\d+)?)M)?(?:(\d+(?:[.,]\d+)?)W)?(?:(\d+(?:[.,]\d+)?)D)?"
    r"(?:T(?=\d)(?:(\d+(?:[.,]\d+)?)H)?(?:(\d+(?:[.,]\d+)?)M)?(?:(\d+(?:[.,]\d+)?)S)?)?",
    re.ASCII,
)
ISO_NAMES = (("year", "years"), ("month", "months"), ("week", "weeks"), ("d", "d"), ("h", "h"), ("min", "min"))
PHONE = re.compile(r"\+?\(?\d[\d\s().\u2013/-]{4,24}", re.ASCII)


def seconds(value: Any) -> str:
    """`93784` -> `1 d 2 h`: the two largest parts, and what is below a second in milliseconds."""
    length = _as_number(value)
    if length is None or abs(length) > MOST_SECONDS:
        return text(value)
    sign, length = ("\u2212" if length < 0 else ""), abs(length)
    return sign + (_below_a_minute(length) if round(length, 1) < 60 else _parts(round(length)))


def milliseconds(value: Any) -> str:
    """`1534` -> `1.5 s`."""
    length = _as_number(value)
    return text(value) if length is None else seconds(length / 1000)


def duration(value: Any) -> str:
    """An ISO 8601 duration in words: `P1DT2H` -> `1 d 2 h`."""
    match = ISO.fullmatch(value) if isinstance(value, str) and len(value) <= 80 else None
    if match is None:
        return text(value)
    sign, *given = match.groups("")
    shown = [
        f"{amount.replace(',', '.')}{THIN_SPACE}{one if amount == '1' else many}"
        for amount, (one, many) in zip(given, (*ISO_NAMES, ("s", "s")), strict=True)
        if amount.strip("0.,")
    ]
    return ("\u2212" if sign == "-" else "") + (" ".join(shown) or f"0{THIN_SPACE}s")


def percent(value: Any) -> str:
    """`46.25` -> `46.25 %`."""
    return f"{number(value)}{THIN_SPACE}%" if _as_number(value) is not None else text(value)


def dialled(value: Any) -> str:
    """What a `tel:` link takes: the digits, and a plus before them."""
    digits = re.sub(r"[^\d+]", "", text(value).split("ext")[0])
    return digits[:1] + digits[1:].replace("+", "")


def is_duration(value: Any) -> bool:
    """Whether it is an ISO 8601 duration."""
    return isinstance(value, str) and len(value) <= 80 and ISO.fullmatch(value) is not None


def is_phone(value: Any) -> bool:
    """Whether it looks like a number that can be called."""
    return isinstance(value, str) and PHONE.fullmatch(value.strip()) is not None


SPAN_FILTERS: dict[str, Callable[..., Any]] = {
    "seconds": seconds,
    "milliseconds": milliseconds,
    "duration": duration,
    "percent": percent,
    "dialled": dialled,
}
"""The filters by the names templates use."""

SPAN_TESTS: dict[str, Callable[[Any], bool]] = {"phone": is_phone}
"""The tests by the names templates use."""


def _below_a_minute(length: float) -> str:
    if length == 0 or length >= 1:
        return f"{length:.1f}".removesuffix(".0") + f"{THIN_SPACE}s"
    shown = length * 1000
    return (f"{shown:.0f}" if shown >= 10 else f"{shown:.3g}") + f"{THIN_SPACE}ms"


def _parts(length: int) -> str:
    shown: list[str] = []
    for name, size in PARTS:
        count, rest = divmod(length, size)
        if count or shown:
            shown.append(f"{number(count)}{THIN_SPACE}{name}" if count else "")
        length = rest
        if len(shown) == 2:
            break
    return " ".join(each for each in shown if each)


def _as_number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None
