"""Records are dataclasses as ever, and nobody changes one."""

from dataclasses import fields, is_dataclass, replace

import pytest

from tests.html.samples import SAMPLES, SHELL
from webapp.html.context import Link, Row

ROW = Row(id="issues-7", href=None, title="Seven", values=(7,), links=(None,))


def test_a_record_is_a_dataclass() -> None:
    assert is_dataclass(Row)
    assert [field.name for field in fields(Row)] == ["id", "href", "title", "values", "links", "key", "named"]
    assert replace(ROW, title="7") == Row(id="issues-7", href=None, title="7", values=(7,), links=(None,))


def test_records_that_say_the_same_are_the_same() -> None:
    assert Link("Here", "/") == Link("Here", "/")
    assert {Link("Here", "/"), Link("Here", "/"), Link("There", "/")} == {Link("Here", "/"), Link("There", "/")}


@pytest.mark.parametrize(
    "each", [ROW, SHELL, *(page for _, page in SAMPLES.values())], ids=lambda each: type(each).__name__
)
def test_a_record_takes_no_other_fields(each: object) -> None:
    with pytest.raises(AttributeError):
        each.something = 1  # type: ignore[attr-defined]
