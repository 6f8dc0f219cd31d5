"""Files, passed on to be saved or looked at."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import httpx
import pytest

from tests.pages.house import demo_browser
from tests.pages.library import library, library_api
from webapp import Settings, create_app
from webapp.testing import Answer, Browser

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


def answer(content: bytes, type_: str = "", **headers: str) -> httpx.Response:
    given = {"Content-Type": type_} if type_ else {}
    return httpx.Response(
        200, headers={**given, **{key.replace("_", "-"): value for key, value in headers.items()}}, content=content
    )


async def fetch(path: str, given: Any, *, method: str = "GET", at: str = "/anything", **headers: str) -> Answer:
    async with library(library_api({f"GET {at}": given})) as browser:
        return await browser.fetch(
            method, path, headers={key.replace("_", "-"): value for key, value in headers.items()}
        )


async def test_a_file_comes_as_it_is_with_its_name_type_and_length() -> None:
    given = answer(b"a,b\n1,2\n", "text/csv; charset=utf-8", Content_Disposition='attachment; filename="all.csv"')
    got = await fetch("/-/files/anything", given)

    assert (got.status, got.content) == (200, b"a,b\n1,2\n")
    assert got.headers["content-type"] == "text/csv; charset=utf-8"
    assert got.headers["content-disposition"].startswith('attachment; filename="all.csv"')
    assert got.headers["content-length"] == "8"
    assert "content-encoding" not in got.headers


async def test_markup_is_saved_as_mere_bytes_that_nothing_runs() -> None:
    for prefix in ("/-/files", "/-/inline"):
        got = await fetch(f"{prefix}/terms", answer(b"<script>x()</script>", "text/html"), at="/terms")

        assert got.headers["content-type"] == "application/octet-stream"
        assert got.headers["content-disposition"].startswith("attachment")
        assert "sandbox" in got.headers["content-security-policy"]
        assert got.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("type_", "disposition", "policy"),
    [
        ("image/png", "inline", "sandbox"),
        ("application/pdf", "inline", "object-src"),
        ("image/svg+xml", "attachment", "sandbox"),
    ],
)
async def test_pictures_and_pdfs_can_be_looked_at(type_: str, disposition: str, policy: str) -> None:
    got = await fetch("/-/inline/books/1/cover", answer(PNG, type_), at="/books/{id}/cover")

    assert got.content == PNG
    assert got.headers["content-disposition"].startswith(disposition)
    assert policy in got.headers["content-security-policy"]
    assert got.headers["cross-origin-resource-policy"] == "same-origin"


async def test_a_picture_is_saved_under_its_own_type() -> None:
    got = await fetch("/-/files/books/1/cover", answer(PNG, "image/png"), at="/books/{id}/cover")

    assert got.headers["content-type"] == "image/png"
    assert 'filename="books-1-cover.png"' in got.headers["content-disposition"]


async def test_the_api_is_asked_what_its_document_declares() -> None:
    api = library_api({"GET /stats": answer(b"x", "application/zip")})
    async with library(api) as browser:
        await browser.fetch("GET", "/-/files/stats?days=7&utm_source=x")

    asked = api.requests[-1]
    assert dict(asked.query) == {"days": "7"}
    assert asked.headers["accept-encoding"] == "identity"


async def test_a_part_is_asked_for_and_passed_on_as_one() -> None:
    given = httpx.Response(
        206, headers={"Content-Type": "application/zip", "Content-Range": "bytes 2-3/9", "ETag": '"1"'}, content=b"cd"
    )
    api = library_api({"GET /dump": given})
    async with library(api) as browser:
        got = await browser.fetch("GET", "/-/files/dump", headers={"Range": "bytes=2-3", "If-Range": '"1"'})

    assert (got.status, got.content) == (206, b"cd")
    assert (got.headers["content-range"], got.headers["etag"]) == ("bytes 2-3/9", '"1"')
    assert (api.requests[-1].headers["range"], api.requests[-1].headers["if-range"]) == ("bytes=2-3", '"1"')


@pytest.mark.parametrize("wanted", ["lines=1-2", "bytes=" + "1-2," * 99, "bytes=a"])
async def test_a_range_that_is_none_is_not_passed_on(wanted: str) -> None:
    api = library_api({"GET /dump": answer(b"x", "application/zip")})
    async with library(api) as browser:
        await browser.fetch("GET", "/-/files/dump", headers={"Range": wanted})

    assert "range" not in api.requests[-1].headers


async def test_a_part_beyond_the_end_is_416() -> None:
    got = await fetch("/-/files/dump", (416, {"detail": "no"}), at="/dump", Range="bytes=9-")

    assert got.status == 416


async def test_a_head_has_the_headers_alone() -> None:
    got = await fetch("/-/files/dump", answer(b"xyz", "application/zip"), at="/dump", method="HEAD")

    assert (got.status, got.content, got.headers["content-length"]) == (200, b"", "3")


async def test_a_compressed_file_is_unpacked_and_its_length_not_told() -> None:
    given = answer(gzip.compress(b"hello"), "application/zip", Content_Encoding="gzip", ETag='"1"')
    got = await fetch("/-/files/dump", given, at="/dump")

    assert got.content == b"hello"
    assert got.headers.get("content-length") is None
    assert "etag" not in got.headers


async def test_data_is_saved_without_its_secrets_and_otherwise_as_it_came() -> None:
    plain = await fetch("/-/files/anything", answer(b'{"a":  1.10}', "application/json"))
    secret = await fetch("/-/files/anything", answer(b'{"api_token": "hunter2"}', "application/json"))

    assert plain.content == b'{"a":  1.10}'
    assert 'filename="anything.json"' in plain.headers["content-disposition"]
    assert b"hunter2" not in secret.content


async def test_data_that_the_api_calls_a_file_is_passed_on_as_it_is() -> None:
    given = answer(b'{"api_token": "hunter2"}', "application/json", Content_Disposition="attachment")

    assert (await fetch("/-/files/anything", given)).content == b'{"api_token": "hunter2"}'


async def test_an_answer_without_content_is_no_file() -> None:
    assert (await fetch("/-/files/anything", httpx.Response(204))).status == 404


@pytest.mark.parametrize(
    "path", ["/nowhere", "/../secret", "/%2e%2e/secret", "//evil.example/x", "/feed", "/auth/oauth/google/callback"]
)
async def test_only_what_the_document_knows_is_passed_on(path: str) -> None:
    api = library_api({})
    async with library(api) as browser:
        got = await browser.fetch("GET", f"/-/files{path}")

    assert got.status == 404
    assert [asked.path for asked in api.requests if asked.path != "/"] == []


@pytest.mark.parametrize(("said", "status"), [(404, 404), (403, 403), (500, 502)])
async def test_an_error_is_a_page(said: int, status: int) -> None:
    got = await fetch("/-/files/dump", (said, {"detail": "Not for you"}), at="/dump")

    assert got.status == status
    assert got.headers["content-type"].startswith("text/html")


async def test_files_of_the_signed_in_are_kept_nowhere() -> None:
    async with demo_browser() as browser:
        await browser.sign_in("demo@example.com", "demo-pass-123")
        got = await browser.fetch("GET", "/-/files/issues")

    assert got.headers["cache-control"] == "no-store"


async def test_whoever_is_not_signed_in_is_sent_to_do_so_and_back() -> None:
    async with demo_browser() as browser:
        page = await browser.get("/-/files/attachments/1/content")

    assert page.url == "/login?next=%2F-%2Ffiles%2Fattachments%2F1%2Fcontent"


class Endless(httpx.AsyncByteStream):
    """A body that goes on until nobody wants it."""

    def __init__(self, piece: bytes = bytes(1000)) -> None:
        self.piece = piece
        self.sent = 0
        self.closed = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            self.sent += 1
            yield self.piece

    async def aclose(self) -> None:
        self.closed.set()


def serving(
    body: httpx.AsyncByteStream, media_type: str = "application/zip"
) -> Callable[[httpx.Request], httpx.Response]:
    document = library_api({}).document

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/openapi.json":
            return httpx.Response(200, json=document)
        if request.url.path != "/dump":
            return httpx.Response(404)
        return httpx.Response(200, headers={"Content-Type": media_type}, stream=body)

    return handle


async def test_a_browser_that_leaves_ends_the_api_s_answer_and_one_that_waits_holds_it_up() -> None:
    body = Endless()
    app = create_app("http://api", transport=httpx.MockTransport(serving(body)), settings=Settings())
    got, slow, leave = 0, asyncio.Event(), asyncio.Event()

    async def receive() -> dict[str, Any]:
        await leave.wait()
        return {"type": "http.disconnect"}

    async def send(message: Mapping[str, Any]) -> None:
        nonlocal got
        if message["type"] == "http.response.body":
            got += 1
            if got == 5:
                slow.set()
                await asyncio.Event().wait()

    async with Browser(app) as browser:
        await browser.get("/")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": "/-/files/dump",
            "raw_path": b"/-/files/dump",
            "root_path": "",
            "query_string": b"",
            "headers": [(b"host", b"testserver")],
            "server": ("testserver", 80),
            "client": ("127.0.0.1", 1),
        }
        task = asyncio.create_task(app(scope, receive, send))
        await slow.wait()
        assert body.sent <= 6
        assert not body.closed.is_set()
        leave.set()
        await asyncio.wait_for(body.closed.wait(), 5)
        await task
