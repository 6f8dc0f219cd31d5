"""
The cells of a table's rows: a small writer for each kind of value.

The one place besides the templates where markup is made. A page has hundreds of cells, and a template takes longer to
find out what each of them is than this takes to write it. html/tables.py puts them into rows, and whoever has a
template `ui/table.html` writes cells of their own. All that the API says goes through `escape_text` or `html`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from webapp.html.compiler import escape_text, html
from webapp.html.format import (
    choice,
    clock_time,
    cut,
    filesize,
    gist,
    is_email,
    is_hex_color,
    is_utc,
    is_web_link,
    listed,
    machine,
    number_html,
    short_date,
    short_datetime,
    short_url,
    yes_no,
)
from webapp.html.kinds import Kind
from webapp.html.spans import dialled, duration, is_phone, milliseconds, percent, seconds
from webapp.html.tones import tone
from webapp.openapi.remembering import remembered

Writer = Callable[[Any], str]
"""Makes markup of a value that is there."""
ColumnWriter = Callable[[Sequence[Any]], list[str]]
"""Makes markup of all values of a column, those that aren't there included."""

NOTHING = (None, "")
NUMBERS = (int, float)
"""Types whose values are written without anything to escape."""
NONE = '<span class="none">&ndash;</span>'
HIDDEN = '<span class="none">hidden</span>'
YES, NO = '<span class="bool yes">Yes</span>', '<span class="bool">No</span>'


def titled(title: str, shown: str) -> str:
    """Something that has more to say under the mouse; both are markup."""
    return f'<span title="{title}">{shown}</span>'


def hidden(_: Any) -> str:
    """What stands for a secret."""
    return HIDDEN


def gist_of(value: Any) -> str:
    """Any value in a line of text."""
    return escape_text(gist(value))


def _text(value: Any) -> str:
    return escape_text(cut(value, 80))


def _short(value: Any) -> str:
    return escape_text(cut(value, 40))


def _number(value: Any) -> str:
    shown = number_html(value)
    return shown if type(value) in NUMBERS else html(shown)


def _timed(value: Any) -> str:
    if is_utc(value):
        return f'<time datetime="{value[:10]} {value[11:19]}Z">{value[:10]} {value[11:16]}</time>'
    return f'<time datetime="{html(machine(value))}">{html(short_datetime(value))}</time>'


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


def _list(value: Any) -> str:
    return "".join([f'<span class="tag">{html(item)}</span> ' for item in listed(value, 4)]) or NONE


def _url(value: Any) -> str:
    if not is_web_link(value):
        return gist_of(value)
    return f'<a href="{html(value)}" rel="noreferrer">{html(short_url(value, 40))}</a>'


def _email(value: Any) -> str:
    return f'<a href="mailto:{html(value)}">{escape_text(cut(value, 60))}</a>' if is_email(value) else gist_of(value)


def _phone(value: Any) -> str:
    return f'<a href="tel:{html(dialled(value))}">{html(value)}</a>' if is_phone(value) else gist_of(value)


def image(value: Any, alt: str = "") -> str:
    """A small picture; its host isn't told which page it is on."""
    return (
        f'<img class="thumb" src="{html(value)}" alt="{html(alt)}" width="28" height="28" loading="lazy" '
        'referrerpolicy="no-referrer">'
    )


def _color(value: Any) -> str:
    if not is_hex_color(value):
        return gist_of(value)
    return (
        '<svg class="swatch" width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">'
        f'<rect width="14" height="14" rx="4" fill="{html(value)}"/></svg>{html(value)}'
    )


def _spelled(shown: Callable[[Any], str], unit: str = "") -> Writer:
    """As people read it, and as it came in the title."""
    return lambda value: titled(_short(value) + unit, html(shown(value)))


WRITERS: Mapping[str, Writer] = {
    Kind.TEXT: _text,
    Kind.INTEGER: _number,
    Kind.NUMBER: _number,
    Kind.DATETIME: remembered(_timed),
    Kind.DATE: _date,
    Kind.TIME: _time,
    Kind.BOOLEAN: _boolean,
    Kind.ENUM: remembered(_tagged),
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
    Kind.SECRET: hidden,
}
"""By kind; what is none of these is shown by its gist."""
LEADING = frozenset({Kind.URL, Kind.EMAIL, Kind.PHONE})
"""Kinds that lead somewhere by themselves, unless the cell does already."""


def column_writer(kind: str, write: Writer) -> ColumnWriter:
    """What writes a column of that kind, whose values `write` writes one by one."""
    return COLUMNS.get(kind) or _each(write, HIDDEN if write is hidden else NONE)


def _each(write: Writer, nothing: str = NONE) -> ColumnWriter:
    return lambda values: [write(value) if value or value not in NOTHING else nothing for value in values]


def _texts(write: Writer, longest: int) -> ColumnWriter:
    """Short texts as they are."""

    def write_texts(values: Sequence[Any]) -> list[str]:
        return [
            escape_text(value)
            if type(value) is str and 0 < len(value) <= longest
            else write(value)
            if value or value not in NOTHING
            else NONE
            for value in values
        ]

    return write_texts


def _numbers(values: Sequence[Any]) -> list[str]:
    return [
        written
        if type(value) in NUMBERS and -1000 < value < 1000 and len(written := str(value)) <= 10
        else _number(value)
        if value or value not in NOTHING
        else NONE
        for value in values
    ]


def _booleans(values: Sequence[Any]) -> list[str]:
    return [
        YES if value is True else NO if value is False else _boolean(value) if value not in NOTHING else NONE
        for value in values
    ]


COLUMNS: Mapping[str, ColumnWriter] = {
    Kind.TEXT: _texts(_text, 80),
    Kind.CODE: _texts(_short, 40),
    Kind.REFERENCE: _texts(_short, 40),
    Kind.INTEGER: _numbers,
    Kind.NUMBER: _numbers,
    Kind.BOOLEAN: _booleans,
}
"""What writes the columns of these kinds in less time than value by value."""
