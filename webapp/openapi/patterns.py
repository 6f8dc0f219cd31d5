"""The texts that a regular expression allows, where these are few: `^-?(id|total)$` is a choice of four."""

from collections.abc import Iterable

MOST = 200
"""Texts, beyond which nobody would choose among them."""
LONGEST = 2000
"""Characters of an expression."""
DEEPEST = 8
"""Groups within groups."""

_BEGINNING, _END = "\x02", "\x03"
"""Stand for `^` and `$`: a text that has one of them inside is none."""
_UNREADABLE = frozenset("*+?{}[]()|\\")
"""What isn't itself; a dot is, since names are written with it that nobody escapes."""


def texts_of(pattern: str) -> tuple[str, ...]:
    """
    The texts, in the order in which they are written; empty where they are many, or where nobody can tell.

    Of what may be there any number of times, as in a list with commas, those without it are told.
    """
    if len(pattern) > LONGEST or not pattern.isprintable():
        return ()
    reader = _Reader(pattern)
    try:
        found = reader.alternatives(DEEPEST)
    except _Untold:
        return ()
    inside = (text.lstrip(_BEGINNING).rstrip(_END) for text in found if reader.is_at_end)
    return tuple(dict.fromkeys(text for text in inside if text and text.isprintable()))


class _Untold(Exception):
    """It allows too many texts, or is written in a way that isn't read here."""


class _Reader:
    """Reads an expression from left to right."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0

    @property
    def is_at_end(self) -> bool:
        return self._at == len(self._pattern)

    def alternatives(self, deepest: int) -> tuple[str, ...]:
        """`a|b|c`."""
        if not deepest:
            raise _Untold
        found = self._sequence(deepest)
        while self._take("|"):
            found = _few((*found, *self._sequence(deepest)))
        return found

    def _sequence(self, deepest: int) -> tuple[str, ...]:
        found: tuple[str, ...] = ("",)
        while not self.is_at_end and self._next not in "|)":
            part = self._part(deepest)
            if self._take("?"):
                part = ("", *part)
            elif self._take("*"):
                part = ("",)
            if len(found) * len(part) > MOST:
                raise _Untold
            found = _few(before + after for before in found for after in part)
        return found

    def _part(self, deepest: int) -> tuple[str, ...]:
        if self._take("^"):
            return (_BEGINNING,)
        if self._take("$"):
            return (_END,)
        if self._take("("):
            if self._take("?") and not self._take(":"):
                raise _Untold
            found = self.alternatives(deepest - 1)
            if not self._take(")"):
                raise _Untold
            return found
        if self._take("["):
            return self._one_of()
        if self._take("\\"):
            return (self._escaped(),)
        if self._next in _UNREADABLE:
            raise _Untold
        return (self._any(),)

    def _one_of(self) -> tuple[str, ...]:
        """`[+-]`, but no ranges, nor all but some."""
        inside, bracket, rest = self._pattern[self._at :].partition("]")
        if not bracket or not inside or inside[0] == "^" or "\\" in inside or "-" in inside[1:-1]:
            raise _Untold
        self._at = len(self._pattern) - len(rest)
        return tuple(inside)

    def _escaped(self) -> str:
        if self.is_at_end or self._next.isalnum():
            raise _Untold  # a class, such as \w
        return self._any()

    @property
    def _next(self) -> str:
        return self._pattern[self._at]

    def _any(self) -> str:
        self._at += 1
        return self._pattern[self._at - 1]

    def _take(self, sign: str) -> bool:
        found = self._pattern.startswith(sign, self._at)
        self._at += found
        return found


def _few(texts: Iterable[str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(texts))
    if len(found) > MOST:
        raise _Untold
    return found
