"""Which page a path is."""

import pytest
from starlette.requests import Request

from tests.pages.library import books, library, library_api
from webapp.pages.resource import api_path


async def test_a_path_that_the_api_does_not_have_is_a_404_page() -> None:
    async with library(library_api({})) as browser:
        page = await browser.get("/nonsense/of/mine")

    assert page.status == 404


async def test_a_slash_too_many_is_forgiven() -> None:
    async with library(library_api({"GET /books": books(1)})) as browser:
        page = await browser.get("/books/")

    assert page.status == 200
    assert "Book 1" in page.main


@pytest.mark.parametrize(
    ("scope", "path"),
    [
        ({"path": "/a b", "raw_path": b"/a%20b"}, "/a%20b"),
        ({"path": "/a b", "raw_path": b"/a%20b?x=1"}, "/a%20b"),
        ({"path": "/a b"}, "/a%20b"),
        ({"path": "/x/a/b", "raw_path": b"/x/a%2Fb", "root_path": "/x"}, "/a%2Fb"),
        ({"path": "/x/a", "root_path": "/x/"}, "/a"),
        ({"path": "/ü/a", "raw_path": b"/%C3%BC/a", "root_path": "/ü"}, "/a"),
        ({"path": "/xy", "raw_path": b"/xy", "root_path": "/x"}, "/xy"),
        ({"path": "/x", "raw_path": b"/x", "root_path": "/x"}, "/"),
        ({"path": "/x/", "raw_path": b"/x/", "root_path": "/x"}, "/"),
    ],
)
def test_the_api_s_path_is_the_one_below_the_mount_point_as_it_was_written(scope: dict[str, object], path: str) -> None:
    assert api_path(Request({"type": "http", "method": "GET", "headers": [], "query_string": b"", **scope})) == path
