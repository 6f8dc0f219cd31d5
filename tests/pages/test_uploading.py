"""Files sent with an operation's form, through to the API."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.types import Message

from tests.forms.test_parts import TYPE, file, form, text
from webapp import Settings, create_app
from webapp.forms.parts import HELD
from webapp.testing import Answer, Browser, FakeAPI

BINARY = {"type": "string", "format": "binary"}
LARGE = b"x" * (HELD + 1000)


def document(media_type: str, schema: Any) -> dict[str, Any]:
    operation = {
        "operationId": "store",
        "requestBody": {"required": True, "content": {media_type: {"schema": schema}}},
        "responses": {"200": {"description": "Stored"}},
    }
    return {"openapi": "3.1.0", "info": {"title": "Files", "version": "1"}, "paths": {"/files": {"post": operation}}}


def form_of(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": ["title"], "properties": {"title": {"type": "string"}, **properties}}


async def send(api: FakeAPI, body: bytes, **settings: Any) -> Answer:
    async with Browser(create_app("http://api", transport=api.transport, settings=Settings(**settings))) as browser:
        return await browser.fetch("POST", "/-/operations/store", headers={"Content-Type": TYPE}, content=body)


def api_for(media_type: str, schema: Any, answer: Any = None) -> FakeAPI:
    said = {"ok": True} if answer is None else answer
    return FakeAPI({"POST /files": said}, accounts=None, document=document(media_type, schema))


@pytest.mark.parametrize("content", [b"small", LARGE])
async def test_a_file_goes_through_with_its_name_and_type_and_what_was_typed(content: bytes) -> None:
    api = api_for("multipart/form-data", form_of(file=BINARY))
    answer = await send(api, form(text("body/title", "T"), file("body/file", content, filename="C:\\x\\ž.png")))

    sent = api.requests[-1]
    assert answer.status == 303
    assert sent.content.count(content) == 1
    assert 'name="file"; filename="ž.png"\r\nContent-Type: image/png'.encode() in sent.content
    assert b'name="title"\r\n\r\nT\r\n' in sent.content
    assert ("content-length" in sent.headers) is (content == b"small")


async def test_several_files_and_what_follows_them_go_through() -> None:
    api = api_for("multipart/form-data", form_of(files={"type": "array", "items": BINARY}, note={"type": "string"}))
    body = form(
        text("body/title", "T"), file("body/files", LARGE), file("body/files", b"second"), text("body/note", "last")
    )
    await send(api, body)

    sent = api.requests[-1].content
    assert sent.count(b'name="files"; filename=') == 2
    assert LARGE in sent
    assert b"second" in sent
    assert b'name="note"\r\n\r\nlast\r\n' in sent


@pytest.mark.parametrize("content", [b"small", LARGE])
async def test_a_body_that_is_a_file_is_its_bytes_and_nothing_else(content: bytes) -> None:
    api = api_for("application/octet-stream", BINARY)
    await send(api, form(file("body", content)))

    assert api.requests[-1].content == content
    assert api.requests[-1].headers["content-type"] == "application/octet-stream"


async def test_files_within_data_become_texts() -> None:
    api = api_for("application/json", form_of(file=BINARY, other=BINARY))
    await send(api, form(text("body/title", "T"), file("body/file", LARGE), file("body/other", b"\x00\xff")))

    sent = api.requests[-1].json
    assert len(sent["file"]) == -(-len(LARGE) // 3) * 4
    assert sent["other"] == "AP8="


@pytest.mark.parametrize(
    "schema", [{"type": "string", "format": "byte"}, {"type": "string", "contentEncoding": "base64"}]
)
async def test_a_text_in_base64_may_be_a_file_instead(schema: Any) -> None:
    api = api_for("application/json", form_of(logo=schema))
    async with Browser(create_app("http://api", transport=api.transport)) as browser:
        for logo, sent in ((("a.bin", b"\x00\xff"), "AP8="), ("aGFsbG8=", "aGFsbG8=")):
            await browser.get("/-/operations/store")
            typed: dict[str, Any] = {"body/title": "T", "body/logo": logo}
            await browser.submit("#form", **typed)
            assert api.requests[-1].json == {"title": "T", "logo": sent}


async def test_a_file_for_a_text_within_parts_becomes_its_base64() -> None:
    api = api_for("multipart/form-data", form_of(logo={"type": "string", "format": "byte"}, file=BINARY))
    body = form(text("body/title", "T"), text("body/logo", ""), file("body/logo", b"\x00\xff"), file("body/file", b"x"))
    await send(api, body)

    assert b'name="logo"\r\n\r\nAP8=\r\n' in api.requests[-1].content
    assert b'name="file"; filename=' in api.requests[-1].content


async def test_what_the_api_has_against_a_file_is_said_in_the_form() -> None:
    api = api_for("multipart/form-data", form_of(file=BINARY), (413, {"detail": "1 MB at most"}))
    answer = await send(api, form(text("body/title", "Kept"), file("body/file", LARGE)))

    assert answer.status == 413
    assert "1 MB at most" in answer.main
    assert answer.page.one("[name='body/title']").get("value") == "Kept"
    assert "choose a.bin again" in answer.main


async def test_more_than_the_operator_allows_never_reaches_the_api() -> None:
    api = api_for("multipart/form-data", form_of(file=BINARY))
    answer = await send(api, form(text("body/title", "T"), file("body/file", b"x" * 2_000_000)), max_upload=1_048_576)

    assert answer.status == 413
    assert [each for each in api.requests if each.method == "POST"] == []


@pytest.mark.parametrize("told", [True, False], ids=["its length is told", "its length isn't"])
async def test_a_gigabyte_is_taken_no_further_than_to_the_limit(told: bool, figure: Callable[[str], None]) -> None:
    limit, piece, taken, statuses = 10 * 1024 * 1024, b"x" * 65536, 0, []
    begins = form(text("body/title", "T"), file("body/file", b"")).removesuffix(b"--\r\n")

    async def receive() -> Message:
        nonlocal taken
        chunk = piece if taken else begins[: begins.rindex(b"\r\n--")]
        taken += len(chunk)
        return {"type": "http.request", "body": chunk, "more_body": taken < 10**9}

    async def take(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    api = api_for("multipart/form-data", form_of(file=BINARY))
    app = create_app("http://api", transport=api.transport, settings=Settings(max_upload=limit))
    length = [(b"content-length", b"1000000000")] if told else []
    scope = {
        "type": "http",
        "method": "POST",
        "scheme": "http",
        "path": "/-/operations/store",
        "raw_path": b"/-/operations/store",
        "query_string": b"",
        "headers": [(b"host", b"testserver"), (b"content-type", TYPE.encode()), *length],
    }
    async with Browser(app):
        await app(scope, receive, take)

    assert statuses == [413]
    assert taken <= (0 if told else limit + 65536)
    figure(f"of 1 GB, {taken:,} bytes were taken where {limit:,} are allowed")
