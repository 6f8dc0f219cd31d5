"""Files that are sent."""

import pytest

from webapp.errors import TooLarge
from webapp.forms.upload import Upload, clean_filename, clean_media_type


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("report.pdf", "report.pdf"),
        ("C:\\fakepath\\report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..", "file"),
        ("", "file"),
        (" \r\n\x00 ", "file"),
        ("a\r\nX-Evil: 1.txt", "aX-Evil: 1.txt"),
        (".env", ".env"),
        ("re\u0301sume\u0301.txt", "r\u00e9sum\u00e9.txt"),
        ("\u202egnp.exe", "gnp.exe"),
        ("a" * 300 + ".png", "a" * 196 + ".png"),
        ("a" * 300, "a" * 200),
    ],
)
def test_a_name_is_one_that_can_be_passed_on(given: str, clean: str) -> None:
    assert clean_filename(given) == clean


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("image/svg+xml", "image/svg+xml"),
        ("text/plain; charset=utf-8", "text/plain; charset=utf-8"),
        ("", "application/octet-stream"),
        ("image", "application/octet-stream"),
        ("a/b\r\nX-Evil: 1", "application/octet-stream"),
    ],
)
def test_a_media_type_is_passed_on_if_it_is_one(given: str, clean: str) -> None:
    assert clean_media_type(given) == clean


async def test_a_small_file_becomes_a_text() -> None:
    assert await Upload.held("a", "b/c", b"\x00\xff").as_base64() == "AP8="


async def test_a_file_is_read_only_up_to_a_limit() -> None:
    with pytest.raises(TooLarge, match="big\\.bin"):
        await Upload.held("big.bin", "b/c", b"x" * 11).read(limit=10)
