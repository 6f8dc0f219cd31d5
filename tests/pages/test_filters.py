"""Controls and chips made from query parameters."""

from typing import Any

import pytest

from webapp.openapi.schema import Schema
from webapp.openapi.site import Parameter
from webapp.pages.filters import make_chips, make_control, unplaced
from webapp.pages.queries import as_local_time


def parameter(schema: dict[str, Any], name: str = "x", **more: Any) -> Parameter:
    return Parameter(name, "query", more.pop("required", False), Schema(schema), **more)


@pytest.mark.parametrize(
    ("schema", "control"),
    [
        ({"type": "string"}, "text"),
        ({}, "text"),
        ({"type": "integer"}, "number"),
        ({"type": "number"}, "number"),
        ({"type": "boolean"}, "select"),
        ({"type": "string", "enum": ["a"]}, "select"),
        ({"type": "array", "items": {"type": "string", "enum": ["a"]}}, "select"),
        ({"type": "array"}, "text"),
        ({"type": "string", "format": "date"}, "date"),
        ({"type": "string", "format": "date-time"}, "datetime-local"),
        ({"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}}]}, "number"),
    ],
)
def test_a_parameter_s_schema_decides_its_control(schema: dict[str, Any], control: str) -> None:
    assert make_control(parameter(schema), ()).type == control


def test_a_yes_or_no_may_also_be_either() -> None:
    control = make_control(parameter({"type": "boolean"}), (("x", "false"),))

    assert [(option.value, option.label, option.selected) for option in control.options] == [
        ("", "Any", False),
        ("true", "Yes", False),
        ("false", "No", True),
    ]


def test_choices_read_like_words_and_codes_stay_codes() -> None:
    control = make_control(parameter({"enum": ["in_review", "EUR", "de", 5]}), ())

    assert [option.label for option in control.options] == ["Any", "In review", "EUR", "de", "5"]


def test_a_choice_that_is_none_stays_visible() -> None:
    control = make_control(parameter({"enum": ["a"]}), (("x", "strange"),))

    assert [option.value for option in control.options if option.selected] == ["strange"]


def test_a_required_input_begins_with_its_default_and_can_not_be_left_out() -> None:
    control = make_control(parameter({"enum": ["a", "b"], "default": "b"}, required=True), ())

    assert control.value == "b"
    assert [option.value for option in control.options] == ["a", "b"]


def test_a_description_becomes_a_short_hint_and_a_complaint_an_error() -> None:
    told = parameter({"type": "string"}, description="What to look for.\n\nAt length.")
    control = make_control(told, (), {"x": ["too short", "too dull"]})

    assert control.hint == "What to look for."
    assert control.error == "too short too dull"


def test_a_chip_shows_a_choice_as_its_control_does_and_takes_off_that_value_alone() -> None:
    query = (("x", "in_review"), ("x", "done"), ("other", "1"))
    chips = make_chips([parameter({"enum": ["in_review", "done"]})], query, lambda left: str(left))

    assert [chip.value for chip in chips] == ["In review", "Done"]
    assert chips[0].remove_href == str((("x", "done"), ("other", "1")))


def test_complaints_without_a_control_name_what_they_are_about() -> None:
    assert unplaced({"": ["No."], "page_size": ["too large"], "x": ["here"]}, ["x"]) == "No. Page size: too large"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("2026-11-21T14:05", "2026-11-21T14:05"),
        ("2026-11-21T14:05:09Z", "2026-11-21T14:05"),
        ("2026-11-21T14:05:00+02:00", "2026-11-21T12:05"),
        ("yesterday", "yesterday"),
    ],
)
def test_times_are_shown_in_utc_to_the_minute(given: str, shown: str) -> None:
    assert as_local_time(given) == shown
