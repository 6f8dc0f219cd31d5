"""A primary, its replica and three sentinels, all real and on one machine."""

import contextlib
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import redis

from tests.backends.processes import free_port, wait_until
from tests.store.server import SERVER, RedisServer

NAME = "sessions"
DOWN = 1.0
"""Seconds without an answer until a sentinel takes a server for gone."""


@dataclass(frozen=True, slots=True)
class Watched:
    """Two servers, of which one is the primary, and the ports of their sentinels."""

    servers: tuple[RedisServer, RedisServer]
    ports: tuple[int, ...]
    processes: tuple["subprocess.Popen[bytes]", ...]

    @property
    def url(self) -> str:
        """Where they are, by their sentinels."""
        return f"redis+sentinel://{','.join(f'127.0.0.1:{port}' for port in self.ports)}/{NAME}"

    def role(self, server: RedisServer) -> str:
        """`master` or `slave`, as the server itself has it."""
        with server.client() as client:
            return str(client.info("replication")["role"])

    def primary(self) -> int:
        """The port of the primary, by the word of a sentinel."""
        with redis.Redis(port=self.ports[-1], socket_timeout=5) as client:
            return int(client.sentinel_get_master_addr_by_name(NAME)[1])

    def is_in_step(self) -> bool:
        """Whether the replica has all that the primary has had to tell."""
        for server in self.servers:
            with server.client() as client:
                told = client.info("replication")
            if told["role"] == "master":
                replica = told.get("slave0", {})
                return bool(replica.get("state") == "online" and replica["offset"] == told["master_repl_offset"])
        return False


@contextlib.contextmanager
def watched_servers(*options: str) -> Iterator[Watched]:
    """They, once the sentinels know the replica and each other."""
    with tempfile.TemporaryDirectory(prefix="redis-") as folder, contextlib.ExitStack() as stack:
        servers: list[RedisServer] = []
        for name in ("a", "b"):
            place = Path(folder, name)
            place.mkdir()
            after = ("--replicaof", f"127.0.0.1 {servers[0].port}") if servers else ()
            server = RedisServer(place, "--repl-diskless-sync-delay", "0", *options, *after, port=free_port())
            stack.callback(server.close)
            server.start()
            servers.append(server)
        ports = tuple(free_port() for _ in range(3))
        known = f"sentinel monitor {NAME} 127.0.0.1 {servers[0].port} 2"
        processes = tuple(stack.enter_context(sentinel(Path(folder), known, port)) for port in ports)
        watched = Watched((servers[0], servers[1]), ports, processes)
        wait_until(lambda: watched.is_in_step() and _agree(ports), within=60)
        yield watched


@contextlib.contextmanager
def sentinel(folder: Path, known: str, port: int, *options: str) -> Iterator["subprocess.Popen[bytes]"]:
    """One that watches what it's told to know."""
    config = folder / f"sentinel-{port}.conf"
    lines = [
        *(options or [f"port {port}"]),
        "bind 127.0.0.1",
        f"dir {folder}",
        known,
        f"sentinel down-after-milliseconds {NAME} {int(DOWN * 1000)}",
        f"sentinel failover-timeout {NAME} 6000",
    ]
    config.write_text("\n".join([*lines, ""]))
    with (folder / "sentinels.log").open("ab") as log:
        process = subprocess.Popen([SERVER, str(config), "--sentinel"], stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _agree(ports: Sequence[int]) -> bool:
    try:
        for port in ports:
            with redis.Redis(port=port, socket_timeout=5) as client:
                told = client.sentinel_master(NAME)
            if (told["num-slaves"], told["num-other-sentinels"]) != (1, len(ports) - 1):
                return False
    except redis.RedisError:
        return False
    return True
