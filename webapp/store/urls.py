"""
Where the store is: a URL of one server, of a primary that sentinels name, or of a cluster.

    redis://USER:PASSWORD@HOST:PORT/DB            one server; `rediss` is TLS, `unix:///PATH` a socket
    redis+sentinel://HOST:PORT,HOST:PORT/NAME/DB  the primary that these sentinels know as NAME
    redis+cluster://HOST:PORT,HOST:PORT           a cluster, by some of its nodes

`rediss+sentinel` has TLS to the sentinels, too. What stands behind `?` is as redis-py has it, `ssl_ca_certs=FILE` above
all; `sentinel_username` and `sentinel_password` are what sentinels want, if anything. How long a question may take and
how many connections there are isn't the URL's to say.
"""

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from redis.asyncio import Connection, ConnectionPool, Redis, RedisCluster, SSLConnection
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.connection import AbstractConnection, parse_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from webapp.errors import SettingsError
from webapp.store.cluster import Cluster
from webapp.store.limits import CONNECTIONS, MOST_SECONDS, SECONDS
from webapp.store.sentinels import SentinelPool, Sentinels

SENTINEL, CLUSTER = "+sentinel", "+cluster"
PORT, SENTINEL_PORT = 6379, 26379

_OURS = ("timeout", "retry_on_timeout", "health_check_interval")
"""What a pool takes besides, and what would have a question asked twice or before anybody asks."""


def connect(url: str) -> "Redis | RedisCluster":
    """
    A client of what is at `url`; nothing is sent yet.

    Raises SettingsError, which doesn't hold the URL: it may have a password in it.
    """
    try:
        scheme = urlsplit(url).scheme
        if scheme.endswith(SENTINEL):
            return _by_sentinels(url)
        return _cluster(url) if scheme.endswith(CLUSTER) else _one(url)
    except OSError as error:
        raise SettingsError(f"WEBAPP_SESSION_STORE names a certificate that can't be used: {error}") from None
    except (ValueError, TypeError, RedisError) as error:
        # Its own words might hold a piece of what stood where a password does.
        raise SettingsError(f"WEBAPP_SESSION_STORE is no URL of Redis: {type(error).__name__}") from None


def _one(url: str) -> Redis:
    made_by, options = _options(url)
    return Redis.from_pool(ConnectionPool(connection_class=made_by, max_connections=CONNECTIONS, **options))


def _by_sentinels(url: str) -> Redis:
    one, hosts, path = _split(url, SENTINEL)
    name, _, database = path.partition("/")
    if not name:
        raise ValueError("no name of a primary")
    made_by, options = _options(one)
    own = {key: options.pop(f"sentinel_{key}", None) for key in ("username", "password")}
    del options["host"]
    if database:
        options["db"] = int(database)
    secure = made_by is SSLConnection
    tls = {key: value for key, value in options.items() if key.startswith("ssl_")}
    limits = {**_limits(2 * SECONDS), **own, **tls, "ssl": secure, "max_connections": CONNECTIONS}
    sentinels = Sentinels([_address(host, SENTINEL_PORT) for host in hosts], limits)
    pool = SentinelPool(name, sentinels, ssl=secure, max_connections=CONNECTIONS, **options)  # type: ignore[no-untyped-call]
    return Redis.from_pool(pool)


def _cluster(url: str) -> RedisCluster:
    one, hosts, path = _split(url, CLUSTER)
    if path.strip("/") not in ("", "0"):
        raise ValueError("a cluster has one database")
    made_by, options = _options(one)
    del options["host"]
    nodes = [ClusterNode(*_address(host, PORT)) for host in hosts]
    return Cluster(nodes, ssl=made_by is SSLConnection, **options)


def _split(url: str, kind: str) -> tuple[str, list[str], str]:
    """The same URL of no host in particular, the hosts, and the path."""
    parts = urlsplit(url)
    at, _, hosts = parts.netloc.rpartition("@")
    one = urlunsplit((parts.scheme.removesuffix(kind), f"{at}@x" if at else "x", "", parts.query, ""))
    if not one.startswith(("redis://", "rediss://")) or not hosts:
        raise ValueError("no hosts")
    return one, hosts.split(","), parts.path.strip("/")


def _options(url: str) -> tuple[type[AbstractConnection], dict[str, Any]]:
    """
    What makes a connection, and of which options.

    One is made here, though not opened: an option that nobody knows and a file that isn't there are found at the start
    then, and not by the first who comes.
    """
    options: dict[str, Any] = {**parse_url(url), **_limits(2 * MOST_SECONDS)}
    made_by: type[AbstractConnection] = options.pop("connection_class", Connection)
    for name in ("max_connections", *_OURS):
        options.pop(name, None)
    made = made_by(**{name: value for name, value in options.items() if not name.startswith("sentinel_")})
    if isinstance(made, SSLConnection):
        made.ssl_context.get()
    return made_by, options


def _limits(seconds: float) -> dict[str, Any]:
    # Longer than ours, which know whether it's the server that is slow.
    return {"socket_timeout": seconds, "socket_connect_timeout": seconds, "retry": Retry(NoBackoff(), 0)}


def _address(host: str, port: int) -> tuple[str, int]:
    parts = urlsplit(f"//{host}")
    if not parts.hostname:
        raise ValueError("no host")
    return parts.hostname, parts.port or port
