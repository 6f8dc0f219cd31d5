"""The access log: one line for each request."""

import logging
import time
from collections.abc import Mapping
from typing import Any

from starlette.types import Scope

from webapp.client.redaction import loggable

access_logger = logging.getLogger("webapp.access")

_FORM = "%s %s %d %.1fms"


class AccessLog:
    """
    Writes the lines, each a record of the standard library's like any other, for whatever handlers there are.

    Such a record looks up a dozen things, its thread and process among them, which takes as long as to write it. They
    are the same for all lines of one app, so they are looked up once; unless somebody makes records of their own.
    """

    def __init__(self) -> None:
        self._alike: Mapping[str, Any] | None = None

    def write(self, scope: Scope, status: int, seconds: float, request_id: str) -> None:
        """A request was answered after so many seconds."""
        if not access_logger.isEnabledFor(logging.INFO):
            return
        method, path = scope["method"], scope["path"]
        path = loggable(path.partition("?")[0]).encode("unicode_escape").decode()
        milliseconds = round(seconds * 1000, 1)
        own = {
            "request_id": request_id,
            "method": method,
            "path": path,
            "status": status,
            "milliseconds": milliseconds,
        }
        access_logger.handle(self._record((method, path, status, milliseconds), own))

    def _record(self, arguments: tuple[object, ...], own: Mapping[str, object]) -> logging.LogRecord:
        if self._alike is None or logging.getLogRecordFactory() is not logging.LogRecord:
            name, where = access_logger.name, (__file__, 0)
            record = access_logger.makeRecord(name, logging.INFO, *where, _FORM, arguments, None, extra=own)
            self._alike = dict(vars(record))
            return record
        now = time.time()
        since = now - self._alike["created"]
        return _Record(
            self._alike,
            {
                "args": arguments,
                "created": now,
                "msecs": int(now % 1 * 1000) + 0.0,
                "relativeCreated": self._alike["relativeCreated"] + since * 1000,
                **own,
            },
        )


class _Record(logging.LogRecord):
    """A record like another, but for some of it."""

    def __init__(self, alike: Mapping[str, Any], own: Mapping[str, Any]) -> None:
        self.__dict__.update(alike)
        self.__dict__.update(own)
