"""Work that takes its time."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from tests.pages.library import DOCUMENT, TEXT, get, place
from webapp import Settings, create_app
from webapp.testing import Browser, FakeAPI

PATHS = {
    "/jobs/{job_id}": get({"type": "object"}, place("job_id", TEXT), tag="Jobs", summary="Job"),
    "/reports/{report_id}": get({"type": "object"}, place("report_id", TEXT), tag="Jobs", summary="Report"),
    "/reports/{report_id}/file": get(None, place("report_id", TEXT), types="application/zip", tag="Jobs"),
}


@asynccontextmanager
async def jobs(answers: Mapping[str, Any]) -> AsyncIterator[Browser]:
    api = FakeAPI(answers, accounts=None, document={**DOCUMENT, "paths": {**DOCUMENT["paths"], **PATHS}})
    async with Browser(create_app("http://api", transport=api.transport, settings=Settings())) as browser:
        yield browser


async def test_work_under_way_shows_how_far_it_is_and_looks_again() -> None:
    answer = httpx.Response(200, headers={"Retry-After": "7"}, json={"state": "running", "progress": 41})
    async with jobs({"GET /jobs/7": answer}) as browser:
        page = await browser.get("/-/follow/jobs/7")

    bar = page.page.one("#status progress")
    assert (bar.get("value"), bar.get("max")) == ("41", "100")
    assert "Running" in page.main
    status = page.page.one("#status")
    assert status.get("hx-get") == "/-/follow/jobs/7?-tries=1"
    assert status.get("hx-trigger") == "load delay:7s, resume"
    assert '<meta http-equiv="refresh" content="7;url=/-/follow/jobs/7?-tries=1">' in page.text


async def test_htmx_gets_the_status_alone() -> None:
    async with jobs({"GET /jobs/7": {"state": "running"}}) as browser:
        await browser.get("/-/follow/jobs/7")
        part = await browser.htmx("GET", "/-/follow/jobs/7?-tries=1", target="status")

    assert "<h1" not in part.text
    assert part.page.one("#status").get("hx-get") == "/-/follow/jobs/7?-tries=2"


@pytest.mark.parametrize(
    ("tries", "header", "seconds"),
    [("0", None, 1), ("4", None, 3), ("99", None, 30), ("x", None, 1), ("0", "99999", 300), ("0", "0", 1)],
)
async def test_it_asks_less_and_less_often_unless_the_api_says_when(
    tries: str, header: str | None, seconds: int
) -> None:
    headers = {"Retry-After": header} if header else {}
    async with jobs({"GET /jobs/7": httpx.Response(200, headers=headers, json={"state": "running"})}) as browser:
        page = await browser.get(f"/-/follow/jobs/7?-tries={tries}")

    assert page.page.one("#status").get("hx-trigger") == f"load delay:{seconds}s, resume"


@pytest.mark.parametrize(
    ("result", "label", "leads_to"),
    [
        ("http://api/reports/7", "Open the result", "/reports/7"),
        ("/reports/7/file", "Download the result", "/-/files/reports/7/file"),
    ],
)
async def test_what_is_done_leads_to_its_result(result: str, label: str, leads_to: str) -> None:
    async with jobs({"GET /jobs/7": {"state": "done", "result": result}}) as browser:
        page = await browser.get("/-/follow/jobs/7")

    assert page.links[label] == leads_to
    assert page.page.one("#status").get("hx-get") == ""
    assert "http-equiv" not in page.text


async def test_a_result_that_is_none_of_ours_is_not_led_to() -> None:
    async with jobs({"GET /jobs/7": {"state": "done", "result": "https://evil.example/x"}}) as browser:
        page = await browser.get("/-/follow/jobs/7")

    assert "Open the result" not in page.links
    assert "Download the result" not in page.links


async def test_what_failed_says_so_and_is_not_asked_again() -> None:
    async with jobs({"GET /jobs/7": {"state": "failed", "message": "No room left", "progress": 7}}) as browser:
        page = await browser.get("/-/follow/jobs/7")

    assert "No room left" in page.main
    assert page.page.one("#status").get("hx-get") == ""


async def test_secrets_stay_out_of_what_is_shown() -> None:
    async with jobs({"GET /jobs/7": {"state": "running", "api_token": "hunter2"}}) as browser:
        page = await browser.get("/-/follow/jobs/7")

    assert "hunter2" not in page.text


@pytest.mark.parametrize("path", ["/nowhere", "/feed", "/dump", "/%2e%2e/x"])
async def test_only_what_can_be_looked_at_is_followed(path: str) -> None:
    async with jobs({}) as browser:
        page = await browser.get(f"/-/follow{path}")

    assert page.status == 404
