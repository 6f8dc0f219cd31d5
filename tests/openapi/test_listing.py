from collections.abc import Mapping
from typing import Any

import pytest

from webapp.openapi.listing import Listing, read_item, read_listing
from webapp.openapi.site import Operation, Paging, PagingStyle, Resource

PAGE = Paging(PagingStyle.PAGE, "page", "size", 20, 100)
OFFSET = Paging(PagingStyle.OFFSET, "offset", "limit", 20)
CURSOR = Paging(PagingStyle.CURSOR, "cursor", "limit", 20)


def users(paging: Paging | None = None, **more: Any) -> Resource:
    path = more.pop("path", "/users")
    return Resource(
        "users", "Users", "User", "People", path, list=Operation("GET", path, "users", "Users"), paging=paging, **more
    )


def rows(count: int) -> list[dict[str, int]]:
    return [{"id": number} for number in range(count)]


def read(
    data: Any,
    resource: Resource | None = None,
    query: Mapping[str, str] | None = None,
    *,
    path: str | None = None,
    **headers: str,
) -> Listing:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    listing = read_listing(resource, data, headers=named, query=query or {}, path=path)
    assert listing is not None
    return listing


def test_a_plain_array_is_all_there_is() -> None:
    listing = read(rows(3))

    assert (listing.rows, listing.total, listing.first, listing.last) == (rows(3), 3, 1, 3)
    assert (listing.next, listing.previous, listing.beginning, listing.end, listing.page) == (
        None,
        None,
        None,
        None,
        None,
    )
    assert listing.at(2) is None


def test_an_empty_list_has_no_first_row() -> None:
    listing = read([], users(PAGE))

    assert (list(listing.rows), listing.total, listing.first, listing.last, listing.next) == ([], 0, None, None, None)
    assert (
        read([]).total,
        read([], users()).total,
        read({"items": [], "total": 9}, users(PAGE), {"page": "8"}).total,
    ) == (0, 0, 9)
    assert list(read(None, users()).rows) == []
    assert list(read({"data": []}).rows) == []


@pytest.mark.parametrize(
    "data", [None, 7, "text", {}, {"id": 1, "name": "x"}, {"id": 1, "items": rows(2)}, {"a": {"b": 1}}]
)
def test_what_holds_no_list_is_none(data: Any) -> None:
    assert read_listing(None, data, headers={}, query=()) is None


def test_the_answer_is_right_where_the_document_is_wrong() -> None:
    expected = read({"data": rows(2)}, users(items_path=("data",)))
    bare = read(rows(2), users(items_path=("data",)))
    elsewhere = read({"users": rows(2), "total": 9}, users(items_path=("results",)))

    assert (expected.items_path, bare.items_path, elsewhere.items_path) == (("data",), (), ("users",))
    assert len(bare.rows) == len(elsewhere.rows) == 2


def test_a_list_among_other_things_is_taken_where_a_list_is_expected() -> None:
    assert read({"id": 1, "items": rows(2)}, users()).items_path == ("items",)


def test_rows_of_every_kind_become_rows_of_a_table() -> None:
    api = read({"data": [{"id": "1", "type": "users", "attributes": {"name": "Ada", "id": "inner"}}]})
    hal = read({"_embedded": {"users": rows(2)}, "_links": {"self": {"href": "/users"}}})
    graph = read({"edges": [{"node": {"id": 1}, "cursor": "x"}], "pageInfo": {"hasNextPage": False}})
    keyed = read({"a": {"n": 1}, "b": {"n": 2}, "c": {"n": 3}})

    assert api.rows == [{"name": "Ada", "id": "1"}]
    assert hal.items_path == ("_embedded", "users")
    assert graph.rows == [{"id": 1}]
    assert keyed.rows[0] == {"key": "a", "n": 1}
    assert read(["a", "b"]).rows == ["a", "b"]
    assert read_listing(None, {"a": {"n": 1}, "b": {"m": 2}, "c": {"o": 3}}, headers={}, query=()) is None
    assert read_listing(None, {"a": {"n": 1}, "b": 2, "c": 3}, headers={}, query=()) is None


def test_numbered_pages_know_their_neighbours() -> None:
    data = {"items": rows(20), "total": 95, "page": 2, "page_size": 20}
    listing = read(data, users(PAGE), {"status": "open", "page": "2"})

    assert (listing.first, listing.last, listing.total, listing.page, listing.pages, listing.size) == (
        21,
        40,
        95,
        2,
        5,
        20,
    )
    assert listing.next == (("status", "open"), ("page", "3"))
    assert listing.previous == (("status", "open"),)
    assert listing.beginning == (("status", "open"),)
    assert listing.end == (("status", "open"), ("page", "5"))
    assert listing.at(4) == (("status", "open"), ("page", "4"))
    assert listing.at(0) is None


def test_the_last_page_has_no_next() -> None:
    listing = read({"items": rows(15), "total": 35}, users(PAGE), {"page": "2"})

    assert (listing.first, listing.last, listing.next, listing.end) == (21, 35, None, None)
    assert listing.previous == ()


def test_pages_may_count_from_zero() -> None:
    listing = read(
        {"content": rows(20), "totalElements": 50, "number": 1, "size": 20, "last": False},
        users(Paging(PagingStyle.PAGE, "page", "size", 20, first=0)),
        {"page": "1"},
    )

    assert (listing.page, listing.first, listing.pages) == (2, 21, 3)
    assert listing.next == (("page", "2"),)
    assert listing.end == (("page", "2"),)


def test_offsets_move_by_what_was_given() -> None:
    listing = read(
        {"executions": rows(25), "total": 60}, users(OFFSET), {"offset": "25", "limit": "25", "status": "failed"}
    )

    assert (listing.first, listing.last, listing.page, listing.pages, listing.size) == (26, 50, 2, 3, 25)
    assert listing.next == (("limit", "25"), ("status", "failed"), ("offset", "50"))
    assert listing.previous == (("limit", "25"), ("status", "failed"))
    assert listing.at(3) == (("limit", "25"), ("status", "failed"), ("offset", "50"))
    assert listing.at(1) == (("limit", "25"), ("status", "failed"))


def test_an_odd_offset_goes_back_to_the_start_at_most() -> None:
    listing = read(rows(20), users(OFFSET), {"offset": "5"})

    assert listing.previous == ()
    assert listing.next == (("offset", "25"),)
    assert listing.total is None


def test_a_page_that_is_not_full_is_the_last() -> None:
    full = read(rows(20), users(PAGE))
    short = read(rows(7), users(PAGE), {"page": "3"})

    assert full.next == (("page", "2"),)
    assert full.total is None
    assert (short.next, short.total, short.first) == (None, 47, 41)


def test_without_a_known_size_a_round_number_may_go_on() -> None:
    unknown = users(Paging(PagingStyle.PAGE, "page"))

    assert read(rows(25), unknown).next == (("page", "2"),)
    assert read(rows(23), unknown).next is None
    assert read(rows(30), unknown, {"page": "3"}).first is None
    assert read(rows(30), users(Paging(PagingStyle.OFFSET, "offset")), {"offset": "30"}).page is None


def test_an_empty_page_beyond_the_end_does_not_count_rows() -> None:
    listing = read([], users(PAGE), {"page": "9"})

    assert (listing.total, listing.next, listing.first) == (None, None, None)
    assert listing.previous == (("page", "8"),)


def test_an_api_that_gives_fewer_rows_than_asked_for_is_believed() -> None:
    capped = read({"items": rows(100), "total": 500}, users(PAGE), {"size": "1000"})
    told = read({"items": rows(50), "total": 500, "per_page": 50}, users(PAGE), {"size": "200"})
    unsaid = read({"items": rows(40), "total": 500}, users(PAGE), {"size": "10"})

    assert (capped.size, told.size, unsaid.size) == (100, 50, 40)


@pytest.mark.parametrize(
    "body",
    [
        {"has_more": True},
        {"hasNext": True},
        {"meta": {"has_next_page": True}},
        {"is_last": False},
        {"total_pages": 4},
        {"pagination": {"total": 70}},
    ],
)
def test_an_answer_that_says_there_is_more_is_believed(body: dict[str, Any]) -> None:
    assert read({"items": rows(5), **body}, users(PAGE)).next == (("page", "2"),)


def test_an_answer_that_says_this_is_all_is_believed() -> None:
    for body in (
        {"has_more": False},
        {"next": None},
        {"nextPage": ""},
        {"lastPage": True},
        {"links": {"first": "/users", "prev": None}},
    ):
        listing = read({"items": rows(20), **body}, users(PAGE))
        assert listing.next is None
        assert listing.total == 20


def test_a_count_that_is_the_pages_own_is_no_total() -> None:
    of_the_page = read({"items": rows(20), "count": 20}, users(PAGE))
    of_all = read({"items": rows(20), "count": 64}, users(PAGE))
    wrong = read({"items": rows(20), "total": 20, "next": "/users?page=2"}, users(PAGE))
    too_small = read({"items": rows(20), "total": 3}, users(PAGE))

    assert of_the_page.total is None
    assert of_the_page.next is not None
    assert of_all.total == 64
    assert wrong.total is None
    assert too_small.total is None


@pytest.mark.parametrize(
    ("headers", "total"),
    [
        ({"X_Total_Count": "319"}, 319),
        ({"content_range": "items 0-19/319"}, 319),
        ({"content_range": "items 0-19/*"}, None),
        ({"x_total_count": "many"}, None),
    ],
)
def test_headers_tell_the_total(headers: dict[str, str], total: int | None) -> None:
    assert read(rows(20), users(PAGE), None, path=None, **headers).total == total


def test_links_in_the_header_lead_on_by_their_query_alone() -> None:
    link = (
        '<https://api.internal:8443/users?page=3&status=open&api_key=s3cret>; rel="next", '
        '</users?page=1>; rel="prev first", <https://api.internal/users?page=9>; rel=last, </else?page=2>; rel="up"'
    )
    listing = read(rows(5), users(), {"page": "2"}, link=link)

    assert listing.next == (("page", "3"), ("status", "open"))
    assert listing.previous == (("page", "1"),)
    assert listing.end == (("page", "9"),)
    assert listing.first is None
    assert listing.total is None


def test_a_link_to_another_path_is_not_followed() -> None:
    for url in (
        "https://evil.example/steal?page=2",
        "//evil.example/admin?page=2",
        "/users/7?page=2",
        "http://[?page=2",
    ):
        assert read(rows(5), users(), link=f'<{url}>; rel="next"').next is None
    assert (
        read(
            rows(5), users(path="/users/{id}/posts"), path="/users/7/posts", link='</users/8/posts?page=2>; rel="next"'
        ).next
        is None
    )
    nested = read(
        rows(5), users(path="/users/{id}/posts"), path="/users/7/posts", link='</v1/users/7/posts?page=2>; rel="next"'
    )
    assert nested.next == (("page", "2"),)


def test_a_link_without_a_next_is_the_end() -> None:
    assert read(rows(20), users(PAGE), {"page": "2"}, link='</users?page=1>; rel="prev"').next is None


def test_a_link_back_to_this_very_page_is_no_way_on() -> None:
    assert read({"items": rows(20), "next": "/users?page=2"}, users(PAGE), {"page": "2"}).next is None
    assert read(rows(20), users(), link='</users>; rel="next"').next is None


@pytest.mark.parametrize(
    "body",
    [
        {"next": "http://api.example/users?cursor=abc&limit=5"},
        {"links": {"next": "?cursor=abc&limit=5"}},
        {"_links": {"next": {"href": "/users?cursor=abc&limit=5"}}},
        {"links": [{"rel": "next", "href": "/users?cursor=abc&limit=5"}]},
        {"paging": {"next": "/users?cursor=abc&limit=5"}},
        {"next_page": {"offset": "abc", "uri": "http://api.example/users?cursor=abc&limit=5"}},
        {"@odata.nextLink": "http://api.example/users?cursor=abc&limit=5"},
    ],
)
def test_links_in_the_body_lead_on(body: dict[str, Any]) -> None:
    listing = read({"data": rows(5), **body}, users(CURSOR), {"limit": "5"})

    assert listing.next == (("cursor", "abc"), ("limit", "5"))


@pytest.mark.parametrize(
    "body",
    [
        {"next_cursor": "abc"},
        {"nextPageToken": "abc"},
        {"meta": {"cursor": "abc"}},
        {"pageInfo": {"endCursor": "abc", "hasNextPage": True}},
        {"next": "abc"},
        {"next_page": {"cursor": "abc"}},
        {"response_metadata": {"next_cursor": "abc"}},
    ],
)
def test_cursors_in_the_body_lead_on(body: dict[str, Any]) -> None:
    listing = read({"data": rows(5), **body}, users(CURSOR), {"limit": "5", "cursor": "xyz"})

    assert listing.next == (("limit", "5"), ("cursor", "abc"))
    assert listing.beginning == (("limit", "5"),)
    assert listing.first is None
    assert listing.page is None
    assert listing.at(2) is None


@pytest.mark.parametrize(("position", "name"), [("after", "next_after"), ("from_key", "nextFromKey")])
def test_a_cursor_may_be_called_the_next_of_what_the_parameter_is_called(position: str, name: str) -> None:
    after = users(Paging(PagingStyle.CURSOR, position, "limit"))

    assert read({"data": rows(5), position: "xyz", name: "abc"}, after).next == ((position, "abc"),)
    assert read({"data": rows(5), position: "xyz", name: None}, after, {position: "xyz"}).next is None


def test_without_a_cursor_a_list_ends() -> None:
    for body in ({}, {"next_cursor": None}, {"next_cursor": ""}, {"has_more": False, "next_cursor": None}):
        listing = read({"data": rows(5), **body}, users(CURSOR))
        assert listing.next is None
        assert (listing.total, listing.first, listing.last) == (5, 1, 5)


def test_a_list_that_goes_on_after_an_id_takes_it_from_the_last_row() -> None:
    after = users(Paging(PagingStyle.CURSOR, "starting_after", "limit"))

    assert read({"data": rows(3), "has_more": True}, after).next == (("starting_after", "2"),)
    assert read({"data": [{"x": 1}], "has_more": True}, after).next is None


def test_paging_that_no_document_told_is_taken_from_the_answer() -> None:
    listing = read({"posts": rows(10), "total": 35, "page": 1, "perPage": 10})

    assert listing.paging == Paging(PagingStyle.PAGE, "page", "perPage")
    assert listing.next == (("page", "2"),)
    assert listing.pages == 4
    zero = read({"items": rows(10), "total": 35, "page": 0, "size": 10})
    assert zero.next == (("page", "1"),)
    assert read({"items": rows(10), "page": 1, "size": 10}).paging is None


def test_a_list_cut_off_by_a_limit_does_not_claim_to_be_whole() -> None:
    assert read(rows(10), users(), {"limit": "10"}).total is None
    assert read(rows(9), users(), {"limit": "10"}).total == 9


def test_totals_may_be_written_as_text_or_as_objects() -> None:
    assert read({"items": rows(2), "total": "12"}, users(PAGE)).total == 12
    assert read({"hits": rows(2), "total": {"value": 12, "relation": "eq"}}, users(PAGE)).total == 12
    assert read({"items": rows(2), "total": True}, users(PAGE)).total == 2


def test_rows_show_which_field_names_them_where_the_document_does_not() -> None:
    item = Operation("GET", "/users/{user_id}", "user", "User")
    told = read([{"id": 1, "name": "Ada", "email": "a@b.c"}], users(id_field="id", title_field="email", item=item))
    wrong = read(
        [{"user_id": 1, "born": "1815-12-10", "link": "https://x", "length": "PT1.5H", "nick": "Ada"}],
        users(id_field="id", title_field="name", item=item),
    )
    empty = read([], users(id_field="id", title_field="name"))

    assert (told.id_field, told.title_field) == ("id", "email")
    assert (wrong.id_field, wrong.title_field) == ("user_id", "nick")
    assert (empty.id_field, empty.title_field) == ("id", "name")
    assert (read([1, 2]).id_field, read([1, 2]).title_field) == (None, None)
    assert read([{"key": "a", "n": 1}]).id_field == "key"


@pytest.mark.parametrize(
    ("data", "item"),
    [
        ({"data": {"id": 1}, "meta": {}}, {"id": 1}),
        ({"data": {"id": "1", "type": "users", "attributes": {"name": "Ada"}}}, {"id": "1", "name": "Ada"}),
        ({"user": {"name": "Ada"}}, {"name": "Ada"}),
        ({"id": 1, "data": {"x": 1}}, {"id": 1, "data": {"x": 1}}),
        ({"name": "Ada"}, {"name": "Ada"}),
        ([1], [1]),
        (None, None),
    ],
)
def test_an_item_is_taken_out_of_its_wrapper(data: Any, item: Any) -> None:
    assert read_item(users(), data) == item
    assert read_item(None, {"data": {"id": 1}}) == {"id": 1}


@pytest.mark.parametrize("digits", ["9" * 5000, "9" * 16])
def test_a_total_of_more_digits_than_a_count_has_is_ignored(digits: str) -> None:
    assert read(rows(3), users(PAGE), content_range=f"items 0-2/{digits}").total == 3
    assert read(rows(3), users(PAGE), x_total_count=digits).total == 3
    assert read({"items": rows(3), "total": digits}, users(PAGE)).total == 3
    assert read({"items": rows(3), "total": 10**100}, users(PAGE)).total == 3
