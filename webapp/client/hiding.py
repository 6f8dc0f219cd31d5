"""Keeps the key that is configured for everybody out of what an API repeats: nobody at a browser may see it."""

import re
from collections.abc import AsyncIterator
from functools import lru_cache

import httpx

from webapp.client.keys import ApiKey, written

_LEAST = 6  # characters that can be told from ordinary words
_MASK = b"***"


def without_value(content: bytes, key: ApiKey) -> bytes:
    """A body without the key, however it is written there."""
    pattern = _pattern(key.value)
    return content if pattern is None else pattern.sub(_MASK, content)


def hide_in_headers(response: httpx.Response, key: ApiKey) -> None:
    """Take the key out of an answer's headers, of which links and redirects may repeat it."""
    pattern = _pattern(key.value)
    raw = response.headers.raw
    if pattern is not None and any(pattern.search(value) for _, value in raw):
        response.headers = httpx.Headers([(name, pattern.sub(_MASK, value)) for name, value in raw])


async def hidden(pieces: AsyncIterator[bytes], key: ApiKey) -> AsyncIterator[bytes]:
    """A body as it comes, with as many signs in the key's place as it has: what says how long it is stays true."""
    secret = _secret(key.value).encode()
    held = b""
    async for piece in pieces:
        held = (held + piece).replace(secret, b"*" * len(secret)) if len(secret) >= _LEAST else held + piece
        kept = next((length for length in range(len(secret) - 1, 0, -1) if held.endswith(secret[:length])), 0)
        ready, held = held[: len(held) - kept], held[len(held) - kept :]
        if ready:
            yield ready
    if held:
        yield held


@lru_cache(maxsize=8)
def _pattern(value: str) -> re.Pattern[bytes] | None:
    secret = _secret(value)
    return re.compile(written(secret).encode()) if len(secret) >= _LEAST else None


def _secret(value: str) -> str:
    """A key's value less what stands before a token, which is no secret."""
    return value.rpartition(" ")[2]
