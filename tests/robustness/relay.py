"""A relay on a real socket that breaks connections at a chosen moment, and an API behind it that remembers."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable
from enum import Enum

from tests.client.support import listening, read_head

ANSWER = b"HTTP/1.1 204 No Content\r\nX-Padding: none of it\r\n\r\n"


class Break(Enum):
    """When the relay breaks off."""

    NEVER = "never"
    AT_ONCE = "before the request was read"
    IN_HEAD = "with the first bytes of it"
    IN_BODY = "before all of it was read"
    BEFORE_ANSWER = "when all of it has arrived at the API"
    IN_ANSWER = "in the middle of the answer"
    STALL = "never, and no answer comes"
    AFTER_ANSWER = "after the answer, without a word"


class Behind:
    """The API: how often each request has reached it, whole."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            first, headers = await read_head(reader)
            await reader.readexactly(int(dict(headers).get("content-length", 0)))
            self.seen[first.split()[1]] += 1
            writer.write(ANSWER)
            await writer.drain()


@contextlib.asynccontextmanager
async def relaying(behind: str, choose: Callable[[str], Break]) -> AsyncIterator[str]:
    """Where the relay listens; `choose` says for each request's target how it fares."""
    port = int(behind.rpartition(":")[2])

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        onward = await asyncio.open_connection("127.0.0.1", port)
        try:
            while await _relay_one(reader, writer, onward, choose):
                pass
        finally:
            onward[1].close()
            writer.transport.abort()

    async with listening(relay) as url:
        yield url


async def _relay_one(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    onward: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    choose: Callable[[str], Break],
) -> bool:
    """One request and its answer; False once the connection is to be broken."""
    line = await reader.readuntil(b"\r\n")
    when = choose(line.split()[1].decode())
    if when in (Break.AT_ONCE, Break.IN_HEAD):
        if when is Break.IN_HEAD:
            onward[1].write(line)
        return False
    head = line + await reader.readuntil(b"\r\n\r\n")
    lengths = [int(each.split(b":")[1]) for each in head.lower().split(b"\r\n") if each.startswith(b"content-length:")]
    length = sum(lengths)
    if when is Break.IN_BODY:
        onward[1].write(head + await reader.readexactly(length // 2))
        return False
    onward[1].write(head + await reader.readexactly(length))
    answer = await onward[0].readexactly(len(ANSWER))
    if when is Break.BEFORE_ANSWER:
        return False
    if when is Break.STALL:
        await reader.read()  # until whoever waits gives up
        return False
    writer.write(answer[: len(answer) // 2] if when is Break.IN_ANSWER else answer)
    await writer.drain()
    return when is Break.NEVER
