import json
from typing import Any

import pytest

from tests.openapi.building import document
from webapp.errors import DocumentError
from webapp.openapi import decoding
from webapp.openapi.document import Document


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"   ", "empty"),
        (b"<!doctype html>", "a web page"),
        (b'{"openapi": "3.1.0",}', "line 1, column"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"[1]", "not an object"),
        (b"{}", "no openapi version"),
        (b'{"swagger": "2.0", "paths": {}}', "Swagger 2.0 document"),
        (b'{"openapi": "4.0.0"}', "OpenAPI 4.0.0 is not known"),
        (b'{"openapi": "3.1.0", "paths": []}', "paths are not an object"),
        (b'{"a":' * 100_000, "too deep or too large"),
    ],
)
def test_what_is_no_usable_document_is_refused_in_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(DocumentError, match=sentence):
        Document.parse(content)


@pytest.mark.parametrize("version", ["3.0.0", "3.0.4", "3.1.1", "3.2.0"])
def test_each_version_of_openapi_three_is_read(version: str) -> None:
    content = "\ufeff" + json.dumps({"openapi": version, "info": {"title": "Shop", "version": 2, "summary": "Buy."}})

    read = Document.parse(content)

    assert (read.version, read.title, read.api_version, read.description) == (version, "Shop", "2", "Buy.")
    assert Document.parse(content.encode()).title == "Shop"
    assert read.paths == {}


def test_a_document_without_a_name_is_called_api() -> None:
    assert Document.parse('{"openapi": "3.1.0", "info": []}').title == "API"


def test_a_document_that_is_too_large_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MAX_BYTES", 4)

    with pytest.raises(DocumentError, match="larger than"):
        Document.parse(b'{"openapi": "3.1.0"}')


@pytest.mark.parametrize(
    ("servers", "expected"),
    [
        (None, "http://api.example"),
        ([], "http://api.example"),
        ([{"url": "/v1/"}], "http://api.example/v1"),
        ([{"url": "v2"}], "http://api.example/docs/v2"),
        ([{"url": "//other.example/v1"}], "http://other.example/v1"),
        ([{"url": "https://prod.example"}, {"url": "http://api.example/here"}], "http://api.example/here"),
        (
            [{"url": "https://{host}/{v}", "variables": {"host": {"default": "h.example"}, "v": {"default": 1}}}],
            "https://h.example/1",
        ),
        ([{"url": "https://{host}"}, {"url": "https://b.example"}], "https://b.example"),
        ([{"url": "http://localhost:8000/v1"}], "http://api.example/v1"),
        ([{"url": "http://127.0.0.1"}, {"url": "https://prod.example/v2"}], "https://prod.example/v2"),
        ([{"url": "http://0.0.0.0:80/"}], "http://api.example"),
        ([{"url": "ftp://x"}, {"url": 7}, "no", {"url": "http://x:port"}, {"url": "http://me@x"}], None),
    ],
)
def test_the_base_url_comes_from_the_servers(servers: Any, expected: str | None) -> None:
    more = {} if servers is None else {"servers": servers}

    assert document({}, url="http://api.example/docs/openapi.json", **more).base_url == expected


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        ("http://api.example/v1", "https://api.example/v1"),
        ("http://api.example:8000/v1", "https://api.example/v1"),
        ("http://other.example/v1", "http://other.example/v1"),
    ],
)
def test_a_server_behind_a_proxy_does_not_know_that_it_is_reached_by_https(server: str, expected: str) -> None:
    assert document({}, url="https://api.example/openapi.json", servers=[{"url": server}]).base_url == expected


def test_a_document_on_this_very_machine_may_have_its_api_there() -> None:
    read = document({}, url="http://localhost:9000/openapi.json", servers=[{"url": "http://localhost:8000/v1"}])

    assert read.base_url == "http://localhost:8000/v1"


def test_a_relative_server_needs_the_documents_address() -> None:
    assert document({}, url=None, servers=[{"url": "/v1"}]).base_url is None
    assert document({}, url=None, servers=[{"url": "//x.example"}]).base_url == "https://x.example"


def test_a_part_behind_a_broken_reference_is_noted_once() -> None:
    read = document({})

    assert read.part({"$ref": "#/gone"}) is None
    assert read.part({"$ref": "#/gone"}) is None
    assert len(read.problems) == 1
    with pytest.raises(DocumentError):
        read.resolve({"$ref": "#/gone"})


@pytest.mark.parametrize("url", ["http://[", "http://[::1", "//["])
def test_a_server_whose_url_is_none_is_passed_over(url: str) -> None:
    through = {"url": "{all}", "variables": {"all": {"default": url}}}

    assert document({}, servers=[{"url": url}, through]).base_url is None
    assert document({}, servers=[through, {"url": "https://b.example"}]).base_url == "https://b.example"


def test_half_a_character_is_replaced_wherever_it_stands() -> None:
    whole = "\U0001f600"
    halves = {"openapi": "3.1.0", "info": {"title": f"a\ud800b{whole}"}, "paths": {"/\udc00x": [1, "\udbff"]}}
    expected = {"openapi": "3.1.0", "info": {"title": f"a\ufffdb{whole}"}, "paths": {"/\ufffdx": [1, "\ufffd"]}}

    assert Document.parse(json.dumps(halves)).root == expected
    assert Document.parse(json.dumps(halves, ensure_ascii=False)).root == expected


def test_a_title_that_would_fill_every_page_is_cut() -> None:
    assert Document.parse(json.dumps({"openapi": "3.1.0", "info": {"title": "x" * 10**6}})).title == "x" * 200
