"""`/-/metrics`: what is counted, for Prometheus."""

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from webapp.errors import NotFound
from webapp.observability import Metrics
from webapp.sessions import Registry


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
    registry: Registry = request.state.registry
    content, media_type = await anyio.to_thread.run_sync(metrics.exposition, await registry.count())
    return Response(content, headers=_NO_STORE | {"Content-Type": media_type})


_NO_STORE = {"Cache-Control": "no-store"}
