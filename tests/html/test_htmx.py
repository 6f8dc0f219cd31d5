"""What htmx asks for, and how it is sent elsewhere."""

import pytest

from tests.html.asking import PARTIAL, RESTORED, WHOLE, asking
from webapp.html.htmx import VARY, current_path, is_htmx, is_partial, redirect, target_id


@pytest.mark.parametrize(
    ("headers", "htmx", "partial"),
    [
        ({}, False, False),
        (PARTIAL, True, True),
        (WHOLE, True, False),
        (RESTORED, True, False),
        ({**PARTIAL, "HX-History-Restore-Request": "true"}, True, False),
        ({"HX-Request": "true"}, True, False),
        ({"HX-Request": "false", "HX-Request-Type": "partial"}, False, False),
        ({"HX-Request-Type": "partial"}, False, False),
    ],
)
def test_who_asks_is_told_by_the_headers(headers: dict[str, str], htmx: bool, partial: bool) -> None:
    assert is_htmx(asking(headers)) is htmx
    assert is_partial(asking(headers)) is partial


def test_of_a_header_that_is_there_twice_the_first_counts() -> None:
    request = asking(PARTIAL)
    request.scope["headers"] = [*request.scope["headers"], (b"hx-request", b"false"), (b"hx-request-type", b"full")]

    assert [is_partial(request), is_partial(request)] == [True, True]


@pytest.mark.parametrize(
    ("header", "expected"),
    [("section#list", "list"), ("div#a%20b", "a b"), ("body", None), ("", None)],
)
def test_the_target_is_known_by_its_id(header: str, expected: str | None) -> None:
    assert target_id(asking({"HX-Target": header})) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://app.test/issues?page=2", "/issues?page=2"),
        ("http://app.test/issues", "/issues"),
        ("https://app.test/issues#facts", "/issues"),
        ("https://app.test/", "/"),
        ("https://app.test/users/jos%C3%A9", "/users/jos%C3%A9"),
        ("https://evil.test/issues", None),
        ("https://app.test:8443/issues", None),
        ("https://app.test", None),
        ("https://app.test//evil.test", None),
        ("https://app.test/\\evil.test", None),
        ("//app.test/issues", "/issues"),
        ("/issues", None),
        ("https://[", None),
        ("", None),
    ],
)
def test_the_page_one_is_on_counts_only_if_it_is_ours(url: str, expected: str | None) -> None:
    assert current_path(asking({"HX-Current-URL": url})) == expected


def test_without_htmx_there_is_no_page_one_is_on() -> None:
    assert current_path(asking()) is None


def test_a_browser_is_redirected() -> None:
    answer = redirect(asking(), "/login?next=%2F", status=401)

    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=%2F"


@pytest.mark.parametrize("headers", [PARTIAL, WHOLE, RESTORED])
def test_htmx_is_told_by_a_header_that_it_obeys(headers: dict[str, str]) -> None:
    answer = redirect(asking(headers), "/login", status=401)

    assert answer.status_code == 401
    assert answer.headers["hx-redirect"] == "/login"
    assert "location" not in answer.headers
    assert redirect(asking(headers), "/login").status_code == 204


@pytest.mark.parametrize("headers", [{}, PARTIAL])
def test_no_cache_takes_a_redirect_for_the_page(headers: dict[str, str]) -> None:
    answer = redirect(asking(headers), "/login")

    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["vary"] == VARY
