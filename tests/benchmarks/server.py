"""An ASGI app served by uvicorn in a process of its own, as in production, that tells how much CPU it has used."""

import asyncio
import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import uvicorn
from starlette.types import ASGIApp

from tests.benchmarks.process import Pipe, Worker, resident


class Server:
    """
    Serves what `create(*arguments)` makes.

    What it writes goes to the file `log`: an access log is part of serving, looking at it is not.
    """

    def __init__(
        self,
        create: Callable[..., ASGIApp],
        *arguments: object,
        log: Path | None = None,
        access_log: bool = False,
        http: str | type[asyncio.Protocol] = "httptools",
    ) -> None:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen(1024)
            self.port: int = listener.getsockname()[1]
            self._log = log
            self._worker = Worker(_serve, listener, create, arguments, log, access_log, http)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cpu(self) -> float:
        """Seconds of CPU the process has used so far, in all of its threads, user and system together."""
        try:
            seconds: float = self._worker.ask("cpu")
        except RuntimeError as error:
            raise RuntimeError(f"{error}\n{self._last_words()}") from None
        return seconds

    def memory(self) -> int:
        """Bytes of memory that the process holds."""
        return resident(self._worker.pid)

    def _last_words(self) -> str:
        return self._log.read_text(errors="replace")[-2000:] if self._log and self._log.exists() else ""

    def __enter__(self) -> Self:
        self._worker.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._worker.__exit__(kind, error, traceback)


def _serve(
    pipe: Pipe,
    listener: socket.socket,
    create: Callable[..., ASGIApp],
    arguments: tuple[object, ...],
    log: Path | None,
    access_log: bool,
    http: Any,
) -> None:
    if log is not None:
        file = log.open("wb", buffering=0)
        os.dup2(file.fileno(), sys.stdout.fileno())
        os.dup2(file.fileno(), sys.stderr.fileno())
    config = uvicorn.Config(
        create(*arguments),
        loop="uvloop",
        http=http,
        access_log=access_log,
        log_level="info" if access_log else "warning",
        timeout_keep_alive=600,
    )
    server = uvicorn.Server(config)
    threading.Thread(target=_answer, args=(pipe, server), daemon=True).start()
    server.run(sockets=[listener])


def _answer(pipe: Pipe, server: uvicorn.Server) -> None:
    try:
        while True:
            pipe.recv()
            pipe.send(time.process_time())
    except (EOFError, OSError):
        server.should_exit = True
