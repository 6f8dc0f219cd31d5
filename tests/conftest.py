"""What every test may use."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from tests.store.clusters import Nodes
    from tests.store.server import RedisServer
    from webapp.store import Store

# How long an example takes says how busy the machine is, and a run that nobody can repeat says little else.
settings.register_profile("unhurried", deadline=None, derandomize=True)
settings.load_profile("unhurried")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def nodes() -> "Iterator[Nodes]":
    """A cluster, for whoever leaves it as it is: to make one takes two seconds."""
    from tests.store.clusters import cluster_of_servers

    with cluster_of_servers() as found:
        yield found


@pytest.fixture(scope="module")
def server() -> "Iterator[RedisServer]":
    """A redis-server."""
    from tests.store.server import redis_server

    with redis_server() as found:
        yield found


@pytest.fixture
async def store(server: "RedisServer") -> "AsyncIterator[Store]":
    """A store on that server, empty."""
    from tests.store.server import empty_store

    async with empty_store(server) as made:
        yield made


@pytest.fixture
async def cluster(nodes: "Nodes") -> "AsyncIterator[Store]":
    """A store on a cluster, empty."""
    from tests.store.clusters import empty_cluster

    async with empty_cluster(nodes) as made:
        yield made


FIGURES = pytest.StashKey[list[str]]()


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Takes what a test has measured, as a sentence; the run's summary prints it."""
    name = request.node.nodeid
    return lambda sentence: request.config.stash.setdefault(FIGURES, []).append(f"{name}: {sentence}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the figures, those of failed tests included."""
    if figures := config.stash.get(FIGURES, []):
        terminalreporter.section("figures")
        for line in figures:
            terminalreporter.write_line(line)
