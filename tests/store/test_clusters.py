"""A cluster whose nodes hang and die, and whose slots move while they are asked for."""

import asyncio
import re
import signal
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from tests.backends.processes import free_port, wait_until
from tests.deployment.readme import file
from tests.house.source import ROOT
from tests.store.clusters import Nodes, cluster_of_servers, empty_cluster
from tests.store.recovering import recovered
from tests.store.server import RedisServer, redis_server
from webapp.errors import StoreUnavailable
from webapp.store import Store, connect

SLOTS = 1024
"""Of 16,384, that move."""

Figure = Callable[[str], None]


@pytest.fixture(scope="module")
def nodes() -> Iterator[Nodes]:
    with cluster_of_servers() as found:
        yield found


@pytest.fixture
async def store(nodes: Nodes) -> AsyncIterator[Store]:
    async with empty_cluster(nodes) as made:
        yield made


@pytest.mark.parametrize(
    "how",
    [pytest.param(signal.SIGKILL, marks=pytest.mark.nightly), signal.SIGSTOP],
    ids=["is killed", "hangs"],
)
async def test_a_node_that_is_gone_is_left_for_its_replica(how: signal.Signals, figure: Figure) -> None:
    with cluster_of_servers(replicas=1) as nodes:
        async with empty_cluster(nodes) as store:
            keys = [f"key-{number}" for number in range(60)]
            await store.ask_each([("SET", key, "1") for key in keys])
            gone = nodes.of_slot("key-0")
            with gone.client() as client:
                assert client.wait(1, 20_000) == 1
            gone.send(how)

            seconds, said = await recovered(store, "SET", "key-0", "2")

            found = await store.ask_each([("GET", key) for key in keys])
            assert found == [b"2", *[b"1"] * 59]
            figure(f"a node that is gone ({how.name}): answered again by its replica after {seconds:.1f} s; {said}")


async def test_many_questions_at_once_are_all_answered_to_whoever_asked(store: Store) -> None:
    assert await store.ask("PTTL", "which nodes there are is known then") == -2
    await asyncio.gather(*(store.ask("SET", f"{number}", f"{number}") for number in range(300)))

    found = await asyncio.gather(*(store.ask("GET", f"{number}") for number in range(300)))

    assert found == [f"{number}".encode() for number in range(300)]
    assert await store.ask_each([("GET", f"{number}") for number in range(300)]) == found


async def test_a_cluster_that_nobody_answers_for_or_that_is_none_is_said_to_be_away() -> None:
    with redis_server(port=free_port()) as single:
        for port, why in ((free_port(), "one reachable node"), (single.port, "Cluster mode is not enabled")):
            store = Store(connect(f"redis+cluster://:a-secret@127.0.0.1:{port}"))
            with pytest.raises(StoreUnavailable, match=why) as refused:
                await store.ask("GET", "x")
            with pytest.raises(StoreUnavailable, match=why):
                await store.ask_each([("GET", "x")])
            await store.aclose()
            assert "a-secret" not in str(refused.value)


async def test_a_node_that_was_not_named_and_the_rights_of_the_readme_are_enough(nodes: Nodes) -> None:
    [rights] = re.findall(r"^user webapp (.*)$", file("redis.conf"), re.MULTILINE)
    [more] = re.findall(r"`([^`]*)` more in a cluster", (ROOT / "README.md").read_text(encoding="utf-8"))
    for server in nodes.servers:
        with server.client() as client:
            client.execute_command("ACL", "SETUSER", "webapp", *rights.split(), *more.split())
    store = Store(connect(nodes.url.replace("//", "//webapp:STORE-PASSWORD@").partition(",")[0]))
    keys = [f"webapp_session:{number}" for number in range(40)]

    assert await store.ask_each([("SET", key, "1") for key in keys]) == [True] * 40
    with pytest.raises(StoreUnavailable, match="NoPermissionError"):
        await store.ask("GET", "another")
    await store.aclose()


class Move:
    """A slot on its way from one node to another, as `redis-cli --cluster reshard` moves it, step by step."""

    def __init__(self, nodes: Nodes, key: str, target: RedisServer) -> None:
        self.source, self.target = nodes.of_slot(key), target
        self._nodes = nodes
        with self.source.client() as source, target.client() as there:
            self.slot = int(source.execute_command("CLUSTER", "KEYSLOT", key))
            self._ids = [str(each.execute_command("CLUSTER", "MYID").decode()) for each in (source, there)]
            there.execute_command("CLUSTER", "SETSLOT", self.slot, "IMPORTING", self._ids[0])
            source.execute_command("CLUSTER", "SETSLOT", self.slot, "MIGRATING", self._ids[1])

    def take(self, key: str) -> None:
        """Take one key along."""
        with self.source.client() as source:
            assert source.execute_command("MIGRATE", "127.0.0.1", self.target.port, key, 0, 5000) == b"OK"

    def end(self) -> None:
        """Tell all whose it is now."""
        for server in (self.target, self.source, *self._nodes.servers):
            with server.client() as client:
                if server is self.target or client.info("replication")["role"] == "master":
                    client.execute_command("CLUSTER", "SETSLOT", self.slot, "NODE", self._ids[1])


@pytest.fixture(scope="module")
def newcomer(nodes: Nodes) -> RedisServer:
    """A node that has no slot so far."""
    server = nodes.add()
    nodes.cli("add-node", f"127.0.0.1:{server.port}", f"127.0.0.1:{nodes.servers[0].port}")
    wait_until(lambda: all(_knows(each, 4) for each in nodes.servers) and nodes.is_whole(), within=60)
    return server


def _knows(server: RedisServer, count: int) -> bool:
    with server.client() as client:
        return int(client.cluster("INFO")["cluster_known_nodes"]) == count


async def test_a_slot_that_moves_is_asked_for_where_each_key_is(
    nodes: Nodes, store: Store, newcomer: RedisServer
) -> None:
    read = store.script("return redis.call('GET', KEYS[1])")
    both = store.script("return redis.call('SET', KEYS[1], ARGV[1]) and redis.call('SET', KEYS[2], ARGV[1])")
    moved, stays = "{tag}:moved", "{tag}:stays"
    await store.ask_each([("SET", moved, "m"), ("SET", stays, "s")])
    move = Move(nodes, moved, newcomer)
    move.take(moved)

    # As many at once as have connections of their own: the permission to ask goes with each.
    for _ in range(5):
        asked = [store.ask("GET", moved), store.ask("GET", stays), read([moved.encode()]), read([stays.encode()])] * 16
        assert await asyncio.gather(*asked) == [b"m", b"s"] * 32
    assert await store.ask_each([("GET", moved), ("GET", stays), ("GET", "another")]) == [b"m", b"s", None]
    with pytest.raises(StoreUnavailable):  # what needs keys on both sides has to wait until the slot is there
        await both([moved.encode(), stays.encode()], ["x"])
    move.take(stays)
    move.end()

    assert await both([moved.encode(), stays.encode()], ["x"])
    assert await store.ask_each([("GET", moved), ("GET", stays)]) == [b"x", b"x"]


async def test_nothing_is_lost_or_refused_for_long_while_a_thousand_slots_move(
    nodes: Nodes, store: Store, newcomer: RedisServer, figure: Figure
) -> None:
    keys, stop = [f"{{key-{number}}}" for number in range(200)], asyncio.Event()
    await store.ask_each([("SET", key, "0") for key in keys])
    add, refused, asked = store.script("return redis.call('INCR', KEYS[1])"), list[str](), 0

    async def count(key: str) -> int:
        nonlocal asked
        done = 0
        while not stop.is_set():
            asked += 1
            try:
                done = int(await add([key.encode()]))
            except StoreUnavailable as error:
                refused.append(str(error))
                done = await _told(store, key)
            await asyncio.sleep(0.05)
        return done

    counting = [asyncio.create_task(count(key)) for key in keys]
    with newcomer.client() as client:
        target = client.execute_command("CLUSTER", "MYID").decode()
    at = f"127.0.0.1:{nodes.servers[0].port}"
    where = ("--cluster-from", "all", "--cluster-to", target, "--cluster-slots", str(SLOTS))
    try:
        await asyncio.to_thread(nodes.cli, "reshard", at, *where)
    finally:
        stop.set()
        done = await asyncio.gather(*counting)

    assert [int(each) for each in await store.ask_each([("GET", key) for key in keys])] == done
    with newcomer.client() as client:
        came = int(client.dbsize())
    assert came > 0
    figure(
        f"{SLOTS:,} slots moved, {came} of 200 keys, under {asked:,} questions: {len(refused)} refused {set(refused)}"
    )


async def _told(store: Store, key: str) -> int:
    while True:
        try:
            return int(await store.ask("GET", key))
        except StoreUnavailable:
            await asyncio.sleep(0.05)
