"""A request's body on its way to the API, piece by piece, while an answer may be coming already."""

import asyncio
from collections.abc import AsyncIterable, Callable

import httpx


class Upload:
    """
    A body that is sent as it comes: chunked, or where its `length` is known as so many bytes and not one more.

    What would come after those would be read as another request.
    """

    def __init__(self, pieces: AsyncIterable[bytes], length: int | None) -> None:
        self._pieces = pieces
        self._left = length
        self._room = asyncio.Event()
        self._room.set()
        self._task: asyncio.Task[None] | None = None

    def begin(self, transport: asyncio.Transport, on_end: Callable[[Exception | None], None]) -> None:
        """Send it; `on_end` is told when that is done, or what has gone wrong."""

        def ended(task: asyncio.Task[None]) -> None:
            cancelled = task.cancelled()
            error = httpx.WriteError("The sending was given up.") if cancelled else task.exception()
            on_end(error if error is None or isinstance(error, Exception) else httpx.WriteError(str(error)))

        self._task = asyncio.create_task(self._send(transport), name="webapp-upload")
        self._task.add_done_callback(ended)

    def pause(self) -> None:
        """There is no room for more."""
        self._room.clear()

    def resume(self) -> None:
        """There is room again."""
        self._room.set()

    def cancel(self) -> None:
        """Send no more of it."""
        if self._task is not None:
            self._task.cancel()

    async def ended(self) -> None:
        """Wait for its end, whatever that is."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def _send(self, transport: asyncio.Transport) -> None:
        async for piece in self._pieces:
            if self._left is None:
                if piece:
                    transport.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            else:
                transport.write(piece[: self._left])
                self._left -= min(self._left, len(piece))
            await self._room.wait()
        if self._left is None:
            transport.write(b"0\r\n\r\n")
        elif self._left:
            raise httpx.LocalProtocolError("The body is shorter than was said.")
