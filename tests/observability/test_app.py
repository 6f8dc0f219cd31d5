"""A whole app as it is watched: spans by the process's own SDK, and sign-ins that were refused and throttled."""

import json
import subprocess
import sys
import time
from collections.abc import Callable

import httpx

from tests.observability.test_metrics import metrics_of, value
from webapp import Settings, create_app
from webapp.testing import Browser, FakeAPI

TRACED = """
import asyncio, json
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from webapp import Settings, create_app
from webapp.testing import Browser, FakeAPI

exporter = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))
trace.set_tracer_provider(provider)

async def main():
    api = FakeAPI({"GET /things": [{"id": 1}]}, accounts=None)
    app = create_app("http://api", transport=api.transport, settings=Settings(tracing=True, metrics=True))
    async with Browser(app) as browser:
        await browser.get("/things?q=sesame")
        exporter.clear()
        await browser.get("/things?q=sesame")
        await browser.fetch("GET", "/-/livez")
    print(json.dumps([json.loads(span.to_json()) for span in exporter.get_finished_spans()]))

asyncio.run(main())
"""


def test_a_page_is_a_span_named_by_its_route_with_its_calls_below_it() -> None:
    done = subprocess.run([sys.executable, "-c", TRACED], capture_output=True, text=True, timeout=120)
    assert done.stderr == ""
    spans = json.loads(done.stdout)

    page = next(span for span in spans if span["kind"] == "SpanKind.SERVER" and span["name"] == "GET /{path}")
    calls = [span for span in spans if span["parent_id"] == page["context"]["span_id"]]
    assert page["attributes"]["http.route"] == "/{path}"
    assert page["attributes"]["http.response.status_code"] == 200
    assert [(span["kind"], span["name"]) for span in calls] == [("SpanKind.CLIENT", "GET")]
    assert "sesame" not in done.stdout
    assert "livez" not in done.stdout


async def test_sign_ins_are_counted_by_how_they_went() -> None:
    api = FakeAPI({"GET /things": []})
    app = create_app("http://api", transport=api.transport, settings=Settings(metrics=True, sign_in_tries=2))
    async with Browser(app) as browser:
        for _ in range(5):
            await browser.try_sign_in("ada@example.com", "wrong")
    metrics = metrics_of(app)

    assert value(metrics, "webapp_sign_ins_total", outcome="refused") >= 2
    assert value(metrics, "webapp_sign_ins_total", outcome="throttled") >= 1
    assert value(metrics, "webapp_sign_ins_total", outcome="accepted") == 0


async def microseconds_of(settings: Settings, rounds: int = 200) -> float:
    """Of a page of a short list, the quickest of some runs."""
    api = FakeAPI({"GET /things": [{"id": 1}]}, accounts=None)
    app = create_app("http://api", transport=api.transport, settings=settings)
    transport = httpx.ASGITransport(app)
    best = float("inf")
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        assert (await client.get("/things")).status_code == 200
        for _ in range(3):
            began = time.perf_counter()
            for _ in range(rounds):
                await client.get("/things")
            best = min(best, (time.perf_counter() - began) / rounds * 1e6)
    await app.state.frontend.close()
    return best


async def test_watching_costs_little_of_a_page(figure: Callable[[str], None]) -> None:
    off = await microseconds_of(Settings())
    counted = await microseconds_of(Settings(metrics=True))

    figure(f"a page takes {off:.0f} us without metrics and {counted:.0f} us with them")
    assert counted < off * 3
