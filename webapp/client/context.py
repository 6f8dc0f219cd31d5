"""What the request being answered lends to every call made for it."""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import field
from types import MappingProxyType

from webapp.record import record


@record(frozen=True, slots=True)
class RequestContext:
    """
    The id that ties log lines together, and the headers (already allow-listed) that describe the browser.

    A `User-Agent` among them is the browser's; the client puts its own name before it.
    """

    request_id: str
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


request_context: ContextVar[RequestContext | None] = ContextVar("webapp.request_context", default=None)
