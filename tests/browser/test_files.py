"""Files up and down, with JavaScript and without."""

import re
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Page, expect

from tests.browser.chromium import axe_violations
from tests.browser.conftest import Live, NewContext, sign_in
from tests.serving import serve
from webapp import Settings, create_app

UPLOAD = "/-/operations/upload-attachment?issue_id=1"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000100000001008020000009091683600000017494441542891636460f8cf400a60"
    "22495d0c030301000b1a011f24e3f2b10000000049454e44ae426082"
)


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
async def any_page(request: pytest.FixtureRequest, new_context: NewContext) -> Page:
    """A page that may save files, once with JavaScript and once without."""
    context = await new_context(java_script_enabled=request.param, accept_downloads=True)
    return await context.new_page()


async def test_a_file_is_uploaded_listed_and_saved_again(any_page: Page, tmp_path: Path) -> None:
    page = any_page
    content = b"a,b\n" + b"1,2\n" * 200_000
    path = tmp_path / "žlutý list.csv"
    path.write_bytes(content)
    await sign_in(page)
    await page.goto(UPLOAD)
    await page.locator("[name='body/description']").fill("What it shows")
    await page.locator("input[type=file]").set_input_files(path)
    await page.locator("form#form .actions button").click()

    await expect(page).to_have_url(re.compile(r"/(attachments/\d+|issues/1)"))
    await expect(page.locator("#toasts")).to_contain_text("žlutý list.csv")
    identifier = page.url.rstrip("/").rpartition("/")[2]
    await page.goto(f"/attachments/{identifier}/content")
    await expect(page.locator("main")).to_contain_text("žlutý list.csv")
    await expect(page.locator("main table tbody tr")).to_have_count(20)

    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="Download").click()
    download = await downloading.value

    assert download.suggested_filename == "žlutý list.csv"
    assert (await download.path()).read_bytes() == content


async def test_a_picture_is_shown(any_page: Page, tmp_path: Path) -> None:
    page = any_page
    (tmp_path / "dot.png").write_bytes(PNG)
    await sign_in(page)
    await page.goto(UPLOAD)
    await page.locator("input[type=file]").set_input_files(tmp_path / "dot.png")
    await page.locator("form#form .actions button").click()
    await expect(page).to_have_url(re.compile(r"/attachments/\d+"))
    await page.goto(page.url + "/content")

    picture = page.locator(".preview img")
    await expect(picture).to_be_visible()
    assert await picture.evaluate("each => each.complete && each.naturalWidth") == 16


async def test_markup_that_was_uploaded_is_only_ever_source(scripted: Page, tmp_path: Path) -> None:
    page = scripted
    (tmp_path / "evil.html").write_text("<script>window.evil = document.domain</script><h1 id=evil>Run</h1>")
    await sign_in(page)
    await page.goto(UPLOAD)
    await page.locator("input[type=file]").set_input_files(tmp_path / "evil.html")
    await page.locator("form#form .actions button").click()
    await expect(page).to_have_url(re.compile(r"/attachments/\d+"))
    await page.goto(page.url + "/content")

    await expect(page.locator("main pre")).to_contain_text("window.evil")
    assert await page.evaluate("window.evil === undefined && !document.getElementById('evil')")
    async with page.expect_download() as downloading:
        await page.evaluate("location.assign(document.querySelector('a[download]').href.replace('files', 'inline'))")
    assert (await downloading.value).suggested_filename == "evil.html"


async def test_a_refused_upload_keeps_what_was_typed_and_the_file(any_page: Page, tmp_path: Path) -> None:
    page = any_page
    (tmp_path / "a.txt").write_text("x")
    await sign_in(page)
    await page.goto(UPLOAD)
    await page.locator("[name='body/description']").fill("x" * 501)
    await page.locator("input[type=file]").set_input_files(tmp_path / "a.txt")
    await page.locator("form#form .actions button").click()

    await expect(page.locator("[role=alert]").first).to_contain_text("500")
    await expect(page.locator("[name='body/description']")).to_have_value("x" * 501)
    files = await page.locator("input[type=file]").evaluate("each => each.files.length")
    again = page.get_by_text("choose a.txt again")
    assert files == 1 or await again.is_visible()

    await page.locator("[name='body/description']").fill("shorter")
    if not files:
        await page.locator("input[type=file]").set_input_files(tmp_path / "a.txt")
    await page.locator("form#form .actions button").click()
    await expect(page).to_have_url(re.compile(r"/attachments/\d+"))


async def test_an_upload_tells_how_far_it_is_and_can_be_stopped(scripted: Page, tmp_path: Path) -> None:
    page = scripted
    with (tmp_path / "large.bin").open("wb") as file:
        file.truncate(60 * 1024**2)
    await sign_in(page)
    await page.goto(UPLOAD)
    await page.locator("input[type=file]").set_input_files(tmp_path / "large.bin")
    session = await page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 4 * 1024**2}
    await session.send("Network.emulateNetworkConditions", slow)
    await page.locator("form#form .actions button").click()

    await expect(page.locator(".uploading progress")).to_be_visible()
    await expect(page.locator(".uploading p")).to_contain_text(re.compile(r"[1-9]\d? % · .* of 62.9 MB"))
    await page.get_by_role("button", name="Stop").click()

    await expect(page.locator(".uploading")).to_contain_text("Stopped")
    await expect(page.locator("form#form .actions button")).to_be_visible()
    assert "/-/operations/" in page.url


async def test_an_upload_that_is_too_large_leaves_the_form_as_it_is(
    new_context: NewContext, live: Live, tmp_path: Path
) -> None:
    page = await (await new_context()).new_page()
    (tmp_path / "a.bin").write_bytes(bytes(3_000_000))
    with serve(create_app(live.api, settings=Settings(max_upload=1_000_000))) as url:
        await page.goto(f"{url}/login")
        await sign_in(page)
        await page.goto(url + UPLOAD)
        await page.locator("[name='body/description']").fill("Typed")
        await page.locator("input[type=file]").set_input_files(tmp_path / "a.bin")
        await page.locator("form#form .actions button").click()

        await expect(page.locator(".uploading [role=alert]")).to_contain_text("This is too large: More than 1")
        await expect(page.locator("[name='body/description']")).to_have_value("Typed")
        assert await page.locator("input[type=file]").evaluate("each => each.files.length") == 1


async def test_an_export_is_followed_until_its_file_is_there(any_page: Page) -> None:
    page = any_page
    await sign_in(page)
    await page.goto("/-/operations/start-export")
    await page.locator("form#form .actions button").click()

    await expect(page).to_have_url(re.compile(r"/-/follow/exports/"))
    await expect(page.locator("#status progress")).to_be_visible()
    link = page.get_by_role("link", name="Download the result")
    await expect(link).to_be_visible(timeout=20_000)
    await expect(page.locator("#status")).to_contain_text("Done")
    async with page.expect_download() as downloading:
        await link.click()
    assert re.fullmatch(r"issues-[\d-]+\.csv", (await downloading.value).suggested_filename)


async def test_events_appear_as_they_come_and_can_be_held_back(scripted: Page) -> None:
    page = scripted
    await sign_in(page)
    await page.goto("/activity/stream?replay=2")
    rows = page.locator("#events > li")
    await expect(rows).to_have_count(2)
    await expect(page.locator("#connection")).to_contain_text("Live")

    other = await page.context.new_page()
    await comment(other, "First words")
    await expect(rows).to_have_count(3)
    await page.get_by_role("button", name="Pause").click()
    await comment(other, "Second words")
    await expect(page.get_by_role("button", name="Go on (1 new)")).to_be_visible()
    await expect(rows).to_have_count(3)
    await page.get_by_role("button", name="Go on").click()
    await expect(rows).to_have_count(4)
    await page.get_by_role("button", name="Clear").click()
    await expect(rows).to_have_count(0)


async def comment(page: Page, words: str) -> None:
    """Say something about an issue, which makes an event."""
    await page.goto("/-/operations/create-comment?issue_id=1")
    await page.locator("[name='body/body']").fill(words)
    await page.locator("form#form .actions button").click()
    await expect(page).not_to_have_url(re.compile("/-/operations/"))


async def test_without_a_script_events_are_those_of_a_few_seconds(new_context: NewContext) -> None:
    page = await (await new_context(java_script_enabled=False)).new_page()
    await sign_in(page)
    await page.goto("/activity/stream?replay=3")

    await expect(page).to_have_url(re.compile("-wait=1"))
    await expect(page.locator("ol.stream > li")).to_have_count(3)
    await expect(page.get_by_role("link", name="Reload")).to_be_visible()
    said, events = await page.locator("p.extent").bounding_box(), await page.locator("ol.stream").bounding_box()
    assert said is not None
    assert events is not None
    assert said["x"] == events["x"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_wrong_with_files_events_and_progress(
    new_context: NewContext, scheme: Literal["light", "dark"], tmp_path: Path
) -> None:
    page = await (await new_context(color_scheme=scheme)).new_page()
    await sign_in(page)
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    await page.goto(UPLOAD)
    await page.locator("input[type=file]").set_input_files(tmp_path / "a.csv")
    await page.locator("form#form .actions button").click()
    await expect(page).to_have_url(re.compile(r"/attachments/\d+"))
    await page.goto(page.url + "/content")
    assert await axe_violations(page) == []

    await page.goto("/-/operations/start-export")
    await page.locator("form#form .actions button").click()
    await expect(page.locator("#status progress")).to_be_visible()
    assert await axe_violations(page) == []
    await expect(page.get_by_role("link", name="Download the result")).to_be_visible(timeout=20_000)
    assert await axe_violations(page) == []

    await page.goto("/activity/stream?replay=2")
    await expect(page.locator("#events > li")).to_have_count(2)
    assert await axe_violations(page) == []
