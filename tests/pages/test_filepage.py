"""The page of a file."""

from typing import Any

import httpx
import pytest

from tests.pages.library import library, library_api
from tests.pages.test_files import Endless, answer, serving
from webapp import Settings, create_app
from webapp.testing import Answer, Browser


async def page_of(given: Any, path: str = "/anything", at: str | None = None) -> Answer:
    async with library(library_api({f"GET {at or path}": given})) as browser:
        return await browser.get(path)


async def test_a_picture_is_named_shown_and_can_be_saved() -> None:
    page = await page_of(answer(b"x" * 2048, "image/png"), "/books/1/cover", "/books/{id}/cover")

    assert page.page.one("h1").text == "Cover"
    assert "books-1-cover.png" in page.main
    assert "image/png · 2" in page.main
    assert page.page.one(".preview img").get("src") == "/-/inline/books/1/cover"
    link = page.page.one("main a[download]")
    assert (link.get("href"), link.get("download")) == ("/-/files/books/1/cover", "books-1-cover.png")


async def test_a_pdf_can_be_opened_and_markup_cannot() -> None:
    pdf = await page_of(answer(b"%PDF", "application/pdf"))
    svg = await page_of(answer(b"<svg onload='x()'/>", "image/svg+xml"))

    assert pdf.links["Open"] == "/-/inline/anything"
    assert "Open" not in svg.links
    assert svg.page.find("main img") is None


async def test_a_download_asks_what_the_page_asked() -> None:
    page = await page_of(answer(b"x", "application/zip"), "/stats?days=7", "/stats")

    assert page.links["Download"] == "/-/files/stats?days=7"
    assert page.page.one("main form input[name=days]").get("value") == "7"


async def test_the_first_rows_of_a_table_are_shown_without_secrets() -> None:
    rows = "".join(f"{number},Ada,hunter2\n" for number in range(50))
    page = await page_of(answer(f"id,name,api_token\n{rows}".encode(), "text/csv"))

    assert [cell.text for cell in page.page.all("main thead th")] == ["id", "name", "api_token"]
    assert len(page.page.all("main tbody tr")) == 20
    assert "First rows" in page.main
    assert "hunter2" not in page.text


@pytest.mark.parametrize(
    ("type_", "content", "shown"),
    [
        ("text/csv", b"a;b\n1;2,5\n", "2,5"),
        ("text/csv; charset=windows-1252", b"a,b\n\xe9,2\n", "\u00e9"),
        ("text/tab-separated-values", b"a\tb\n1\tx,y\n", "x,y"),
        ("text/csv", b"only one column\n1\n", "only one column"),
        ("text/csv", b"", "anything.csv"),
        ("application/x-ndjson", b'{"n": 1}\n{"n": 2}\n', '{"n": 2}'),
        ("application/x-ndjson", b"not json\n", "not json"),
        ("text/csv; charset=nonsense", b"a,b\n1,2\n", "2"),
    ],
)
async def test_what_can_be_read_is_shown(type_: str, content: bytes, shown: str) -> None:
    page = await page_of(answer(content, type_))

    assert page.status == 200
    assert shown in page.main


async def test_lines_of_data_lose_their_secrets() -> None:
    page = await page_of(answer(b'{"password": "hunter2", "name": "Ada"}\n', "application/x-ndjson"))

    assert "Ada" in page.main
    assert "hunter2" not in page.text


@pytest.mark.parametrize("size", [10, 100_000])
async def test_data_that_is_a_file_loses_its_secrets_or_is_not_shown(size: int) -> None:
    content = b'{"api_token": "hunter2", "name": "Ada", "more": "' + b"x" * size + b'"}'
    page = await page_of(answer(content, "application/json", Content_Disposition="attachment; filename=a.json"))

    assert "a.json" in page.main
    assert ("Ada" in page.main) is (size == 10)
    assert "hunter2" not in page.text


async def test_markup_that_is_a_file_is_shown_as_its_source() -> None:
    page = await page_of(answer(b"<script>x()</script>", "text/html", Content_Disposition="attachment"))

    assert "<script>x()</script>" in page.page.one("main pre").raw_text
    assert page.page.find("main script") is None


async def test_data_too_large_for_a_page_is_a_file() -> None:
    given = httpx.Response(
        200, headers={"Content-Type": "application/json", "Content-Length": "99999999"}, content=b"[1]"
    )
    page = await page_of(given)

    assert "anything.json" in page.main


async def test_an_item_that_turns_out_a_file_is_a_file() -> None:
    page = await page_of(answer(b"PK", "application/zip"), "/books/1", "/books/{id}")

    assert "books-1.zip" in page.main


async def test_a_page_reads_no_more_of_a_file_than_it_shows() -> None:
    body = Endless()
    app = create_app("http://api", transport=httpx.MockTransport(serving(body)), settings=Settings())
    async with Browser(app) as browser:
        page = await browser.get("/dump")

    assert "dump.zip" in page.main
    assert body.sent == 0
    assert body.closed.is_set()


async def test_a_table_without_an_end_is_read_only_at_its_beginning() -> None:
    body = Endless(b"a,b\n" * 250)
    app = create_app("http://api", transport=httpx.MockTransport(serving(body, "text/csv")), settings=Settings())
    async with Browser(app) as browser:
        page = await browser.get("/dump")

    assert len(page.page.all("main tbody tr")) == 20
    assert body.sent < 100
    assert body.closed.is_set()


async def test_what_is_missing_is_asked_for_before_the_file_is() -> None:
    async with library(library_api({"GET /report": answer(b"x", "application/zip")})) as browser:
        page = await browser.get("/report")
        filled = await browser.submit("main form", year="2026")

    assert "Fill in Year" in page.main
    assert filled.links["Download"] == "/-/files/report?year=2026"
