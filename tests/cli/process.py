"""The command as a process of its own."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx


class Process(subprocess.Popen[str]):
    """A process whose output is read as it comes, as it would stand still once its pipe is full."""

    said: str = ""
    _reader: threading.Thread

    def read_on(self) -> None:
        """Read from now on, in the background."""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.stdout is not None
        for line in self.stdout:
            self.said += line

    def ended(self, within: float = 30.0) -> int:
        """Its exit status, once it has ended and all it has said was read."""
        status = self.wait(within)
        self._reader.join(within)
        return status


@contextmanager
def serving(*arguments: str, cwd: Path | None = None, **environ: str) -> Iterator[tuple[str, Process]]:
    """`webapp ARGUMENTS --port FREE` as a process; gives the URL that it printed."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "webapp", *arguments, "--port", str(port)]
    env = {name: value for name, value in os.environ.items() if not name.startswith("WEBAPP_")}
    process = Process(
        command,
        cwd=cwd,
        env={**env, **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        process_group=0,  # as a shell has it, so that all of it can be sent what a keyboard sends
    )
    try:
        assert process.stdout is not None
        printed = ""
        while f"http://127.0.0.1:{port}/" not in printed:
            line = process.stdout.readline()
            assert line, f"ended before it served: {printed}"
            printed += line
        process.read_on()
        yield f"http://127.0.0.1:{port}", process
    finally:
        _end(process)
        assert process.stdout is not None
        process.stdout.close()


def _end(process: Process) -> None:
    """Kill it, with the processes that it has begun: they would hold its output open, and live on."""
    pids = children_of(process.pid) if process.poll() is None else []
    process.kill()
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.ended()


def children_of(pid: int) -> list[int]:
    """The processes that a process has begun, and that haven't ended."""
    with suppress(FileNotFoundError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def up(url: str) -> None:
    """Wait until the server answers."""
    with httpx.Client(transport=httpx.HTTPTransport(retries=8)) as client:
        assert client.get(f"{url}/-/livez", timeout=20).text == "ok\n"
