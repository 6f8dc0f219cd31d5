"""
JSON that keeps every digit.

Integers are Python's, of any size. A fraction is a float where that float is the very number that was written, and a
Decimal where it isn't: `0.1` and `1.10` are floats, `0.1000000000000000055` and `1e400` are Decimals.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any


def number(text: str) -> float | Decimal:
    """The number that JSON writes like this, exactly."""
    exact = Decimal(text)
    near = float(text)
    return near if math.isfinite(near) and Decimal(repr(near)) == exact else exact


def loads(text: str) -> Any:
    """
    The value of a JSON text.

    Raises ValueError for what isn't JSON (json.JSONDecodeError, which says where), NaN and Infinity among it, and
    RecursionError for what is nested too deeply.
    """
    return json.loads(text, parse_float=number, parse_constant=_refuse)


def dumps(value: Any, *, indent: int | None = None) -> str:
    """
    The JSON text of a value as `loads` gives it; without white space unless `indent` is given.

    Raises ValueError for NaN and infinities, TypeError for what has no JSON.
    """
    text = _fast(value) if indent is None else None
    if text is None:
        text = "".join(_write(value, "" if indent is None else " " * indent, "\n"))
    # Half of a character can't be encoded; JSON has an escape for it, which is what Python makes of it here.
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _fast(value: Any) -> str | None:
    """The library's encoder is many times faster, but has no Decimal."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except TypeError:
        return None


def _write(value: Any, step: str, line: str) -> Iterator[str]:
    """The pieces of a text; `step` goes further in at each level, and `line` is what a line there begins with."""
    if isinstance(value, Decimal) and value.is_finite():
        yield str(value)
    elif isinstance(value, Mapping) and value:
        colon = ": " if step else ":"
        members = ([dumps(str(key)), colon, *_write(each, step, line + step)] for key, each in value.items())
        yield from _enclosed("{}", members, step, line)
    elif isinstance(value, list | tuple) and value:
        yield from _enclosed("[]", (list(_write(each, step, line + step)) for each in value), step, line)
    else:
        yield json.dumps(value, ensure_ascii=False, allow_nan=False)


def _enclosed(marks: str, members: Iterable[list[str]], step: str, line: str) -> Iterator[str]:
    within, end = (line + step, line) if step else ("", "")
    yield marks[0] + within
    for at, member in enumerate(members):
        if at:
            yield "," + within
        yield from member
    yield end + marks[1]


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not a number of JSON")
