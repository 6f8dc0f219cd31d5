"""
The rows of tables, written column by column: what a column's cells have in common is found out once for all of them.

`ui/table.html` calls this; what the cells are is in html/cells.py.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from itertools import chain, repeat
from operator import attrgetter
from typing import Any

from markupsafe import Markup

from webapp.html.cells import (
    LEADING,
    NOTHING,
    WRITERS,
    ColumnWriter,
    column_writer,
    gist_of,
    image,
    titled,
)
from webapp.html.compiler import escape_text, html
from webapp.html.context import Column, Row
from webapp.html.format import cut, is_blank, text
from webapp.html.kinds import Kind

Test = Callable[[Any], bool]

MOST_TABLES = 256
"""Tables that are kept, to write the next page of the same list."""
VISIBLE = {int, float, bool}
"""Types of values that one can always see."""
_values, _named, _href, _links = map(attrgetter, ("values", "named", "href", "links"))
_as_markup = partial(str.__new__, Markup)
"""Marks as safe what is the markup of writers; Markup() itself would take four times as long to find that out."""


class CellWriter:
    """
    Writes the cells of tables: those of each row, without the tags of the row itself.

    `is_image` tells the pictures that may be shown. The first cell is the row's heading, and leads to its page. End
    tags are left out, as HTML allows.
    """

    def __init__(self, is_image: Test) -> None:
        self._is_image = is_image
        self._tables: dict[int, tuple[Sequence[Column], _Table]] = {}

    def __call__(self, rows: Sequence[Row], columns: Sequence[Column]) -> list[str]:
        """The cells of each row."""
        return self._table(columns).write(rows)

    def _table(self, columns: Sequence[Column]) -> "_Table":
        """The table of these very columns, which are the same for a list's next page."""
        if type(columns) is not tuple:
            return _Table(columns, self._is_image)
        found = self._tables.get(id(columns))
        if found is None:
            if len(self._tables) >= MOST_TABLES:
                self._tables.clear()
            found = self._tables[id(columns)] = columns, _Table(columns, self._is_image)
        return found[1]


class _Table:
    """A table whose rows are written."""

    def __init__(self, columns: Sequence[Column], is_image: Test) -> None:
        self._is_image = is_image
        self._kinds = [column.kind for column in columns]
        writers = [self._picture if kind == Kind.IMAGE else WRITERS.get(kind, gist_of) for kind in self._kinds]
        every = [column_writer(kind, write) for kind, write in zip(self._kinds, writers, strict=True)]
        self._columns = [_heading(write) for write in every[:1]] + every[1:]
        self._tags = [_tag(each.kind, each.label if place else None) for place, each in enumerate(columns)]
        """What is before each cell; each but the first is in a line of its own."""
        self._inside = [gist_of if kind in LEADING else WRITERS.get(kind, gist_of) for kind in self._kinds]
        """What writes a value inside of a link."""

    def write(self, rows: Sequence[Row]) -> list[str]:
        """The cells of each row."""
        if not self._tags or {*map(len, map(_values, rows))} != {len(self._tags)}:
            return [_as_markup(self._single(row)) for row in rows]
        # A row is a join of tags, which are the same for all of them, and cells: no line of Python is run for each.
        parts = [*chain.from_iterable(zip(map(repeat, self._tags), self._cells(rows), strict=True)), repeat("\n")]
        return [*map(_as_markup, map("".join, zip(*parts, strict=False)))]

    def _single(self, row: Row) -> str:
        """The cells of a row that may have fewer values than the others."""
        cells = self._cells([row])
        return "".join([f"{tag}{cell}" for tag, (cell,) in zip(self._tags, cells, strict=False)]) + "\n" * bool(cells)

    def _cells(self, rows: Sequence[Row]) -> list[list[str]]:
        """What is in the cells, by column."""
        values = zip(*map(_values, rows), strict=True)
        cells = [write(each) for write, each in zip(self._columns, values, strict=False)]
        if any(map(_named, rows)):
            self._name(cells, rows)
        if any(map(_href, rows)) or any(map(any, map(_links, rows))):
            self._link(cells, rows)
        return cells

    def _picture(self, value: Any) -> str:
        return image(value) if self._is_image(value) else gist_of(value)

    def _name(self, cells: list[list[str]], rows: Sequence[Row]) -> None:
        """Show what is known by name by that, and its id to who points at it."""
        for number, row in enumerate(rows):
            for place, (value, name) in enumerate(zip(row.values[: len(cells)], row.named, strict=False)):
                if name and self._kinds[place] == Kind.REFERENCE and value not in NOTHING:
                    cells[place][number] = titled(escape_text(cut(text(value), 60)), html(name))

    def _link(self, cells: list[list[str]], rows: Sequence[Row]) -> None:
        for number, row in enumerate(rows):
            links = (row.href, *row.links[1:]) if row.href else row.links
            for place, link in enumerate(links[: len(cells)]):
                if link:
                    cells[place][number] = f'<a href="{html(link)}">{self._linked(row, place)}</a>'

    def _linked(self, row: Row, place: int) -> str:
        """What is shown of a value that leads somewhere."""
        value, kind = row.values[place], self._kinds[place]
        if value in NOTHING or (place == 0 and is_blank(value)):
            return escape_text(cut(row.title, 60))
        if kind == Kind.REFERENCE and (name := next(iter(row.named[place : place + 1]), None)):
            return html(name)
        if kind == Kind.IMAGE and self._is_image(value):
            return image(value, cut(row.title, 60))
        return self._inside[place](value)


def _heading(write: ColumnWriter) -> ColumnWriter:
    """The same for the rows' headings, which must be something that one can see."""

    def write_seen(values: Sequence[Any]) -> list[str]:
        types = {*map(type, values)}
        if types <= VISIBLE or (types == {str} and all(map(str.strip, values))):
            return write(values)
        return write([None if is_blank(value) else value for value in values])

    return write_seen


@lru_cache(maxsize=1024)
def _tag(kind: str, label: str | None) -> str:
    """What a cell begins with; a row's heading has no label."""
    if label is None:
        return f'<th scope="row" class="k-{html(kind)}">'
    return f'\n<td class="k-{html(kind)}" data-l="{html(label)}">'
