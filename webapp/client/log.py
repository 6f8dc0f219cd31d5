"""What the client writes down."""

import logging

from webapp.client.call import Call
from webapp.client.redaction import loggable
from webapp.errors import APIError

logger = logging.getLogger("webapp.client")


def log_failure(call: Call, error: APIError, level: int = logging.INFO) -> None:
    """A call and its outcome; never a header, a body, or the API's words, which may echo what was submitted."""
    logger.log(
        max(level, logging.WARNING) if error.status >= 500 else level,
        "%s %s -> %s %s [%s]%s",
        call.method,
        loggable(call.target),
        error.api_status or "no answer",
        type(error).__name__,
        call.request_id,
        f" ({type(error.__cause__).__name__})" if error.__cause__ is not None else "",
        extra={"request_id": call.request_id},
    )
