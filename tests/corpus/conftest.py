"""The frontend of each document's API."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.corpus.documents import DOCUMENTS, Corpus
from tests.corpus.mock import MockAPI
from webapp import Settings, create_app
from webapp.testing import Browser


@pytest.fixture(params=DOCUMENTS, ids=lambda path: path.stem)
def corpus(request: pytest.FixtureRequest) -> Corpus:
    """One document after the other."""
    path: Path = request.param
    return Corpus(path)


@pytest.fixture
def api(corpus: Corpus) -> MockAPI:
    """The API that the document describes."""
    return MockAPI(corpus)


@pytest.fixture
async def browser(api: MockAPI) -> AsyncIterator[Browser]:
    """A stranger's browser on its frontend."""
    app = create_app(
        f"http://api.test{api.corpus.prefix}",
        openapi=str(api.corpus.path),
        transport=httpx.MockTransport(api),
        settings=Settings(),
    )
    async with Browser(app) as browser:
        yield browser
