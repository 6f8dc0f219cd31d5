"""Lists that come in pages: by number, or by cursor."""

from typing import Generic, TypeVar

from pydantic import BaseModel, Field

Item = TypeVar("Item")


class Page(BaseModel, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    total: int = Field(description="How many there are on all pages.")
    page: int
    size: int


class Slice(BaseModel, Generic[Item]):
    """A stretch of a list, and where the next begins."""

    data: list[Item]
    next_cursor: str | None = Field(description="Send it as `cursor` for what follows; null at the end.")


class PageQuery(BaseModel):
    """Which page of a list is wanted."""

    page: int = Field(1, ge=1, le=1_000_000, description="Which page, from 1.")
    size: int = Field(25, ge=1, le=100, description="How many on a page.")

    @property
    def offset(self) -> int:
        """How many rows come before the page."""
        return (self.page - 1) * self.size


class CursorQuery(BaseModel):
    """Which stretch of a list is wanted."""

    cursor: str | None = Field(None, max_length=100, description="The `next_cursor` of the stretch before.")
    limit: int = Field(25, ge=1, le=100, description="How many at most.")
