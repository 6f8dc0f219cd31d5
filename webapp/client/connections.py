"""aiohttp's side of the pool."""

import ssl
from typing import Any

import aiohttp
import httpx
from aiohttp.client_middlewares import ClientHandlerType
from aiohttp.connector import Connection
from aiohttp.http import HttpProcessingError
from httpx_aiohttp import AiohttpTransport

_LONGEST_HEADER = 65536  # bytes of one line; aiohttp's own 8,190 are too few for some cookies and policies
_MOST_INTERIM = 20


def open_pool(limit: int, keepalive: float, verify: ssl.SSLContext | None) -> httpx.AsyncBaseTransport:
    """A transport whose session is made when it's first used."""

    def session() -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=limit, keepalive_timeout=keepalive, ssl=verify or True),
            cookie_jar=aiohttp.DummyCookieJar(),
            middlewares=(_send_once,),
            response_class=_Response,
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
            max_line_size=_LONGEST_HEADER,
            max_field_size=_LONGEST_HEADER,
            trust_env=False,
        )

    # The transport's own TLS context is never used, since the connector has one; this one costs nothing to make.
    return AiohttpTransport(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), trust_env=False, client=session)


class _Response(aiohttp.ClientResponse):
    """
    An answer before which only so many informational ones may come (RFC 9110, 15.2), and after which all is over if the
    API has failed.

    aiohttp passes over any number of them, and when they come fast enough it never lets go of the loop meanwhile. And
    after an error that it didn't foresee uvicorn closes the connection, without saying so in its answer; a write that
    were sent on it at once would be lost.
    """

    async def start(self, connection: Connection) -> aiohttp.ClientResponse:
        """Wait for the first line and the headers of the answer itself."""
        protocol = connection.protocol
        assert protocol is not None
        read, interim = protocol.read, 0

        async def read_bounded() -> Any:
            nonlocal interim
            message, payload = await read()
            interim += 100 <= message.code < 200
            if interim > _MOST_INTERIM:
                raise HttpProcessingError(message="More informational answers than anybody sends.")
            return message, payload

        protocol.read = read_bounded  # type: ignore[method-assign]
        try:
            await super().start(connection)
        finally:
            del protocol.read
        if self.status >= 500:
            protocol.force_close()
            if self.connection is None:  # all of the answer was there, and the connection is back in the pool
                protocol.close()
        return self


async def _send_once(request: aiohttp.ClientRequest, send: ClientHandlerType) -> aiohttp.ClientResponse:
    """
    Send a write exactly once, and tell failures apart.

    aiohttp sends PUT and DELETE again when the connection breaks before an answer, though it can't know whether they
    were carried out. GET and HEAD may be: an idle connection that the server has just closed looks the same. And
    httpx-aiohttp calls a refused connection and a lost one both a time-out of the connecting; the one may be tried
    again and the other may not, so here they get their right names.
    """
    again = request.method in ("GET", "HEAD")
    while True:
        try:
            return await send(request)
        except aiohttp.ClientConnectorError as error:
            raise httpx.ConnectError("No connection could be made.") from error
        except aiohttp.ConnectionTimeoutError as error:
            raise httpx.ConnectTimeout("No connection was made in time.") from error
        except aiohttp.ClientConnectionError as error:
            if not again:
                raise httpx.ReadError("The connection was lost.") from error
            again = False
        except aiohttp.ClientResponseError as error:
            raise httpx.RemoteProtocolError("The answer isn't HTTP.") from error
