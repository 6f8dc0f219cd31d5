"""What a form gives back as it was shown."""

from typing import Any

import pytest

from webapp.forms.baseline import LONGEST, as_shown, changeable, pack, unpack
from webapp.forms.form import OperationForm
from webapp.forms.upload import Upload
from webapp.openapi.schema import Schema
from webapp.openapi.site import Body, Operation, Parameter

TEXT = {"type": "string"}
BODY = {
    "type": "object",
    "properties": {
        "title": TEXT,
        "note": {"type": ["string", "null"]},
        "size": {"type": "number"},
        "at": {"type": "string", "format": "date-time"},
        "tags": {"type": "array", "items": TEXT},
        "quotas": {"type": "object", "additionalProperties": {"type": "integer"}},
    },
}
FORM = OperationForm(
    Operation(
        method="PATCH",
        path="/things/{id}",
        name="change",
        label="Change",
        parameters=(
            Parameter("id", "path", required=True, schema=Schema(TEXT)),
            Parameter("notify", "query", required=False, schema=Schema({"type": "boolean"})),
        ),
        bodies=(Body("application/json", Schema(BODY)),),
    ),
    hidden={"path/id"},
)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"title": "", "note": None, "tags": [], "quotas": {}},
        {"title": "two\nlines", "note": "", "size": 0.1, "tags": ["a", ""], "quotas": {"x": 1}},
        {"at": "2026-01-02T03:04:05.678901Z", "size": 12345678901234567890},
    ],
)
def test_a_form_that_nobody_touched_gives_back_what_it_was_shown_with(body: dict[str, Any]) -> None:
    assert as_shown(FORM, {"path": {"id": "1"}, "body": body}).get("body", {}) == body


def test_only_what_can_be_compared_with_an_item_is_kept() -> None:
    values = {"path": {"id": "1"}, "header": {"X": "y"}, "query": {"notify": True}, "body": {"title": "A"}}

    assert changeable(values) == {"query": {"notify": True}, "body": {"title": "A"}}
    assert unpack(pack(changeable(values))) == changeable(values)


UNSOUND = ('{"query": 5}', '{"body": ' + "[" * 600 + "]" * 600 + "}")


@pytest.mark.parametrize("text", [*UNSOUND, None, "", "{", "[]", "5", "[" * 100_000, '"' + "x" * LONGEST + '"'])
def test_what_we_have_not_packed_is_nothing(text: str | None) -> None:
    assert unpack(text) is None


def test_what_is_too_long_or_a_file_does_not_go_along() -> None:
    assert pack({"body": {"title": "x" * LONGEST}}) == ""
    assert pack({"body": {"files": [Upload.held("a.txt", "text/plain", b"a")]}}) == ""
