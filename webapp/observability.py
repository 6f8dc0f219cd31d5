"""Who asked for what and how it went: request ids, what is passed on to the API, and the access log."""

import json
import logging
import re
import sys
import time
from collections.abc import Mapping
from ipaddress import ip_address
from uuid import uuid4

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from webapp.client import RequestContext, request_context

access_logger = logging.getLogger("webapp.access")

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class ObservabilityMiddleware:
    """
    Gives each request an id (the browser's own, if it is well-formed), answers with it, and logs one line.

    Whatever the API is asked on the way carries the id and the browser's address and name. The line has the path
    without its query, which may hold what somebody searched for.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex
        token = request_context.set(RequestContext(request_id, _passed_on(scope, headers)))
        started = time.perf_counter()
        status = 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        finally:
            request_context.reset(token)
            if access_logger.isEnabledFor(logging.INFO):
                milliseconds = round((time.perf_counter() - started) * 1000, 1)
                _log(scope["method"], scope["path"], status, milliseconds, request_id)


def _passed_on(scope: Scope, headers: Headers) -> Mapping[str, str]:
    passed = {}
    if scope.get("client") and _is_address(scope["client"][0]):
        passed["X-Forwarded-For"] = scope["client"][0]
    for name in ("User-Agent", "Accept-Language"):
        if value := headers.get(name):
            passed[name] = value
    return passed


def _is_address(text: str) -> bool:
    """Whether it is an IP address: a proxy's header may hold anything."""
    try:
        return bool(ip_address(text))
    except ValueError:
        return False


def _log(method: str, path: str, status: int, milliseconds: float, request_id: str) -> None:
    access_logger.info(
        "%s %s %d %.1fms",
        method,
        path.encode("unicode_escape").decode(),
        status,
        milliseconds,
        extra={"request_id": request_id},
    )


def current_request_id() -> str:
    """The id of the request being answered, empty outside of one."""
    context = request_context.get()
    return context.request_id if context else ""


class _RequestIdFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        if not hasattr(record, "request_id"):
            record.request_id = current_request_id() or "-"
        return True


class _ConsoleFormatter(logging.Formatter):
    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (the standard library's name)
        # A line break in what an API says about itself must not begin a line of its own.
        return super().formatMessage(record).replace("\r", "\\r").replace("\n", "\\n")


class _JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": getattr(record, "request_id", "-"),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)


def configure_logging(form: str, *, debug: bool = False) -> None:
    """Send our log lines to stderr, each with its request's id; `form` is `console` or `json`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_RequestIdFilter())
    console = _ConsoleFormatter("%(asctime)s %(levelname)-7s %(request_id)s %(name)s: %(message)s")
    handler.setFormatter(_JsonFormatter() if form == "json" else console)
    logger = logging.getLogger("webapp")
    logger.handlers[:] = [handler]
    logger.setLevel(logging.DEBUG if debug else logging.INFO)
    logger.propagate = False
