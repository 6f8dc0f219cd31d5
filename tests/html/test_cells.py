"""The cells of tables: written as a template would write them, and nothing in them is markup but ours."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import StrictUndefined, Template

from webapp.html.context import Column, Row
from webapp.html.format import TESTS, filters, is_blank, is_image_link
from webapp.html.kinds import Kind
from webapp.html.render import PageEnvironment
from webapp.html.spans import SPAN_FILTERS, SPAN_TESTS
from webapp.html.tables import CellWriter
from webapp.testing.markup import parse

HOSTS = ("pictures.test",)

AS_A_TEMPLATE = Path(__file__).with_name("cells.html")
"""What a row's cells are, said in the templates' own words."""


def is_image(value: Any) -> bool:
    return is_image_link(value, HOSTS)


def template() -> Template:
    environment = PageEnvironment(autoescape=True, undefined=StrictUndefined)
    environment.filters.update({**filters(lambda: pytest.fail("no cell depends on the time")), **SPAN_FILTERS})
    ours: dict[str, Any] = {"image_link": is_image, "blank": is_blank}
    environment.tests.update({**TESTS, **SPAN_TESTS, **ours})
    return environment.from_string(AS_A_TEMPLATE.read_text(encoding="utf-8"))


CELLS = template()


def as_a_template(columns: tuple[Column, ...], row: Row) -> str:
    """The cells of a row, as Jinja makes them."""
    return CELLS.render(columns=columns, row=row, zip=zip)


def written(columns: tuple[Column, ...], row: Row) -> str:
    return str(CellWriter(is_image)([row], columns)[0])


TEXTS = st.one_of(
    st.text(max_size=90),
    st.sampled_from(
        [
            "in_progress",
            "done",
            "<b>&\"'",
            "two\0parts",
            "100 %s",
            " ",
            "2026-03-01T09:10:00Z",
            "2026-03-01T09:10:00.25+02:00",
            "2026-03-01",
            "14:05:00",
            "https://www.example.com/a?b=<c>&d",
            "http://x",
            "javascript:alert(1)",
            "https://pictures.test/a.png?<",
            "data:image/png;base64,AAAA",
            "ada@example.com",
            "#09f",
            "+49 30 1234567",
            "P1DT2H",
            "word " * 30,
        ]
    ),
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS)
VALUES = st.one_of(
    SCALARS, st.lists(SCALARS, max_size=6), st.dictionaries(st.sampled_from(["name", "id", "a"]), SCALARS, max_size=3)
)
LINKS = st.one_of(st.none(), st.sampled_from(["/things/7", '/a?b="<>&']))


@given(st.data())
def test_rows_are_written_as_a_template_would_write_each(data: st.DataObject) -> None:
    kinds = data.draw(st.lists(st.sampled_from(Kind), min_size=1, max_size=6))
    columns = tuple(Column(f"c{place}", f'L<"{place}">%s', kind) for place, kind in enumerate(kinds))
    # Mostly a column has values of one type.
    values = [data.draw(st.sampled_from([VALUES, TEXTS, st.integers(), st.floats(), st.booleans()])) for _ in kinds]
    some = data.draw(st.integers(1, 4))
    rows = [
        Row(
            id=f"r-{number}",
            href=data.draw(LINKS),
            title=data.draw(st.text(max_size=70)),
            values=tuple(data.draw(each) for each in values[: data.draw(st.sampled_from([6, 6, 6, 1]))]),
            links=tuple(data.draw(LINKS) for _ in kinds),
            named=data.draw(
                st.one_of(st.just(()), st.tuples(*[st.one_of(st.none(), st.text(max_size=9))] * len(kinds)))
            ),
        )
        for number in range(some)
    ]

    assert CellWriter(is_image)(rows, columns) == [as_a_template(columns, row) for row in rows]


@given(st.sampled_from(Kind), VALUES, LINKS)
def test_nothing_that_an_api_says_becomes_markup(kind: Kind, value: Any, link: str | None) -> None:
    row = Row("r", None, "<title>", (value, value), (None, link), named=(None, "<name>"))
    cells = written((Column("a", "A", kind), Column("b", "B", kind)), row)

    names = {element.tag for element in parse(f"<table><tr>{cells}</table>").root.all("table *")}
    assert names <= {"tbody", "tr", "th", "td", "a", "span", "time", "svg", "rect", "img"}


def test_a_table_without_columns_has_rows_without_cells() -> None:
    assert written((), Row("r", "/r", "Row", (1,), (None,))).strip() == ""


def test_a_kind_that_is_none_of_ours_is_shown_by_its_gist() -> None:
    column = Column("a", "A", "temperature")  # type: ignore[arg-type]

    assert written((column,), Row("r", None, "", ({"name": "<warm>"},), (None,))).strip().endswith(">&lt;warm&gt;")


def test_a_table_is_written_by_its_own_columns_however_many_tables_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.html.tables.MOST_TABLES", 2)
    write = CellWriter(is_image)
    row = Row("a-1", None, "one", ("a", 1000), (None, None))
    labels = [*"abcde", *"abc"]
    tables = [(Column("a", "A", Kind.TEXT), Column(label, label, Kind.INTEGER)) for label in labels]

    for label, columns in zip(labels, tables, strict=True):
        for its_own in (columns, columns, list(columns)):
            assert f'data-l="{label}"' in write([row], its_own)[0]


def test_a_row_with_fewer_values_than_the_others_has_fewer_cells() -> None:
    columns = (Column("a", "A", Kind.TEXT), Column("b", "B", Kind.NUMBER), Column("c", "C", Kind.TEXT))
    rows = [Row(f"r-{some}", None, "", (None, 1000, "<c>")[:some], (None,) * some) for some in (3, 2, 1)]

    assert CellWriter(is_image)(rows, columns) == [as_a_template(columns, row) for row in rows]
