"""Columns, suggestions and commands, as somebody uses them."""

import re

from playwright.async_api import Page, expect

from tests.browser.chromium import answer_to
from tests.browser.conftest import NewContext, sign_in


async def test_columns_are_chosen_in_place_and_kept_by_the_next_search(new_context: NewContext) -> None:
    page = await _signed_in(new_context)
    await page.goto("/issues")
    await page.get_by_role("link", name="Columns", exact=True).click()

    await answer_to(page, "columns=", lambda: page.get_by_role("checkbox", name="Estimate").uncheck())
    await expect(page.locator("thead")).not_to_contain_text("Estimate")
    await answer_to(page, "q=invoice", lambda: page.get_by_label("Search", exact=True).fill("invoice"))

    await expect(page).to_have_url(re.compile(r"columns=title"))
    await expect(page.locator("thead")).not_to_contain_text("Estimate")
    await expect(page.locator("thead")).to_contain_text("Reference")


async def test_typing_a_name_into_a_filter_suggests_and_only_a_choice_filters(new_context: NewContext) -> None:
    page = await _signed_in(new_context)
    await page.goto("/issues")
    assignee = page.locator("input[name=assignee_id]")

    await answer_to(page, "assignee_id=dana", lambda: assignee.press_sequentially("dana"))
    await expect(page.locator("#filter-assignee_id-list option")).to_have_text(["Dana Reyes"])
    await expect(page).to_have_url(re.compile(r"/issues$"))

    await assignee.fill("1")
    await answer_to(page, "/issues?", lambda: assignee.blur())
    await expect(page.locator("li.chip")).to_contain_text("Dana Reyes")


async def test_a_command_is_copied_without_the_token(new_context: NewContext) -> None:
    page = await _signed_in(new_context, permissions=["clipboard-read", "clipboard-write"])
    await page.goto("/issues/1")
    await page.get_by_text("Copy as curl").click()

    await page.get_by_role("button", name="Copy", exact=True).click()

    await expect(page.locator("#live")).to_have_text("Copied")
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("curl ")
    assert "/issues/1" in copied
    assert "$TOKEN" in copied


async def test_a_chart_s_letters_keep_their_size_on_a_phone(new_context: NewContext) -> None:
    sizes = []
    for width in (1280, 375):
        page = await _signed_in(new_context, viewport={"width": width, "height": 800})
        await page.goto("/insights/throughput")
        letters = page.locator("svg[role=img] text").first
        await expect(letters).to_be_visible()
        sizes.append(await letters.evaluate("each => each.getBoundingClientRect().height"))
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    assert sizes[0] == sizes[1]


async def test_a_long_word_to_search_for_makes_no_page_wider_than_a_phone(new_context: NewContext) -> None:
    page = await _signed_in(new_context, viewport={"width": 320, "height": 800})

    await page.goto(f"/issues?q={'w' * 60}")

    await expect(page.locator(".chip")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def _signed_in(new_context: NewContext, **options: object) -> Page:
    page = await (await new_context(**options)).new_page()
    await sign_in(page)
    return page
