"""Changing things in a browser: in place, against somebody else, and several at once."""

import re

from playwright.async_api import Page, expect

from tests.browser.conftest import NewContext, sign_in

NOTICE = "#toasts"


async def test_an_item_is_edited_where_it_stands_or_on_a_page_of_its_own(page: Page) -> None:
    await sign_in(page)
    await page.goto("/issues/30")
    await page.get_by_role("link", name="Edit", exact=True).click()
    title = page.locator("[name='body/title']")
    edited = f"{await title.input_value()}!"
    await title.fill(edited)
    await page.get_by_role("button", name="Save").last.click()

    await expect(page).to_have_url(re.compile(r"/issues/30$"))
    await expect(page.locator("h1")).to_have_text(edited)
    await expect(page.locator(NOTICE)).to_contain_text("Saved.")


async def test_escape_and_cancel_bring_the_values_back_unless_something_was_typed(scripted: Page) -> None:
    await sign_in(scripted)
    await scripted.goto("/issues/31")
    edit = scripted.get_by_role("link", name="Edit", exact=True)
    title = scripted.locator("#facts [name='body/title']")

    await edit.click()
    await expect(title).to_be_focused()
    await expect(scripted).to_have_url(re.compile(r"/issues/31$"))
    await scripted.keyboard.press("Escape")
    await expect(scripted.locator("#facts .facts")).to_be_visible()

    await edit.click()
    await title.fill("Something")
    await scripted.keyboard.press("Escape")
    await expect(scripted.locator("#facts [data-cancel]")).to_be_focused()
    await expect(title).to_have_value("Something")
    await scripted.keyboard.press("Enter")
    await expect(scripted.locator("#facts .facts")).to_be_visible()


async def test_two_people_change_the_same_and_one_chooses(page: Page, new_context: NewContext) -> None:
    other = await (await new_context()).new_page()
    for each in (page, other):
        await sign_in(each)
        await each.goto("/-/operations/update-issue?issue_id=32")
    title = page.locator("[name='body/title']")
    mine = f"{await title.input_value()} and mine"
    await other.locator("[name='body/title']").fill("Theirs")
    await other.locator("#form").get_by_role("button", name="Save").last.click()
    await expect(other).to_have_url(re.compile(r"/issues/32$"))

    await title.fill(mine)
    await page.locator("#form").get_by_role("button", name="Save").last.click()
    version = page.locator("fieldset.version")
    await expect(version).to_have_count(1)
    await expect(version).to_contain_text("Theirs")
    await version.get_by_text("Yours").click()
    await page.get_by_role("button", name="Save").last.click()

    await expect(page.locator("h1")).to_have_text(mine)


async def test_several_rows_are_deleted_and_come_back(page: Page) -> None:
    await sign_in(page)
    await page.goto("/issues?sort=created_at")
    await page.get_by_role("link", name="Select", exact=True).click()
    boxes = page.locator("tbody input[name=id]")
    delete = page.locator("#selected").get_by_role("button", name="Delete issue")
    await expect(delete).to_be_hidden()
    for number in (0, 1):
        await boxes.nth(number).check()
    await delete.click()

    await expect(page.locator("#bulk-title")).to_have_text("Delete issue: 2 issues?")
    await page.get_by_role("button", name="Delete issue (2)").click()
    await expect(page.locator("#bulk-title")).to_have_text("Delete issue: 2 issues done")
    await page.get_by_role("button", name="Undo").click()
    await expect(page.locator("#bulk-title")).to_have_text("Restore: 2 issues done")


async def test_one_box_selects_all_rows(scripted: Page) -> None:
    await sign_in(scripted)
    await scripted.goto("/issues")
    await scripted.get_by_role("link", name="Select", exact=True).click()
    every = scripted.get_by_role("checkbox", name="Select all", exact=True)
    await every.check()
    await expect(scripted.locator("tbody :checked")).to_have_count(25)
    await expect(scripted.locator("#live")).to_have_text("25 selected")

    await scripted.locator("tbody input[name=id]").first.uncheck()
    await expect(every).not_to_be_checked()
    await expect(scripted.locator("#selected")).to_be_visible()


async def test_without_a_script_there_is_no_box_for_all(new_context: NewContext) -> None:
    page = await (await new_context(java_script_enabled=False)).new_page()
    await sign_in(page)
    await page.goto("/issues?selecting=yes")

    await expect(page.locator("#all")).to_be_hidden()
    await expect(page.locator("tbody input[name=id]").first).to_be_visible()
