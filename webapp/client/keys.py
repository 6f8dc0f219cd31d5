"""API keys: what an API knows its callers by, put where each API wants it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import field
from functools import lru_cache
from typing import Literal, get_args
from urllib.parse import unquote_plus

from webapp.client.paths import encode_query
from webapp.client.spellings import ends_of, spellings, written
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
            content = _without(content, _parameter(name), value)
    return content


_PLAIN = re.compile(r"[\w.-]+", re.ASCII)  # nobody has a reason to escape any of it
_AND = re.compile(rb"(?i)&amp;|&|\\{1,4}u0026")
_MORE = re.compile(rb"[\w%.~+/-]")


def _without(content: bytes, parameter: re.Pattern[bytes], value: str) -> bytes:
    """The content less the pairs of that parameter and this value; what follows a first one becomes the first."""
    units: list[tuple[bytes, ...]] | None = None
    folded, kept, done = b"", [], 0
    for found in parameter.finditer(content):
        if found.start() < done:
            continue
        if units is None:
            units, folded = [tuple(way.lower() for way in spellings(each)) for each in value], content.lower()
        end = next((each for each in ends_of(folded, found.end(), units) if not _MORE.match(content, each)), None)
        if end is None:
            continue
        follows = _AND.match(content, end) if found[1] == b"?" else None
        kept += [content[done : found.start()], b"?" if follows else b""]
        done = follows.end() if follows else end
    return b"".join((*kept, content[done:])) if done else content


@lru_cache(maxsize=64)
def _parameter(name: str) -> re.Pattern[bytes]:
    """The beginning of a parameter in a query; what a key itself looks like is compiled and kept nowhere."""
    return re.compile(rb"(?i)(\?|" + _AND.pattern.removeprefix(rb"(?i)") + rb")(?:" + written(name) + rb")=")
