from typing import Any

import pytest

from webapp.openapi.query import ListQuery, read_query, turns_pages
from webapp.openapi.schema import Schema
from webapp.openapi.site import PagingStyle, Parameter

TEXT = {"type": "string"}
NUMBER = {"type": "integer"}


def parameter(name: str, schema: dict[str, Any] | None = None, **more: Any) -> Parameter:
    return Parameter(name, "query", more.pop("required", False), Schema(schema or TEXT), **more)


def read(*parameters: Parameter, fields: tuple[str, ...] = ()) -> ListQuery:
    return read_query(parameters, fields)


def filters(*parameters: Parameter) -> list[str]:
    return [each.name for each in read(*parameters).filters]


@pytest.mark.parametrize(
    ("position", "size", "style"),
    [
        ("page", "per_page", PagingStyle.PAGE),
        ("pageNumber", "pageSize", PagingStyle.PAGE),
        ("page[number]", "page[size]", PagingStyle.PAGE),
        ("offset", "limit", PagingStyle.OFFSET),
        ("$skip", "$top", PagingStyle.OFFSET),
        ("start", "count", PagingStyle.OFFSET),
    ],
)
def test_numbered_paging_is_known_by_its_names(position: str, size: str, style: PagingStyle) -> None:
    found = read(parameter(position, NUMBER), parameter(size, {"type": "integer", "default": 20, "maximum": 100}))

    assert found.paging is not None
    assert (found.paging.style, found.paging.position, found.paging.size) == (style, position, size)
    assert (found.paging.default_size, found.paging.max_size) == (20, 100)
    assert found.filters == ()
    assert turns_pages([parameter(position, NUMBER), parameter(size, NUMBER)])


@pytest.mark.parametrize("name", ["cursor", "page_token", "starting_after", "nextToken", "page[after]"])
def test_cursors_are_known_by_their_names(name: str) -> None:
    found = read(parameter(name), parameter("limit", NUMBER), parameter("before"))

    assert found.paging is not None
    assert (found.paging.style, found.paging.position, found.paging.size) == (PagingStyle.CURSOR, name, "limit")
    assert found.filters == ()


def test_dates_and_choices_do_not_turn_pages() -> None:
    since = parameter("after", {"type": "string", "format": "date-time"})
    start = parameter("start", {"type": "string", "format": "date"})
    told = parameter("after", description="Only those after this date")

    assert read(since, start).paging is None
    assert read(told).paging is None
    assert read(parameter("start", NUMBER)).paging is None
    assert filters(since, start) == ["after", "start"]


def test_an_offset_that_is_a_token_is_a_cursor() -> None:
    found = read(parameter("offset", description="An offset token, from the last answer."), parameter("limit", NUMBER))

    assert found.paging is not None
    assert found.paging.style is PagingStyle.CURSOR


@pytest.mark.parametrize(
    ("page", "first"),
    [
        (parameter("page", {"type": "integer", "default": 0}), 0),
        (parameter("page", {"type": "integer", "minimum": 1}), 1),
        (parameter("page", NUMBER, description="Zero-based page index"), 0),
        (parameter("page", NUMBER, description="The page, starting from 0."), 0),
        (parameter("page", NUMBER), 1),
    ],
)
def test_pages_count_from_where_the_document_says(page: Parameter, first: int) -> None:
    paging = read(page).paging

    assert paging is not None
    assert paging.first == first


def test_a_limit_alone_is_a_filter() -> None:
    assert read(parameter("limit", NUMBER)).paging is None
    assert filters(parameter("limit", NUMBER)) == ["limit"]


@pytest.mark.parametrize(
    ("value", "meaning"),
    [
        ("name", ("name", False)),
        ("-created_at", ("created_at", True)),
        ("+created_at", ("created_at", False)),
        ("name:desc", ("name", True)),
        ("name asc", ("name", False)),
        ("created_at_desc", ("created_at", True)),
        ("price,DESC", ("price", True)),
    ],
)
def test_what_an_enum_of_sortings_means(value: str, meaning: tuple[str, bool]) -> None:
    sorting = read(parameter("sort", {"enum": [value, "other"]})).sorting

    assert sorting is not None
    assert sorting.choices[value] == meaning
    assert sorting.direction is None


def test_sorting_may_have_its_direction_elsewhere() -> None:
    found = read(
        parameter("sort_by", {"type": "array", "items": {"enum": ["name", "date"]}}),
        parameter("order", {"enum": ["ASC", "DESC"]}),
    )

    assert found.sorting is not None
    assert (found.sorting.direction, found.sorting.ascending, found.sorting.descending) == ("order", "ASC", "DESC")
    assert found.sorting.choices == {"name": ("name", False), "date": ("date", False)}
    assert found.filters == ()


def test_a_direction_may_be_told_by_its_default() -> None:
    sorting = read(
        parameter("sort", {"enum": ["a", "b"]}), parameter("direction", {"type": "string", "default": "desc"})
    ).sorting

    assert sorting is not None
    assert (sorting.direction, sorting.descending) == ("direction", "desc")


def test_a_pattern_of_alternatives_is_an_enum() -> None:
    sorting = read(parameter("sort", {"type": "string", "pattern": "^(name|-name)$"})).sorting

    assert sorting is not None
    assert list(sorting.choices) == ["name", "-name"]


@pytest.mark.parametrize(
    ("pattern", "choices"),
    [
        ("^-?(id|total)$", ["id", "-id", "total", "-total"]),
        ("^(id|total)(:(asc|desc))?$", ["id", "id:asc", "id:desc", "total", "total:asc", "total:desc"]),
    ],
)
def test_a_pattern_of_fields_that_can_be_turned_round_is_one_too(pattern: str, choices: list[str]) -> None:
    described = parameter("sort", {"type": "string", "pattern": pattern, "default": "-id"})
    sorting = read(described, fields=("id", "total")).sorting

    assert sorting is not None
    assert list(sorting.choices) == choices
    assert set(sorting.choices.values()) == {("id", False), ("id", True), ("total", False), ("total", True)}


def test_fields_are_taken_from_the_description_in_the_way_it_writes_them() -> None:
    minus = read(
        parameter("sort", description="One of name, size; -name sorts downwards."), fields=("name", "size", "color")
    ).sorting
    colon = read(parameter("sort", description="For example name:desc"), fields=("name",)).sorting
    plain = read(parameter("sort", description="By name"), fields=("name",)).sorting
    silent = read(parameter("sort", description="How to sort"), fields=("name",))

    assert minus is not None
    assert minus.choices == {
        "name": ("name", False),
        "-name": ("name", True),
        "size": ("size", False),
        "-size": ("size", True),
    }
    assert colon is not None
    assert colon.choices == {"name:asc": ("name", False), "name:desc": ("name", True)}
    assert plain is not None
    assert plain.choices == {"name": ("name", False)}
    assert silent.sorting is None
    assert [each.name for each in silent.filters] == ["sort"]


def test_an_order_alone_is_a_filter() -> None:
    found = read(parameter("order", {"type": "string", "default": "desc"}))

    assert found.sorting is None
    assert [each.name for each in found.filters] == ["order"]


def test_one_text_is_the_search() -> None:
    found = read(parameter("status"), parameter("keyword"), parameter("q"))

    assert found.search is not None
    assert found.search.name == "q"
    assert [each.name for each in found.filters] == ["status", "keyword"]
    assert read(parameter("search", NUMBER)).search is None
    assert read(parameter("search", {"enum": ["a"]})).search is None


def test_what_no_person_filters_by_is_hidden() -> None:
    hidden = [
        parameter("fields"),
        parameter("expand"),
        parameter("member_fields"),
        parameter("api-key"),
        parameter("old", deprecated=True),
    ]
    odd = [parameter("filter", {"type": "object"}), parameter("where", media_type="application/json")]

    assert filters(*hidden, *odd, parameter("status")) == ["status"]
    assert filters(parameter("fields", required=True)) == ["fields"]


@pytest.mark.parametrize("odd", [float("inf"), float("nan"), 10**400, 10**12, 0, -1, True, "20"])
def test_a_page_size_that_no_page_has_is_not_told(odd: Any) -> None:
    found = read(parameter("page", NUMBER), parameter("size", {"type": "integer", "default": odd, "maximum": odd}))

    assert found.paging is not None
    assert (found.paging.default_size, found.paging.max_size) == (None, None)
