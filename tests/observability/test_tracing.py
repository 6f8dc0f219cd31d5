"""Spans by the real SDK: one for a request, one below it for each request to the API, and nothing private in any."""

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from starlette.types import Receive, Scope, Send

from tests.observability.test_middleware import TRACE
from webapp.client import APIClient
from webapp.observability import Metrics, Observability, ObservabilityMiddleware
from webapp.observability.observers import Observers
from webapp.observability.tracing import Tracing
from webapp.settings import Settings


class Traced:
    """An app that asks its API once for each request, and what became of it."""

    def __init__(self, *, status: int = 200) -> None:
        self.exporter = InMemorySpanExporter()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.tracing = Tracing(provider)
        self.asked: list[httpx.Request] = []
        self.queries: list[bytes] = []

        def answer(request: httpx.Request) -> httpx.Response:
            self.asked.append(request)
            if status == 0:
                raise httpx.ReadError("lost", request=request)
            return httpx.Response(status, json={})

        self.api = APIClient("http://api.test", transport=httpx.MockTransport(answer), observer=self.tracing)
        kept = Observability(Settings())
        kept.tracing = self.tracing
        self.app = ObservabilityMiddleware(self._page, kept=kept)

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.queries.append(scope["query_string"])
        await self.api.post("/things", {"secret": "sesame"})
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def get(self, path: str, **headers: str) -> None:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            await client.get(path, headers=headers)

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        return self.exporter.get_finished_spans()


async def test_a_request_to_the_api_is_a_span_below_the_one_it_is_made_for_and_is_told_so() -> None:
    traced = Traced()

    await traced.get("/things?token=sesame", traceparent=TRACE)

    call, page = traced.spans
    assert page.context is not None
    assert call.context is not None
    assert (page.kind, call.kind) == (SpanKind.SERVER, SpanKind.CLIENT)
    assert page.parent is not None
    assert f"{page.parent.trace_id:032x}-{page.parent.span_id:016x}" in TRACE
    assert call.parent is not None
    assert call.parent.span_id == page.context.span_id
    told = [text for name, text in traced.asked[0].headers.multi_items() if name == "traceparent"]
    assert told == [f"00-{call.context.trace_id:032x}-{call.context.span_id:016x}-01"]


async def test_no_span_holds_a_query_or_a_body_and_the_app_has_its_query() -> None:
    traced = Traced()

    await traced.get("/things?token=sesame", cookie="a=sesame", authorization="Bearer sesame")

    assert traced.queries == [b"token=sesame"]
    assert all("sesame" not in span.to_json() for span in traced.spans)


@pytest.mark.parametrize("path", ["/-/livez", "/-/readyz", "/-/metrics", "/-/static/app.js"])
async def test_what_machines_ask_for_has_no_span_of_its_own(path: str) -> None:
    traced = Traced()

    await traced.get(path)

    assert [span.kind for span in traced.spans] == [SpanKind.CLIENT]


@pytest.mark.parametrize(("status", "error"), [(503, "503"), (0, "no_answer")])
async def test_a_call_that_fails_is_a_span_that_says_so(status: int, error: str) -> None:
    traced = Traced(status=status)

    await traced.get("/things")

    call = traced.spans[0]
    assert call.status.status_code is StatusCode.ERROR
    assert call.attributes is not None
    assert call.attributes["error.type"] == error


async def test_without_a_set_up_sdk_a_trace_still_goes_on_at_the_api() -> None:
    traced = Traced()
    traced.tracing = Tracing()
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={})

    traced.api = APIClient("http://api.test", transport=httpx.MockTransport(answer), observer=Tracing())
    await traced.get("/things", traceparent=TRACE)

    assert asked[0].headers["traceparent"].split("-")[1] == TRACE.split("-")[1]


async def test_spans_and_counts_are_made_of_the_same_request() -> None:
    traced = Traced()
    metrics = Metrics()
    observers = Observers([metrics, traced.tracing])

    observers.sending("GET", [])(200)
    observers.renewed("renewed")

    text, _ = metrics.exposition()
    assert b'webapp_api_requests_total{method="GET",status="2xx"} 1.0' in text
    assert b'webapp_renewals_total{outcome="renewed"} 1.0' in text
    assert len(traced.spans) == 1
