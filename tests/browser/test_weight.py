"""What goes over the wire: few requests, few bytes."""

import re
from collections.abc import Callable

from playwright.async_api import expect

from tests.browser.chromium import Traffic
from tests.browser.conftest import NewContext, sign_in
from tests.browser.test_journeys import ROWS

FIRST_VISIT_REQUESTS = 3
# Heads included, which are 0.8 KB of a refinement; see tests/html/test_budget.py for what is packed.
FIRST_VISIT_BYTES = 23.5 * 1024
REFINEMENT_BYTES = 3.5 * 1024


async def test_a_first_visit_and_a_refinement_are_light(new_context: NewContext, figure: Callable[[str], None]) -> None:
    signed_in = await new_context()
    await sign_in(await signed_in.new_page())
    # Another browser with the same cookie: nothing is in its cache.
    page = await (await new_context(storage_state=await signed_in.storage_state())).new_page()
    traffic = await Traffic.of(page)

    await page.goto("/issues", wait_until="networkidle")
    await expect(page.locator(ROWS)).to_have_count(25)
    assert len(traffic.urls) <= FIRST_VISIT_REQUESTS, traffic
    assert 2_000 < traffic.bytes <= FIRST_VISIT_BYTES, traffic

    figure(f"a first visit to a list takes {len(traffic.urls)} requests and {traffic.bytes:,} bytes, heads included")
    traffic.reset()
    await page.locator("select[name=status]").select_option("closed")
    await expect(page).to_have_url(re.compile(r"status=closed"))
    await page.wait_for_load_state("networkidle")
    assert len(traffic.urls) == 1, traffic
    assert 300 < traffic.bytes <= REFINEMENT_BYTES, traffic
    figure(f"a refinement takes {traffic.bytes:,} bytes")
