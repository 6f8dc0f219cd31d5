"""Several processes that serve one socket: started together, replaced when one dies, told together to stop."""

import logging
import signal
import subprocess
import time
from collections.abc import Sequence
from types import FrameType

logger = logging.getLogger("webapp.serving")

YOUNG = 3.0
"""Seconds within which a process that ends hasn't really begun: another one would end so, too."""
LOOK_EVERY = 0.1


class Workers:
    """
    `count` processes of a `command`, which inherit the listening socket `fd`.

    One that dies is replaced, so that requests wait in the socket's queue and none is refused. If one ends of itself
    right after its start, all are stopped.
    """

    def __init__(self, command: Sequence[str], count: int, fd: int) -> None:
        self._command = [*command, "--fd", str(fd)]
        self._count = count
        self._fd = fd
        self._running: dict[subprocess.Popen[bytes], float] = {}
        self._told: list[int] = []

    def run(self) -> int:
        """Serve until told to stop, by SIGTERM or SIGINT, which all are told; returns the exit status."""
        before = {each: signal.signal(each, self._tell) for each in (signal.SIGTERM, signal.SIGINT)}
        try:
            status = self._serve()
            for process in self._running:
                status = process.wait() or status
            return status
        finally:
            for process in self._running:
                process.kill()
            for each, handler in before.items():
                signal.signal(each, handler)

    def _serve(self) -> int:
        while True:
            while len(self._running) < self._count and not self._told:
                self._begin()
            for process in [each for each in self._running if each.poll() is not None]:
                began = self._running.pop(process)
                if self._told:
                    continue
                logger.error("process %d has ended with %d", process.pid, process.returncode)
                if process.returncode > 0 and time.monotonic() - began < YOUNG:
                    self._tell(signal.SIGTERM)
                    return process.returncode
            if self._told and not self._running:
                return 0
            time.sleep(LOOK_EVERY)

    def _begin(self) -> None:
        process = subprocess.Popen(self._command, pass_fds=[self._fd])  # noqa: S603 - it's this very command
        self._running[process] = time.monotonic()

    def _tell(self, number: int, _: FrameType | None = None) -> None:
        self._told.append(number)
        for process in self._running:
            if process.poll() is None:
                process.send_signal(number)
