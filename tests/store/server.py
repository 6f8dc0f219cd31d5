"""A real redis-server of a test's own, that can be stopped, killed and started again."""

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from webapp.store import Store, connect

SERVER = os.environ.get("STORE_SERVER", "redis-server")
"""The program: Redis, or a Valkey that one has."""


class RedisServer:
    """
    redis-server on a socket in `folder`, and on a `port` if it's given one.

    What it holds is kept over restarts where it's told to `persist`.
    """

    def __init__(self, folder: Path, *options: str, persist: bool = False, port: int = 0) -> None:
        self._folder = folder
        self._options = ("--port", str(port), "--appendonly", "yes" if persist else "no", *options)
        self.port = port
        self._process: subprocess.Popen[bytes] | None = None
        self.path = folder / "redis.sock"

    @property
    def url(self) -> str:
        """Where it is."""
        return f"unix://{self.path}"

    def start(self) -> None:
        """Start it; returns when it answers."""
        fixed = ("--unixsocket", str(self.path), "--save", "", "--dir", str(self._folder))
        with (self._folder / "redis.log").open("ab") as log:
            self._process = subprocess.Popen([SERVER, *fixed, *self._options], stdout=log, stderr=log)
        until = time.monotonic() + 20
        while True:
            try:
                with self.client() as client:
                    client.ping()
                return
            except redis.AuthenticationError:
                return
            except redis.RedisError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.02)

    @property
    def is_up(self) -> bool:
        """Whether it was started and not killed."""
        return self._process is not None and self._process.poll() is None

    def client(self) -> "redis.Redis":
        """A client of the test's own."""
        return redis.Redis(unix_socket_path=str(self.path), socket_timeout=5, retry=Retry(NoBackoff(), 0))

    def send(self, number: signal.Signals) -> None:
        """Send its process a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    def kill(self) -> None:
        """Kill it, as a machine dies."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Have it gone."""
        if self.is_up:
            self.send(signal.SIGCONT)
            self.kill()


@contextlib.contextmanager
def redis_server(*options: str, persist: bool = False, port: int = 0) -> Iterator[RedisServer]:
    """A server in a folder of its own: a socket's path may not be long."""
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        server = RedisServer(Path(folder), *options, persist=persist, port=port)
        try:
            server.start()
            yield server
        finally:
            server.close()


@contextlib.asynccontextmanager
async def empty_store(server: RedisServer, url: str = "") -> AsyncIterator[Store]:
    """The store there, or at the `url` of what it's a part of, with nothing in it."""
    with server.client() as client:
        client.flushall()
    store = Store(connect(url or server.url))
    yield store
    await store.aclose()


def elapse(server: RedisServer, seconds: float) -> None:
    """Have all that is in the store be over sooner by so much, as if that time had passed."""
    with server.client() as client:
        for key in client.scan_iter("*"):
            left = client.pttl(key)
            assert left > 0, f"{key!r} is there for ever"
            client.pexpire(key, max(left - int(seconds * 1000), 0))


def left_there(server: RedisServer) -> list[bytes]:
    """The names of all deposits, without what counts them."""
    with server.client() as client:
        return [key for key in client.scan_iter("*") if client.type(key) == b"string" and not key.endswith(b":sum")]
