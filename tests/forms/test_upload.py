"""Files that are sent."""

import pytest

from webapp.errors import TooLarge
from webapp.forms.build import BuildContext
from webapp.forms.form import OperationForm
from webapp.forms.submission import Submission
from webapp.forms.upload import Upload, clean_filename, clean_media_type
from webapp.openapi.schema import Schema
from webapp.openapi.site import Body, Operation


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


FORM = {
    "type": "object",
    "properties": {"file": {"type": "string", "format": "binary"}, "title": {"type": "string"}},
}


def upload_form() -> OperationForm:
    body = Body("multipart/form-data", Schema(FORM), required=True)
    return OperationForm(Operation("POST", "/files", "store", "Store", bodies=(body,)))


def test_a_file_is_asked_for_last_so_that_all_else_is_there_before_it() -> None:
    assert [field.name for field in upload_form().fields({}, BuildContext())] == ["body/title", "body/file"]


def test_a_file_that_was_chosen_before_is_named() -> None:
    typed = Submission.of([("body/file", Upload.held("a.txt", "text/plain", b"x"))])

    (_, file) = upload_form().fields({}, BuildContext(typed=typed))

    assert file.value == "a.txt"
