"""Rows as lines of a CSV file (RFC 4180) that no spreadsheet takes for formulas."""

import csv
import io
import json
import re
from collections.abc import Iterable
from typing import Any

FORMULA = re.compile(r"\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
"""What spreadsheets begin a formula with."""
NUMBER = re.compile(r"\s*[+-]?\d+([.,]\d+)*(e[+-]?\d+)?\s*", re.ASCII | re.IGNORECASE)


def csv_line(values: Iterable[Any]) -> str:
    """The values as one line, with its end."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerow([csv_value(each) for each in values])
    return written.getvalue()


def csv_value(value: Any) -> str:
    """A value as a cell holds it; what would run as a formula begins with an apostrophe. Parts are written as JSON."""
    if isinstance(value, str):
        return f"'{value}" if FORMULA.match(value) and not NUMBER.fullmatch(value) else value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return json.dumps(value, ensure_ascii=False)
