"""The README's store: Redis with TLS, and a user who may do what the frontend does and no more."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import redis

from tests.backends.processes import free_port
from tests.deployment.readme import file, variables
from tests.faults.certificates import written
from tests.store.server import redis_server

PASSWORD = "a-password-of-the-store"
OPERATOR = ("--user", "operator", "on", "nopass", "~*", "&*", "+@all")


class Deployed(NamedTuple):
    """Where it is for a frontend, and a client that may do everything."""

    url: str
    operator: "redis.Redis"


@contextlib.contextmanager
def deployed_store(*, cookie_name: str = "webapp_session") -> Iterator[Deployed]:
    """A redis-server by the README's file, for a frontend whose cookie has this name."""
    with TemporaryDirectory(prefix="store-") as folder:
        port, certificate, config = free_port(), Path(folder, "store.pem"), Path(folder, "redis.conf")
        written(certificate, "localhost")
        replaced = {
            "tls-port 6379": f"tls-port {port}",
            "/etc/ssl/store.pem": certificate,
            "/etc/ssl/store.key": certificate,
            "STORE-PASSWORD": PASSWORD,
            "bind * -::*": "bind 127.0.0.1 -::1",
            "dir /var/lib/redis": f"dir {folder}",
            "webapp_session": cookie_name,
        }
        config.write_text(file("redis.conf", replaced))
        url = variables(
            "webapp.env",
            {
                "STORE-PASSWORD": PASSWORD,
                "store.internal:6379": f"localhost:{port}",
                "/etc/ssl/store-ca.pem": certificate,
            },
        )["WEBAPP_SESSION_STORE"]
        with (
            redis_server("--include", str(config), *OPERATOR) as server,
            redis.Redis(unix_socket_path=str(server.path), username="operator", password="any") as operator,
        ):
            yield Deployed(url, operator)
