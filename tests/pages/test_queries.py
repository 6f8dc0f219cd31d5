"""What of a page's query the API is asked."""

import pytest

from webapp.openapi.schema import Schema
from webapp.openapi.site import Operation, Paging, PagingStyle, Parameter
from webapp.pages.queries import default_size, for_api, replaced, value_of, without


def operation(*names: str) -> Operation:
    return Operation(
        "GET", "/x", "x", "X", parameters=tuple(Parameter(name, "query", False, Schema()) for name in names)
    )


def paging(default: int | None, most: int | None = None) -> Paging:
    return Paging(PagingStyle.PAGE, "page", "size", default_size=default, max_size=most)


@pytest.mark.parametrize(
    ("default", "most", "asked"),
    [(None, None, 25), (5, None, 25), (500, None, 25), (5, 20, 20), (10, None, None), (50, None, None), (100, 9, None)],
)
def test_a_size_is_asked_for_where_the_api_s_own_is_unknown_or_odd(
    default: int | None, most: int | None, asked: int | None
) -> None:
    assert default_size(paging(default, most)) == asked


def test_no_size_is_asked_for_where_the_api_takes_none() -> None:
    assert default_size(None) is None
    assert default_size(Paging(PagingStyle.PAGE, "page")) is None


def test_a_size_that_somebody_asked_for_stays() -> None:
    assert for_api((("size", "7"),), operation("size"), paging(None)) == (("size", "7"),)


def test_parts_of_a_declared_object_and_what_turns_pages_are_passed_on() -> None:
    query = (("filter[name]", "x"), ("page_token", "t"), ("ref", "mail"))

    assert for_api(query, operation("filter")) == query[:2]


def test_one_parameter_is_set_or_taken_away_and_the_others_stay() -> None:
    query = (("a", "1"), ("b", "2"), ("a", "3"))

    assert replaced(query, "a", "4") == (("b", "2"), ("a", "4"))
    assert without(query, ["b", None]) == (("a", "1"), ("a", "3"))
    assert value_of(query, "a") == "1"
    assert value_of(query, "c") == ""
