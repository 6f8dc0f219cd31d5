"""Ways to the store: what each URL leads to, by TLS and passwords, and what is refused."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from redis.asyncio import Redis, RedisCluster

from tests.backends.processes import free_port
from tests.faults.certificates import Authority
from tests.store.server import RedisServer, redis_server
from webapp.errors import SettingsError, StoreUnavailable
from webapp.store import Store, connect

PASSWORD = "a:password/of@the%store"
QUOTED = "a%3Apassword%2Fof%40the%25store"
"""The same, as a URL has it."""


def options(url: str) -> dict[str, object]:
    redis = connect(url)
    assert isinstance(redis, Redis)
    return redis.connection_pool.connection_kwargs


@asynccontextmanager
async def store_at(url: str) -> AsyncIterator[Store]:
    store = Store(connect(url))
    try:
        yield store
    finally:
        await store.aclose()


@pytest.mark.parametrize(
    "url",
    [
        "redis://localhost:7000/3",
        "redis://localhost?socket_timeout=600&socket_connect_timeout=600&max_connections=9999&retry_on_timeout=yes",
        "rediss://user:pw@store.example/0",
        "unix:///run/redis.sock",
        "redis+sentinel://one:1,two:2,[::1]:3/primary/4",
        "rediss+sentinel://user:pw@one/primary",
    ],
)
def test_no_way_to_the_store_waits_for_long(url: str) -> None:
    found = options(url)

    assert found["socket_timeout"] == found["socket_connect_timeout"] == 20.0
    assert found["retry"].get_retries() == 0  # type: ignore[attr-defined]
    redis = connect(url)
    assert isinstance(redis, Redis)
    assert redis.connection_pool.max_connections == 16


def test_a_cluster_is_reached_by_any_of_the_nodes_that_are_named() -> None:
    redis = connect("rediss+cluster://user:pw@one:7000,[::1]:7001,three")

    assert isinstance(redis, RedisCluster)
    assert redis.connection_kwargs["socket_timeout"] == redis.connection_kwargs["socket_connect_timeout"] == 20.0
    assert redis.retry.get_retries() == 0
    assert [(node.host, node.port) for node in redis.startup_nodes] == [("one", 7000), ("::1", 7001), ("three", 6379)]
    assert (redis.connection_kwargs["username"], redis.connection_kwargs["password"]) == ("user", "pw")
    assert all("SSL" in node.connection_class.__name__ for node in redis.startup_nodes)


@pytest.mark.parametrize(
    "url",
    [
        "redis+sentinel://:secret@host",
        "redis+sentinel:///secret",
        "redis+sentinel://:secret@host:port/name",
        "redis+sentinel://:secret@host/name/database",
        "redis+cluster://:secret@host/7",
        "redis+cluster://:secret@",
        "unix+cluster://:secret@host",
        "http://secret@host",
        "redis://:secret@host:port/x",
        "redis://host?pasword=secret",
        "redis+cluster://host?pasword=secret",
        "redis+sentinel://host/name?pasword=secret",
        "rediss://:secret@host?ssl_cert_reqs=secret",
    ],
)
def test_what_is_no_url_of_redis_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(SettingsError) as refused:
        connect(url)

    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("kind", ["rediss://:secret@host", "rediss+sentinel://:secret@host/name", "rediss+cluster://h"])
def test_an_authority_that_cannot_be_read_is_said_at_the_start(kind: str, tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("")
    for file in (tmp_path / "none.pem", empty):
        with pytest.raises(SettingsError, match="names a certificate that can't be used") as refused:
            connect(f"{kind}?ssl_ca_certs={file}")
        assert "secret" not in str(refused.value)


@pytest.fixture(scope="module")
def guarded() -> Iterator[RedisServer]:
    users = ("--user", "webapp", "on", f">{PASSWORD}", "~mine:*", "+@all", "--requirepass", "another")
    with redis_server(*users, port=free_port()) as found:
        yield found


async def test_a_user_has_their_own_password_and_rights_on_a_socket_and_on_a_port(guarded: RedisServer) -> None:
    for url in (f"unix://webapp:{QUOTED}@{guarded.path}", f"redis://webapp:{QUOTED}@localhost:{guarded.port}/0"):
        async with store_at(url) as store:
            assert await store.ask("SET", "mine:1", "x")
            with pytest.raises(StoreUnavailable, match="NoPermissionError") as refused:
                await store.ask("GET", "others")
            assert PASSWORD not in str(refused.value)
    async with store_at(f"redis://:another@localhost:{guarded.port}/0") as store:
        assert await store.ask("GET", "others") is None


@pytest.mark.parametrize("user", ["webapp:wrong-secret", ":wrong-secret", "nobody:wrong-secret"])
async def test_a_wrong_password_lets_nobody_in_and_is_not_repeated(guarded: RedisServer, user: str) -> None:
    for url in (f"unix://{user}@{guarded.path}", f"redis://{user}@localhost:{guarded.port}"):
        async with store_at(url) as store:
            with pytest.raises(StoreUnavailable, match=r"(?i)password") as refused:
                await store.ask("PING")
    assert "wrong-secret" not in str(refused.value)


class Secured(NamedTuple):
    """A server that speaks TLS alone, and the authority that says who it is."""

    port: int
    authority: Path
    other: Path
    """An authority that has never heard of it."""

    def url(self, host: str = "localhost", by: Path | None = None) -> str:
        return f"rediss://:{QUOTED}@{host}:{self.port}/0?ssl_ca_certs={by or self.authority}"


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    with tls_server(tmp_path_factory.mktemp("tls")) as found:
        yield found


@contextmanager
def tls_server(folder: Path) -> Iterator[Secured]:
    authority, both, port = Authority(folder / "ca.pem"), folder / "server.pem", free_port()
    authority.issue(both, "localhost")
    other = Authority(folder / "other.pem", "another authority")
    files = ("--tls-cert-file", str(both), "--tls-key-file", str(both), "--tls-ca-cert-file", str(authority.path))
    tls = ("--tls-port", str(port), "--tls-auth-clients", "no", *files)
    with redis_server(*tls, "--requirepass", PASSWORD):
        yield Secured(port, authority.path, other.path)


async def test_a_server_is_believed_by_the_word_of_ones_own_authority(secured: Secured) -> None:
    async with store_at(secured.url()) as store:
        assert await store.ask("SET", "x", "1")
        assert await store.ask("GET", "x") == b"1"


@pytest.mark.parametrize(
    ("reached", "why"),
    [
        (lambda secured: secured.url(by=secured.other), "self-signed certificate in certificate chain"),
        (lambda secured: secured.url().partition("?")[0], "self-signed certificate in certificate chain"),
        (lambda secured: secured.url(host="127.0.0.1"), "IP address mismatch"),
    ],
    ids=["by another's word", "by nobody's word", "for another name"],
)
async def test_a_server_that_nobody_vouches_for_gets_no_password_and_one_sentence_says_so(
    secured: Secured, reached: Callable[[Secured], str], why: str
) -> None:
    async with store_at(reached(secured)) as store:
        with pytest.raises(StoreUnavailable) as refused:
            await store.ask("PING")

    said = str(refused.value)
    assert said.startswith("its certificate isn't to be trusted: ")
    assert why in said
    assert "password" not in said
    assert "\n" not in said


async def test_a_server_without_tls_is_not_asked_by_a_url_with_it(guarded: RedisServer) -> None:
    async with store_at(f"rediss://webapp:{QUOTED}@localhost:{guarded.port}") as store:
        with pytest.raises(StoreUnavailable) as refused:
            await store.ask("PING")
    assert "password" not in str(refused.value)
