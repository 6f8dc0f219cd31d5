"""
The connections to the API, shared by every session.

They keep nothing between calls, cookies least of all, take no proxies and no passwords from the environment, decode
nothing and follow no redirects.
"""

import ssl

import httpx

from webapp.client.connections import Connections
from webapp.client.share import Share, Shares


def shared_transport(
    *, limit: int = 100, keepalive: float = 4.0, verify: ssl.SSLContext | None = None, shares: Shares | None = None
) -> httpx.AsyncBaseTransport:
    """
    A pool of at most `limit` connections, opened in whichever loop uses it first; whoever made it closes it.

    Idle connections are dropped after `keepalive` seconds, a little before most servers do, so that a write hardly ever
    meets a connection that is just being closed. `verify` is for a private certificate authority. Where there are
    `shares`, no caller holds more of the connections than theirs.
    """
    pool = Connections(limit, keepalive, verify)
    return pool if shares is None else Share(pool, limit, shares)
