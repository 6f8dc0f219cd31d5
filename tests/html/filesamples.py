"""Pages about files, with as little and with as much as their dataclasses allow."""

from typing import Any

from webapp.html.context import Control, Event, EventsPage, Fact, FilePage, FollowPage, Link
from webapp.html.kinds import Kind

CRUMBS = (Link("Home", "/"), Link("Export", "/export", current=True))
FORMAT = Fact("format", "Format", Kind.ENUM, "csv")

FILE_SAMPLES: dict[str, tuple[str, Any]] = {
    "file-empty": (
        "pages/file.html",
        FilePage("dump", "Dump", "", (), "dump.bin", "application/octet-stream", None, "/-/files/dump", None, False),
    ),
    "file-picture": (
        "pages/file.html",
        FilePage(
            "cover",
            "Cover",
            "",
            CRUMBS,
            "cover-of-a-book-with-a-rather-long-name.png",
            "image/png",
            123_456,
            "/-/files/cover",
            "/-/inline/cover",
            True,
        ),
    ),
    "file": (
        "pages/file.html",
        FilePage(
            "export",
            "Export",
            "All issues.",
            CRUMBS,
            "issues.csv",
            "text/csv",
            123_456,
            "/-/files/export?year=2026",
            "/-/inline/export?year=2026",
            False,
            ("id", "title"),
            (("1", "Quiet search"), ("2", "<b>Bold</b>")),
            "not shown beside rows",
            False,
            "/export",
            (Control("year", "Year", "number", "2026"),),
        ),
    ),
    "file-text": (
        "pages/file.html",
        FilePage("log", "Log", "", CRUMBS, "a.log", "text/plain", 7, "/-/files/log", None, False, text="one\n<two>"),
    ),
    "follow-empty": (
        "pages/follow.html",
        FollowPage("job", "Job", (), "", None, False, False, "", (), "/-/follow/jobs/7?-tries=1", 2, None, "/jobs/7"),
    ),
    "follow": (
        "pages/follow.html",
        FollowPage(
            "job",
            "Job",
            CRUMBS,
            "in_progress",
            41,
            True,
            False,
            "Row 41 of <100>.",
            (FORMAT,),
            "/-/follow/jobs/7?-tries=3",
            2,
            None,
            "/jobs/7",
        ),
    ),
    "follow-unknown": (
        "pages/follow.html",
        FollowPage("job", "Job", CRUMBS, "", None, True, False, "", (), "/-/follow/jobs/7", 2, None, "/jobs/7"),
    ),
    "follow-done": (
        "pages/follow.html",
        FollowPage(
            "job",
            "Job",
            CRUMBS,
            "done",
            100,
            False,
            False,
            "",
            (FORMAT,),
            "/-/follow/jobs/7",
            2,
            Link("Download the result", "/-/files/jobs/7/result"),
            "/jobs/7",
        ),
    ),
    "follow-failed": (
        "pages/follow.html",
        FollowPage("job", "Job", (), "failed", 7, False, True, "No room.", (), "/-/follow/jobs/7", 2, None, "/jobs/7"),
    ),
    "events-empty": (
        "pages/events.html",
        EventsPage("feed", "Feed", "", (), "/-/events/feed", (), False, "", "/-/events/feed?-wait=1", "/feed", ()),
    ),
    "events": (
        "pages/events.html",
        EventsPage(
            "feed",
            "Feed",
            "What happens.",
            CRUMBS,
            "/-/events/feed",
            (
                Event("8", "issue_closed", "2026-11-20T04:05:09.123+00:00", (FORMAT,), ""),
                Event("", "", "2026-11-20T04:05:08.123+00:00", (), "plain <text>"),
            ),
            False,
            "",
            "/-/events/feed?-wait=1",
            "/feed",
            (Control("replay", "Replay", "number", "10"),),
        ),
    ),
    "events-ended": (
        "pages/events.html",
        EventsPage("feed", "Feed", "", CRUMBS, "/-/events/feed", (), True, "", "/-/events/feed?-wait=1", "/feed", ()),
    ),
    "events-none": (
        "pages/events.html",
        EventsPage("feed", "Feed", "", (), "/-/events/feed", (), True, "No stream.", "/-/events/feed", "/feed", ()),
    ),
}
