"""Kinds of values that several resources share."""

import json
from datetime import datetime
from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel, BeforeValidator, Field, StringConstraints

LARGEST_ID = 2**53
"""What JavaScript still counts exactly, and SQLite with ease."""

Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$"),
    Field(json_schema_extra={"format": "email"}, examples=["ada@example.com"]),
]
Colour = Annotated[
    str,
    StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$"),
    Field(json_schema_extra={"format": "color"}, examples=["#2f6fed"]),
]
WebURL = Annotated[
    str,
    StringConstraints(max_length=500, pattern=r"^https?://[^\s/]+\S*$"),
    Field(json_schema_extra={"format": "uri"}, examples=["https://example.com/"]),
]
Markdown = Annotated[
    str, StringConstraints(max_length=20_000), Field(json_schema_extra={"contentMediaType": "text/markdown"})
]
LabelName = Annotated[str, StringConstraints(min_length=1, max_length=30, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Identifier = Annotated[int, Field(ge=1, le=LARGEST_ID)]
ItemId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
"""An id in a path."""
Moment = Annotated[datetime, Field(examples=["2026-03-01T09:30:00Z"])]


def _from_json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


FromJSON = BeforeValidator(_from_json)
"""Reads a list or object as the database keeps it."""


class Problem(BaseModel):
    """What went wrong."""

    detail: str = Field(description="A sentence for people.")


class Done(BaseModel):
    """That something was done."""

    detail: str
