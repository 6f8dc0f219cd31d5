"""
The connections to the API, shared by every session.

They keep nothing between calls, cookies least of all, take no proxies and no passwords from the environment, decode
nothing and follow no redirects.
"""

import ssl

import httpx

from webapp.client.connections import Connections
from webapp.client.share import Share


def shared_transport(
    *, limit: int = 100, keepalive: float = 4.0, verify: ssl.SSLContext | None = None, strangers: int | None = None
) -> httpx.AsyncBaseTransport:
    """
    A pool of at most `limit` connections, opened in whichever loop uses it first; whoever made it closes it.

    Idle connections are dropped after `keepalive` seconds, a little before most servers do, so that a write hardly ever
    meets a connection that is just being closed. `verify` is for a private certificate authority. Calls for
    whoever hasn't signed in never hold more than `strangers` of the connections.
    """
    pool = Connections(limit, keepalive, verify)
    return pool if strangers is None else Share(pool, strangers)
