"""How far work is, told from an answer."""

from typing import Any

import pytest

from webapp.pages.progress import Progress, followed_at, read_progress


@pytest.mark.parametrize(
    ("said", "percent", "running", "failed"),
    [
        ({"state": "running", "progress": 41}, 41, True, False),
        ({"status": "in_progress", "progress": 0.41}, 41, True, False),
        ({"status": "RUNNING", "percentComplete": "41.5%"}, 41, True, False),
        ({"data": {"status": "queued"}}, None, True, False),
        ({"job": {"state": "working", "done": 3, "total": 12}}, 25, True, False),
        ({"status": "active", "progress": {"processed": 1, "total": 3}}, 33, True, False),
        ({"progress": 99}, 99, True, False),
        ({"progress": 100}, 100, False, False),
        ({"state": "running", "progress": 100}, 100, True, False),
        ({"state": "done", "progress": 97}, 100, False, False),
        ({"name": "operations/7", "done": True, "response": {}}, None, False, False),
        ({"done": True, "error": {"code": 3}}, None, False, True),
        ({"status": "FAILED", "progress": 7, "message": "no room"}, 7, False, True),
        ({"state": "cancelled"}, None, False, True),
        ({"progress": 250}, 100, False, False),
        ({"progress": -5, "status": "new"}, 0, True, False),
        ({"done": 3, "total": 0, "status": "x"}, None, True, False),
        ({"title": "A report"}, None, False, False),
        ([1, 2], None, False, False),
        (None, None, False, False),
    ],
)
def test_an_answer_says_how_far_it_is(said: Any, percent: int | None, running: bool, failed: bool) -> None:
    progress = read_progress(said)

    assert (progress.percent, progress.running, progress.failed) == (percent, running, failed)


def test_what_says_nothing_goes_on_while_its_status_says_so() -> None:
    assert read_progress({"id": 7}, waiting=True) == Progress(running=True)


@pytest.mark.parametrize(
    ("said", "result"),
    [
        ({"state": "done", "download_url": "/exports/7/download"}, "/exports/7/download"),
        ({"state": "done", "result": "http://api/reports/7"}, "http://api/reports/7"),
        ({"state": "done", "_links": {"result": {"href": "/reports/7"}}}, "/reports/7"),
        ({"state": "done", "result": "all fine"}, ""),
        ({"state": "done", "result": {"rows": 3}}, ""),
        ({"state": "running", "download_url": "/exports/7/download"}, ""),
        ({"state": "failed", "download_url": "/exports/7/download"}, ""),
    ],
)
def test_what_is_done_says_where_its_result_is(said: Any, result: str) -> None:
    assert read_progress(said).result == result


@pytest.mark.parametrize(
    ("headers", "said", "place"),
    [
        ({"location": "/jobs/7"}, {}, "/jobs/7"),
        ({"operation-location": "/operations/7", "location": "/things/1"}, {}, "/operations/7"),
        ({}, {"status_url": "/jobs/7"}, "/jobs/7"),
        ({}, {"_links": {"status": {"href": "/jobs/7"}}}, "/jobs/7"),
        ({}, {"links": {"self": "/jobs/7"}}, "/jobs/7"),
        ({}, {"status": "queued"}, ""),
        ({}, None, ""),
    ],
)
def test_what_has_begun_says_where_it_can_be_followed(headers: dict[str, str], said: Any, place: str) -> None:
    assert followed_at(headers, said) == place
