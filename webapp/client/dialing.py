"""
How a connection to a host is made: its addresses looked up, the first that answers taken, TLS around it.

Addresses are tried as RFC 8305 has it (Happy Eyeballs), by aiohappyeyeballs: uvloop can't.
"""

import asyncio
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Self, TypeVar

import aiohappyeyeballs
import httpx
from aiohappyeyeballs import AddrInfoType

P = TypeVar("P", bound=asyncio.Protocol)

_NEXT_ADDRESS_AFTER = 0.25  # seconds (RFC 8305, 5)
_REMEMBERED_FOR = 10.0  # seconds that a host's addresses are known for
_MOST_REMEMBERED = 100
_GOODBYE = 1.0  # seconds that a server has to end TLS too; asyncio would wait for half a minute
_NUMERIC = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV


class Origin(NamedTuple):
    """Where a connection leads to."""

    host: str
    port: int
    tls: bool

    @classmethod
    def of(cls, url: httpx.URL) -> Self:
        """That of an http or https URL."""
        tls = url.scheme == "https"
        return cls(url.raw_host.decode("ascii"), (443 if tls else 80) if url.port is None else url.port, tls)


class Dialer:
    """Makes connections, with the TLS settings `verify`, or as Python's own say."""

    def __init__(self, verify: ssl.SSLContext | None) -> None:
        self._verify = verify
        self._known: dict[Origin, tuple[float, Sequence[AddrInfoType]]] = {}
        self._asked: dict[Origin, asyncio.Task[Sequence[AddrInfoType]]] = {}

    async def dial(self, origin: Origin, factory: Callable[[], P], seconds: float | None) -> P:
        """
        A connection's protocol, once it's there.

        Raises httpx.ConnectTimeout after so many seconds, and httpx.ConnectError, caused by what went wrong.
        """
        try:
            async with asyncio.timeout(seconds) as patience:
                return await self._dial(origin, factory)
        except (OSError, RuntimeError, UnicodeError) as error:  # uvloop has RuntimeErrors for some of the first
            if isinstance(error, TimeoutError) and patience.expired():
                raise httpx.ConnectTimeout("No connection was made in time.") from error
            raise httpx.ConnectError("No connection could be made.") from error

    async def _dial(self, origin: Origin, factory: Callable[[], P]) -> P:
        addresses = await self._addresses(origin)
        try:
            connected = await aiohappyeyeballs.start_connection(addresses, happy_eyeballs_delay=_NEXT_ADDRESS_AFTER)
        except OSError:
            self._known.pop(origin, None)  # the host may have moved
            raise
        return await self._spoken_on(connected, origin, factory)

    async def _spoken_on(self, connected: socket.socket, origin: Origin, factory: Callable[[], P]) -> P:
        taken = False

        def make() -> P:
            nonlocal taken
            taken = True  # by a transport, which closes it, when it has said goodbye
            return factory()

        try:
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            tls = self._tls_options(origin) if origin.tls else {}
            _, protocol = await asyncio.get_running_loop().create_connection(make, sock=connected, **tls)
        except BaseException:
            if not taken:
                connected.close()
            raise
        return protocol

    async def _addresses(self, origin: Origin) -> Sequence[AddrInfoType]:
        until, known = self._known.get(origin, (0.0, []))
        if until > time.monotonic():
            return known
        try:
            return socket.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM, flags=_NUMERIC)
        except socket.gaierror:
            pass  # it's a name, which takes a thread to look up: one for all who ask at once
        asked = self._asked.get(origin)
        if asked is None:
            asked = self._asked[origin] = asyncio.create_task(self._look_up(origin))
            asked.add_done_callback(lambda done: self._looked_up(origin, done))
        await asyncio.wait([asked])  # whoever gives up takes it from nobody
        return asked.result()

    async def _look_up(self, origin: Origin) -> Sequence[AddrInfoType]:
        found = await asyncio.get_running_loop().getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        self._known[origin] = (time.monotonic() + _REMEMBERED_FOR, found)
        return found

    def _looked_up(self, origin: Origin, done: asyncio.Task[Sequence[AddrInfoType]]) -> None:
        del self._asked[origin]
        if not done.cancelled():
            done.exception()  # is told to whoever has waited for it, if anybody still does

    def _tls_options(self, origin: Origin) -> dict[str, Any]:
        if self._verify is None:
            self._verify = ssl.create_default_context()
            self._verify.set_alpn_protocols(["http/1.1"])
        # No certificate has the dot that may end a name.
        name = origin.host.rstrip(".")
        return {"ssl": self._verify, "server_hostname": name, "ssl_shutdown_timeout": _GOODBYE}
