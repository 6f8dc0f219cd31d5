"""The answer itself, for those who want to see it."""

from typing import Any

from webapp.html.format import pretty
from webapp.openapi.schema import Schema
from webapp.pages.masking import masked

LIMIT = 64 * 1024
"""Characters; what is longer is cut."""


def raw_json(data: Any, schema: Schema | None = None, *, limit: int = LIMIT) -> str:
    """An answer as indented JSON, less its secrets; empty where there was none."""
    return "" if data is None else pretty(masked(data, schema), limit)
