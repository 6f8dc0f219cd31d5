"""Bytes to a server and back, as they are."""

import asyncio
import contextlib
import re
from collections.abc import Sequence

STATUS = re.compile(rb"^HTTP/1\.[01] (\d{3})", re.MULTILINE)


async def exchange(port: int, pieces: Sequence[bytes], *, within: float = 12.0, gap: float = 0.05) -> bytes:
    """All that comes back for these pieces, until the server closes; TimeoutError if it doesn't."""
    async with asyncio.timeout(within):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        received = b""
        try:
            sending = asyncio.create_task(_send(writer, pieces, gap))
            with contextlib.suppress(ConnectionError):
                while piece := await reader.read(65536):
                    received += piece
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
        return received


async def _send(writer: asyncio.StreamWriter, pieces: Sequence[bytes], gap: float) -> None:
    with contextlib.suppress(ConnectionError):
        for number, piece in enumerate(pieces):
            if number:
                await asyncio.sleep(gap)
            writer.write(piece)
            await writer.drain()


def statuses(received: bytes) -> list[int]:
    """The statuses of all answers, interim ones apart."""
    return [int(status) for status in STATUS.findall(received) if status != b"100"]
