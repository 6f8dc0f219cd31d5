"""The table's headings, those the API can sort by as links."""

from collections.abc import Callable, Sequence

from webapp.html.context import Column
from webapp.openapi.labels import normal
from webapp.openapi.site import Paging, Sorting
from webapp.pages.columns import Field
from webapp.pages.queries import Query, replaced, value_of, without


def make_columns(
    fields: Sequence[Field],
    query: Query,
    link: Callable[[Query], str],
    *,
    sorting: Sorting | None = None,
    paging: Paging | None = None,
) -> tuple[Column, ...]:
    """The columns with their sort links; a new order begins at its first page."""
    beginning = without(query, (paging.position,)) if paging is not None else query
    order = _Order(sorting, beginning) if sorting is not None else None
    return tuple(
        Column(
            field.key,
            field.label,
            field.kind,
            sort_href=link(target) if order is not None and (target := order.other(field.key)) is not None else None,
            sorted=order.now(field.key) if order is not None else None,
        )
        for field in fields
    )


class _Order:
    """The order of a list: by which field it is now, and how to have another."""

    def __init__(self, sorting: Sorting, query: Query) -> None:
        self._sorting = sorting
        self._query = query
        self._ways = sorting.values

    def now(self, key: str) -> str | None:
        """How the list is sorted by this field: `ascending`, `descending` or None."""
        field, downwards = self._sorting.choices.get(value_of(self._query, self._sorting.parameter), ("", False))
        if not field or normal(field) != normal(key):
            return None
        if self._sorting.direction is not None:
            downwards = value_of(self._query, self._sorting.direction) == self._sorting.descending
        return "descending" if downwards else "ascending"

    def other(self, key: str) -> Query | None:
        """The query that sorts by this field: upwards, or the other way round where it is sorted by it already."""
        downwards = self.now(key) == "ascending"
        if self._sorting.direction is not None:
            value = self._ways.get((normal(key), False))
            if value is None:
                return None
            direction = self._sorting.descending if downwards else self._sorting.ascending
            return replaced(replaced(self._query, self._sorting.parameter, value), self._sorting.direction, direction)
        for way in (downwards, not downwards):
            if (value := self._ways.get((normal(key), way))) is not None:
                return replaced(self._query, self._sorting.parameter, value)
        return None
