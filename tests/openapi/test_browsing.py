"""An API without a document."""

from typing import Any

import pytest

from webapp.openapi.browsing import MOST, OpenRoutes, bare_site, links_in, path_of
from webapp.openapi.site import MatchKind

BASE = "https://api.example/v1"


def routes(first: Any = None) -> OpenRoutes:
    return OpenRoutes(bare_site(BASE, first, lacks="There is no document."))


@pytest.mark.parametrize(
    "first",
    [
        {"users": f"{BASE}/users/", "groups": f"{BASE}/groups/"},
        {"_links": {"self": {"href": BASE}, "users": {"href": "/v1/users/"}, "groups": {"href": "/v1/groups/{id}"}}},
        {"links": {"users": f"{BASE}/users/", "groups": {"href": f"{BASE}/groups/?page=1"}}},
        {"links": [{"rel": "users", "href": "/v1/users/"}, {"rel": "groups", "href": "/v1/groups/"}]},
        [{"name": "users", "url": f"{BASE}/users/"}, {"name": "groups", "url": f"{BASE}/groups/"}],
        {"version": 2, "endpoints": [{"title": "users", "path": "/v1/users/"}, {"id": "groups", "url": "/v1/groups/"}]},
    ],
)
def test_its_first_answer_tells_what_there_is(first: Any) -> None:
    assert links_in(first, BASE) == {"users": "/users/", "groups": "/groups/"}


@pytest.mark.parametrize("first", [None, "text", 7, [], {}, {"a": None}, {"links": 3}, [[{}]], {"a": ["b"]}])
def test_an_answer_without_links_has_none(first: Any) -> None:
    assert links_in(first, BASE) == {}


def test_links_have_an_end() -> None:
    assert len(links_in({f"n{number}": f"/v1/n{number}" for number in range(10 * MOST)}, BASE)) == MOST


@pytest.mark.parametrize(
    ("url", "path"),
    [
        (f"{BASE}/a/b?c=1", "/a/b"),
        ("/v1/a%20b/ä", "/a%20b/%C3%A4"),
        ("/v1/a{?page}", "/a"),
        ("a/b", "/a/b"),
        ("/v2/a", None),
        ("https://other.example/v1/a", None),
        ("//other.example/v1/a", None),
        ("https://user@api.example/v1/a", None),
        ("/v1/../admin", None),
        ("/v1/%2e%2e/admin", None),
        ("/v1//other.example", None),
        ("javascript:alert(1)", None),
        ("http://[", None),
        (BASE, None),
    ],
)
def test_only_what_lies_below_the_base_url_is_a_page(url: str, path: str | None) -> None:
    assert path_of(url, BASE) == path


def test_every_path_is_a_page() -> None:
    open_routes = routes({"users": f"{BASE}/users"})

    known = open_routes.match("/users")
    assert known is not None
    assert (known.kind, known.operation.label, known.path) == (MatchKind.VIEW, "Users", "/users")
    other = open_routes.match("/users/7/big-files")
    assert other is not None
    assert (other.operation.method, other.operation.label, other.path) == ("GET", "Big files", "/users/7/big-files")
    assert open_routes.match("//evil.example") is None


@pytest.mark.parametrize(("path", "expected"), [("/users", "/users/{id}"), ("/users/", "/users/{id}/"), ("/", None)])
def test_a_row_is_taken_to_lie_below_its_list(path: str, expected: str | None) -> None:
    match = routes().match(path)
    assert match is not None

    below = routes().item_below(match.operation)

    assert (below.path if below else None) == expected


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"id": 1, "url": f"{BASE}/users/1"}, "/users/1"),
        ({"_links": {"self": {"href": "/v1/users/1"}}, "url": "https://blog.example"}, "/users/1"),
        ({"links": {"self": f"{BASE}/users/1"}}, "/users/1"),
        ({"href": "/v1/users/1"}, "/users/1"),
        ({"url": "https://blog.example"}, None),
        ({"url": "me"}, None),
        ({"id": 1}, None),
        (f"{BASE}/users/1", "/users/1"),
        ("/v1/users/1", None),
        ("https://blog.example/x", None),
        (7, None),
    ],
)
def test_what_names_its_own_address_leads_there(value: Any, path: str | None) -> None:
    assert routes().linked(value) == path
