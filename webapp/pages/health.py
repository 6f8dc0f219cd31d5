"""What a load balancer asks: `/-/livez` and `/-/readyz`."""

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from webapp.errors import APIError
from webapp.pages.sites import routes_for


async def livez(_: Request) -> Response:
    """The process answers; nothing else is asked."""
    return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})


async def readyz(request: Request) -> Response:
    """Whether pages can be served: 200 once the API's document was read, 503 until then."""
    try:
        await routes_for(request)
    except APIError as error:
        return JSONResponse({"status": "not ready", "why": error.detail}, 503, headers={"Cache-Control": "no-store"})
    return JSONResponse({"status": "ready"}, headers={"Cache-Control": "no-store"})
