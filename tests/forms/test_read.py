"""What was submitted becomes JSON; what can't is said, and everything else is left to the API."""

from decimal import Decimal
from typing import Any

import pytest

from tests.forms.rendered import schema_of
from webapp.forms.read import MOST_GUESSES, Read, chosen_branch, read_value
from webapp.forms.submission import Submission
from webapp.forms.upload import Upload
from webapp.forms.values import ABSENT

THING = {
    "type": "object",
    "properties": {
        "count": {"type": "integer"},
        "price": {"type": "number"},
        "done": {"type": "boolean"},
        "kind": {"enum": [1, "1", None, True, ""]},
        "note": {"type": "string"},
        "any": {},
        "id": {"type": "integer", "readOnly": True},
        "tags": {"type": "array", "items": {"type": "string"}},
        "days": {"type": "array", "items": {"enum": ["monday", "tuesday"]}},
        "quotas": {"type": "object", "additionalProperties": {"type": "integer"}},
        "point": {"type": "array", "prefixItems": [{"type": "number"}, {"type": "number"}]},
        "due": {"type": "string", "format": "date-time"},
        "file": {"type": "string", "format": "binary"},
        "secret": {"type": "string", "format": "password"},
    },
}


def read(*pairs: tuple[str, Any], schema: Any = THING) -> Read:
    return read_value(schema_of(schema), Submission.of([(f"{name}", value) for name, value in pairs]), "body")


def one(name: str, text: Any, *more: tuple[str, Any]) -> Any:
    """The only property that a submission has."""
    found = read((f"body/{name}", text), *more)
    assert found.errors == {}
    value: Any = found.value
    return value.get(name, ABSENT)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("42", 42),
        (" -7 ", -7),
        ("\u22125", -5),
        ("+3", 3),
        ("1e3", 1000),
        ("5.0", 5),
        ("123456789012345678901234567890", 123456789012345678901234567890),
    ],
)
def test_a_whole_number_is_read_to_the_last_digit(text: str, number: int) -> None:
    value = one("count", text)

    assert value == number
    assert type(value) is int


@pytest.mark.parametrize("text", ["abc", "1.5", "1,5", "0x10", "1_000", "1e9999", "--1", "٣", "9" * 5000])
def test_what_is_no_whole_number_is_an_error_at_its_input(text: str) -> None:
    found = read(("body/count", text), ("body/note", "kept"))

    assert list(found.errors) == ["body/count"]
    assert found.value == {"note": "kept"}


def test_a_fraction_keeps_the_digits_that_a_float_would_lose() -> None:
    assert one("price", "0.1000000000000000055") == Decimal("0.1000000000000000055")
    assert type(one("price", "0.1")) is float
    assert one("price", ".5") == 0.5


def test_an_empty_input_is_no_value() -> None:
    assert read(("body/count", ""), ("body/note", ""), ("body/any", " "), ("body/kind", "")).value == {}


@pytest.mark.parametrize(("state", "value"), [("given", ""), ("null", None), ("absent", ABSENT)])
def test_an_empty_text_means_what_its_companion_says(state: str, value: Any) -> None:
    assert one("note", "", ("state:body/note", state)) is value or value == ""


def test_what_is_put_in_wins_over_the_companion() -> None:
    assert one("note", "x", ("state:body/note", "null")) == "x"


def test_an_unticked_box_is_no_only_where_there_was_a_box() -> None:
    assert read(("state:body/done", "given")).value == {"done": False}
    assert read(("body/note", "x")).value == {"note": "x"}
    assert one("done", "true") is True
    assert one("done", "false") is False


@pytest.mark.parametrize(("text", "value"), [("1", 1), ('"1"', "1"), ("true", True), ('""', "")])
def test_an_option_is_the_very_value_that_it_stands_for(text: str, value: Any) -> None:
    found = one("kind", text)

    assert found == value
    assert type(found) is type(value)


def test_line_ends_are_those_of_json() -> None:
    assert one("note", "a\r\nb") == "a\nb"


def test_broken_json_is_told_with_its_line_and_column() -> None:
    found = read(("body/any", '{\r\n  "a": }'))

    assert "line 2, column 8" in found.errors["body/any"][0]


def test_a_bare_text_where_json_is_wanted_is_told_how_texts_are_written() -> None:
    assert "quotation marks" in read(("body/any", "hello")).errors["body/any"][0]


@pytest.mark.parametrize("text", ["NaN", "[" * 100_000, "[" * 900 + "]" * 900, "1" * 6000])
def test_json_that_nobody_can_use_is_an_error_too(text: str) -> None:
    assert list(read(("body/any", text)).errors) == ["body/any"]


def test_what_is_read_only_is_not_read() -> None:
    assert read(("body/id", "5")).value == {}


def test_empty_rows_of_a_list_are_no_items() -> None:
    form = [("count:body/tags", "3"), ("body/tags/0", "a"), ("body/tags/1", ""), ("body/tags/2", "c")]

    assert read(*form).value == {"tags": ["a", "c"]}
    assert read(*form, ("state:body/tags/1", "given")).value == {"tags": ["a", "", "c"]}
    assert read(*form, ("state:body/tags/1", "null")).value == {"tags": ["a", None, "c"]}


def test_an_item_none_of_which_can_be_written_is_an_empty_object() -> None:
    item = {"type": "object", "properties": {"id": {"type": "integer", "readOnly": True}}}

    found = read(("count:body", "2"), schema={"type": "array", "items": item})

    assert found.value == [{}, {}]


def test_a_list_without_a_count_has_the_items_that_are_there() -> None:
    assert read(("body/tags/0", "a"), ("body/tags/1", "b")).value == {"tags": ["a", "b"]}


@pytest.mark.parametrize("count", ["-1", "x", "9" * 30, "٣", ""])
def test_a_count_that_is_none_counts_nothing(count: str) -> None:
    assert read(("count:body/tags", count), ("body/tags/0", "a")).value == {}


def test_a_huge_count_is_not_believed() -> None:
    assert read(("count:body/tags", "99999999"), ("body/tags/0", "a")).value == {"tags": ["a"]}


def test_ticked_boxes_are_a_list() -> None:
    assert read(("body/days", "monday"), ("body/days", "tuesday")).value == {"days": ["monday", "tuesday"]}
    assert read(("state:body/days", "given")).value == {"days": []}
    assert read(("state:body/days", "absent")).value == {}


def test_entries_of_a_map_have_the_keys_of_their_companions() -> None:
    form = [("count:body/quotas", "2"), ("key:body/quotas/0", "WEB"), ("body/quotas/0", "5")]

    assert read(*form).value == {"quotas": {"WEB": 5}}


@pytest.mark.parametrize(
    ("second", "complaint"),
    [(("WEB", "6"), "twice"), (("", "6"), "name"), (("API", ""), "value"), (("API", "x"), "whole number")],
)
def test_an_entry_that_can_not_be_one_is_told(second: tuple[str, str], complaint: str) -> None:
    found = read(
        ("count:body/quotas", "2"),
        ("key:body/quotas/0", "WEB"),
        ("body/quotas/0", "5"),
        ("key:body/quotas/1", second[0]),
        ("body/quotas/1", second[1]),
    )

    assert complaint in found.errors["body/quotas/1"][0]


def test_a_place_of_a_tuple_can_only_be_empty_at_its_end() -> None:
    assert read(("count:body/point", "2"), ("body/point/0", "1"), ("body/point/1", "")).value == {"point": [1]}
    assert list(read(("count:body/point", "2"), ("body/point/0", ""), ("body/point/1", "2")).errors) == ["body/point/0"]


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("2024-05-01T10:00", "2024-05-01T10:00:00Z"),
        ("2024-05-01T10:00:30", "2024-05-01T10:00:30Z"),
        ("2024-05-01T10:00:00+02:00", "2024-05-01T10:00:00+02:00"),
        ("tomorrow", "tomorrow"),
    ],
)
def test_a_moment_gets_the_seconds_and_zone_that_its_control_has_not(typed: str, sent: str) -> None:
    assert one("due", typed, ("zone:body/due", "Z")) == sent


def test_a_file_stays_a_file() -> None:
    upload = Upload.held("a.txt", "text/plain", b"a")

    assert one("file", upload) is upload
    assert read(("body/file", "")).value == {}


def test_a_password_that_was_not_typed_is_not_sent() -> None:
    assert read(("body/secret", ""), ("state:body/secret", "absent")).value == {}


def test_only_what_has_to_be_sent_is_missed() -> None:
    nothing = read_value(schema_of({"type": "integer"}), Submission(), "path/id", required=True)

    assert list(nothing.errors) == ["path/id"]
    assert read_value(schema_of({"type": "integer"}), Submission(), "query/limit") == Read(ABSENT, {})


def test_what_a_schema_does_not_know_is_read_as_json_where_it_says_so() -> None:
    assert one("count", '"many"', ("as:body/count", "json")) == "many"


def test_the_shapes_of_unions_within_unions_are_found_out_once_each() -> None:
    shapes = [
        {"$ref": "#/components/schemas/And"},
        {"$ref": "#/components/schemas/Not"},
        {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}},
    ]
    either = {"oneOf": shapes}
    within = {name: {"type": "object", "properties": {"x": either, "y": either}} for name in ("And", "Not")}
    submission = Submission.of([("body" + "/x" * 10 + "/a", "1")])
    schema = schema_of(either, **within)

    assert chosen_branch(schema, submission, "body") == 0
    assert len(submission.guessed) < 40
    deepest = Submission.of([("body" + "/x" * 60 + "/a", "1")])
    assert read_value(schema, deepest, "body").errors == {}
    assert len(deepest.guessed) < 40


def test_no_more_shapes_are_tried_than_a_form_can_have() -> None:
    shapes = [{"type": "object", "properties": {"a": {"type": "string"}}}, {"type": "integer"}]
    schema = schema_of({"type": "object", "properties": {f"p{at}": {"oneOf": [*shapes]} for at in range(300)}})
    submission = Submission.of([(f"body/p{at}/a", "x") for at in range(300)])

    read_value(schema, submission, "body")

    assert len(submission.guessed) == MOST_GUESSES / 2
