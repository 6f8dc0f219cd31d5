"""Creating, doing and deleting in a browser, with a script and without."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import sign_in

NOTICE = "#toasts"
SUMMARY = "[role=alert]"


async def test_a_thing_is_created_after_a_complaint_was_put_right(page: Page) -> None:
    await sign_in(page)
    await page.goto("/projects")
    await page.get_by_role("link", name="New project").click()
    await page.locator("[name='body/key']").fill("lower case")
    await page.locator("[name='body/name']").fill("Made in a browser")
    await page.get_by_role("button", name="Create project").last.click()

    await expect(page.locator(SUMMARY)).to_be_focused()
    await expect(page.locator("[name='body/name']")).to_have_value("Made in a browser")
    key = page.locator("[name='body/key']")
    await expect(key).to_have_attribute("aria-invalid", "true")
    await page.locator(SUMMARY).get_by_role("link").first.click()
    await expect(key).to_be_focused()

    await key.fill(f"P{abs(hash(page)) % 10**5}")
    await page.get_by_role("button", name="Create project").last.click()
    await expect(page).to_have_url(re.compile(r"/projects/\d+$"))
    await expect(page.locator("h1")).to_have_text("Made in a browser")
    await expect(page.locator(NOTICE)).to_contain_text("created")

    await page.reload()
    await expect(page.locator(NOTICE)).not_to_contain_text("created")


async def test_what_would_be_sent_is_shown_in_place_as_a_command(page: Page) -> None:
    await sign_in(page)
    await page.goto("/-/operations/create-project")
    await page.locator("[name='body/name']").fill("Never made")
    await page.get_by_role("button", name="Show as curl").click()

    await expect(page.locator("#curl")).to_contain_text('"name": "Never made"')
    await expect(page.locator("[name='body/name']")).to_have_value("Never made")
    await page.locator("[name='body/key']").fill("NEVER")
    await page.get_by_role("button", name="Show as curl").click()
    await expect(page.locator("#curl")).to_contain_text("NEVER")


async def test_the_items_of_a_list_are_added_moved_and_removed(page: Page) -> None:
    await sign_in(page)
    await page.goto("/-/operations/create-issue?project_id=1&title=With+a+checklist")
    form = page.locator("#form")
    for number, text in enumerate(("second", "first", "third")):
        await form.get_by_role("button", name="Add label").click()
        await form.locator(f"[name='body/labels/{number}']").fill(text)

    await form.get_by_role("button", name="Move up").first.click()
    await expect(form.locator("[name='body/labels/0']")).to_have_value("first")
    await form.get_by_role("button", name="Remove").last.click()
    await expect(form.locator("[name='body/labels/2']")).to_have_count(0)
    await expect(form.locator("[name='body/labels/1']")).to_have_value("second")
    await expect(form.locator("[name='body/title']")).to_have_value("With a checklist")


async def test_the_shape_of_a_value_is_chosen_and_its_fields_follow(page: Page, script: bool) -> None:
    await sign_in(page)
    await page.goto("/-/operations/replace-settings")
    await expect(page.locator("[name='body/notice/address']")).to_be_visible()

    await page.locator("select[name='branch:body/notice']").select_option(label="Webhook")
    if not script:
        await page.get_by_role("button", name="Show its fields").click()
    await expect(page.locator("[name='body/notice/url']")).to_be_visible()
    await expect(page.locator("[name='body/notice/address']")).to_have_count(0)


async def test_a_reference_is_found_by_its_name(scripted: Page) -> None:
    await sign_in(scripted)
    await scripted.goto("/-/operations/create-issue")
    project = scripted.locator("[name='body/project_id']")
    await project.press_sequentially("Help")

    choices = scripted.locator(f"datalist#{await project.get_attribute('list')} option")
    await expect(choices).to_have_count(1)
    await expect(choices.first).to_have_text("Help centre")


@pytest.fixture
def script(request: pytest.FixtureRequest) -> bool:
    """Whether the page runs scripts."""
    return "no-script" not in request.node.name


@pytest.fixture
async def project(page: Page) -> str:
    """A project of its own, and its page."""
    await sign_in(page)
    await page.goto("/-/operations/create-project?name=To+be+deleted")
    await page.locator("[name='body/key']").fill(f"D{abs(hash(page)) % 10**5}")
    await page.get_by_role("button", name="Create project").last.click()
    await expect(page.locator("h1")).to_have_text("To be deleted")
    return page.url


async def test_deleting_names_what_goes_and_can_be_thought_better_of(page: Page, project: str) -> None:
    await page.get_by_role("link", name="Delete", exact=True).click()
    await expect(page.get_by_role("heading", name="To be deleted")).to_be_visible()
    await page.get_by_role("link", name="Cancel").last.click()
    await expect(page).to_have_url(project)

    await page.get_by_role("link", name="Delete", exact=True).click()
    await page.get_by_role("button", name="Delete project").last.click()
    await expect(page).to_have_url(re.compile(r"/projects$"))
    await expect(page.locator(NOTICE)).to_contain_text("To be deleted")


async def test_something_is_done_to_a_thing_and_its_page_says_so(page: Page, project: str) -> None:
    await page.get_by_role("link", name="Archive", exact=True).click()
    await page.get_by_role("button", name="Archive").last.click()

    await expect(page).to_have_url(project)
    await expect(page.locator(NOTICE)).to_contain_text("Archive")
    await expect(page.locator("dt", has_text="Archived").locator("xpath=following-sibling::dd")).to_have_text("Yes")


async def test_an_operation_is_found_among_all_by_its_words(page: Page) -> None:
    await sign_in(page)
    await page.goto("/")
    await page.locator("main").get_by_role("link", name="All operations").click()
    await page.locator("main input[type=search]").fill("archive project")
    await page.keyboard.press("Enter")

    await expect(page).to_have_url(re.compile(r"q=archive"))
    await page.locator("main").get_by_role("link", name="Archive", exact=True).click()
    await expect(page.locator("[name='path/project_id']")).to_be_visible()
