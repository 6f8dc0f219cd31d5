"""A cluster of real servers, all on one machine."""

import contextlib
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import redis

from tests.backends.processes import free_port, wait_until
from tests.store.server import RedisServer
from webapp.store import Store, connect

PRIMARIES = 3
DOWN, BUSY = 1.0, 20.0
"""Seconds without an answer until a node is taken for gone, where another takes over; and where it can but be busy."""


@dataclass(frozen=True, slots=True)
class Nodes:
    """The nodes, and what `redis-cli --cluster` does with them."""

    folder: Path
    servers: list[RedisServer]
    down: float

    @property
    def url(self) -> str:
        """Where they are."""
        return f"redis+cluster://{','.join(f'127.0.0.1:{server.port}' for server in self.servers[:PRIMARIES])}"

    def add(self) -> RedisServer:
        """One more, which belongs to no cluster so far."""
        place = self.folder / str(len(self.servers))
        place.mkdir()
        options = ("--cluster-enabled", "yes", "--cluster-port", str(free_port()))
        timing = ("--cluster-node-timeout", str(int(self.down * 1000)), "--repl-diskless-sync-delay", "0")
        server = RedisServer(place, *options, *timing, port=free_port())
        self.servers.append(server)
        server.start()
        return server

    def close(self) -> None:
        """Have them gone."""
        for server in self.servers:
            server.close()

    def cli(self, *command: str) -> str:
        """Have it done; what it printed."""
        done = subprocess.run(
            ["redis-cli", "--cluster", *command, "--cluster-yes"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def empty(self) -> None:
        """Have nothing in it."""
        for server in self.servers:
            with server.client() as client:
                if client.info("replication")["role"] == "master":
                    client.flushall()

    def is_whole(self) -> bool:
        """Whether all agree that each slot has a primary, and replicas hold what theirs do."""
        return all(_is_well(server) for server in self.servers)

    def of_slot(self, key: str) -> RedisServer:
        """The primary that has a key."""
        with self.servers[0].client() as client:
            slot = int(client.execute_command("CLUSTER", "KEYSLOT", key))
            for low, high, primary, *_ in client.execute_command("CLUSTER", "SLOTS"):
                if low <= slot <= high:
                    return next(server for server in self.servers if server.port == primary[1])
        raise AssertionError(f"no node has slot {slot}")


def _is_well(server: RedisServer) -> bool:
    try:
        with server.client() as client:
            replication = client.info("replication")
            return bool(
                client.cluster("INFO")["cluster_state"] == "ok"
                and (replication["role"] == "master" or replication["master_link_status"] == "up")
            )
    except redis.RedisError:
        return False


@contextlib.contextmanager
def cluster_of_servers(*, replicas: int = 0) -> Iterator[Nodes]:
    """Three primaries with so many replicas each."""
    with tempfile.TemporaryDirectory(prefix="redis-") as folder, contextlib.ExitStack() as stack:
        nodes = Nodes(Path(folder), [], DOWN if replicas else BUSY)
        stack.callback(nodes.close)
        for _ in range(PRIMARIES * (1 + replicas)):
            nodes.add()
        at = [f"127.0.0.1:{server.port}" for server in nodes.servers]
        nodes.cli("create", *at, "--cluster-replicas", str(replicas))
        wait_until(nodes.is_whole, within=60)
        yield nodes


@contextlib.asynccontextmanager
async def empty_cluster(nodes: Nodes) -> AsyncIterator[Store]:
    """The store there, with nothing in it."""
    nodes.empty()
    store = Store(connect(nodes.url))
    yield store
    await store.aclose()
