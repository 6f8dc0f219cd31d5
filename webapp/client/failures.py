"""From a status or a broken connection to an error of ours."""

import ssl
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

import httpx

from webapp.client.problems import Problem
from webapp.errors import (
    APIError,
    BadGateway,
    BadRequest,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionFailed,
    RateLimited,
    TooLarge,
    Unauthorized,
    Unavailable,
    Unsupported,
)

AGAIN_SECONDS = 5.0
"""After how many seconds whoever found no place among the connections may try again."""

_BY_STATUS: Mapping[int, type[APIError]] = {
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    407: BadGateway,
    408: Unavailable,
    409: Conflict,
    410: NotFound,
    412: PreconditionFailed,
    413: TooLarge,
    415: Unsupported,
    421: BadGateway,
    422: Invalid,
    423: Conflict,
    425: Unavailable,
    428: PreconditionFailed,
    429: RateLimited,
    502: Unavailable,
    503: Unavailable,
    504: Unavailable,
}
_LONGEST_WAIT = 86400.0


def refusal(status: int, problem: Problem, *, retry_after: float | None, request_id: str) -> APIError:
    """The error for an answer whose status is 400 or more."""
    kind = _BY_STATUS.get(status) or (BadRequest if status < 500 else BadGateway)
    if status == 400 and problem.fields:
        kind = Invalid
    return kind(
        problem.detail,
        api_status=status,
        fields=problem.fields,
        locations=problem.locations,
        sentences=problem.sentences,
        code=problem.code,
        retry_after=retry_after,
        request_id=request_id,
    )


def no_answer(error: Exception, request_id: str) -> APIError:
    """The error for a call that ended without an answer, or with half of one."""
    found = _no_answer(error, request_id)
    found.sent = not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
    return found


def _no_answer(error: Exception, request_id: str) -> APIError:
    if isinstance(error, httpx.PoolTimeout):
        # No 503: that would have a proxy take the whole process for gone.
        return RateLimited("Too much is under way at the API.", retry_after=AGAIN_SECONDS, request_id=request_id)
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return Unavailable("The API took too long to answer.", request_id=request_id)
    if isinstance(error, httpx.ProtocolError | httpx.DecodingError):
        return BadGateway("The API's answer can't be read.", request_id=request_id)
    if isinstance(_root(error), ssl.SSLError):
        return Unavailable("The API's certificate can't be trusted, or its TLS can't be used.", request_id=request_id)
    return Unavailable("The API can't be reached.", request_id=request_id)


def _root(error: BaseException) -> BaseException:
    while (cause := error.__cause__ or getattr(error, "os_error", None)) is not None and cause is not error:
        error = cause
    return error


def parse_retry_after(value: str | None, now: float) -> float | None:
    """`Retry-After` in seconds, from either of its forms."""
    if not value:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:12]), _LONGEST_WAIT)
    try:
        return min(max(0.0, parsedate_to_datetime(value).timestamp() - now), _LONGEST_WAIT)
    except (ValueError, TypeError, OverflowError):
        return None
