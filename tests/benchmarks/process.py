"""A Python process of its own for whatever is measured, so that one contestant's memory and garbage are no other's."""

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeAlias

Pipe: TypeAlias = "Connection[Any, Any]"

PATIENCE = 120.0
"""Seconds for an answer."""

_SPAWN = multiprocessing.get_context("spawn")


class Worker:
    """
    Runs `target(pipe, *arguments)` in a new process and asks it questions.

    The process ends with the pipe: no killed benchmark leaves one behind.
    """

    def __init__(self, target: Callable[..., None], *arguments: object) -> None:
        self._name = target.__name__
        self._pipe, theirs = _SPAWN.Pipe()
        self._process = _SPAWN.Process(target=target, args=(theirs, *arguments), daemon=True)
        self._process.start()
        theirs.close()

    @property
    def pid(self) -> int:
        """Of the process."""
        assert self._process.pid is not None
        return self._process.pid

    def ask(self, *question: object) -> Any:
        """Send a question, wait for its answer; RuntimeError when the process has died of it."""
        try:
            self._pipe.send(question)
            if self._pipe.poll(PATIENCE):
                return self._pipe.recv()
        except (EOFError, OSError):
            raise RuntimeError(f"{self._name} died; what it died of stands above.") from None
        raise RuntimeError(f"{self._name} did not answer within {PATIENCE:.0f} s.")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._pipe.close()
        self._process.join(10)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


def resident(pid: int | str = "self") -> int:
    """Bytes of memory that a process holds; Linux."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024
