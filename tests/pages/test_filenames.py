"""What files are called, and as what they are sent."""

import pytest

from webapp.pages.filenames import disposition, is_attachment, name_of_file
from webapp.pages.filetypes import is_shown_whole, saved_as, shown_as


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="a b.csv"', "a b.csv"),
        ("attachment; filename=a.csv", "a.csv"),
        ("attachment; FileName=a.csv; size=3", "a.csv"),
        ("attachment; filename=x.txt; filename*=UTF-8''na%C3%AFve%20x.txt", "naïve x.txt"),
        ("attachment; filename*=nonsense''%C5; filename=y.txt", "y.txt"),
        ("attachment; filename*=utf-8''%ff; filename=y.txt", "y.txt"),
        ('attachment; filename="žluť.csv"', "žluť.csv"),
        ('attachment; filename="žluť.csv"'.encode().decode("latin-1"), "žluť.csv"),
        ('attachment; filename="a\\"b.txt"', 'a"b.txt'),
        ('attachment; filename="a%20b.txt"', "a b.txt"),
        ('attachment; filename="50% off.txt"', "50% off.txt"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ("attachment; filename*=UTF-8''..%2F..%2Fetc%2Fpasswd", "passwd"),
        ('inline; filename="C:\\\\temp\\\\a.png"', "a.png"),
        ("attachment; filename=" + "a" * 9000, "books-7-cover.png"),
        ("attachment", "books-7-cover.png"),
        ("", "books-7-cover.png"),
    ],
)
def test_a_file_is_called_what_the_api_says_or_after_where_it_lies(header: str, name: str) -> None:
    headers = {"content-disposition": header, "content-type": "image/png"}

    assert name_of_file(headers, "/books/7/cover") == name


@pytest.mark.parametrize(
    ("path", "type_", "name"),
    [
        ("/files/report.csv", "text/csv", "report.csv"),
        ("/dump", "application/octet-stream", "dump.bin"),
        ("/dump", "application/problem+json", "dump.json"),
        ("/dump", "application/x-ndjson", "dump.ndjson"),
        ("/dump", "application/x-nobody-knows", "dump"),
        ("/a/b%2Fc/%E2%80%AE", "", "a-b-c"),
        ("/", "", "file"),
    ],
)
def test_a_name_is_made_of_the_path_and_the_type(path: str, type_: str, name: str) -> None:
    assert name_of_file({"content-type": type_}, path) == name


def test_a_name_is_written_for_old_and_for_new_programs() -> None:
    assert disposition('žl"u%.txt') == "attachment; filename=\"_l_u_.txt\"; filename*=UTF-8''%C5%BEl%22u%25.txt"
    assert disposition("a.png", inline=True).startswith("inline; ")


@pytest.mark.parametrize(
    ("header", "meant"),
    [("attachment", True), ("ATTACHMENT; filename=a", True), ("inline; filename=a", True), ("inline", False)],
)
def test_what_has_a_name_is_meant_to_be_saved(header: str, meant: bool) -> None:
    assert is_attachment({"content-disposition": header}) is meant


@pytest.mark.parametrize(
    "active",
    [
        "text/html",
        "text/html; charset=utf-8",
        "application/xhtml+xml",
        "image/svg+xml",
        "text/xml",
        "application/xml",
        "application/rss+xml",
        "text/javascript",
        "application/x-javascript",
        "application/ecmascript",
        "text/css",
        "text/xsl",
        "multipart/x-mixed-replace",
        "message/rfc822",
        "application/x-shockwave-flash",
        "nonsense",
        "text/plain\r\nX-Evil: 1",
        "",
    ],
)
def test_what_a_browser_might_run_is_sent_as_mere_bytes(active: str) -> None:
    assert saved_as(active) == "application/octet-stream"
    assert shown_as(active) is None


@pytest.mark.parametrize(
    "passive", ["text/csv; charset=utf-8", "application/zip", "video/mp4", "application/pdf", "font/woff2"]
)
def test_other_files_keep_their_type(passive: str) -> None:
    assert saved_as(passive) == passive


def test_pictures_and_pdfs_may_be_looked_at() -> None:
    assert shown_as("image/PNG; x=y") == "image/png"
    assert shown_as("application/pdf") == "application/pdf"
    assert shown_as("image/tiff") is None


@pytest.mark.parametrize(
    ("type_", "whole"),
    [
        ("application/json", True),
        ("application/hal+json", True),
        ("text/plain", True),
        ("text/html", True),
        ("", True),
        ("text/csv", False),
        ("application/x-ndjson", False),
        ("text/event-stream", False),
        ("image/png", False),
        ("application/octet-stream", False),
    ],
)
def test_data_and_texts_are_shown_whole(type_: str, whole: bool) -> None:
    assert is_shown_whole(type_) is whole
