"""What is known about one thing."""

from typing import Any

from webapp.html.context.charts import Chart
from webapp.html.context.tables import Column, Row
from webapp.html.kinds import Kind
from webapp.record import record


@record(frozen=True, slots=True)
class Fact:
    """One labelled value of an item."""

    key: str
    label: str
    kind: Kind
    value: Any
    href: str | None = None
    hint: str = ""
    named: str = ""
    """What the thing is called that the value is the id of; `kind` is then `reference`."""


@record(frozen=True, slots=True)
class Section:
    """A nested part of an item: facts of an object, or a small table of a list of objects."""

    label: str
    facts: tuple[Fact, ...] = ()
    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    more: int = 0
    """Rows left out."""
    shown: int = 20
    """Rows that are seen before somebody asks for all."""
    charts: tuple[Chart, ...] = ()
    """Drawings of what the facts or rows say."""
