"""Programs that tests start, wait for, and end with everything they started."""

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import httpx


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextlib.contextmanager
def running(
    command: Sequence[str], answers_at: str, *, environment: Mapping[str, str] | None = None, within: float
) -> Iterator[None]:
    """
    Run a program until the end of the block, from when a URL of its answers.

    It gets a process group of its own, which is ended as a whole. What it prints is shown if it doesn't come up.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as log:
        process = subprocess.Popen(
            command,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            if not _comes_up(process, answers_at, within):
                log.seek(0)
                raise RuntimeError(f"{command[0]} did not answer at {answers_at}:\n{log.read()[-3000:]}")
            yield
        finally:
            _end(process)


@contextlib.contextmanager
def starting(name: str) -> Iterator[None]:
    """While no other program starts the same thing: waits until nobody does."""
    with (Path(tempfile.gettempdir()) / f"webapp-starting-{os.getuid()}-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def wait_until(condition: Callable[[], bool], *, within: float) -> None:
    """Wait for something to become true; a RuntimeError if that takes longer than some seconds."""
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"not so within {within:g} s")
        time.sleep(0.1)


def _comes_up(process: "subprocess.Popen[bytes]", url: str, within: float) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(url, timeout=5, trust_env=False).is_success:
                return True
        time.sleep(0.1)
    return False


def _end(process: "subprocess.Popen[bytes]") -> None:
    for number, patience in ((signal.SIGTERM, 10), (signal.SIGKILL, 5)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
            break
    # Whatever it left behind in its group.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
