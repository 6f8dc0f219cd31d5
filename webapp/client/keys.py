"""API keys: what an API knows its callers by, put where each API wants it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import field
from functools import lru_cache
from typing import Literal, get_args
from urllib.parse import unquote_plus

from webapp.client.paths import encode_query
from webapp.client.spellings import written
from webapp.record import record

Place = Literal["header", "query", "cookie"]
PLACES: tuple[Place, ...] = get_args(Place)


@record(frozen=True, slots=True)
class ApiKey:
    """A key and where it goes. One that goes into the query is added as a call is sent, and is never written down."""

    place: Place
    name: str
    value: str = field(repr=False)

    @classmethod
    def of(cls, place: str, name: str, value: str) -> "ApiKey":
        """The key; ValueError where no key can be put there."""
        known = next((each for each in PLACES if each == place), None)
        if known is None:
            raise ValueError(f"There is no way to send a key in {place!r}.")
        return cls(known, name, value)


def in_place(keys: Iterable[ApiKey], place: Place) -> list[tuple[str, str]]:
    """Names and values of the keys that go there."""
    return [(key.name, key.value) for key in keys if key.place == place]


def with_keys(target: str, keys: Sequence[ApiKey]) -> str:
    """The request target with the keys that go into its query."""
    pairs = in_place(keys, "query")
    if not pairs:
        return target
    return f"{target}{'&' if '?' in target else '?'}{encode_query(pairs)}"


def without_keys(target: str, keys: Sequence[ApiKey]) -> str:
    """A request target as an API wrote it, less the keys: it may have copied them from the call before."""
    names = {name for name, _ in in_place(keys, "query")}
    path, mark, query = target.partition("?")
    if not names or not mark:
        return target
    kept = [pair for pair in query.split("&") if unquote_plus(pair.partition("=")[0]) not in names]
    return f"{path}?{'&'.join(kept)}" if kept else path


def without_echoes(content: bytes, keys: Sequence[ApiKey]) -> bytes:
    """An answer without the keys where it repeats the query that it was asked with: in links to itself, in errors."""
    for name, value in in_place(keys, "query"):
        if value and (not _PLAIN.fullmatch(name) or re.search(rb"(?i)" + re.escape(name.encode()), content)):
            first, later = _echoes(name, value)
            content = later.sub(b"", first.sub(b"?", content))
    return content


_PLAIN = re.compile(r"[\w.-]+", re.ASCII)  # nobody has a reason to escape any of it
_AND = rb"(?:&amp;|&|\\{1,4}u0026)"


@lru_cache(maxsize=64)
def _echoes(name: str, value: str) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """Patterns of a key as the first of several parameters, and of one anywhere else."""
    pair = rb"(?:" + written(name) + rb")=(?:" + written(value) + rb")(?![\w%.~+/-])"
    return re.compile(rb"(?i)\?" + pair + _AND), re.compile(rb"(?i)(?:\?|" + _AND + rb")" + pair)
