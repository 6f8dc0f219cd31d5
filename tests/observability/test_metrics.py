"""What is counted can be read by Prometheus, has few labels whatever is asked for, and is for whom it is meant."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette

from tests.observability.scrape import samples_in
from webapp import Settings, create_app
from webapp.errors import Unavailable
from webapp.observability import Metrics
from webapp.pages.first import first_routes
from webapp.pages.routes import own_routes
from webapp.testing import Browser, FakeAPI

TOKEN = "a-token-of-enough-signs"
THINGS = {"GET /things": [{"id": 1}]}


def app_of(answers: Mapping[str, Any], **settings: Any) -> Starlette:
    return create_app("http://api", transport=FakeAPI(answers).transport, settings=Settings(metrics=True, **settings))


def metrics_of(app: Starlette) -> Metrics:
    metrics: Metrics | None = app.state.frontend.observability.metrics
    assert metrics is not None
    return metrics


def samples(metrics: Metrics) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every sample by its name and labels."""
    return samples_in(metrics.exposition()[0].decode())


async def sessions_told(app: Starlette) -> float:
    """How many sessions whoever scrapes is told of."""
    return samples_in((await ask(app)).text)[("webapp_sessions", frozenset())]


def value(metrics: Metrics, name: str, **labels: str) -> float:
    return samples(metrics).get((name, frozenset(labels.items())), 0.0)


async def test_pages_calls_errors_and_sessions_are_counted() -> None:
    app = app_of({**THINGS, "GET /gone": (404, {})})
    metrics = metrics_of(app)
    async with Browser(app) as browser:
        await browser.sign_in()
        await browser.get("/things")
        await browser.fetch("GET", "/gone")
        here = await sessions_told(app)
        await browser.sign_out()

    page = {"route": "/{path}", "method": "GET"}
    assert here == 1
    assert await sessions_told(app) == 0
    assert value(metrics, "webapp_sign_ins_total", outcome="accepted") == 1
    assert value(metrics, "webapp_sessions_ended_total", reason="signed out") == 1
    assert value(metrics, "webapp_pages_total", status="200", **page) >= 1
    assert value(metrics, "webapp_pages_total", status="404", **page) == 1
    assert value(metrics, "webapp_api_requests_total", method="GET", status="2xx") >= 2
    assert value(metrics, "webapp_api_errors_total", kind="NotFound") >= 1
    assert value(metrics, "webapp_api_request_seconds_count", method="GET") >= 2
    assert value(metrics, "webapp_page_seconds_count", route="/{path}") >= 2
    assert value(metrics, "webapp_api_requests_under_way") == 0


ODD = st.text(st.characters(codec="utf-8"), max_size=30)


async def test_ten_thousand_odd_paths_make_no_more_labels(figure: Callable[[str], None]) -> None:
    app = app_of(THINGS)
    metrics = metrics_of(app)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        await client.get("/things")
        await client.post("/things")
        odd = ("/x{}", "/-/static/{}", "/-/raw/{}", "/-/operations/{}", "/{}/../{}", "/%00{}", "/-/choices/{}", "/-/{}")
        for number in range(10_000):
            path, method = odd[number % len(odd)].format(number, number), ("GET", "POST", f"M{number}")[number % 3]
            await client.request(method, path)

    series = samples(metrics)
    routes = {dict(labels)["route"] for name, labels in series if name == "webapp_pages_total"}
    methods = {dict(labels)["method"] for name, labels in series if name == "webapp_pages_total"}
    figure(f"10,000 odd paths and methods: {len(routes)} routes, {len(methods)} methods, {len(series)} series in all")
    pages = own_routes(first_routes(transport))  # type: ignore[arg-type]
    assert routes <= {getattr(page, "path_format", "") for page in pages} | {"none"}
    assert methods <= {"GET", "HEAD", "POST", "other"}
    assert len(series) < 600


@given(route=ODD, method=ODD, event=ODD, why=ODD)
def test_whatever_is_counted_can_be_read_again(route: str, method: str, event: str, why: str) -> None:
    metrics = Metrics()
    metrics.page({"type": "http", "method": method}, 200, 0.01)
    metrics.audited("session_ended", {"why": why})
    metrics.sending(method, [])(None)
    metrics.failed(Unavailable(route))
    metrics.renewed(event)

    found = samples(metrics)

    assert found[("webapp_sessions_ended_total", frozenset({("reason", why or "ended")}))] == 1


async def test_two_apps_in_one_process_count_for_themselves() -> None:
    one, other = app_of(THINGS), app_of(THINGS)
    async with Browser(one) as browser:
        await browser.sign_in()
        await browser.get("/things")
    async with Browser(other) as browser:
        await browser.get("/things")

    assert value(metrics_of(one), "webapp_sign_ins_total", outcome="accepted") == 1
    assert value(metrics_of(other), "webapp_sign_ins_total", outcome="accepted") == 0
    assert value(metrics_of(other), "webapp_pages_total", route="/{path}", method="GET", status="303") == 1


async def ask(app: Starlette, address: str = "127.0.0.1", **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(app, client=(address, 5000))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return await client.get("/-/metrics", headers={name.replace("_", "-"): text for name, text in headers.items()})


async def test_without_a_token_only_a_direct_connection_from_this_machine_is_answered() -> None:
    app = app_of(THINGS)

    here = await ask(app)
    elsewhere = await ask(app, "203.0.113.9")
    passed_on = await ask(app, X_Forwarded_For="127.0.0.1")

    assert here.status_code == 200
    assert here.headers["content-type"].startswith("text/plain; version=")
    assert here.headers["cache-control"] == "no-store"
    assert (elsewhere.status_code, passed_on.status_code) == (404, 404)
    assert "webapp_sessions" not in elsewhere.text + passed_on.text


@pytest.mark.parametrize(
    ("shown", "status"),
    [
        ("", 401),
        ("Bearer", 401),
        ("Bearer wrong", 401),
        (f"Basic {TOKEN}", 401),
        (f"Bearer {TOKEN}", 200),
        (f"bearer {TOKEN}", 200),
    ],
)
async def test_with_a_token_whoever_shows_it_is_answered_wherever_they_are(shown: str, status: int) -> None:
    app = app_of(THINGS, metrics_token=TOKEN)

    assert (await ask(app, "203.0.113.9", authorization=shown)).status_code == status


async def test_a_token_beyond_ascii_is_a_wrong_one_and_no_failure() -> None:
    app = app_of(THINGS, metrics_token=TOKEN)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        answer = await client.get("/-/metrics", headers=[(b"authorization", "Bearer \xff".encode("latin-1"))])

    assert answer.status_code == 401


async def test_where_they_are_not_kept_a_sentence_says_how_to() -> None:
    app = create_app("http://api", transport=FakeAPI(THINGS).transport, settings=Settings())

    answer = await ask(app)

    assert answer.status_code == 404
    assert "WEBAPP_METRICS=on" in answer.text


def test_without_the_library_the_start_stops_with_one_sentence() -> None:
    code = (
        "import sys; sys.modules['prometheus_client'] = None\n"
        "from webapp.cli import main; sys.exit(main(['run', 'http://127.0.0.1:9']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={"WEBAPP_METRICS": "on"})

    assert done.returncode == 2
    assert done.stderr == "webapp: WEBAPP_METRICS needs prometheus-client; pip install 'webapp[metrics]' brings it.\n"


async def test_a_loop_that_is_held_up_is_late() -> None:
    metrics = Metrics()
    watching = asyncio.create_task(metrics.watch_loop())
    await asyncio.sleep(0.01)
    time.sleep(1.3)  # noqa: ASYNC251 (this is what it is about)
    await asyncio.sleep(0.01)
    watching.cancel()

    assert value(metrics, "webapp_event_loop_lag_seconds_count") == 1
    assert value(metrics, "webapp_event_loop_lag_seconds_sum") > 0.1


def test_counting_costs_microseconds(figure: Callable[[str], None]) -> None:
    metrics = Metrics()
    scope = {"type": "http", "method": "GET"}
    rounds = 5000
    began = time.perf_counter()
    for _ in range(rounds):
        metrics.page(scope, 200, 0.01)
    page = (time.perf_counter() - began) / rounds
    began = time.perf_counter()
    for _ in range(rounds):
        metrics.sending("GET", [])(200)
    call = (time.perf_counter() - began) / rounds

    figure(f"counting a page takes {page * 1e6:.1f} us, a request to the API {call * 1e6:.1f} us")
    assert value(metrics, "webapp_pages_total", route="none", method="GET", status="200") == rounds
