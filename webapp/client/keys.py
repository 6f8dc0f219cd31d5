"""API keys: what an API knows its callers by, put where each API wants it."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args
from urllib.parse import quote, quote_plus, unquote_plus

from webapp.client.paths import encode_query

Place = Literal["header", "query", "cookie"]
PLACES: tuple[Place, ...] = get_args(Place)


@dataclass(frozen=True, slots=True)
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
        if value:
            pair = rf"(?:{written(name)})=(?:{written(value)})(?![\w%.~+/-])".encode()
            content = re.sub(rb"(?i)\?" + pair + _AND, b"?", content)
            content = re.sub(rb"(?i)(?:\?|" + _AND + rb")" + pair, b"", content)
    return content


_AND = rb"(?:&amp;|&|\\u0026)"


def written(text: str) -> str:
    """The ways in which a text may stand in a query that itself stands in JSON or in a page, as a pattern's source."""
    ways = (quote(text, safe=""), quote(text), quote_plus(text), text, json.dumps(text)[1:-1])
    return "|".join(re.escape(each) for each in dict.fromkeys(ways))
