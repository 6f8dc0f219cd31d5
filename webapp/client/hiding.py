"""Keeps the key that is configured for everybody out of what an API repeats: nobody at a browser may see it."""

import re
from collections.abc import AsyncIterator
from functools import lru_cache
from typing import Any

import httpx

from webapp.client.keys import ApiKey
from webapp.client.spellings import begins_at, spellings, written, written_within

PARTS = ("range", "if-range")
"""Headers that ask for a part of an answer: in two halves of a key nobody finds it, so no part is asked for."""

_LEAST = 6  # characters that can be told from ordinary words
_MASK = b"***"
_SIGN = re.compile(rb"[^\x00]")


def without_value(content: bytes, key: ApiKey) -> bytes:
    """A body without the key, however it is written there."""
    pattern = _pattern(_secret(key.value))
    return content if pattern is None else pattern.sub(_masked, content)


def without_value_in(data: Any, content: bytes, key: ApiKey) -> Any:
    """
    The data of a body that `without_value` has gone through, without the key where only decoding showed it.

    Where nothing is escaped, and each character is in UTF-8, the bytes had all that the data has.
    """
    pattern = _pattern_within(_secret(key.value))
    return data if pattern is None or not (b"\\" in content or b"\0" in content) else _walk(data, pattern)


def hide_in_headers(response: httpx.Response, key: ApiKey) -> None:
    """Take the key out of an answer's headers, of which links and redirects may repeat it."""
    pattern = _pattern(_secret(key.value))
    if pattern is None:
        return
    raw = response.headers.raw
    if any(name.lower() == b"accept-ranges" or pattern.search(value) for name, value in raw):
        kept = [(name, pattern.sub(_MASK, value)) for name, value in raw if name.lower() != b"accept-ranges"]
        response.headers = httpx.Headers(kept)


async def hidden(pieces: AsyncIterator[bytes], key: ApiKey) -> AsyncIterator[bytes]:
    """A body as it comes, with as many signs in the key's place as it has: what says how long it is stays true."""
    secret = _secret(key.value)
    pattern = _pattern(secret)
    units = [spellings(each) for each in secret]
    longest = sum(len(ways[0]) for ways in units)
    held = b""
    async for piece in pieces:
        held += piece
        if pattern is not None:
            held = pattern.sub(_starred, held)
        open_from = len(held) if pattern is None else begins_at(held, units, longest)
        ready, held = held[:open_from], held[open_from:]
        if ready:
            yield ready
    if held:
        yield held


def _walk(data: Any, pattern: re.Pattern[str]) -> Any:
    if isinstance(data, str):
        return pattern.sub(_MASK.decode(), data)
    if isinstance(data, dict):
        return {_walk(name, pattern): _walk(value, pattern) for name, value in data.items()}
    if isinstance(data, list):
        return [_walk(each, pattern) for each in data]
    return data


def _masked(found: re.Match[bytes]) -> bytes:
    """The mask; in UTF-16 one that leaves its bytes in pairs."""
    return _starred(found) if b"\0" in found[0] else _MASK


def _starred(found: re.Match[bytes]) -> bytes:
    return _SIGN.sub(b"*", found[0])


@lru_cache(maxsize=8)
def _pattern(secret: str) -> re.Pattern[bytes] | None:
    return re.compile(written(secret)) if len(secret) >= _LEAST else None


@lru_cache(maxsize=8)
def _pattern_within(secret: str) -> re.Pattern[str] | None:
    return re.compile(written_within(secret)) if len(secret) >= _LEAST else None


def _secret(value: str) -> str:
    """A key's value less what stands before a token, which is no secret."""
    return value.rpartition(" ")[2]
