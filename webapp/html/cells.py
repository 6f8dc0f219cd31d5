"""
The cells of a table's rows: a small writer for each kind of value.

The one place besides the templates where markup is made. A page has hundreds of cells, and a template takes longer to
find out what each of them is than this takes to write it. `ui/table.html` puts them into rows, and whoever has a
template of that name writes cells of their own. All that the API says goes through `escape_text` or `html`.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from webapp.html.compiler import escape_text, html
from webapp.html.context import Column, Row
from webapp.html.format import (
    choice,
    clock_time,
    cut,
    filesize,
    gist,
    is_blank,
    is_email,
    is_hex_color,
    is_utc,
    is_web_link,
    listed,
    machine,
    number,
    short_date,
    short_datetime,
    short_url,
    text,
    tone,
    yes_no,
)
from webapp.html.kinds import Kind
from webapp.html.spans import dialled, duration, is_phone, milliseconds, percent, seconds
from webapp.openapi.remembering import remembered

Writer = Callable[[Any], str]
"""Makes markup of a value that is there."""
Test = Callable[[Any], bool]

NOTHING = (None, "")
NUMBERS = (int, float)
"""Types whose values are written without anything to escape."""
MOST_TABLES = 256
"""Tables that are kept, to write the next page of the same list."""
NONE = '<span class="none">\u2013</span>'
HIDDEN = '<span class="none">hidden</span>'
YES, NO = '<span class="bool yes">Yes</span>', '<span class="bool">No</span>'


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
        table = self._table(columns)
        return [table.write(row) for row in rows]

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
        self._writers = [self._picture if kind == Kind.IMAGE else WRITERS.get(kind, _gist) for kind in self._kinds]
        self._plan = [
            (
                _tag(column.kind, column.label if place else None),
                AS_IT_IS.get(column.kind, 0) if place else 0,
                _seen(write) if place == 0 else write,
                HIDDEN if write is _hidden else NONE,
            )
            for place, (column, write) in enumerate(zip(columns, self._writers, strict=True))
        ]
        """
        For each column its tag, how long a text may be that is shown as it is, what writes any other value that is
        there, and what stands for one that isn't.
        """
        self._others = self._plan[1:]
        self._inside = [_gist if kind in LEADING else WRITERS.get(kind, _gist) for kind in self._kinds]
        """What writes a value inside of a link."""

    def write(self, row: Row) -> str:
        """The cells of a row."""
        plan, values = self._plan, row.values
        led = row.href and values and plan
        if led:
            plan, values = self._others, values[1:]
        cells = [
            tag
            + (
                escape_text(value)
                if type(value) is str and 0 < len(value) <= plain
                else write(value)
                if value or value not in NOTHING
                else nothing
            )
            for (tag, plain, write, nothing), value in zip(plan, values, strict=False)
        ]
        if led:
            cells.insert(0, "")
        if row.named:
            self._name(cells, row)
        if led or any(row.links):
            self._link(cells, row)
        cells.append("")
        # Each is the markup of a writer; Markup() itself would take four times as long to find that out.
        return str.__new__(Markup, "\n".join(cells))

    def _picture(self, value: Any) -> str:
        return _image(value) if self._is_image(value) else _gist(value)

    def _name(self, cells: list[str], row: Row) -> None:
        """Show what is known by name by that, and its id to who points at it."""
        for place, (value, name) in enumerate(zip(row.values[: len(cells)], row.named, strict=False)):
            if name and self._kinds[place] == Kind.REFERENCE and value not in NOTHING:
                cells[place] = self._plan[place][0] + _titled(escape_text(cut(text(value), 60)), html(name))

    def _link(self, cells: list[str], row: Row) -> None:
        links = (row.href, *row.links[1:]) if row.href else row.links
        for place, link in enumerate(links[: len(cells)]):
            if link:
                cells[place] = f'{self._plan[place][0]}<a href="{html(link)}">{self._linked(row, place)}</a>'

    def _linked(self, row: Row, place: int) -> str:
        """What is shown of a value that leads somewhere."""
        value, kind = row.values[place], self._kinds[place]
        if value in NOTHING or (place == 0 and is_blank(value)):
            return escape_text(cut(row.title, 60))
        if kind == Kind.REFERENCE and (name := next(iter(row.named[place : place + 1]), None)):
            return html(name)
        if kind == Kind.IMAGE and self._is_image(value):
            return _image(value, cut(row.title, 60))
        return self._inside[place](value)


def _seen(write: Writer) -> Writer:
    """The same for a row's heading, which must be something that one can see."""
    nothing = HIDDEN if write is _hidden else NONE
    return lambda value: nothing if is_blank(value) else write(value)


@lru_cache(maxsize=1024)
def _tag(kind: str, label: str | None) -> str:
    """What a cell begins with; a row's heading has no label."""
    if label is None:
        return f'<th scope="row" class="k-{html(kind)}">'
    return f'<td class="k-{html(kind)}" data-l="{html(label)}">'


def _titled(title: str, shown: str) -> str:
    return f'<span title="{title}">{shown}</span>'


def _hidden(_: Any) -> str:
    return HIDDEN


def _gist(value: Any) -> str:
    return escape_text(gist(value))


def _text(value: Any) -> str:
    return escape_text(cut(value, 80))


def _short(value: Any) -> str:
    return escape_text(cut(value, 40))


def _number(value: Any) -> str:
    shown = number(value)
    return shown if type(value) in NUMBERS else html(shown)


def _timed(value: Any) -> str:
    if is_utc(value):
        return f'<time datetime="{value[:10]} {value[11:19]}Z">{value[:10]} {value[11:16]}</time>'
    return f'<time datetime="{html(machine(value))}">{html(short_datetime(value))}</time>'


_datetime = remembered(_timed)


def _date(value: Any) -> str:
    return f"<time>{html(short_date(value))}</time>"


def _time(value: Any) -> str:
    return f"<time>{html(clock_time(value))}</time>"


def _boolean(value: Any) -> str:
    if value is True:
        return YES
    return NO if value is False else f'<span class="bool">{html(yes_no(value))}</span>'


def _tagged(value: Any) -> str:
    return f'<span class="tag {tone(value)}">{escape_text(cut(choice(value), 40))}</span>'


_enum = remembered(_tagged)


def _list(value: Any) -> str:
    return "".join([f'<span class="tag">{html(item)}</span> ' for item in listed(value, 4)]) or NONE


def _url(value: Any) -> str:
    if not is_web_link(value):
        return _gist(value)
    return f'<a href="{html(value)}" rel="noreferrer">{html(short_url(value, 40))}</a>'


def _email(value: Any) -> str:
    return f'<a href="mailto:{html(value)}">{escape_text(cut(value, 60))}</a>' if is_email(value) else _gist(value)


def _phone(value: Any) -> str:
    return f'<a href="tel:{html(dialled(value))}">{html(value)}</a>' if is_phone(value) else _gist(value)


def _image(value: Any, alt: str = "") -> str:
    return (
        f'<img class="thumb" src="{html(value)}" alt="{html(alt)}" width="28" height="28" loading="lazy" '
        'referrerpolicy="no-referrer">'
    )


def _color(value: Any) -> str:
    if not is_hex_color(value):
        return _gist(value)
    return (
        '<svg class="swatch" width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">'
        f'<rect width="14" height="14" rx="4" fill="{html(value)}"/></svg>{html(value)}'
    )


def _spelled(shown: Callable[[Any], str], unit: str = "") -> Writer:
    """As people read it, and as it came in the title."""
    return lambda value: _titled(_short(value) + unit, html(shown(value)))


WRITERS: Mapping[str, Writer] = {
    Kind.TEXT: _text,
    Kind.INTEGER: _number,
    Kind.NUMBER: _number,
    Kind.DATETIME: _datetime,
    Kind.DATE: _date,
    Kind.TIME: _time,
    Kind.BOOLEAN: _boolean,
    Kind.ENUM: _enum,
    Kind.CODE: _short,
    Kind.REFERENCE: _short,
    Kind.URL: _url,
    Kind.EMAIL: _email,
    Kind.PHONE: _phone,
    Kind.COLOR: _color,
    Kind.LIST: _list,
    Kind.BYTES: lambda value: html(filesize(value)),
    Kind.SECONDS: _spelled(seconds, " s"),
    Kind.MILLISECONDS: _spelled(milliseconds, " ms"),
    Kind.DURATION: _spelled(lambda value: cut(duration(value), 40)),
    Kind.PERCENT: lambda value: escape_text(cut(percent(value), 40)),
    Kind.SECRET: _hidden,
}
"""By kind; what is none of these is shown by its gist."""
AS_IT_IS = {Kind.TEXT: 80, Kind.CODE: 40, Kind.REFERENCE: 40}
"""Kinds whose texts are shown as they are, up to so many characters."""
LEADING = frozenset({Kind.URL, Kind.EMAIL, Kind.PHONE})
"""Kinds that lead somewhere by themselves, unless the cell does already."""
