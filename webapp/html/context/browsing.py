"""Pages that show what an API has."""

from collections.abc import Mapping

from webapp.html.context.charts import Chart
from webapp.html.context.editing import BulkBar
from webapp.html.context.facts import Fact, Section
from webapp.html.context.shell import Link
from webapp.html.context.tables import Chip, Column, ColumnMenu, Control, Pager, Row
from webapp.record import record


@record(frozen=True, slots=True)
class HomePage:
    """`pages/home.html`: what there is."""

    title: str
    description: str
    notice: str = ""
    """What these pages lack, and how to have it: a document."""


@record(frozen=True, slots=True)
class ListPage:
    """`pages/list.html`: a resource's rows. Fragment: `list`."""

    name: str
    title: str
    description: str
    crumbs: tuple[Link, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    pager: Pager | None
    action: str
    """Where the filter form goes."""
    search: Control | None
    filters: tuple[Control, ...]
    kept: Mapping[str, str]
    """Query parameters that the filter form carries along (sort, rows per page)."""
    chips: tuple[Chip, ...]
    clear_href: str | None
    """The list without any filter; None while there is none."""
    raw_href: str | None
    """The answer itself, as JSON, and how to ask for it in a terminal."""
    error: str = ""
    """Why there are no rows: what the API said against the filters, where no control stands for it."""
    column_menu: ColumnMenu | None = None
    """What one may choose to see, once one has begun to choose."""
    choose_href: str | None = None
    """Where one begins; None where there is no choice, or one has begun."""
    exports: tuple[Link, ...] = ()
    """All rows, as files."""
    left_out: int = 0
    """How many more rows the answer holds than a page does."""
    charts: tuple[Chart, ...] = ()
    """Drawings of the rows, where these are a series of numbers."""
    create: Link | None = None
    """Makes a new one."""
    actions: tuple[Link, ...] = ()
    """What else can be done to the whole of it."""
    bulk: BulkBar | None = None
    """What can be done to the rows that one selects; None while one doesn't."""
    select: Link | None = None
    """Begins to select rows, or ends it; None where nothing can be done to them."""
    related: tuple[Link, ...] = ()
    """The tabs of the item that the list lies under."""


@record(frozen=True, slots=True)
class DetailPage:
    """`pages/detail.html`: one item."""

    name: str
    title: str
    crumbs: tuple[Link, ...]
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]
    """Nested objects and lists of objects, in the answer's order."""
    related: tuple[Link, ...]
    """Lists that lie under this item."""
    raw: str
    curl: str = ""
    """How to ask the API for the same in a terminal."""
    edit: Link | None = None
    delete: Link | None = None
    actions: tuple[Link, ...] = ()
    """What else can be done to it."""


@record(frozen=True, slots=True)
class ViewPage:
    """`pages/view.html`: an answer that is neither a list nor an item of a resource."""

    name: str
    title: str
    description: str
    crumbs: tuple[Link, ...]
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]
    text: str | None
    """An answer that is not JSON, as text."""
    media_type: str
    raw: str
    notice: str = ""
    """Why there is nothing to see: an empty answer, a file, a stream, or an input that is missing."""
    action: str = ""
    """Where the form of `controls` goes."""
    controls: tuple[Control, ...] = ()
    """The inputs of the question, where it takes any."""
    curl: str = ""
    """How to ask the API for the same in a terminal."""
    related: tuple[Link, ...] = ()
    """The tabs of the item that it lies under."""
