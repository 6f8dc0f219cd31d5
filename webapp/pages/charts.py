"""
Finds numbers worth drawing in an answer: values over time, or of several things to compare.

A list of objects with one time or name and up to four numbers in each, an object of lists of the same length, or a
map from days to numbers. Where more is told of each thing, a table tells it better.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from webapp.html.charts import (
    HEIGHT,
    Value,
    draw_bars,
    draw_line,
    group_height,
    make_scale,
    time_ticks,
    value_ticks,
    written,
)
from webapp.html.context import Chart
from webapp.html.format import cut, long_date, long_datetime, moment
from webapp.html.kinds import Kind
from webapp.openapi.labels import called, words
from webapp.openapi.schema import Schema
from webapp.pages.columns import Field, every_field
from webapp.pages.labels import field_label

MOST_SERIES = 4
MOST_POINTS = 20_000
MOST_BARS = 40
LONGEST_LABEL = 40
UNLIKE = 20
"""How many times larger the values of one series may be than those of another in the same drawing."""
SMALLEST, LARGEST = 1e-12, 1e15
"""What lies beyond can't be drawn with anything else."""

NUMBERS = frozenset({Kind.INTEGER, Kind.NUMBER, Kind.BYTES, Kind.PERCENT, Kind.SECONDS, Kind.MILLISECONDS})
TIMES = frozenset({Kind.DATE, Kind.DATETIME})
NAMES = frozenset({Kind.TEXT, Kind.ENUM, Kind.EMAIL})
PERIODS = frozenset({"year", "month", "week", "day", "hour", "weekday", "quarter"})
"""Whole numbers that name a stretch of time."""

Rows = Sequence[Mapping[str, Any]]


def charts_of(
    value: Any, schema: Schema | None, *, name: str, label: str = "", compare: bool = True
) -> tuple[Chart, ...]:
    """
    The drawings of a value; none where it is no series of numbers.

    `name` begins their ids, `label` is what the whole is called. Things are put side by side only where `compare`
    says so; values over time always.
    """
    found = _series(value, schema)
    return charts_of_rows(*found, name=name, label=label, compare=compare) if found is not None else ()


def charts_of_rows(
    rows: Sequence[Any], row_schema: Schema | None, *, name: str, label: str = "", compare: bool = True
) -> tuple[Chart, ...]:
    """The same for the rows of a list, `row_schema` being that of one row."""
    if not 2 <= len(rows) <= MOST_POINTS or not all(isinstance(row, Mapping) for row in rows):
        return ()
    every = every_field(rows, row_schema)
    axis = _axis(every)
    measured = [field for field in every if field.kind in NUMBERS and field is not axis and _drawable(rows, field)]
    if axis is None or not 1 <= len(measured) <= MOST_SERIES:
        return ()
    if axis.kind not in TIMES and not (compare and len(rows) <= MOST_BARS):
        return ()
    draw = _over_time if axis.kind in TIMES else _side_by_side
    made = (
        draw(f"{name}-chart-{number_}", label, rows, axis, fields)
        for number_, fields in enumerate(_alike(rows, measured), 1)
    )
    return tuple(chart for chart in made if chart is not None)


def _series(value: Any, schema: Schema | None) -> tuple[Rows, Schema | None] | None:
    """The value as rows, each with one place at the axis."""
    if isinstance(value, list):
        return value, schema.items if schema is not None else None
    if not isinstance(value, Mapping) or len(value) < 2:
        return None
    if all(isinstance(each, list) for each in value.values()):
        lengths = {len(each) for each in value.values()}
        if len(lengths) == 1:
            return [dict(zip(value, row, strict=True)) for row in zip(*value.values(), strict=True)], None
        return None
    is_map = schema is not None and schema.is_map
    if all(_is_number(each) for each in value.values()) and (is_map or all(_DAY.match(key) for key in value)):
        return [{"name": key, "value": each} for key, each in value.items()], None
    return None


_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _axis(every: Sequence[Field]) -> Field | None:
    """The one time or name in each row; besides numbers there may only be ids."""
    times = [field for field in every if field.kind in TIMES]
    named = [field for field in every if field not in times and (field.kind in NAMES or _is_name(field))]
    others = [
        field
        for field in every
        if field not in times and field not in named and field.kind not in NUMBERS and not _is_key(field)
    ]
    if others or len(times) > 1 or (times and named):
        return None
    return times[0] if times else named[0] if len(named) == 1 else None


def _is_name(field: Field) -> bool:
    """Whether it names a thing or a stretch of time, whatever it looks like."""
    if words(field.key.lower())[-1:] == ("name",):
        return field.kind not in NUMBERS
    return field.kind in (Kind.CODE, Kind.INTEGER) and field.key.lower() in PERIODS


def _is_key(field: Field) -> bool:
    return field.kind is Kind.CODE and words(field.key.lower())[-1:] in (("id",), ("uuid",), ("key",), ("slug",))


def _drawable(rows: Rows, field: Field) -> bool:
    given = [row.get(field.key) for row in rows]
    return all(each is None or _is_number(each) for each in given) and sum(each is not None for each in given) > 1


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return value == 0 or SMALLEST <= abs(value) <= LARGEST


def _alike(rows: Rows, fields: Sequence[Field]) -> Iterator[list[Field]]:
    """The series that share an axis: those that measure the same, if none would vanish beside another."""
    groups: list[tuple[Kind, float, list[Field]]] = []
    for field in fields:
        kind = Kind.NUMBER if field.kind is Kind.INTEGER else field.kind
        largest = max((abs(row[field.key]) for row in rows if row.get(field.key) is not None), default=0) or 1
        for of, beside, group in groups:
            if of is kind and 1 / UNLIKE <= largest / beside <= UNLIKE:
                group.append(field)
                break
        else:
            groups.append((kind, largest, [field]))
    return (group for _, _, group in groups)


def _over_time(id_: str, label: str, rows: Rows, axis: Field, fields: Sequence[Field]) -> Chart | None:
    timed = sorted(
        ((at, row) for row in rows if (at := moment(row.get(axis.key))) is not None), key=lambda each: each[0]
    )
    times = [at for at, _ in timed]
    if len(times) < 2 or times[0] == times[-1]:
        return None
    columns = [_values([row for _, row in timed], field) for field in fields]
    scale = make_scale([each for column in columns for each in column if each is not None])
    said = long_date if axis.kind is Kind.DATE else long_datetime
    span = f"{said(times[0])} to {said(times[-1])}"
    return Chart(
        id=id_,
        title=_title(label, fields),
        summary=". ".join([span, *(_told(field, column) for field, column in zip(fields, columns, strict=True))]),
        height=HEIGHT,
        series=tuple(field.label for field in fields),
        lines=tuple(draw_line(each.label, times, column, scale) for each, column in zip(fields, columns, strict=True)),
        x_ticks=time_ticks(times),
        y_ticks=value_ticks(scale),
    )


def _side_by_side(id_: str, label: str, rows: Rows, axis: Field, fields: Sequence[Field]) -> Chart:
    columns = [_values(rows, field) for field in fields]
    scale = make_scale([each for column in columns for each in column if each is not None], zero=True)
    labels = [cut(_called(row.get(axis.key)), LONGEST_LABEL) or "\u2013" for row in rows]
    return Chart(
        id=id_,
        title=_title(label, fields),
        summary=". ".join(_told_by_name(labels, field, column) for field, column in zip(fields, columns, strict=True)),
        height=len(rows) * group_height(len(fields)),
        series=tuple(field.label for field in fields),
        groups=draw_bars(labels, columns, scale),
    )


def _called(value: Any) -> Any:
    return called(value) if isinstance(value, str) else value


def _values(rows: Rows, field: Field) -> list[Value]:
    return [None if (value := row.get(field.key)) is None else float(value) for row in rows]


def _title(label: str, fields: Sequence[Field]) -> str:
    """What is drawn; a series that is only called a value is known by the whole."""
    shown = ", ".join(field.label for field in fields)
    if not label or shown == label:
        return shown
    return label if shown in (field_label("value", None), field_label("count", None)) else f"{label}: {shown}"


def _told(field: Field, column: Sequence[Value]) -> str:
    given = [each for each in column if each is not None]
    return f"{field.label}: {written(min(given))} to {written(max(given))}, in the end {written(given[-1])}"


def _told_by_name(labels: Sequence[str], field: Field, column: Sequence[Value]) -> str:
    given = [(value, label) for value, label in zip(column, labels, strict=True) if value is not None]
    (least, lowest), (most, highest) = min(given), max(given)
    return f"{field.label}: from {written(least)} ({lowest}) to {written(most)} ({highest})"
