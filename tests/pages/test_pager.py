"""Where one is in a list, and the ways to the rest of it."""

from urllib.parse import urlencode

import pytest

from webapp.html.context import Pager
from webapp.openapi.listing import Listing
from webapp.openapi.site import Paging, PagingStyle
from webapp.pages.pager import make_pager
from webapp.pages.queries import Query

PAGES = Paging(PagingStyle.PAGE, "page", "size", default_size=5, max_size=60)


def link(query: Query) -> str:
    return "?" + urlencode(query)


def numbered(page: int, pages: int, query: Query = (), paging: Paging = PAGES) -> Pager:
    listing = Listing(
        rows=[1] * 25, total=pages * 25, first=1, last=25, page=page, pages=pages, size=25, paging=paging, query=query
    )
    pager = make_pager(listing, query, link)
    assert pager is not None
    return pager


@pytest.mark.parametrize(
    ("page", "pages", "shown"),
    [
        (1, 1, []),
        (1, 3, ["1", "2", "3"]),
        (1, 20, ["1", "2", None, "20"]),
        (4, 20, ["1", "2", "3", "4", "5", None, "20"]),
        (10, 20, ["1", None, "9", "10", "11", None, "20"]),
        (20, 20, ["1", None, "19", "20"]),
        (18, 20, ["1", None, "17", "18", "19", "20"]),
    ],
)
def test_numbers_have_gaps_that_are_worth_one(page: int, pages: int, shown: list[str | None]) -> None:
    pager = numbered(page, pages)

    assert [each.label if each else None for each in pager.pages] == shown
    assert [each.label for each in pager.pages if each and each.current] == [str(page)] * bool(shown)


def test_filters_stay_on_every_page_and_a_size_nobody_asked_for_does_not() -> None:
    pager = numbered(1, 3, query=(("q", "tea"), ("size", "25")), paging=PAGES)
    unasked = make_pager(
        Listing(rows=[1], page=1, pages=2, total=2, first=1, last=1, paging=PAGES, query=(("q", "a"), ("size", "25"))),
        (("q", "a"),),
        link,
    )

    assert unasked is not None
    assert [page.href for page in pager.pages if page][1] == "?q=tea&size=25&page=2"
    assert [page.href for page in unasked.pages if page][1] == "?q=a&page=2"


def test_sizes_go_up_to_what_the_api_allows_and_begin_at_the_first_page() -> None:
    pager = numbered(3, 20, query=(("page", "3"), ("size", "50")))

    assert [(size.label, size.current) for size in pager.sizes] == [("10", False), ("25", False), ("50", True)]
    assert pager.sizes[0].href == "?size=10"


@pytest.mark.parametrize("total", [None, 11])
def test_sizes_are_offered_where_they_could_matter(total: int | None) -> None:
    pager = make_pager(Listing(rows=[1] * 10, total=total, first=1, last=10, paging=PAGES), (), link)
    small = make_pager(Listing(rows=[1], total=1, first=1, last=1, paging=PAGES), (), link)

    assert pager is not None
    assert small is not None
    assert pager.sizes
    assert small.sizes == ()


def test_one_size_is_no_choice() -> None:
    tiny = Paging(PagingStyle.PAGE, "page", "size", default_size=5, max_size=10)
    pager = make_pager(Listing(rows=[1] * 10, total=90, first=1, last=10, paging=tiny), (), link)

    assert pager is not None
    assert pager.sizes == ()


def test_a_list_that_tells_nothing_of_pages_has_no_pager() -> None:
    assert make_pager(Listing(rows=[1, 2]), (), link) is None


def test_a_page_without_rows_is_from_nothing_to_nothing() -> None:
    pager = make_pager(Listing(rows=(), total=40, previous=(("page", "2"),), page=9, paging=PAGES), (), link)

    assert pager is not None
    assert (pager.first, pager.last, pager.total) == (0, 0, 40)
    assert pager.previous_href == "?page=2"


def test_beyond_the_last_page_the_way_back_is_to_that_one() -> None:
    listing = Listing(rows=[], total=50, page=400, pages=2, size=25, paging=PAGES, previous=(("page", "399"),))

    pager = make_pager(listing, (("page", "400"),), link)

    assert pager is not None
    assert pager.previous_href == "?page=2"


def test_a_cursor_s_later_page_does_not_know_where_it_is_but_the_way_back() -> None:
    cursor = Paging(PagingStyle.CURSOR, "cursor")
    listing = Listing(rows=[1], next=(("cursor", "c"),), beginning=(), paging=cursor)
    pager = make_pager(listing, (("cursor", "b"),), link)

    assert pager is not None
    assert (pager.first, pager.next_href, pager.beginning_href) == (None, "?cursor=c", "?")
