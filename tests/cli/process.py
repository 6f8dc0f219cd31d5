"""The command as a process of its own."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx


@contextmanager
def serving(*arguments: str, cwd: Path | None = None, **environ: str) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """`webapp ARGUMENTS --port FREE` as a process; gives the URL that it printed."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "webapp", *arguments, "--port", str(port)]
    env = {name: value for name, value in os.environ.items() if not name.startswith("WEBAPP_")}
    process = subprocess.Popen(
        command, cwd=cwd, env={**env, **environ}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        assert process.stdout is not None
        printed = ""
        while f"http://127.0.0.1:{port}/" not in printed:
            line = process.stdout.readline()
            assert line, f"ended before it served: {printed}"
            printed += line
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def up(url: str) -> None:
    """Wait until the server answers."""
    with httpx.Client(transport=httpx.HTTPTransport(retries=8)) as client:
        assert client.get(f"{url}/-/livez", timeout=20).text == "ok\n"
