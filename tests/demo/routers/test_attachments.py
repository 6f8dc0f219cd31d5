"""Files: up, listed, down again."""

from typing import Any
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI

from tests.demo.house import Clock, client, running, state_of, tokens

CONTENT = bytes(range(256)) * 20


async def uploaded(
    who: httpx.AsyncClient, name: str = "notes.txt", content: bytes = CONTENT, media_type: str = "text/plain"
) -> httpx.Response:
    """What an upload to issue 7 is answered."""
    return await who.post("/issues/7/attachments", files={"file": (name, content, media_type)})


@pytest.mark.parametrize("name", ["notes.txt", "Übersicht 2026.pdf", 'a "quoted" name.txt', "日本語.png"])
async def test_a_file_comes_back_with_its_bytes_name_and_type(member: httpx.AsyncClient, name: str) -> None:
    answer = await uploaded(member, name, media_type="application/pdf")
    details = answer.json()

    download = await member.get(details["content_url"])

    assert answer.status_code == 201
    assert (details["media_type"], details["size"]) == ("application/pdf", len(CONTENT))
    assert (await member.get(answer.headers["location"])).json() == details
    assert download.content == CONTENT
    assert download.headers["content-type"] == "application/pdf"
    assert download.headers["x-content-type-options"] == "nosniff"
    disposition = download.headers["content-disposition"]
    assert disposition.startswith("attachment; ")
    assert quote(details["name"]) in disposition or details["name"] in disposition


async def test_files_are_listed_with_what_was_said_about_them(member: httpx.AsyncClient) -> None:
    before = (await member.get("/issues/7/attachments")).json()
    files = {"file": ("a.csv", b"a,b", "text/csv")}
    answer = await member.post("/issues/7/attachments", files=files, data={"description": "As of today"})

    assert (await member.get("/issues/7/attachments")).json() == [*before, answer.json()]
    assert answer.json()["description"] == "As of today"
    assert answer.json()["uploaded_by_user_id"] == 2


async def test_a_part_of_a_file_can_be_asked_for(member: httpx.AsyncClient) -> None:
    url = (await uploaded(member)).json()["content_url"]

    answer = await member.get(url, headers={"Range": "bytes=10-19"})

    assert (answer.status_code, answer.content) == (206, CONTENT[10:20])


async def test_a_path_in_a_name_is_cut_off(member: httpx.AsyncClient) -> None:
    for name in ("/etc/passwd", "..\\..\\passwd", "C:\\secret\\passwd"):
        assert (await uploaded(member, name)).json()["name"] == "passwd"


@pytest.mark.parametrize("name", ["folder/", " ", "a\u202eb.txt"])
async def test_a_file_without_a_usable_name_is_a_422(member: httpx.AsyncClient, name: str) -> None:
    answer = await uploaded(member, name)

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "file"]


@pytest.mark.parametrize("media_type", ["no type", "text/é", "text/html; charset=utf-8\x00"])
async def test_a_type_that_can_not_be_one_is_just_bytes(member: httpx.AsyncClient, media_type: str) -> None:
    details = (await uploaded(member, media_type=media_type)).json()

    assert details["media_type"] == "application/octet-stream"
    assert (await member.get(details["content_url"])).content == CONTENT


async def test_an_upload_without_a_file_names_the_field(member: httpx.AsyncClient) -> None:
    answer = await member.post("/issues/7/attachments", data={"description": "x"})

    assert (answer.status_code, answer.json()["detail"][0]["loc"]) == (422, ["body", "file"])


async def test_a_file_that_is_too_large_is_a_413(clock: Clock) -> None:
    with running(None, clock, max_upload=100) as app:
        async with client(app, **(await tokens(app)).bearer) as me:
            assert (await uploaded(me, content=b"x" * 100)).status_code == 201
            assert (await uploaded(me, content=b"x" * 101)).status_code == 413


async def test_a_deleted_file_is_gone_from_the_disk_too(app: FastAPI, member: httpx.AsyncClient) -> None:
    folder = state_of(app).files.path("").resolve()
    before = set(folder.iterdir())
    location = (await uploaded(member)).headers["location"]
    assert len(set(folder.iterdir()) - before) == 1

    assert (await member.delete(location)).status_code == 204
    assert set(folder.iterdir()) == before
    for path in (location, f"{location}/content"):
        assert (await member.get(path)).status_code == 404


async def test_a_deleted_issue_takes_no_files(member: httpx.AsyncClient) -> None:
    await member.delete("/issues/7")

    assert (await uploaded(member)).status_code == 409


async def test_every_seeded_file_can_be_fetched(app: FastAPI, viewer: httpx.AsyncClient) -> None:
    kinds: dict[str, Any] = {}
    for number in range(1, 37):
        details = (await viewer.get(f"/attachments/{number}")).json()
        content = (await viewer.get(details["content_url"])).content
        assert len(content) == details["size"]
        kinds[details["media_type"]] = content

    assert set(kinds) == {"image/png", "text/plain", "text/csv", "application/pdf", "text/html"}
    assert kinds["application/pdf"].startswith(b"%PDF-1.4")
