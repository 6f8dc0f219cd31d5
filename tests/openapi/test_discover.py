import json

import pytest

from webapp.errors import DocumentError
from webapp.openapi.discover import Fetched, NoDocument, discover, looks_like_document

DOCUMENT = json.dumps({"openapi": "3.1.0", "info": {"title": "Shop"}, "paths": {}}).encode()


class Web:
    """A web of a few answers, which remembers what was asked for."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes | int] = {}
        self.links: dict[str, str] = {}
        self.asked: list[str] = []
        self.moved: dict[str, str] = {}
        self.down = False

    def __setitem__(self, url: str, answer: bytes | int) -> None:
        self.answers[url] = answer

    async def fetch(self, url: str) -> Fetched | None:
        self.asked.append(url)
        if self.down:
            return None
        answer = self.answers.get(url, 404)
        headers = {"link": self.links[url]} if url in self.links else {}
        if isinstance(answer, int):
            return Fetched(answer, headers, b"{}", url)
        return Fetched(200, headers, answer, self.moved.get(url, url))


async def test_the_target_may_be_the_document() -> None:
    web = Web()
    web["http://h.example/spec"] = DOCUMENT
    web.moved["http://h.example/spec"] = "http://h.example/v2/spec.json"

    found = await discover(web.fetch, "http://h.example/spec")

    assert found.document.title == "Shop"
    assert found.document.url == "http://h.example/v2/spec.json"
    assert found.at_target
    assert web.asked == ["http://h.example/spec"]


async def test_an_answer_may_link_to_its_description() -> None:
    web = Web()
    web["http://h.example/api"] = b"{}"
    web["http://h.example/described"] = DOCUMENT
    web.links["http://h.example/api"] = (
        '<https://evil.example/x>; rel="service-desc", </a>; rel=next, </described>; rel="service-desc"'
    )

    assert (await discover(web.fetch, "http://h.example/api")).document.title == "Shop"
    assert web.asked == ["http://h.example/api", "http://h.example/described"]


@pytest.mark.parametrize(
    "page",
    [
        b"<script>SwaggerUIBundle({ url: '/described.json', dom_id: 1 })</script>",
        b'<redoc spec-url="/described.json"></redoc>',
        b'<script id="api-reference" data-url="/described.json"></script>',
        b'<script>window.old = {"openapi": "2"}; let options = {"url": "/described.json"}</script>',
        b'<html><head><LINK href="/style.css" rel=stylesheet><link rel="service-desc" href="/described.json"></head>',
        b"<!doctype html><link href='/described.json' type='application/json' rel='help service-desc'>",
        b"<html><link rel='service-desc' href='https://evil.example/x'><link rel=service-desc href=/described.json>",
    ],
)
async def test_a_page_that_shows_the_document_leads_to_it(page: bytes) -> None:
    web = Web()
    web["http://h.example/docs"] = page
    web["http://h.example/described.json"] = DOCUMENT

    assert (await discover(web.fetch, "http://h.example/docs")).document.title == "Shop"


async def test_the_usual_paths_below_the_target_come_first() -> None:
    web = Web()
    web["http://h.example/api/openapi.json"] = DOCUMENT
    web["http://h.example/openapi.json"] = b"{}"

    found = await discover(web.fetch, "http://h.example/api/")

    assert found.document.url == "http://h.example/api/openapi.json"
    assert not found.at_target
    assert web.asked == ["http://h.example/api/", "http://h.example/api/openapi.json"]


async def test_the_usual_paths_above_the_target_come_last() -> None:
    web = Web()
    web["http://h.example/openapi.json"] = DOCUMENT

    found = await discover(web.fetch, "http://h.example/a/b")

    assert found.document.title == "Shop"
    assert len(web.asked) == len(set(web.asked))


async def test_the_search_ends_and_tells_what_was_tried() -> None:
    web = Web()
    web["http://h.example/openapi.json"] = 401
    web["http://h.example/swagger.json"] = b'{"hello": "world"}'

    with pytest.raises(NoDocument) as caught:
        await discover(web.fetch, "http://h.example")

    assert "/openapi.json (401)" in str(caught.value)
    assert "/swagger.json (200) is no document" in str(caught.value)
    assert "/v3/api-docs (404)" in str(caught.value)
    assert [each.url for each in caught.value.refused] == ["http://h.example/openapi.json"]
    assert caught.value.first is not None
    assert caught.value.first.url == "http://h.example"
    assert len(web.asked) < 20


async def test_silence_is_told_too() -> None:
    web = Web()
    web.down = True

    with pytest.raises(DocumentError, match="no answer"):
        await discover(web.fetch, "http://h.example")


async def test_a_document_of_the_wrong_kind_ends_the_search() -> None:
    web = Web()
    web["http://h.example/openapi.json"] = b'{\n  "swagger": "2.0"}'

    with pytest.raises(DocumentError, match=r"Swagger 2\.0"):
        await discover(web.fetch, "http://h.example")


async def test_a_document_that_needs_converting_says_how() -> None:
    web = Web()
    web["http://h.example/swagger.json"] = b'{"swagger": "2.0", "paths": {}}'

    with pytest.raises(DocumentError, match=r"npx swagger2openapi .* converts it"):
        await discover(web.fetch, "http://h.example")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://h.example/openapi.json", True),
        ("https://h.example/docs/Petstore.YAML", True),
        ("https://h.example/spec.yml?v=2", True),
        ("https://h.example/v3/api-docs", True),
        ("https://h.example/schema/?format=json", True),
        ("https://h.example/server/specs/oas", True),
        ("https://h.example", False),
        ("https://h.example/api/v1", False),
        ("https://h.example/docs", False),
    ],
)
def test_a_documents_url_can_be_told_from_an_apis(url: str, expected: bool) -> None:
    assert looks_like_document(url) is expected


@pytest.mark.parametrize("link", ["http://[", "//[/x"])
async def test_a_link_that_is_no_url_is_passed_over(link: str) -> None:
    web = Web()
    web["http://h.example/api"] = f"<redoc spec-url='{link}'></redoc>".encode()
    web["http://h.example/described"] = DOCUMENT
    web.links["http://h.example/api"] = f"<{link}>; rel=service-desc, </described>; title=x; Rel = 'help service-desc'"

    assert (await discover(web.fetch, "http://h.example/api")).document.url == "http://h.example/described"


async def test_a_link_header_is_read_in_one_pass() -> None:
    web = Web()
    web["http://h.example/openapi.json"] = DOCUMENT
    web["http://h.example/api"] = b"{}"
    web.links["http://h.example/api"] = "<http://h.example/x>; " + "rel=" * 500_000 + "service-desc"

    assert (await discover(web.fetch, "http://h.example/api")).document.url == "http://h.example/openapi.json"
    assert "http://h.example/x" not in web.asked
