"""Coming back to a page that is as it was."""

from playwright.async_api import expect

from tests.browser.chromium import Traffic
from tests.browser.conftest import NewContext


async def test_a_stranger_s_page_is_not_loaded_again_while_it_is_the_same(new_context: NewContext) -> None:
    page = await (await new_context()).new_page()
    await page.goto("/login", wait_until="networkidle")
    traffic = await Traffic.of(page)

    answer = await page.goto("/login", wait_until="networkidle")

    assert answer is not None
    assert (await answer.all_headers())["etag"].startswith('W/"')
    assert traffic.bytes < 1_000, traffic
    await expect(page.get_by_label("Password")).to_be_visible()
