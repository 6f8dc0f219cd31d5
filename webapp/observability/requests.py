"""What ties together everything that belongs to one request: its id, its trace, and what the API is told of both."""

import re
from collections.abc import Mapping
from functools import lru_cache
from ipaddress import ip_address
from secrets import token_hex

from starlette.types import Scope

from webapp.client import RequestContext, request_context

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_TRACE = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
"""W3C Trace Context, 3.2.2: version, trace id, parent id, flags; ids of nothing but zeros are none."""
_TRACE_STATE = re.compile(r"[\x20-\x7e]{1,512}")
_OF_THE_BROWSER = ((b"user-agent", "User-Agent"), (b"accept-language", "Accept-Language"))

LONGEST_PASSED_ON = 512
"""Characters of a header; an API may refuse a request for more."""


def context_of(scope: Scope) -> RequestContext:
    """
    The context of a request: its id (the browser's own, if it is well-formed), and the headers that are passed on.

    A trace that somebody in front of us has begun goes on at the API, whether or not we take part in it.
    """
    headers = first_values(scope)
    given = headers.get(b"x-request-id", b"").decode("latin-1")
    return RequestContext(given if _REQUEST_ID.fullmatch(given) else token_hex(16), _passed_on(scope, headers))


def first_values(scope: Scope) -> dict[bytes, bytes]:
    """A request's headers; of several of one name the first."""
    return dict(reversed(scope["headers"]))


def _passed_on(scope: Scope, headers: Mapping[bytes, bytes]) -> Mapping[str, str]:
    passed = {}
    if scope.get("client") and (address := _address(scope["client"][0])):
        passed["X-Forwarded-For"] = address
    for name, called in _OF_THE_BROWSER:
        if value := headers.get(name):
            passed[called] = value[:LONGEST_PASSED_ON].decode("latin-1")
    if b"traceparent" in headers:
        passed |= _trace(scope, headers[b"traceparent"].decode("latin-1"))
    return passed


def _trace(scope: Scope, trace: str) -> Mapping[str, str]:
    if not _TRACE.fullmatch(trace):
        return {}
    state = ",".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"tracestate")
    return {"traceparent": trace, "tracestate": state} if _TRACE_STATE.fullmatch(state) else {"traceparent": trace}


@lru_cache(maxsize=1024)
def _address(text: str) -> str:
    """An IP address as all write it, without a zone; empty where it is none: a proxy's header may hold anything."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)


def current_request_id() -> str:
    """The id of the request being answered, empty outside of one."""
    context = request_context.get()
    return context.request_id if context else ""
