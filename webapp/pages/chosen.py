"""Which columns of a table somebody has chosen: `?columns=title,status`, which is ours and no business of the API's."""

from collections.abc import Callable, Sequence

from webapp.html.context import ColumnMenu, Option
from webapp.openapi.site import Operation
from webapp.pages.columns import Field
from webapp.pages.queries import COLUMNS, Query, without

ALL = "*"
"""Stands for every column there is."""
AS_SHOWN = "-"
"""Stands for those that a list shows by itself: shorter than their names in a link."""
MOST = 60
"""Columns that one may choose from, and choose."""


def is_ours(operation: Operation) -> bool:
    """Whether the parameter is ours, rather than one that the API declares for itself."""
    return COLUMNS not in operation.query_names


def joined(query: Query) -> Query:
    """The query with the columns of a form's checkboxes in one parameter, at its end."""
    chosen = _names(query)
    return (*without(query, (COLUMNS,)), (COLUMNS, ",".join(chosen))) if chosen else without(query, (COLUMNS,))


def chosen_columns(query: Query, operation: Operation) -> tuple[str, ...]:
    """The names of the columns that are asked for; none where the choice is left to us."""
    return _names(query) if is_ours(operation) else ()


def make_menu(
    every: Sequence[Field], shown: Sequence[Field], query: Query, operation: Operation, link: Callable[[Query], str]
) -> ColumnMenu | None:
    """What one may choose from; None where there is no choice."""
    if len(every) < 2 or not is_ours(operation):
        return None
    keys = {field.key for field in shown}
    others = without(query, (COLUMNS,))
    # A form sends what is ticked in its own order.
    offered = [*shown, *(field for field in every if field.key not in keys)]
    return ColumnMenu(
        options=tuple(Option(field.key, field.label, selected=field.key in keys) for field in offered[:MOST]),
        kept=others,
        reset_href=link(others) if len(others) < len(query) else None,
    )


def _names(query: Query) -> tuple[str, ...]:
    if not query:
        return ()
    given = (name.strip() for key, value in query if key == COLUMNS for name in value.split(","))
    return tuple(dict.fromkeys(name for name in given if name))[:MOST]
