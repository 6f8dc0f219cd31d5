"""Rows and columns, and what narrows and turns them."""

from typing import Any

from webapp.html.context.shell import Link
from webapp.html.kinds import Kind
from webapp.record import record


@record(frozen=True, slots=True)
class Column:
    """One column of a table."""

    key: str
    label: str
    kind: Kind
    sort_href: str | None = None
    """Sorts by this column, or the other way round; None where the API can't."""
    sorted: str | None = None
    """`ascending`, `descending` or None."""


@record(frozen=True, slots=True)
class Row:
    """One row of a table: the item itself, and where its own page is."""

    id: str
    """Fit for an element's id: `projects-7`."""
    href: str | None
    title: str
    values: tuple[Any, ...]
    """As the API gave them, in the order of the columns."""
    links: tuple[str | None, ...]
    """For each column, the page its value points to."""
    key: str | None = None
    """What stands for the row in a URL; None where nothing does."""
    named: tuple[str | None, ...] = ()
    """For each column of kind `reference`, what the thing is called that its value is the id of."""


@record(frozen=True, slots=True)
class Option:
    """One choice of a control."""

    value: str
    label: str
    selected: bool = False


@record(frozen=True, slots=True)
class Control:
    """One filter of a list, as a form control."""

    name: str
    label: str
    type: str
    """`search`, `text`, `number`, `date`, `datetime-local`, `select`, `checkbox`, `reference`."""
    value: str
    options: tuple[Option, ...] = ()
    hint: str = ""
    error: str = ""
    choices_href: str = ""
    """Of a reference, where its suggestions come from."""


@record(frozen=True, slots=True)
class ColumnMenu:
    """Which columns a table has, and which it could have."""

    options: tuple[Option, ...]
    kept: tuple[tuple[str, str], ...]
    """What the form carries along: the rest of the query."""
    reset_href: str | None = None
    """Back to the columns that the list has by itself."""


@record(frozen=True, slots=True)
class Chip:
    """A filter in force, with the URL that takes it off."""

    label: str
    value: str
    remove_href: str


@record(frozen=True, slots=True)
class Pager:
    """Where one is in a list. Numbers count rows from 1; None is unknown, and 0 to 0 a page without rows."""

    first: int | None
    last: int | None
    total: int | None
    previous_href: str | None
    next_href: str | None
    pages: tuple[Link | None, ...] = ()
    """Numbered pages; None is a gap. Empty where the API has no numbers."""
    sizes: tuple[Link, ...] = ()
    """Rows per page to choose from."""
    beginning_href: str | None = None
    """Back to the first page, where pages have no numbers and there is no other way back."""
