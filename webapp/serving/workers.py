"""Several processes that serve one socket: started together, replaced when one dies, told together to stop."""

import logging
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from types import FrameType

from webapp.serving.server import signals_heeded

logger = logging.getLogger("webapp.serving")

NEVER_SERVED = (2, 3)
"""What a process ends with that hasn't begun to serve: a setting is wrong, or the app couldn't be started."""
PAUSE = 1.0
"""Seconds before one is replaced that has ended of itself: the next may well do the same."""
LOOK_EVERY = 0.1


class Workers:
    """
    `count` processes of a `command`, which inherit the listening socket `fd`, and `environ` besides the environment.

    Each has a number, which the one that replaces it has after it. One that dies is replaced, so that requests wait in
    the socket's queue and none is refused; `on_death` is told the number before. If one of the first can't begin, all
    are stopped; a later one is tried again, for the others serve. They inherit one end of a pipe, whose other end is
    this process' alone: however this one ends, they learn of it (`Server.end_with`).
    """

    def __init__(
        self,
        command: Sequence[str],
        count: int,
        fd: int,
        *,
        environ: Mapping[str, str] | None = None,
        on_death: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._command = command
        self._fd = fd
        self._environ = {**os.environ, **(environ or {})}
        self._on_death = on_death
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        self._due = dict.fromkeys(range(count), 0.0)
        """When each number may begin, by the monotonic clock; 0 for one that never has."""
        self._told: signal.Signals | None = None

    def run(self) -> int:
        """Serve until told to stop, by a signal that all are told then; returns the exit status."""
        before = {each: signal.signal(each, self._hear) for each in signals_heeded()}
        theirs, ours = os.pipe()
        try:
            status = self._serve(theirs)
            for process in self._running.values():
                process.wait()
            return status
        finally:
            for process in self._running.values():
                process.kill()
            for each, handler in before.items():
                signal.signal(each, handler)
            os.close(ours)
            os.close(theirs)

    def _serve(self, pipe: int) -> int:
        while not (self._told and not self._running):
            for number, due in self._due.items():
                if not self._told and number not in self._running and due <= time.monotonic():
                    self._begin(number, pipe)
            for number, process in list(self._running.items()):
                if process.poll() is not None and not self._bury(number, process):
                    self._tell(signal.SIGTERM)
                    return int(process.returncode)
            time.sleep(LOOK_EVERY)
        return 0

    def _bury(self, number: int, process: subprocess.Popen[bytes]) -> bool:
        """Forget one that has ended; says whether the others may go on."""
        is_first = not self._due[number]
        del self._running[number]
        self._on_death(number)
        if self._told:
            return True
        logger.error("process %d has ended with %d", process.pid, process.returncode)
        self._due[number] = time.monotonic() + (PAUSE if process.returncode >= 0 else 0.0)
        return not (is_first and process.returncode in NEVER_SERVED)

    def _begin(self, number: int, pipe: int) -> None:
        process = subprocess.Popen(  # noqa: S603 - it's this very command
            [*self._command, "--fd", str(self._fd), "--parent", str(pipe), "--number", str(number)],
            env=self._environ,
            pass_fds=[self._fd, pipe],
            # A keyboard's signals reach a whole group, and would be the second that these are told.
            process_group=0,
        )
        self._running[number] = process
        if self._told:  # while it began
            process.send_signal(self._told)

    def _hear(self, number: int, _: FrameType | None) -> None:
        self._tell(signal.Signals(number))

    def _tell(self, received: signal.Signals) -> None:
        self._told = received
        for process in self._running.values():
            if process.poll() is None:
                process.send_signal(received)
