"""Headings that sort."""

from webapp.html.context import Column
from webapp.html.kinds import Kind
from webapp.openapi.site import Paging, PagingStyle, Sorting
from webapp.pages.columns import Field
from webapp.pages.queries import Query
from webapp.pages.sorting import make_columns

FIELDS = (Field("created_at", "Created at", Kind.DATETIME), Field("name", "Name", Kind.TEXT))
SIGNED = Sorting("sort", {"createdAt": ("createdAt", False), "-createdAt": ("createdAt", True)})
TWO = Sorting("by", {"created_at": ("created_at", False)}, "dir", "up", "down")


def columns(sorting: Sorting | None, query: Query) -> tuple[Column, ...]:
    paging = Paging(PagingStyle.PAGE, "page")
    return make_columns(FIELDS, query, lambda target: str(dict(target)), sorting=sorting, paging=paging)


def test_only_what_can_be_sorted_by_is_a_link_and_a_new_order_begins_at_the_first_page() -> None:
    created, name = columns(SIGNED, (("q", "a"), ("page", "3")))

    assert created.sort_href == str({"q": "a", "sort": "createdAt"})
    assert (created.sorted, name.sort_href, name.sorted) == (None, None, None)


def test_the_order_in_force_is_told_and_turned_round() -> None:
    upwards, _ = columns(SIGNED, (("sort", "createdAt"),))
    downwards, _ = columns(SIGNED, (("sort", "-createdAt"),))

    assert (upwards.sorted, upwards.sort_href) == ("ascending", str({"sort": "-createdAt"}))
    assert (downwards.sorted, downwards.sort_href) == ("descending", str({"sort": "createdAt"}))


def test_a_direction_of_its_own_is_set_with_the_field() -> None:
    fresh, name = columns(TWO, ())
    upwards, _ = columns(TWO, (("by", "created_at"),))
    downwards, _ = columns(TWO, (("by", "created_at"), ("dir", "down")))

    assert fresh.sort_href == str({"by": "created_at", "dir": "up"})
    assert upwards.sort_href == str({"by": "created_at", "dir": "down"})
    assert (downwards.sorted, downwards.sort_href) == ("descending", str({"by": "created_at", "dir": "up"}))
    assert name.sort_href is None


def test_a_field_that_sorts_one_way_only_is_offered_that_way() -> None:
    newest = Sorting("sort", {"-created_at": ("created_at", True)})

    assert columns(newest, ())[0].sort_href == str({"sort": "-created_at"})
    assert columns(newest, (("sort", "-created_at"),))[0].sort_href == str({"sort": "-created_at"})


def test_without_any_order_nothing_is_a_link() -> None:
    assert [column.sort_href for column in columns(None, ())] == [None, None]
