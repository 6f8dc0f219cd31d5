"""Pages about files, with as little and with as much as their dataclasses allow."""

from typing import Any

from webapp.html.context import Control, FilePage, Link

CRUMBS = (Link("Home", "/"), Link("Export", "/export", current=True))

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
}
