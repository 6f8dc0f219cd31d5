"""From the API's name to a connection."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from typing import TypeVar

import httpx
from aiohappyeyeballs import start_connection

P = TypeVar("P", bound=asyncio.Protocol)

_STAGGER = 0.25  # seconds between the tries of two addresses (RFC 8305, 5)


async def reach(
    origin: tuple[str, str, int], make: Callable[[], P], *, verify: ssl.SSLContext, seconds: float | None
) -> P:
    """
    A connection to the host and port of `origin`, over TLS where its scheme is https; ConnectError, or ConnectTimeout.

    Of several addresses one that doesn't answer holds up none that does.
    """
    scheme, host, port = origin
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(seconds):
            addresses = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            sock = await start_connection(addresses, happy_eyeballs_delay=_STAGGER, interleave=1, loop=loop)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            try:
                tls, name = (verify, host) if scheme == "https" else (None, None)
                _, protocol = await loop.create_connection(make, sock=sock, ssl=tls, server_hostname=name)
            except BaseException:
                sock.close()
                raise
    except TimeoutError as error:
        raise httpx.ConnectTimeout("No connection was made in time.") from error
    except (OSError, UnicodeError) as error:
        raise httpx.ConnectError("No connection could be made.") from error
    return protocol
