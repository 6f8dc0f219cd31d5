"""Whatever an API says, in words that are nearly right: no error that nobody foresaw, and no long thought about it."""

import asyncio
import copy
import json
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.faults.markers import MARKUP
from tests.faults.workshop import DOCUMENT
from webapp import Settings, create_app
from webapp.client import APIClient
from webapp.client.decoding import parse_json
from webapp.client.failures import parse_retry_after
from webapp.errors import APIError, DocumentError
from webapp.openapi.document import Document
from webapp.openapi.resources import build_site
from webapp.openapi.site import Site
from webapp.pages.filenames import name_of_file
from webapp.testing import Browser

Figure = Callable[[str], None]

PATIENCE = 5.0
"""Seconds for one of them: a guard against those that would take for ever."""
WORDS = (
    *("detail", "errors", "error", "loc", "msg", "message", "field", "source", "pointer", "parameter", "title", "code"),
    *("reason", "details", "violations", "invalid-params", "extensions", "exception_detail", "type", "status", "body"),
    *(
        "items",
        "data",
        "results",
        "total",
        "next",
        "id",
        "name",
        "links",
        "page",
        "meta",
        "value",
        "count",
        "created_at",
    ),
)
TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from((MARKUP, "", "/a/0", "#/a~1b", "$.a[0]", "\ud800", "2026-02-30T25:61:00Z", "9" * 5000, "a" * 3000)),
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.integers(10**300, 10**301), TEXTS)
NAMES = st.one_of(st.sampled_from(WORDS), st.text(max_size=8))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(NAMES, inner, max_size=5)),
    max_leaves=25,
)
STATUSES = st.sampled_from((200, 201, 202, 207, 226, 299, 304, 400, 401, 404, 409, 418, 422, 429, 451, 500, 503, 599))
TYPES = st.sampled_from(
    ("application/json", "application/problem+json", "text/plain", "text/html", "", "image/png", "x")
)


def _bytes(value: Any) -> bytes:
    return json.dumps(value).encode()


BODIES = st.one_of(VALUES.map(_bytes), st.binary(max_size=200), VALUES.map(lambda value: _bytes(value)[:-1]))


class Stopwatch:
    """Takes the time of one of a kind; keeps how many there were, and the worst of them."""

    def __init__(self) -> None:
        self.count: Counter[str] = Counter()
        self.worst: dict[str, float] = {}

    @contextmanager
    def timing(self, kind: str) -> Iterator[None]:
        """One of them; an AssertionError if it takes for ever."""
        began = time.process_time()
        yield
        took = time.process_time() - began
        self.count[kind] += 1
        self.worst[kind] = max(took, self.worst.get(kind, 0.0))
        assert took < PATIENCE

    def __str__(self) -> str:
        return ", ".join(f"{count:,} {kind} ({self.worst[kind] * 1000:.0f} ms)" for kind, count in self.count.items())


@pytest.fixture(scope="module")
def watch() -> Stopwatch:
    """The one that all of these tests share."""
    return Stopwatch()


@settings(max_examples=1500)
@given(body=BODIES, status=STATUSES, kind=TYPES, waits=st.one_of(TEXTS, st.floats().map(str)))
def test_an_answer_is_a_reply_or_an_error_of_ours(
    watch: Stopwatch, body: bytes, status: int, kind: str, waits: str
) -> None:
    headers = [(b"content-type", kind.encode()), (b"retry-after", waits.encode("utf-8", "replace")[:500])]

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(status, headers=headers, content=body)

    async def ask() -> None:
        api = APIClient("http://api.test", transport=httpx.MockTransport(answer))
        try:
            reply = await api.request("GET", "/")
        except APIError as error:
            told = error
        else:
            assert reply.status == status
            return
        json.dumps([told.detail, *told.fields, *told.fields.values()], ensure_ascii=False).encode()
        assert told.retry_after is None or 0 <= told.retry_after <= 86400
        assert len(told.detail) <= 600

    with watch.timing("answers"):
        asyncio.run(ask())


@settings(max_examples=1500)
@given(body=st.one_of(BODIES, st.binary(max_size=400)), header=TEXTS)
def test_bytes_are_data_or_a_value_error(watch: Stopwatch, body: bytes, header: str) -> None:
    with watch.timing("bytes"):
        try:
            data = parse_json(body)
        except (ValueError, RecursionError):
            data = None
        json.dumps(data, ensure_ascii=False, allow_nan=False).encode()
        assert "/" not in name_of_file({"content-disposition": f"attachment; filename={header}"}, "/a/b")
        waits = parse_retry_after(header, 1_800_000_000.0)
        assert waits is None or 0 <= waits <= 86400


@st.composite
def documents(draw: st.DrawFn) -> Any:
    """The workshop's document, with something else in a few places."""
    root = copy.deepcopy(DOCUMENT)
    for _ in range(draw(st.integers(1, 4))):
        here: Any = root
        for _ in range(draw(st.integers(0, 9))):
            inner = list(here.values()) if isinstance(here, dict) else here
            deeper = [each for each in inner if isinstance(each, dict | list) and each]
            if not deeper:
                break
            here = draw(st.sampled_from(deeper))
        place = draw(st.sampled_from(sorted(here) if isinstance(here, dict) else range(len(here))))
        here[place] = draw(st.one_of(VALUES, st.sampled_from(({"$ref": "#"}, {"$ref": "#/paths"}, {"allOf": [{}, 1]}))))
    return root


@settings(max_examples=600)
@given(root=documents())
def test_a_document_is_a_site_or_a_document_error(watch: Stopwatch, root: Any) -> None:
    with watch.timing("documents"):
        told = ""
        try:
            site: Site | None = build_site(Document.parse(json.dumps(root), url="http://api.test/openapi.json"))
        except DocumentError as error:
            site, told = None, str(error)
    assert told if site is None else site.title


async def test_a_page_is_made_of_any_answer(caplog: pytest.LogCaptureFixture, watch: Stopwatch, figure: Figure) -> None:
    """The examples are drawn before, since pages need a loop that goes on."""
    drawn: list[tuple[Any, int, str]] = []

    @settings(max_examples=250, database=None)
    @given(body=VALUES, status=st.sampled_from((200, 200, 200, 200, 404, 422, 500)), kind=TYPES)
    def draw(body: Any, status: int, kind: str) -> None:
        drawn.append((body, status, kind))

    draw()
    said: list[tuple[Any, int, str]] = [(None, 404, "")]

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/openapi.json":
            return httpx.Response(200, json=DOCUMENT)
        body, status, kind = said[-1]
        return httpx.Response(status, headers={"Content-Type": kind}, content=_bytes(body))

    app = create_app("http://api.test", transport=httpx.MockTransport(answer), settings=Settings())
    async with Browser(app, lint_except=("fragment",)) as browser:
        for each in drawn:
            said.append(each)
            for path in ("/things", "/things/7", "/anything", "/-/follow/jobs/7"):
                with watch.timing("pages"):
                    page = await browser.get(path)
                assert page.status in (200, 404, 422, 502)
                assert not page.page.all("[hx-get=/evil]")
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
    figure(f"no uncaught error in {watch}; in brackets the slowest")
