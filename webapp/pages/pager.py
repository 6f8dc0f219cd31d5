"""Where one is in a list, and the ways to the rest of it."""

from collections.abc import Callable, Iterator

from webapp.html.context import Link, Pager
from webapp.openapi.listing import Listing
from webapp.openapi.site import Paging
from webapp.pages.queries import Query, default_size, replaced, value_of, without

SIZES = (10, 25, 50, 100)
AROUND = 1
"""Pages shown on each side of this one."""


def make_pager(listing: Listing, query: Query, link: Callable[[Query], str]) -> Pager | None:
    """
    The pager of a list; None where the API tells nothing about its pages.

    `query` is the page's own, `link` makes an address of another. Sizes that were never asked for don't get into it.
    """
    paging = listing.paging
    if paging is None and listing.next is None and listing.previous is None and listing.total is None:
        return None

    def to(target: Query | None) -> str | None:
        return None if target is None else link(_own(target, query, paging))

    pages = tuple(_pages(listing, lambda target: link(_own(target, query, paging))))
    empty = not listing.rows
    return Pager(
        first=0 if empty else listing.first,
        last=0 if empty else listing.last,
        total=listing.total,
        previous_href=to(_before(listing)),
        next_href=to(listing.next),
        pages=pages,
        sizes=_sizes(listing, query, link),
        beginning_href=to(listing.beginning) if not pages else None,
    )


def _before(listing: Listing) -> Query | None:
    """The page before this one; the last, for one who is beyond it."""
    here, count = listing.page, listing.pages
    if not listing.rows and here and count and here > count:
        return listing.at(count) or listing.previous
    return listing.previous


def _own(target: Query, query: Query, paging: Paging | None) -> Query:
    """Another page's query without the size that only the API was asked for."""
    if paging is None or value_of(query, paging.size):
        return target
    unasked = str(default_size(paging))
    return tuple(pair for pair in target if pair != (paging.size, unasked))


def _pages(listing: Listing, link: Callable[[Query], str]) -> Iterator[Link | None]:
    """The first page, those around this one and the last, with None for each gap between."""
    here, count = listing.page, listing.pages
    if here is None or count is None or count < 2 or listing.at(1) is None:
        return
    shown = sorted({1, count, *range(max(1, here - AROUND), min(count, here + AROUND) + 1)})
    before = 0
    for number in shown:
        if number == before + 2:
            yield from _page(listing, number - 1, link)
        elif number > before + 2:
            yield None
        yield from _page(listing, number, link)
        before = number


def _page(listing: Listing, number: int, link: Callable[[Query], str]) -> Iterator[Link]:
    target = listing.at(number)
    if target is not None:
        yield Link(str(number), link(target), current=number == listing.page)


def _sizes(listing: Listing, query: Query, link: Callable[[Query], str]) -> tuple[Link, ...]:
    paging = listing.paging
    if paging is None or paging.size is None or (listing.total is not None and listing.total <= SIZES[0]):
        return ()
    most = paging.max_size or SIZES[-1]
    sizes = [size for size in SIZES if size <= most]
    asked = value_of(query, paging.size) or str(default_size(paging) or paging.default_size or listing.size or "")
    beginning = without(query, (paging.position,))
    links = [Link(str(size), link(replaced(beginning, paging.size, str(size))), str(size) == asked) for size in sizes]
    return tuple(links) if len(links) > 1 else ()
