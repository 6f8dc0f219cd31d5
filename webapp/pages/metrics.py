"""`/-/metrics`: what is counted, for Prometheus."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from webapp.errors import NotFound
from webapp.observability import Metrics


async def metrics_page(request: Request) -> Response:
    """
    The metrics, where they are kept and for whom they are meant.

    Without a token in the settings that is a direct connection from this machine; anybody else finds nothing here.
    """
    metrics: Metrics | None = request.state.metrics
    if metrics is None:
        raise NotFound("Metrics are not kept here; WEBAPP_METRICS=on keeps them.")
    if not metrics.admits(request.scope):
        if not metrics.wants_token:
            raise NotFound
        return PlainTextResponse("The metrics want a token.\n", 401, {"WWW-Authenticate": "Bearer", **_NO_STORE})
    content, media_type = metrics.exposition()
    return Response(content, headers=_NO_STORE | {"Content-Type": media_type})


_NO_STORE = {"Cache-Control": "no-store"}
