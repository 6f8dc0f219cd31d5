"""Pages that a browser has already: not sent again."""

from collections.abc import Mapping

import pytest
from starlette.responses import Response

from tests.html.asking import PARTIAL, asking, renderer
from tests.html.samples import FULL_LIST, SHELL, STRANGER

NAMES = ["issues/list.html", "pages/list.html"]
TARGET = {**PARTIAL, "HX-Target": "section#list"}


def asked(headers: Mapping[str, str] | None = None, *, signed_in: bool = False, status: int = 200) -> Response:
    """The list's page, or its part."""
    shell = SHELL if signed_in else STRANGER
    return renderer(shell=shell).render(asking(headers), NAMES, FULL_LIST, fragment="list", status=status)


@pytest.mark.parametrize("headers", [{}, TARGET], ids=["a page", "a part"])
def test_what_a_stranger_has_already_is_not_sent_again(headers: Mapping[str, str]) -> None:
    first = asked(headers)
    again = asked({**headers, "If-None-Match": f'"other", {first.headers["etag"]}'})

    assert (again.status_code, again.body) == (304, b"")
    assert "content-type" not in again.headers
    assert {name: again.headers[name] for name in ("etag", "vary", "cache-control")} == {
        name: first.headers[name] for name in ("etag", "vary", "cache-control")
    }


def test_what_has_changed_is_sent() -> None:
    assert asked({"If-None-Match": 'W/"0123456789abcdef01234567"'}).status_code == 200


def test_a_page_is_never_taken_for_its_part() -> None:
    page, part = asked(), asked(TARGET)

    assert page.headers["etag"] != part.headers["etag"]
    assert asked({**TARGET, "If-None-Match": page.headers["etag"]}).status_code == 200


def test_what_no_browser_may_keep_has_no_tag() -> None:
    answer = asked(signed_in=True)

    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers


def test_an_error_is_always_sent() -> None:
    assert "etag" not in asked(status=404).headers
