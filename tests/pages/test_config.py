"""Putting a guess right: what a configuration says shows on the pages, and what doesn't fit stops the start."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.pages.house import document
from tests.pages.library import DOCUMENT, book, books, get
from webapp import Settings, SettingsError, create_app
from webapp.openapi.overrides.dumping import dump_overrides
from webapp.testing import Answer, Browser, FakeAPI
from webapp.testing.fake import Received

ANSWERS = {"GET /books": books(2), "GET /books/{id}": book(1), "GET /authors": [{"id": 7, "name": "Ada"}]}


def library(answers: dict[str, Any] = ANSWERS, **more: Any) -> FakeAPI:
    return FakeAPI({**answers, **more}, accounts=None, document=DOCUMENT)


def browser(api: FakeAPI, config: Any) -> Browser:
    return Browser(create_app("http://api", transport=api.transport, config=config, settings=Settings()))


async def test_pages_say_what_the_configuration_says(tmp_path: Path) -> None:
    path = tmp_path / "webapp.toml"
    path.write_text(
        """
        [site]
        title = "The reading room"
        [resources.books]
        label = "Volumes"
        columns = ["price", "title"]
        [resources.authors]
        hidden = true
        """
    )

    async with browser(library(), path) as found:
        home = await found.get("/")
        page = await found.get("/books")
        authors = await found.get("/authors")

    assert "The reading room" in home.main
    assert "Volumes" in home.links
    assert "Authors" not in home.links
    assert [cell.text for cell in page.page.all("thead th")] == ["Price", "Title"]
    assert authors.status == 200


async def test_rows_lead_by_the_id_that_is_said() -> None:
    api = library()

    async with browser(api, {"resources": {"books": {"id": "title", "paging": {"size": "n"}}}}) as found:
        page = await found.get("/books")

    assert "/books/Book%201" in page.links.values()
    assert "n" in next(each for each in api.requests if each.path == "/books").query


async def test_rows_without_an_id_lead_nowhere() -> None:
    async with browser(library(), {"resources": {"books": {"id": False}}}) as found:
        page = await found.get("/books")

    assert "Book 1" in page.main
    assert not [link for link in page.links.values() if link is not None and link.startswith("/books/")]


async def test_a_file_that_nobody_edited_changes_no_page(tmp_path: Path) -> None:
    api = library()
    async with browser(api, None) as found:
        before = [(await found.get(path)).main for path in ("/", "/books", "/books/1")]
    app = create_app("http://api", transport=api.transport, settings=Settings())
    async with Browser(app):
        (tmp_path / "webapp.toml").write_text(dump_overrides((await app.state.frontend.sites.get()).site))

    async with browser(api, tmp_path / "webapp.toml") as found:
        after = [(await found.get(path)).main for path in ("/", "/books", "/books/1")]

    assert after == before


async def test_the_group_that_the_file_names_is_the_heading_on_the_page_and_another_in_its_place_is_too() -> None:
    paths = {f"/{name}": get({"type": "array", "items": {}}, tag=name.title()) for name in ("orders", "customers")}
    api = FakeAPI({}, accounts=None, document={**DOCUMENT, "paths": paths})
    app = create_app("http://api", transport=api.transport, settings=Settings())
    async with Browser(app) as found:
        before = headings(await found.get("/"))
        file = tomllib.loads(dump_overrides((await app.state.frontend.sites.get()).site))
    groups = {name: each["group"] for name, each in file["resources"].items()}
    async with browser(
        api, {"resources": {"orders": {"group": "Orders"}, "customers": {"group": "Customers"}}}
    ) as found:
        after = headings(await found.get("/"))

    assert before == list(dict.fromkeys(groups.values())) == ["Resources"]
    assert after == ["Orders", "Customers"]


def headings(page: Answer) -> list[str]:
    return [each.text for each in page.page.all("main section h2")]


async def test_a_resource_that_is_not_there_stops_the_start() -> None:
    with pytest.raises(
        SettingsError, match=r"config: resources\.boks: the API has no resource called 'boks'; is it books"
    ):
        async with browser(library(), {"resources": {"boks": {}}}):
            pass


async def test_unless_the_document_is_another_for_each() -> None:
    async with browser(library(), {"document": {"varies": True}, "resources": {"boks": {}}}) as found:
        assert (await found.get("/books")).status == 200


def test_what_is_written_wrong_stops_the_start_before_anything_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "webapp.toml"
    path.write_text("[resources.books]\nlable = 'Volumes'\n")

    with pytest.raises(SettingsError, match=r"webapp\.toml: resources\.books\.lable is not known; is it label\."):
        create_app("http://api", config=path, settings=Settings())
    with pytest.raises(SettingsError, match=r"WEBAPP_CONFIG is 'nowhere\.toml', which is not a file"):
        Settings(config="nowhere.toml")


async def test_a_sign_in_that_the_document_does_not_tell_is_told_by_the_configuration() -> None:
    refused = (401, {"detail": "Not authenticated"})
    api = FakeAPI(
        {"GET /openapi.json": lambda received: document(paths={}) if received.headers.get("authorization") else refused}
    )
    login = {"path": "/auth/token", "kind": "form", "username_field": "username", "password_field": "password"}

    async with browser(api, {"login": login}) as found:
        before = await found.get("/")
        await found.sign_in()
        after = await found.get("/")

    assert "sign in to see what there is" in before.main
    assert "Scripted" in after.main


async def test_a_token_is_found_where_it_is_said_to_be() -> None:
    answer = {"data": {"attributes": {"jwt": "t1", "token": "not this"}}}

    def gold(received: Received) -> Any:
        return [] if received.headers.get("authorization") == "Bearer t1" else (401, {})

    answers = {"POST /login": answer, "GET /gold": gold}
    api = FakeAPI(answers, accounts=None, document=document(sign_in=False, paths=GOLD))
    login = {"path": "/login", "kind": "json", "token_field": "data.attributes.jwt"}

    async with browser(api, {"login": login}) as found:
        await found.sign_in("ada", "secret")
        page = await found.get("/gold")

    assert page.status == 200


GOLD: dict[str, Any] = {"/gold": {"get": {"responses": {}}}}
