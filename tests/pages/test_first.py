"""The first answer doesn't wait for pages that nobody has asked for yet, and the second one finds them there."""

import subprocess
import sys

import pytest
from starlette.routing import NoMatchFound

from webapp import Settings, create_app
from webapp.pages.first import first_routes
from webapp.pages.routes import own_routes
from webapp.testing import Browser, FakeAPI

SCRIPT = """
import asyncio
import sys

from webapp import Settings, create_app
from webapp.pages.first import ROUTES
from webapp.testing import Browser, FakeAPI

async def main() -> None:
    app = create_app("http://api.test", transport=FakeAPI({}).transport, settings=Settings())
    async with Browser(app) as browser:
        print((await browser.get(sys.argv[1])).status, ROUTES in sys.modules)
        async with asyncio.timeout(30):
            while ROUTES not in sys.modules:
                await asyncio.sleep(0.01)
        print((await browser.get(sys.argv[2])).status)

asyncio.run(main())
"""


def answers(*paths: str) -> list[str]:
    """What a new process answers at these paths, and whether it had all pages then."""
    ran = subprocess.run([sys.executable, "-c", SCRIPT, *paths], capture_output=True, text=True, check=True)
    return ran.stdout.splitlines()


@pytest.mark.parametrize("path", ["/", "/-/livez", "/-/static/ui.css"])
def test_what_is_asked_for_first_is_answered_without_the_other_pages_which_come_then(path: str) -> None:
    assert answers(path, "/-/operations") == ["200 False", "200"]


def test_any_page_may_be_asked_for_first() -> None:
    assert answers("/-/operations", "/") == ["200 True", "200"]


def test_what_comes_first_has_its_place_among_all_pages() -> None:
    first = first_routes(Browser)  # type: ignore[arg-type]

    assert all(each in own_routes(first) for each in first)


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/-/operations", {"GET", "HEAD"}),
        ("/-/operations/x", {"GET", "HEAD", "POST"}),
        ("/logout", {"GET", "HEAD", "POST"}),
    ],
)
async def test_a_page_that_is_asked_for_wrongly_says_how_it_may_be(path: str, methods: set[str]) -> None:
    app = create_app("http://api.test", transport=FakeAPI({}).transport, settings=Settings())
    async with Browser(app) as browser:
        answer = await browser.fetch("PUT", path)

    assert answer.status == 405
    assert set(answer.headers["allow"].split(", ")) == methods


def test_pages_have_their_addresses_by_name() -> None:
    app = create_app("http://api.test", transport=FakeAPI({}).transport, settings=Settings())

    assert app.url_path_for("operation_page", slug="add-tool") == "/-/operations/add-tool"
    with pytest.raises(NoMatchFound):
        app.url_path_for("nothing")
