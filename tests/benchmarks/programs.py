"""A server that's started by a command, as an operator does it, and how much CPU it has used, whatever its language."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.benchmarks.process import resident

PATIENCE = 60.0
"""Seconds for a start."""


class Program:
    """
    Runs a command that listens on `port`; what it writes goes to the file `log`.

    It has a process group of its own, which ends with the block as a whole. RuntimeError if it doesn't come up.
    """

    def __init__(
        self, command: Sequence[str], port: int, *, log: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self.port = port
        self._command = command
        self._log = log
        with log.open("wb") as file:
            self._process = subprocess.Popen(
                command,
                env={**_clean(os.environ), **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cpu(self) -> float:
        """Seconds of CPU that its living processes have used so far, user and system together; Linux."""
        if self._process.poll() is not None:
            raise RuntimeError(f"{self._command[0]} ended:\n{self._last_words()}")
        return sum(time.clock_gettime(_clock(pid)) for pid in _family(self._process.pid))

    def memory(self) -> int:
        """Bytes of memory that its living processes hold, what they share counted for each; Linux."""
        return sum(resident(pid) for pid in _family(self._process.pid))

    def _last_words(self) -> str:
        return self._log.read_text(errors="replace")[-2000:]

    def __enter__(self) -> Self:
        deadline = time.monotonic() + PATIENCE
        while not _listening(self.port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self._end()
                raise RuntimeError(f"{' '.join(self._command)} did not come up:\n{self._last_words()}")
            time.sleep(0.02)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        for number, patience in ((signal.SIGTERM, 10), (signal.SIGKILL, 5)):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(patience)
                return


def _clean(environment: Mapping[str, str]) -> dict[str, str]:
    """Without what would set something up otherwise, or have Python compile everything at each start."""
    others = ("WEBAPP_", "NODE_", "DJANGO_", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in environment.items() if not name.startswith(others)}


def _listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _clock(pid: int) -> int:
    """The id of another process's CPU clock, as clock_getcpuclockid(3) makes it; Python has it for threads only."""
    return (~pid << 3) | 2


def _family(pid: int) -> Iterator[int]:
    yield pid
    for child in _children(pid):
        yield from _family(child)


def _children(pid: int) -> Iterator[int]:
    for thread in Path(f"/proc/{pid}/task").iterdir():
        try:
            children = (thread / "children").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue  # the thread has ended since it was listed
        yield from map(int, children.split())
