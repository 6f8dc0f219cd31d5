"""The page of all operations, and that none of them is out of reach."""

import gzip
import re

from tests.pages.house import DEMO, demo_browser
from tests.pages.workshop import does, workshop
from webapp import Settings, create_app
from webapp.demo.app import create_demo
from webapp.testing import Answer, Browser, FakeAPI

SLUG = re.compile(r"/-/operations/([a-z0-9-]+)")


def slugs_of(page: Answer) -> list[str]:
    """The operations that a page lists."""
    hrefs = (link.get("href") for link in page.page.all("#operations a"))
    return [match[1] for each in hrefs if (match := SLUG.fullmatch(each))]


async def test_every_operation_is_reached_from_home_and_has_a_page() -> None:
    declared = [
        (method.upper(), path)
        for path, item in create_demo().openapi()["paths"].items()
        for method in item
        if method in ("get", "put", "post", "patch", "delete")
    ]
    async with demo_browser() as browser:
        await browser.sign_in(*DEMO)
        await browser.get("/")
        index = await browser.click("All operations")
        slugs = slugs_of(index)
        pages = [await browser.get(f"/-/operations/{slug}") for slug in slugs]

    codes = [code.text for code in index.page.all("#operations code")]
    assert set(zip(codes[::2], codes[1::2], strict=True)) == set(declared)
    assert len(slugs) == len(set(slugs)) == len(declared) == 69
    assert [(page.url, page.status) for page in pages if page.status != 200] == []
    assert [page.url for page in pages if len(page.page.all("h1")) != 1] == []


async def test_what_one_can_do_is_linked_where_it_is_done() -> None:
    async with demo_browser() as browser:
        await browser.sign_in(*DEMO)
        listed = await browser.get("/projects")
        item = await browser.get("/projects/1")
        nested = await browser.get("/projects/1/members")
        single = await browser.get("/settings")
        users = await browser.get("/users/1")

    assert listed.links["New project"] == "/-/operations/create-project"
    assert item.links["Archive"] == "/-/operations/archive-project?project_id=1"
    assert item.links["Edit"] == "/-/operations/update-project?project_id=1"
    assert item.links["Delete"] == "/-/operations/delete-project?project_id=1"
    assert nested.links["New member"] == "/-/operations/add-member?project_id=1"
    assert "Edit" in single.links
    assert "Deactivate" in users.links
    assert not {"Log in", "Log out", "Refresh", "Sign in"} & set(users.links)


async def test_more_than_three_actions_make_a_menu() -> None:
    actions = ("grind", "oil", "lend", "return")
    paths = {f"/tools/{{tool_id}}/{name}": {"post": does(name, f"{name.title()} the tool")} for name in actions}
    async with workshop({}, paths=paths) as (browser, _):
        page = await browser.get("/tools/7")

    menu = [link.text for link in page.page.all(".drop a")]
    assert set(menu) < {"Grind", "Oil", "Lend", "Return", "Sharpen", "Weigh"}
    assert {"Grind", "Oil", "Lend", "Return", "Sharpen", "Weigh"} <= set(page.links)


async def test_operations_are_found_by_all_the_words_one_types() -> None:
    async with demo_browser() as browser:
        await browser.sign_in(*DEMO)
        await browser.get("/-/operations")
        found = await browser.submit("form[aria-label=Operations]", q="project Archive")
        nothing = await browser.submit("form[aria-label=Operations]", q="zebra")
        part = await browser.htmx("GET", "/-/operations?q=POST+/exports", target="operations")

    assert "archive-project" in slugs_of(found)
    assert "create-project" not in slugs_of(found)
    assert "Nothing matches" in nothing.main
    assert '"/-/operations/start-export"' in part.text
    assert "<html" not in part.text


async def test_a_thousand_operations_fit_into_a_small_page() -> None:
    paths = {
        f"/services/{number}/accounts/{{account_id}}": {
            method: {"summary": f"{method} account {number} of service", "tags": [f"Service {number % 40}"]}
            for method in ("get", "put", "patch", "delete")
        }
        for number in range(250)
    }
    document = {"openapi": "3.1.0", "info": {"title": "Many", "version": "1"}, "paths": paths}
    api = FakeAPI({}, accounts=None, document=document)
    async with Browser(create_app("http://api", transport=api.transport, settings=Settings())) as browser:
        page = await browser.get("/-/operations")

    assert len(slugs_of(page)) == 1000
    assert len(gzip.compress(page.content, 6)) < 50_000
