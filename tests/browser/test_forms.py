"""Forms made from schemas: parts that come and go, with JavaScript and without."""

import re

from playwright.async_api import Locator, Page, expect

from tests.browser.chromium import axe_violations
from tests.browser.conftest import NewContext, sign_in
from tests.browser.test_accessibility import LOOKS

NEW_ISSUE = "/-/operations/create-issue?project_id=1"
SETTINGS = "/-/operations/replace-settings"


def labels(page: Page) -> Locator:
    """The inputs of an issue's labels."""
    return page.locator("input[name^='body/labels/']")


async def press(page: Page, value: str) -> None:
    """Press the button that changes the form in this way, and wait for what it changes."""
    async with page.expect_response(lambda answer: answer.request.method == "POST"):
        await page.locator(f"button[name=edit][value='{value}']").click()
    await expect(page.locator("h1")).to_be_visible()


async def put_in_labels(page: Page, *names: str) -> None:
    for at, name in enumerate(names):
        await press(page, "add:body/labels")
        await labels(page).nth(at).fill(name)


async def values(inputs: Locator) -> list[str]:
    return [await each.input_value() for each in await inputs.all()]


async def test_items_are_added_moved_and_removed_and_what_was_typed_stays(page: Page) -> None:
    await sign_in(page)
    await page.goto(NEW_ISSUE)
    await page.locator("[name='body/title']").fill("Typed before")
    await put_in_labels(page, "bug", "design", "docs")

    await press(page, "up:body/labels/2")
    await expect(labels(page).nth(1)).to_have_value("docs")
    await press(page, "down:body/labels/0")
    await expect(labels(page).nth(0)).to_have_value("docs")
    await press(page, "remove:body/labels/1")
    await expect(labels(page)).to_have_count(2)

    assert await values(labels(page)) == ["docs", "design"]
    await expect(page.locator("[name='body/title']")).to_have_value("Typed before")


async def test_a_name_written_out_becomes_the_id_of_what_is_called_that(scripted: Page) -> None:
    await sign_in(scripted)
    await scripted.goto("/-/operations/create-issue")
    project = scripted.locator("[name='body/project_id']")
    await project.press_sequentially("website")
    await scripted.locator("[name='body/title']").focus()

    await expect(project).to_have_value("1")
    await expect(scripted.locator(".picked").first).to_have_text("Website")


async def test_a_form_with_rows_is_sent_as_it_stands(page: Page) -> None:
    await sign_in(page)
    await page.goto(NEW_ISSUE)
    await page.locator("[name='body/title']").fill("An issue with a list")
    await put_in_labels(page, "bug")
    await page.get_by_role("main").get_by_role("button", name="Create issue").click()

    await expect(page).to_have_url(re.compile(r"/issues/\d+$"))
    await expect(page.locator("h1")).to_have_text("An issue with a list")
    await expect(page.locator("main")).to_contain_text("bug")


async def test_enter_in_a_text_sends_the_form_and_removes_nothing(page: Page) -> None:
    await sign_in(page)
    await page.goto(NEW_ISSUE)
    await put_in_labels(page, "bug")
    await page.locator("[name='body/title']").fill("Sent with Enter")
    await page.locator("[name='body/title']").press("Enter")

    await expect(page).to_have_url(re.compile(r"/issues/\d+$"))
    await expect(page.locator("main")).to_contain_text("bug")


async def test_another_shape_brings_its_own_fields(page: Page) -> None:
    await sign_in(page)
    await page.goto(SETTINGS)
    await page.locator("[name='body/site_name']").fill("Renamed")

    choice = page.locator("select[name='branch:body/notice']")
    await choice.select_option(label="Webhook")
    button = page.get_by_role("button", name="Show its fields")
    if await button.is_visible():
        await button.click()

    await expect(page.locator("[name='body/notice/url']")).to_be_visible()
    await expect(page.locator("[name='body/notice/address']")).to_have_count(0)
    await expect(page.locator("[name='body/site_name']")).to_have_value("Renamed")


async def test_the_focus_goes_where_one_goes_on(scripted: Page) -> None:
    page = scripted
    await sign_in(page)
    await page.goto(NEW_ISSUE)

    await put_in_labels(page, "bug", "docs", "design")
    await expect(labels(page).nth(2)).to_be_focused()
    await press(page, "down:body/labels/0")
    await expect(page.locator("button[value='down:body/labels/1']")).to_be_focused()
    await press(page, "remove:body/labels/2")
    await expect(page.locator("button[value='remove:body/labels/1']")).to_be_focused()


async def test_no_input_that_gets_the_focus_lies_below_the_bar_of_buttons(scripted: Page) -> None:
    await sign_in(scripted)
    await scripted.goto(NEW_ISSUE)
    text = scripted.locator("[name='body/estimate']")
    await text.evaluate("(input) => scrollBy(0, input.getBoundingClientRect().bottom - innerHeight)")
    await text.evaluate("(input) => input.focus()")

    below = await text.evaluate("(input) => input.getBoundingClientRect().bottom")
    bar = await scripted.locator(".form > .actions").evaluate("(bar) => bar.getBoundingClientRect().top")
    assert below <= bar


async def test_errors_are_listed_first_and_lead_to_their_fields(page: Page) -> None:
    await sign_in(page)
    await page.goto(NEW_ISSUE)
    await page.locator("[name='body/estimate']").fill("a lot")
    await page.get_by_role("main").get_by_role("button", name="Create issue").click()

    summary = page.get_by_role("alert")
    await expect(summary).to_be_focused()
    await summary.get_by_role("link", name="Estimate").click()
    await expect(page.locator("[name='body/estimate']")).to_be_focused()
    await expect(page.locator("[name='body/estimate']")).to_have_value("a lot")
    await expect(page.locator("[name='body/estimate']")).to_have_attribute("aria-invalid", "true")


async def test_axe_finds_nothing_wrong_with_forms_in_any_state(new_context: NewContext) -> None:
    found: dict[str, list[str]] = {}
    for look, options in LOOKS.items():
        page = await (await new_context(**options)).new_page()
        await sign_in(page)
        await page.goto(SETTINGS)
        await press(page, "add:body/quotas")
        found[f"{look}: settings"] = await axe_violations(page)
        await page.goto(NEW_ISSUE)
        await put_in_labels(page, "bug", "docs")
        await press(page, "add:body/checklist")
        await page.locator("[name='body/estimate']").fill("a lot")
        found[f"{look}: rows"] = await axe_violations(page)
        await page.get_by_role("main").get_by_role("button", name="Create issue").click()
        await expect(page.get_by_role("alert")).to_be_focused()
        found[f"{look}: errors"] = await axe_violations(page)
        if await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found[f"{look}: errors"].append("the page is wider than the window")

    assert {state: wrong for state, wrong in found.items() if wrong} == {}
