"""Each request's id, its line in the access log, and its place in what is counted and traced."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from webapp.client import request_context
from webapp.observability.accesslog import AccessLog
from webapp.observability.kept import Observability
from webapp.observability.requests import context_of
from webapp.sessions import audit_observer

_NO_ANSWER = 499
"""Stands in the log where the browser had gone before there was an answer, as other servers have it."""


class ObservabilityMiddleware:
    """
    Gives each request an id (the browser's own, if it is well-formed), answers with it, and logs one line.

    Whatever the API is asked on the way carries the id and the browser's address and name. The line has the path
    without its query, which may hold what somebody searched for. What is to be `kept` besides is counted and traced.
    """

    def __init__(self, app: ASGIApp, *, kept: Observability | None = None) -> None:
        self.app = app
        self._access_log = AccessLog()
        self._metrics = kept.metrics if kept is not None else None
        tracing = kept.tracing if kept is not None else None
        self._observed: ASGIApp = tracing.around(self._observe) if tracing is not None else self._observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self._observed if scope["type"] == "http" else self.app)(scope, receive, send)

    async def _observe(self, scope: Scope, receive: Receive, send: Send) -> None:
        context = context_of(scope)
        token = request_context.set(context)
        if self._metrics is not None:
            audit_observer.set(self._metrics.audited)
        started = time.perf_counter()
        status = _NO_ANSWER

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", context.request_id.encode())]
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        except Exception:
            if status == _NO_ANSWER:
                status = 500  # as the server is going to say
            raise
        finally:
            self._conclude(scope, status, time.perf_counter() - started, context.request_id)
        # Not where it failed: what the server then says about it belongs to this request, too.
        request_context.reset(token)

    def _conclude(self, scope: Scope, status: int, seconds: float, request_id: str) -> None:
        if self._metrics is not None:
            self._metrics.page(scope, status, seconds)
        self._access_log.write(scope, status, seconds, request_id)
