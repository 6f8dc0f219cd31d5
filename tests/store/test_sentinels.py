"""A primary by the word of sentinels: who it is, and who it is after it was killed, cut off or made a replica."""

import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis

from tests.backends.processes import free_port, wait_until
from tests.faults.certificates import Authority
from tests.store.recovering import recovered
from tests.store.sentinels import NAME, Watched, sentinel, watched_servers
from tests.store.server import redis_server
from webapp.errors import StoreUnavailable
from webapp.store import Store, connect

Figure = Callable[[str], None]


@pytest.fixture(scope="module")
def watched() -> Iterator[Watched]:
    with watched_servers() as found:
        yield found


@pytest.fixture
async def store(watched: Watched) -> AsyncIterator[Store]:
    made = Store(connect(watched.url))
    yield made
    await made.aclose()


async def test_what_a_former_primary_refuses_to_write_is_no_answer_and_nothing_is_lost(
    watched: Watched, store: Store
) -> None:
    write = store.script("return redis.call('SET', KEYS[1], ARGV[1])")
    assert await write([b"before"], ["1"])
    former, replica = watched.servers
    with former.client() as client:
        client.execute_command("REPLICAOF", "127.0.0.1", str(replica.port))

        with pytest.raises(StoreUnavailable, match="previous master"):
            await write([b"after"], ["2"])
        with pytest.raises(StoreUnavailable, match="previous master"):
            await store.ask_each([("SET", "after", "2")])
        client.execute_command("REPLICAOF", "NO", "ONE")

    assert await write([b"later"], ["3"])
    assert await store.ask_each([("GET", "before"), ("GET", "after"), ("GET", "later")]) == [b"1", None, b"3"]


async def test_the_sentinels_that_hang_hold_nobody_up(watched: Watched) -> None:
    for process in watched.processes[:2]:
        process.send_signal(signal.SIGSTOP)
    store = Store(connect(watched.url))
    try:
        assert await store.ask("SET", "x", "1")
    finally:
        await store.aclose()
        for process in watched.processes[:2]:
            process.send_signal(signal.SIGCONT)


async def test_who_the_primary_is_nobody_knows_where_no_sentinel_does(watched: Watched) -> None:
    for url in (watched.url.replace(f"/{NAME}", "/another"), f"redis+sentinel://127.0.0.1:{free_port()}/{NAME}"):
        store = Store(connect(url))
        with pytest.raises(StoreUnavailable, match="no sentinel knows a primary called"):
            await store.ask("PING")
        await store.aclose()


async def test_tls_and_passwords_go_to_the_sentinels_and_to_the_primary_each_their_own(tmp_path: Path) -> None:
    authority, both = Authority(tmp_path / "ca.pem"), tmp_path / "both.pem"
    authority.issue(both, "127.0.0.1")
    port, sentinel_port = free_port(), free_port()
    tls = [f"tls-cert-file {both}", f"tls-key-file {both}", f"tls-ca-cert-file {authority.path}", "tls-auth-clients no"]
    of_server = [word for line in (*tls, f"tls-port {port}") for word in f"--{line}".split()]
    of_sentinel = [*tls, "port 0", f"tls-port {sentinel_port}", "tls-replication yes", "requirepass of-the-sentinels"]
    known = f"sentinel monitor {NAME} 127.0.0.1 {port} 1\nsentinel auth-pass {NAME} of-the-primary"
    url = f"rediss+sentinel://:of-the-primary@127.0.0.1:{sentinel_port}/{NAME}/2?ssl_ca_certs={authority.path}"
    with ExitStack() as stack:
        server = stack.enter_context(redis_server(*of_server, "--requirepass", "of-the-primary"))
        stack.enter_context(sentinel(tmp_path, known, sentinel_port, *of_sentinel))
        wait_until(lambda: _answers(sentinel_port, authority.path), within=60)

        store = Store(connect(f"{url}&sentinel_password=of-the-sentinels"))
        assert await store.ask("SET", "x", "1")
        await store.aclose()

        stranger = Store(connect(f"{url}&sentinel_password=wrong"))
        with pytest.raises(StoreUnavailable, match=r"no sentinel knows .*AuthenticationError") as refused:
            await stranger.ask("PING")
        await stranger.aclose()

        with redis.Redis(unix_socket_path=str(server.path), db=2, password="of-the-primary") as client:
            assert client.get("x") == b"1"
    assert "of-the-primary" not in str(refused.value)


async def test_a_primary_that_hangs_is_left_for_its_replica_and_not_asked_when_it_is_back(
    watched: Watched, store: Store, figure: Figure
) -> None:
    former, replica = watched.servers
    assert await store.ask("SET", "before", "1")
    wait_until(watched.is_in_step, within=60)
    former.send(signal.SIGSTOP)

    seconds, said = await recovered(store, "SET", "after", "2")

    assert await store.ask_each([("GET", "before"), ("GET", "after")]) == [b"1", b"2"]
    assert watched.primary() == replica.port
    former.send(signal.SIGCONT)
    assert await store.ask("GET", "after") == b"2"
    figure(f"a primary that hangs: answered again by its replica after {seconds:.1f} s; meanwhile {said}")


def _answers(port: int, authority: Path) -> bool:
    url = f"rediss://:of-the-sentinels@127.0.0.1:{port}?ssl_ca_certs={authority}"
    try:
        with redis.Redis.from_url(url) as client:
            return bool(client.sentinel_master(NAME)["flags"] == "master")
    except redis.RedisError:
        return False
