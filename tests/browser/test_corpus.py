"""axe on the pages of documents that nobody here wrote."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, Page

from tests.browser.chromium import WATCH_CSP, Watch
from tests.browser.test_accessibility import findings
from tests.corpus.documents import FOLDER, Corpus
from tests.corpus.mock import MockAPI
from tests.serving import serve
from webapp import Settings, create_app

SAMPLE: dict[str, dict[str, str]] = {
    "trello.com": {"home": "/", "item": "/boards/17", "form": "/-/operations/add-boards", "all": "/-/operations"},
    "asana.com": {"list": "/projects", "item": "/projects/17", "nested form": "/-/operations/create-project"},
    "flat.io": {"item": "/scores/17", "form": "/-/operations/create-score", "list": "/classes"},
    "vmware.local_vrni": {"home": "/", "union": "/-/operations/add-tier?id=17", "list": "/entities/hosts"},
    "clicksend.com": {"all": "/-/operations", "form": "/-/operations/create-a-new-account", "view": "/account"},
}


@pytest.fixture(params=SAMPLE)
def document(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def site(document: str) -> Iterator[str]:
    """The frontend of an API that answers from the document."""
    path: Path = FOLDER / f"{document}.json"
    api = MockAPI(Corpus(path))
    app = create_app("http://api.test", openapi=str(path), transport=httpx.MockTransport(api), settings=Settings())
    with serve(app) as url:
        yield url


@pytest.fixture(params=["light", "dark"])
async def looked_at(request: pytest.FixtureRequest, chromium: Browser, site: str) -> AsyncIterator[Page]:
    """A page in light at a desk, and in dark on a phone."""
    watch = Watch()
    size = {"light": (1280, 800), "dark": (375, 700)}[request.param]
    context = await chromium.new_context(
        base_url=site,
        color_scheme=request.param,
        viewport={"width": size[0], "height": size[1]},
        reduced_motion="reduce",
    )
    await context.add_init_script(WATCH_CSP)
    watch.over(context)
    yield await context.new_page()
    await context.close()
    assert watch.complaints == []


async def test_axe_finds_nothing_wrong_with_pages_made_from_real_documents(looked_at: Page, document: str) -> None:
    for path in SAMPLE[document].values():
        answer = await looked_at.goto(path)
        assert answer is not None
        assert answer.status == 200, path

    assert await findings(looked_at, SAMPLE[document]) == {}
