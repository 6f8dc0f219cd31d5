"""An API on a socket that says whatever a fault says, byte by byte."""

import asyncio
import contextlib
import socket
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import parse_qs

from tests.faults.workshop import FAULTY, UNLUCKY, answer_of, kind_of


class Gone(Exception):
    """The talk is over, and the connection with it."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request, and the connection to answer it on."""

    method: str
    path: str
    port: int
    writer: asyncio.StreamWriter

    @property
    def kind(self) -> str:
        """The media type of what should be answered."""
        return kind_of(self.path)

    @property
    def body(self) -> bytes:
        """What should be answered."""
        return answer_of(self.method, self.path)

    async def say(self, *pieces: bytes) -> None:
        """Put bytes on the wire."""
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()

    async def answer(self, body: bytes | None = None, *headers: str, status: str = "200 OK") -> None:
        """A whole answer; its type is what it should be unless a header says another."""
        body = self.body if body is None else body
        await self.say(head(status, f"Content-Length: {len(body)}", *self.typed(headers)) + body)

    def typed(self, headers: tuple[str, ...]) -> tuple[str, ...]:
        """The headers, with the type that should be answered where they give none."""
        told = any(each.lower().startswith("content-type:") for each in headers)
        return headers if told else (f"Content-Type: {self.kind}", *headers)

    async def reset(self) -> None:
        """Break the connection so that whoever reads gets an error and not an end."""
        sock: socket.socket = self.writer.get_extra_info("socket")
        await asyncio.sleep(0.01)  # what was said before must be read before; a reset overtakes it
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        self.writer.transport.abort()
        raise Gone


Talk = Callable[[Exchange], Awaitable[None]]


def head(status: str, *headers: str) -> bytes:
    """The first line and the headers of an answer."""
    return "\r\n".join((f"HTTP/1.1 {status}", *headers, "", "")).encode("latin-1")


class FaultyAPI:
    """Answers well, but for the faulty operations: those say what `talk` says, if there is one."""

    def __init__(self, talk: Talk | None = None) -> None:
        self.talk = talk
        self.received: Counter[str] = Counter()
        """How often each faulty operation was asked for."""
        self.port = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def listening(self, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
        """Listen on a port of its own, and say where."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]
        try:
            yield f"{'https' if tls else 'http'}://localhost:{self.port}"
        finally:
            await self.close()

    async def close(self) -> None:
        """Be gone, with every connection."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, Gone, asyncio.CancelledError):
                while True:
                    await self._exchange(reader, writer)
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")[:-2]
        method, target, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        content = await _read_content(reader, headers)
        exchange = Exchange(method, target.partition("?")[0], self.port, writer)
        unlucky = UNLUCKY in parse_qs(content.decode("latin-1")).get("username", ())
        if not unlucky and (method, exchange.path) not in FAULTY:
            await exchange.answer()
            return
        self.received[f"{method} {exchange.path}"] += 1
        if self.talk is None:
            await exchange.answer()
            return
        await self.talk(exchange)


async def _read_content(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding") != "chunked":
        return await reader.readexactly(int(headers.get("content-length", "0")))
    content = b""
    while size := int(await reader.readline(), 16):
        content += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return content
