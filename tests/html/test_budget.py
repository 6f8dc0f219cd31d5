"""What goes over the wire: sizes as gzip makes them, which say the same on every machine."""

import re

import pytest

from tests.html.asking import PARTIAL, asking, renderer
from tests.html.samples import FULL_LIST, SAMPLES
from webapp.codings import codings
from webapp.html.assets import Assets, find_folder

ASSETS = Assets(find_folder("static"))
KIB = 1024
PAGES = {**SAMPLES, "list": ("pages/list.html", FULL_LIST)}
(GZIP,) = (coding for coding in codings() if coding.name == "gzip")


def packed(text: bytes) -> int:
    """Bytes on the wire."""
    return len(GZIP.pack(text))


def asset(name: str) -> int:
    """Bytes on the wire of a static file."""
    found = ASSETS.get(name)
    assert found is not None
    return len(found[0].packed(GZIP))


@pytest.mark.parametrize("name", ["list", "home", "login-empty", "register"])
def test_a_first_visit_is_three_requests(name: str) -> None:
    page = bytes(renderer().render(asking(), *PAGES[name]).body).decode()
    fetched = re.findall(r'<(?:link|script|img|iframe)\b[^>]*?(?:href|src)="([^"]+)"', page)

    assert len([address for address in fetched if not address.startswith("data:")]) == 2


def test_a_first_visit_to_a_list_of_25_rows_is_small() -> None:
    page = bytes(renderer().render(asking(), "pages/list.html", FULL_LIST).body)

    assert len(FULL_LIST.rows) == 25
    assert packed(page) <= 4.75 * KIB
    assert packed(page) + asset("ui.css") + asset("app.js") <= 23.2 * KIB


def test_a_first_visit_to_the_sign_in_is_smaller() -> None:
    page = bytes(renderer().render(asking(), "pages/login.html", SAMPLES["login-empty"][1]).body)

    assert packed(page) + asset("ui.css") + asset("app.js") <= 19.5 * KIB


def test_a_refinement_of_a_list_is_smaller() -> None:
    part = bytes(renderer().render(asking(PARTIAL), "pages/list.html", FULL_LIST, fragment="list").body)

    assert packed(part) <= 2.8 * KIB


def test_the_style_sheet_is_small() -> None:
    assert asset("ui.css") < 4800


def test_our_own_script_is_small() -> None:
    vendored = (find_folder("static") / "vendor" / "htmx-4.0.1.min.js").read_bytes()

    assert asset("app.js") - len(GZIP.press(vendored)) < 1250
