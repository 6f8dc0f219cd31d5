"""What a load balancer asks: `/-/livez` and `/-/readyz`."""

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from webapp.errors import APIError
from webapp.pages.sites import routes_for
from webapp.sessions import Registry

_AWAY = "The sessions' store can't be asked: only pages that need no sign-in are served."


async def livez(_: Request) -> Response:
    """The process answers; nothing else is asked."""
    return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})


async def readyz(request: Request) -> Response:
    """
    Whether to send people here: 503 until the API's document was read, and again once this process is stopping.

    In between an API that is down changes nothing: all machines would be taken out at once, and with them the page
    that says so and comes back by itself. So does the sessions' store, of which it's said that it's away.
    """
    if request.state.stopping:
        return JSONResponse({"status": "stopping"}, 503, headers={"Cache-Control": "no-store"})
    try:
        await routes_for(request)
    except APIError as error:
        return JSONResponse({"status": "not ready", "why": error.detail}, 503, headers={"Cache-Control": "no-store"})
    registry: Registry = request.state.registry
    state = {"status": "ready"} if await registry.is_reachable() else {"status": "degraded", "why": _AWAY}
    return JSONResponse(state, headers={"Cache-Control": "no-store"})
