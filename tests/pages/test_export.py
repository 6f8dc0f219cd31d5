"""A whole list as a file: every page of it, with the columns and filters of the address, and no secrets."""

import asyncio
import csv
import io
import json
from typing import Any

import httpx
import pytest

from tests.pages.house import demo_browser
from tests.pages.library import asked, book, books, library, library_api
from webapp.pages import export
from webapp.pages.streams import MOST_OF_ONE
from webapp.testing import Answer, FakeAPI, Received

HEADERS = {"Sec-Fetch-Site": "same-origin"}


def pages(total: int, *, fail_at: int | None = None, failure: Any = (500, {"detail": "Down."})) -> Any:
    """An answer to /books: so many of them, in pages as large as is asked for."""

    def answer(received: Received) -> Any:
        page, size = int(received.query.get("page", 1)), int(received.query.get("size", 5))
        if page == fail_at:
            return failure
        rows = [book(number) for number in range((page - 1) * size + 1, min(page * size, total) + 1)]
        return {"items": rows, "total": total, "page": page, "size": size}

    return answer


def lines(answer: Answer) -> list[list[str]]:
    """The file's rows, the head first."""
    return list(csv.reader(io.StringIO(answer.text, newline="")))


async def save(api: FakeAPI, path: str) -> Answer:
    """What is sent for an export."""
    async with library(api) as browser:
        return await browser.fetch("GET", path, headers=HEADERS)


async def test_every_page_is_in_the_file() -> None:
    api = library_api({"GET /books": pages(150)})

    answer = await save(api, "/-/export/books?format=csv&columns=title,price")

    assert lines(answer)[0] == ["title", "price"]
    assert [line[0] for line in lines(answer)[1:]] == [f"Book {number}" for number in range(1, 151)]
    assert [each.query.get("size") for each in api.requests if each.path == "/books"] == ["60", "60", "60"]


async def test_the_file_is_saved_under_the_list_s_name_and_kept_nowhere() -> None:
    answer = await save(library_api({"GET /books": books(1)}), "/-/export/books?format=csv")

    assert answer.headers["content-disposition"].startswith('attachment; filename="books-20')
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"


async def test_filters_and_order_are_those_of_the_page_but_it_begins_at_the_beginning() -> None:
    api = library_api({"GET /books": pages(3)})

    await save(api, "/-/export/books?format=csv&genre=poetry&sort=-title&page=7&columns=title&utm_source=mail")

    assert asked(api, "/books") == {"genre": "poetry", "sort": "-title", "size": "60"}


async def test_without_a_choice_all_fields_are_there_but_no_secret_is() -> None:
    answer = await save(library_api({"GET /books": books(1)}), "/-/export/books")

    head = lines(answer)[0]
    assert {"id", "title", "blurb", "tags", "author"} <= set(head)
    assert "lock_code" not in head
    assert "open sesame" not in answer.text


async def test_json_is_one_array_of_whole_objects_with_their_secrets_masked() -> None:
    answer = await save(library_api({"GET /books": pages(70)}), "/-/export/books?format=json")

    rows = json.loads(answer.text)
    assert [row["id"] for row in rows] == list(range(1, 71))
    assert rows[0]["tags"] == ["red", "thin"]
    assert "open sesame" not in answer.text


@pytest.mark.parametrize(("kind", "empty"), [("json", "[\n]\n"), ("csv", "title\r\n")])
async def test_an_empty_list_is_an_empty_file(kind: str, empty: str) -> None:
    answer = await save(library_api({"GET /books": books(0)}), f"/-/export/books?format={kind}&columns=title")

    assert answer.text == empty


async def test_what_is_wrong_with_the_question_is_a_page_not_a_file() -> None:
    complaint = {"detail": [{"loc": ["query", "price_min"], "msg": "must be a number", "type": "float"}]}
    answer = await save(library_api({"GET /books": (422, complaint)}), "/-/export/books?price_min=cheap")

    assert answer.status == 422
    assert "content-disposition" not in answer.headers


async def test_a_csv_that_breaks_off_says_so_in_its_last_line() -> None:
    answer = await save(library_api({"GET /books": pages(150, fail_at=2)}), "/-/export/books?columns=title")

    assert len(lines(answer)) == 1 + 60 + 1
    assert lines(answer)[-1][0].startswith("Incomplete: after 60 rows")


async def test_a_json_that_breaks_off_is_no_json() -> None:
    answer = await save(library_api({"GET /books": pages(150, fail_at=2)}), "/-/export/books?format=json")

    assert "Incomplete: after 60 rows" in answer.text
    with pytest.raises(ValueError, match="delimiter"):
        json.loads(answer.text)


async def test_what_was_too_many_rows_at_once_is_asked_for_in_smaller_pages() -> None:
    def answer(received: Received) -> Any:
        return (422, {"detail": "Too many."}) if received.query.get("size") == "60" else pages(30)(received)

    saved = await save(library_api({"GET /books": answer}), "/-/export/books?columns=title")

    assert len(lines(saved)) == 31


async def test_an_api_that_asks_for_a_pause_gets_one() -> None:
    calls: list[int] = []

    def answer(received: Received) -> Any:
        calls.append(1)
        if len(calls) == 2:
            return httpx.Response(429, headers={"Retry-After": "0"}, json={})
        return pages(90)(received)

    saved = await save(library_api({"GET /books": answer}), "/-/export/books?columns=title")

    assert len(lines(saved)) == 91


async def test_pages_that_go_round_in_circles_end() -> None:
    def authors(_: Received) -> Any:
        return {"data": [{"id": 1, "name": "Ann"}], "links": {"next": "http://api/authors?page=2"}}

    api = library_api({"GET /authors": authors})
    answer = await save(api, "/-/export/authors?columns=name")

    assert [each.path for each in api.requests].count("/authors") == 2
    assert lines(answer) == [["name"], ["Ann"], ["Ann"]]


async def test_no_export_is_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "MOST_ROWS", 70)
    answer = await save(library_api({"GET /books": pages(500)}), "/-/export/books?columns=title")

    assert len(lines(answer)) == 1 + 70 + 1
    assert lines(answer)[-1] == ["Incomplete: there is more than these 70 rows. Filters make it less."]


async def test_a_last_page_that_is_cut_says_so_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "MOST_ROWS", 70)
    answer = await save(library_api({"GET /books": pages(80)}), "/-/export/books?columns=title")

    assert len(lines(answer)) == 1 + 70 + 1
    assert lines(answer)[-1] == ["Incomplete: there is more than these 70 rows. Filters make it less."]


async def test_what_an_api_gives_all_at_once_is_in_the_file_whatever_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "MOST_ROWS", 70)
    authors = [{"id": number, "name": f"Author {number}"} for number in range(1, 1502)]
    answer = await save(library_api({"GET /authors": authors}), "/-/export/authors?columns=name")

    assert [line[0] for line in lines(answer)[1:]] == [author["name"] for author in authors]


@pytest.mark.parametrize(
    ("rows", "said"), [(100, "Incomplete: these are 100 of 250 rows; the others can't be asked for."), (99, "99")]
)
async def test_a_file_says_so_where_nobody_knows_how_to_go_on(rows: int, said: str) -> None:
    events = [{"number": each} for each in range(1, rows + 1)]
    api = library_api({"GET /events": {"items": events, "total": 250, "unheard_of": "b64"}})
    answer = await save(api, "/-/export/events?columns=number")

    assert lines(answer)[-1] == [said]


async def test_a_list_that_no_document_knows_can_be_exported_too() -> None:
    answer = await save(library_api({"GET /anything": [{"name": "One"}, {"name": "=Two"}]}), "/-/export/anything")

    assert lines(answer) == [["name"], ["One"], ["'=Two"]]


@pytest.mark.parametrize("path", ["books/1", "nowhere", "feed", "books?format=x"])
async def test_what_is_no_list_has_no_export(path: str) -> None:
    answer = await save(library_api({"GET /books": books(1), "GET /books/1": {"id": 1}}), f"/-/export/{path}")

    assert answer.status == 404


async def test_asking_only_for_the_head_reads_no_more_than_a_page() -> None:
    api = library_api({"GET /books": pages(150)})
    async with library(api) as browser:
        answer = await browser.fetch("HEAD", "/-/export/books", headers=HEADERS)

    assert answer.headers["content-disposition"]
    assert [each.path for each in api.requests].count("/books") == 1


async def test_a_list_links_to_its_files() -> None:
    async with library(library_api({"GET /books": books(1)})) as browser:
        plain = await browser.get("/books")
        page = await browser.get("/books?genre=poetry&page=2&columns=title,genre")

    assert page.links["CSV"] == "/-/export/books?format=csv&genre=poetry&columns=title%2Cgenre"
    assert plain.links["CSV"] == "/-/export/books?format=csv&columns=-"
    assert page.links["CSV, all columns"] == "/-/export/books?format=csv&genre=poetry"
    assert page.links["JSON"] == "/-/export/books?format=json&genre=poetry"


async def test_the_demo_s_issues_can_be_had_as_a_file() -> None:
    async with demo_browser() as browser:
        await browser.sign_in("demo@example.com", "demo-pass-123")
        answer = await browser.fetch("GET", "/-/export/issues?format=csv&columns=reference,title", headers=HEADERS)
        page = await browser.get("/issues")

    total = int(page.page.one("p.extent").text.split(" of ")[1].replace(" ", ""))
    assert len(lines(answer)) == total + 1
    assert total > 200


async def test_no_more_run_at_once_than_the_api_can_be_asked_to_bear() -> None:
    begun, going_on = asyncio.Semaphore(0), asyncio.Event()

    async def answer(received: Received) -> Any:
        if received.query.get("page") == "2":
            begun.release()
            await going_on.wait()
        return pages(100)(received)

    async with library(library_api({"GET /books": answer})) as browser:
        running = [asyncio.create_task(browser.fetch("GET", "/-/export/books")) for _ in range(MOST_OF_ONE)]
        for _ in running:
            await begun.acquire()
        one_too_many = await browser.fetch("GET", "/-/export/books")
        going_on.set()
        statuses = [answer.status for answer in await asyncio.gather(*running)]
        after = await browser.fetch("GET", "/-/export/books")

    assert one_too_many.status == 429
    assert statuses == [200] * MOST_OF_ONE
    assert after.status == 200
