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
            first, later = _parameters(name)
            content = _cut(_cut(content, first, value, _BEFORE_MORE, b"?"), later, value, _ENDED, b"")
    return content


_PLAIN = re.compile(r"[\w.-]+", re.ASCII)  # nobody has a reason to escape any of it
_AND = rb"(?:&amp;|&|\\{1,4}u0026)"
_ENDED = re.compile(rb"(?![\w%.~+/-])")
_BEFORE_MORE = re.compile(rb"(?i)" + _ENDED.pattern + _AND)


def _cut(content: bytes, parameter: re.Pattern[bytes], value: str, stop: re.Pattern[bytes], instead: bytes) -> bytes:
    """The content with all from such a parameter to what comes behind its value replaced, where it has this value."""
    if not parameter.search(content):
        return content
    units, folded = [tuple(way.lower() for way in spellings(each)) for each in value], content.lower()
    kept, done = list[bytes](), 0
    for found in parameter.finditer(content):
        ends = ends_of(folded, found.end(), units) if found.start() >= done else ()
        stopped = next(filter(None, (stop.match(content, each) for each in ends)), None)
        if stopped is not None:
            kept += [content[done : found.start()], instead]
            done = stopped.end()
    return b"".join((*kept, content[done:]))


@lru_cache(maxsize=64)
def _parameters(name: str) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """How the first of several parameters begins, and how any; what a key itself looks like is compiled nowhere."""
    called = rb"(?:" + written(name) + rb")="
    return re.compile(rb"(?i)\?" + called), re.compile(rb"(?i)(?:\?|" + _AND + rb")" + called)
