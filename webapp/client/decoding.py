"""From bytes to data: JSON, and what passes for it."""

import json
import math
from collections.abc import Callable
from typing import Any

_DEEPEST = 200  # what walks the data (masks it, renders it) recurses, with a few frames for each level


def parse_json(content: bytes) -> Any:
    """
    JSON as Python has it; ValueError or RecursionError when it isn't any, or more than can be worked with.

    Integers are exact, of names given twice the last counts, and what JSON doesn't have is read as null: NaN, Infinity,
    1e999. UTF-16 and UTF-32 are read as well.
    """
    try:
        data = _STRICT(content)
    except _NOT_BY_THE_LETTER:  # much can be read all the same
        data = _read_leniently(content)
    if content.count(b"[") + content.count(b"{") > _DEEPEST:
        _check_depth(data)
    return data


def _read_leniently(content: bytes) -> Any:
    text = content.decode(json.detect_encoding(content))
    data = _LENIENT.decode(text)
    if "\\ud" in text or "\\uD" in text:
        return _without_lone_surrogates(data)
    return data


def _finite(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


_LENIENT = json.JSONDecoder(parse_constant=lambda _: None, parse_float=_finite)


def _strict_decoder() -> tuple[Callable[[bytes], Any], tuple[type[Exception], ...]]:
    """What reads JSON by the letter, a few times faster, and what it raises where that can't be done."""
    try:
        import msgspec
    except ImportError:  # it is for CPython alone
        return _read_leniently, ()
    return msgspec.json.Decoder().decode, (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


_STRICT, _NOT_BY_THE_LETTER = _strict_decoder()


def _check_depth(data: Any) -> None:
    level = [data]
    for _ in range(_DEEPEST):
        level = [
            inner
            for each in level
            for inner in (each.values() if type(each) is dict else each)
            if type(inner) is dict or type(inner) is list  # isinstance takes twice as long
        ]
        if not level:
            return
    raise ValueError("nested too deeply")


def _without_lone_surrogates(data: Any) -> Any:
    """Half a character, as in `"\\ud800"`, is legal JSON but can't be written to any page."""
    text = json.dumps(data, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.loads(text.encode("utf-8", "replace"))
    return data
