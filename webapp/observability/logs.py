"""Log lines of the whole process: one line for each record, with its request's id, and none that data could forge."""

import json
import logging
import sys
import time
from collections.abc import Iterator, Mapping
from typing import Any

from webapp.observability.requests import current_request_id

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "request_id", "color_message"}
_CONTINUED = "    | "
"""Stands before all but the first line of a record: a line that begins with a time is always one of our own."""


_WITH_HANDLERS_OF_THEIR_OWN = ("webapp", "uvicorn", "uvicorn.error", "uvicorn.access")


def _escapes() -> Iterator[tuple[int, str]]:
    """What ends a line, moves a terminal's cursor or turns the direction of the text, each as it would be typed."""
    breaks_and_directions = (0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
    for code in (*range(0x20), *range(0x7F, 0xA0), *breaks_and_directions):
        yield code, chr(code).encode("unicode_escape").decode()


_ESCAPES = dict(_escapes())


class _RequestIdFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        if not hasattr(record, "request_id"):
            record.request_id = current_request_id() or "-"
        return True


class _Formatter(logging.Formatter):
    """The standard library's, which makes a second's text once for all lines of it."""

    def __init__(self, form: str | None = None) -> None:
        super().__init__(form)
        self._second: tuple[int, str | None, str] = (0, None, "")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 (the same)
        second = int(record.created)
        made_for, form, text = self._second
        if (made_for, form) != (second, datefmt):
            text = time.strftime(datefmt or self.default_time_format, time.localtime(second))
            self._second = (second, datefmt, text)
        return text if datefmt else f"{text},{int(record.msecs):03}"


class _ConsoleFormatter(_Formatter):
    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (the standard library's name)
        text = super().formatMessage(record)
        return text if text.isprintable() else text.translate(_ESCAPES)

    def formatException(self, ei: Any) -> str:  # noqa: N802 (the same)
        return _continued(super().formatException(ei))

    def formatStack(self, stack_info: str) -> str:  # noqa: N802 (the same)
        return _continued(super().formatStack(stack_info))


def _continued(text: str) -> str:
    return "\n".join(_CONTINUED + line.translate(_ESCAPES) for line in text.split("\n"))


class _JsonFormatter(_Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": getattr(record, "request_id", "-"),
            **_fields(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        if record.stack_info:
            line["stack"] = record.stack_info
        return json.dumps(line, default=str)


def _fields(record: logging.LogRecord) -> Mapping[str, Any]:
    """What a line of ours says besides its message (`extra`); of other people's nobody knows what they put there."""
    if not record.name.startswith("webapp"):
        return {}
    return {name: value for name, value in vars(record).items() if name not in _STANDARD}


def configure_logging(form: str, *, debug: bool = False) -> None:
    """
    Send the log lines of the whole process to stderr, each with its request's id; `form` is `console` or `json`.

    `debug` says more of what we do. Libraries keep to their warnings: at their own debug level they would write down
    headers.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_RequestIdFilter())
    console = _ConsoleFormatter("%(asctime)s %(levelname)-7s %(request_id)s %(name)s: %(message)s")
    handler.setFormatter(_JsonFormatter() if form == "json" else console)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in _WITH_HANDLERS_OF_THEIR_OWN:
        logger = logging.getLogger(name)
        logger.handlers[:], logger.propagate = [], True
    logging.getLogger("webapp").setLevel(logging.DEBUG if debug else logging.INFO)
    logging.captureWarnings(True)
