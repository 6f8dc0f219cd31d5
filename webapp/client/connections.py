"""aiohttp's side of the pool."""

import ssl

import aiohttp
import httpx
from aiohttp.client_middlewares import ClientHandlerType
from httpx_aiohttp import AiohttpTransport

_LONGEST_HEADER = 65536  # bytes of one line; aiohttp's own 8,190 are too few for some cookies and policies


def open_pool(limit: int, keepalive: float, verify: ssl.SSLContext | None) -> httpx.AsyncBaseTransport:
    """A transport whose session is made when it's first used."""

    def session() -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=limit, keepalive_timeout=keepalive, ssl=verify or True),
            cookie_jar=aiohttp.DummyCookieJar(),
            middlewares=(_send_once,),
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
            max_line_size=_LONGEST_HEADER,
            max_field_size=_LONGEST_HEADER,
            trust_env=False,
        )

    # The transport's own TLS context is never used, since the connector has one; this one costs nothing to make.
    return AiohttpTransport(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), trust_env=False, client=session)


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
