"""Traces by OpenTelemetry: a span for each request, one below it for each request to the API."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from starlette.types import ASGIApp, Receive, Scope, Send

from webapp.errors import APIError, SettingsError

if TYPE_CHECKING:
    from opentelemetry.trace import TracerProvider

_NOT_TRACED = r"/-/(livez|readyz|metrics|static/[^/]*)$"
_QUERY = "webapp.query_string"
_CARRIED = (b"traceparent", b"tracestate")


class Tracing:
    """
    Makes spans with `provider`, or the process's own: `opentelemetry-instrument` and its kin set that up.

    As an observer of the API's client it tells the API which span its request belongs to (W3C Trace Context). A span
    holds no query, as no line of the log does. Raises SettingsError where OpenTelemetry isn't installed.
    """

    def __init__(self, provider: "TracerProvider | None" = None) -> None:
        try:
            from opentelemetry import trace
        except ImportError:
            raise SettingsError(
                "WEBAPP_TRACING needs opentelemetry-api; pip install 'webapp[otel]' brings it."
            ) from None
        self._provider = provider
        self._tracer = trace.get_tracer("webapp", tracer_provider=provider)

    def around(self, app: ASGIApp) -> ASGIApp:
        """The app with a span for each request; what only the machinery asks for has none."""
        from starlette.middleware.opentelemetry import OpenTelemetryMiddleware

        traced = OpenTelemetryMiddleware(_Uncovered(app), excluded_urls=_NOT_TRACED, tracer_provider=self._provider)
        return _Covered(traced)

    def sending(self, method: str, headers: list[tuple[bytes, bytes]]) -> Callable[[int | None], None]:
        """A request goes to the API; what is returned is called at its end."""
        from opentelemetry.trace import SpanKind, set_span_in_context
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        span = self._tracer.start_span(method, kind=SpanKind.CLIENT, attributes={"http.request.method": method})
        carried: dict[str, str] = {}
        TraceContextTextMapPropagator().inject(carried, set_span_in_context(span))
        if carried:
            headers[:] = [pair for pair in headers if pair[0] not in _CARRIED]
            headers.extend((name.encode(), value.encode()) for name, value in carried.items())

        def ended(status: int | None) -> None:
            _conclude(span, status)
            span.end()

        return ended

    def failed(self, error: APIError) -> None:
        """A span says this with its status."""

    def renewed(self, outcome: str) -> None:
        """A renewal is a request like any other here."""


def _conclude(span: Any, status: int | None) -> None:
    from opentelemetry.trace import Status, StatusCode

    if status is not None:
        span.set_attribute("http.response.status_code", status)
    if status is None or status >= 400:
        span.set_attribute("error.type", str(status) if status is not None else "no_answer")
        span.set_status(Status(StatusCode.ERROR))


class _Covered:
    """Hides the query from what writes down everything it sees."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope[_QUERY] = scope["query_string"]
            scope["query_string"] = b""
        await self.app(scope, receive, send)


class _Uncovered:
    """Puts the query back."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["query_string"] = scope.pop(_QUERY)
        await self.app(scope, receive, send)
