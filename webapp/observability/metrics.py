"""What is counted and timed, for Prometheus: every label has few values, and none of them comes from a request."""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from hmac import compare_digest
from ipaddress import ip_address
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.types import Scope

from webapp.errors import APIError, SettingsError

if TYPE_CHECKING:
    from prometheus_client import Metric
    from prometheus_client.registry import Collector

LAG_SECONDS = 1.0
"""How often it's looked how late the event loop is."""
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
STORE_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
METHODS = frozenset(("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "QUERY"))
NO_ROUTE = "none"
_ACCEPTED = "accepted"


class Metrics:
    """
    The metrics of one app, in a registry of its own, so that several apps in a process don't collide.

    It is the observer of the API's client (`sending`, `failed`, `renewed`) and of what sessions' audit tells
    (`audited`), and is told of each page. `token` is what a scraper has to show; without one, only a direct
    connection from this machine is answered. Where several processes count together (`observability.together`), each
    tells what all have counted. Raises SettingsError where prometheus-client isn't installed.
    """

    def __init__(self, *, token: str | None = None) -> None:
        try:
            from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
        except ImportError:
            raise SettingsError(
                "WEBAPP_METRICS needs prometheus-client; pip install 'webapp[metrics]' brings it."
            ) from None
        from prometheus_client.multiprocess import MultiProcessCollector

        from webapp.observability.together import ProcessTotals, folder_of_all

        self._token = token
        own = CollectorRegistry()
        folder = folder_of_all()
        self._told: Collector = own
        if folder:
            self._told = MultiProcessCollector(None, folder)  # type: ignore[no-untyped-call]
        self._totals = ProcessTotals(own) if folder else None
        if self._totals is None:
            ProcessCollector(registry=own)
        Gauge("webapp_processes", "Processes that serve.", multiprocess_mode="livesum", registry=own).set(1)
        self._sign_ins = Counter("webapp_sign_ins", "Attempts to sign in.", ["outcome"], registry=own)
        self._ended = Counter("webapp_sessions_ended", "Sessions that have ended.", ["reason"], registry=own)
        self._renewals = Counter("webapp_renewals", "Renewals of a session's access.", ["outcome"], registry=own)
        self._calls = Counter("webapp_api_requests", "Requests to the API.", ["method", "status"], registry=own)
        self._call_seconds = Histogram(
            "webapp_api_request_seconds", "Until the API's headers.", ["method"], buckets=SECONDS, registry=own
        )
        self._under_way = Gauge(
            "webapp_api_requests_under_way",
            "Sent, and without an answer yet.",
            multiprocess_mode="livesum",
            registry=own,
        )
        self._errors = Counter("webapp_api_errors", "Calls that ended with an error.", ["kind"], registry=own)
        self._store_seconds = Histogram(
            "webapp_store_seconds", "Until the sessions' store answers.", buckets=STORE_SECONDS, registry=own
        )
        self._store_errors = Counter(
            "webapp_store_errors", "Questions that the store didn't answer.", ["kind"], registry=own
        )
        self._pages = Counter("webapp_pages", "Answers to browsers.", ["route", "method", "status"], registry=own)
        self._page_seconds = Histogram(
            "webapp_page_seconds", "Until an answer's end.", ["route"], buckets=SECONDS, registry=own
        )
        self._lag = Histogram(
            "webapp_event_loop_lag_seconds", "How late the event loop is.", buckets=SECONDS, registry=own
        )
        # Looking up a child by its labels costs more than counting; there are few, so each is looked up once.
        self._of_call: dict[tuple[str, int | None], Counter] = {}
        self._of_method: dict[str, Histogram] = {}
        self._of_page: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    # The API's client

    def sending(
        self,
        method: str,
        headers: list[tuple[bytes, bytes]],  # noqa: ARG002 (an observer may add to them)
    ) -> Callable[[int | None], None]:
        """A request goes to the API; what is returned is called at its end."""
        began = time.perf_counter()
        self._under_way.inc()

        def ended(status: int | None) -> None:
            self._under_way.dec()
            kind = status // 100 if status is not None else None
            count = self._of_call.get((method, kind))
            if count is None:
                label = f"{kind}xx" if kind is not None else "no answer"
                count = self._of_call[(method, kind)] = self._calls.labels(_method(method), label)
            timed = self._of_method.get(method)
            if timed is None:
                timed = self._of_method[method] = self._call_seconds.labels(_method(method))
            count.inc()
            timed.observe(time.perf_counter() - began)

        return ended

    def failed(self, error: APIError) -> None:
        """A call to the API ended with an error."""
        self._errors.labels(type(error).__name__).inc()

    def renewed(self, outcome: str) -> None:
        """A renewal ended."""
        self._renewals.labels(outcome).inc()

    # Sessions

    def audited(self, event: str, details: Mapping[str, object]) -> None:
        """A line was written for the auditor; those about coming and going are counted."""
        if event == "sign_in":
            self._sign_ins.labels(_ACCEPTED).inc()
        elif event.startswith("sign_in_"):
            self._sign_ins.labels(event.removeprefix("sign_in_")).inc()
        elif event == "sign_out":
            self._ended.labels("signed out").inc()
        elif event in ("session_ended", "session_evicted", "session_revoked"):
            self._ended.labels(str(details.get("why") or event.removeprefix("session_"))).inc()

    def asked(self, seconds: float, kind: str) -> None:
        """The sessions' store has answered; or `kind` of error came of it."""
        self._store_seconds.observe(seconds)
        if kind:
            self._store_errors.labels(kind).inc()

    # Pages

    def page(self, scope: Scope, status: int, seconds: float) -> None:
        """An answer has been sent, to a request whose scope the router has been through."""
        route = getattr(scope.get("route"), "path_format", NO_ROUTE)
        key = (route, scope["method"], status)
        known = self._of_page.get(key)
        if known is None:
            known = self._pages.labels(route, _method(scope["method"]), str(status)), self._page_seconds.labels(route)
            if scope["method"] in METHODS:  # any other method is a stranger's invention
                self._of_page[key] = known
        known[0].inc()
        known[1].observe(seconds)

    # The process

    async def watch_loop(self) -> None:
        """See for ever how late the event loop is, and what the process takes; for a background task."""
        loop = asyncio.get_running_loop()
        while True:
            if self._totals is not None:
                self._totals.note()
            due = loop.time() + LAG_SECONDS
            await asyncio.sleep(LAG_SECONDS)
            self._lag.observe(max(loop.time() - due, 0.0))

    # The scraper

    def exposition(self, sessions: int | None = None) -> tuple[bytes, str]:
        """
        Everything as text, and the text's media type; `sessions` is how many there are, None where nobody can say.

        It takes milliseconds, more of them where several processes count together; may run in another thread.
        """
        from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

        return generate_latest(_Scrape(self._told, sessions)), CONTENT_TYPE_LATEST

    def admits(self, scope: Scope) -> bool:
        """Whether the metrics are for whoever sent this request."""
        headers = Headers(scope=scope)
        if self._token is not None:
            scheme, _, shown = headers.get("authorization", "").partition(" ")
            return scheme.lower() == "bearer" and compare_digest(shown.strip().encode(), self._token.encode())
        # What a proxy has passed on comes from somewhere else, whatever address stands in it.
        return not any(name in headers for name in _PASSED_ON) and _is_here(scope)

    @property
    def wants_token(self) -> bool:
        return self._token is not None


class _Scrape:
    """What is told once: all that is counted, and how many sessions there are, which isn't any process' own figure."""

    def __init__(self, counted: "Collector", sessions: int | None) -> None:
        self._counted = counted
        self._sessions = sessions

    def collect(self) -> "Iterator[Metric]":
        from prometheus_client.metrics_core import GaugeMetricFamily

        yield from self._counted.collect()
        if self._sessions is not None:
            yield GaugeMetricFamily("webapp_sessions", "Sessions at present.", self._sessions)


_PASSED_ON = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "forwarded", "via")


def _method(method: str) -> str:
    return method if method in METHODS else "other"


def _is_here(scope: Scope) -> bool:
    try:
        return ip_address((scope.get("client") or ("",))[0]).is_loopback
    except ValueError:
        return False
