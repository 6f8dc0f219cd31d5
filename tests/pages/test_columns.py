"""Which fields of a list's rows make its table."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.html.kinds import Kind
from webapp.openapi.schema import Schema
from webapp.pages.columns import MOST, MOST_LOOKS, Looks, choose_fields


def keys(rows: list[Any], schema: dict[str, Any] | None = None, **options: Any) -> list[str]:
    chosen = choose_fields(rows, Schema(schema) if schema else None, **options)
    return [field.key for field in chosen]


def test_what_a_row_is_called_comes_first_and_its_id_last() -> None:
    rows = [{"id": 1, "colour": "red", "name": "One"}]

    assert keys(rows, title="name", key="id") == ["name", "colour", "id"]


def test_the_id_comes_first_where_a_row_has_no_name() -> None:
    assert keys([{"amount": 3, "id": 1}], key="id") == ["id", "amount"]


def test_no_more_columns_than_fit_and_the_empty_ones_give_way() -> None:
    row = {**{f"empty_{number}": None for number in range(5)}, **{f"field_{number}": number for number in range(MOST)}}

    assert keys([row]) == [f"field_{number}" for number in range(MOST)]


def test_long_texts_and_objects_are_left_out_unless_there_is_nothing_else() -> None:
    long, nested = "word " * 50, {"a": {"b": 1}}

    assert keys([{"name": "x", "body": long, "detail": nested, "size": 1}], title="name") == ["name", "size"]
    assert keys([{"body": long, "detail": nested}]) == ["body", "detail"]
    assert keys([{"name": "x", "description": "short"}], title="name") == ["name", "description"]


def test_a_small_embedded_object_is_as_good_as_a_text() -> None:
    assert keys([{"name": "x", "owner": {"id": 1, "name": "Ann"}}], title="name") == ["name", "owner"]


def test_secrets_and_what_is_known_already_are_no_columns() -> None:
    schema = {"type": "object", "properties": {"pin": {"type": "string", "writeOnly": True}}}
    rows = [{"name": "x", "password": "p", "api_key": "k", "refresh_token": "t", "pin": "1", "project_id": 3}]

    assert keys(rows, schema, known_already=["project_id"]) == ["name"]


def test_a_flag_about_a_secret_and_a_token_that_turns_pages_are_none() -> None:
    assert keys([{"has_password": True, "next_page_token": "abc"}]) == ["has_password", "next_page_token"]


def test_without_rows_the_schema_tells_the_columns() -> None:
    schema = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "pin": {"type": "string", "writeOnly": True}},
    }

    assert keys([], schema) == ["name"]


def test_fields_that_no_row_has_are_left_out_and_unknown_ones_are_shown() -> None:
    schema = {"type": "object", "properties": {"gone": {"type": "string"}, "name": {"type": "string"}}}

    assert keys([{"name": "x", "extra": 1}], schema) == ["name", "extra"]


def test_rows_that_are_no_objects_make_one_column() -> None:
    (field,) = choose_fields(["a", "b"], None)

    assert (field.key, field.label, field.kind) == ("value", "Value", Kind.TEXT)


def test_a_references_other_things_id_is_kept_where_other_ids_give_way() -> None:
    row = {f"f{number}": "x" for number in range(MOST - 2)} | {"run_id": "r", "name": "n", "author_id": 7}

    assert "author_id" in keys([row], title="name", related=["author_id"])
    assert "run_id" not in keys([row], title="name", related=["author_id"])


def test_the_last_change_gives_way_to_the_beginning() -> None:
    times = {"updated_at": "2026-01-01T00:00:00Z", "created_at": "2026-01-01T00:00:00Z"}
    row = {"name": "n", **times, **{f"f{number}": "x" for number in range(MOST - 2)}}

    chosen = keys([row], title="name")
    assert "created_at" in chosen
    assert "updated_at" not in chosen


NAMES = st.sampled_from(
    ["id", "name", "title", "body", "owner_id", "updated_at", "site", "avatar", "phone", "token", "size", "tags"]
)
TEXTS = [
    "",
    "x",
    "word " * 40,
    "a\nb",
    "2026-03-01",
    "2026-03-01T09:10:00Z",
    "https://a.example",
    "/a.png",
    "a@b.example",
]
TEXTS += ["P1D", "#09f", "+49 30 1234567", "123e4567-e89b-12d3-a456-426614174000", "y" * 36, "z" * 81, "Paid"]
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.sampled_from(TEXTS),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.sampled_from(["id", "name"]), st.sampled_from(["x", 1]), max_size=2),
)
ROWS = st.lists(st.dictionaries(NAMES, VALUES, max_size=6), max_size=4)
SCHEMA = {
    "properties": {
        "name": {"type": "string"},
        "title": {"type": "string", "enum": ["x"]},
        "body": {"type": "string", "format": "markdown"},
        "updated_at": {"type": "string", "format": "date-time"},
        "site": {"type": "string", "format": "uri"},
        "avatar": {"type": "string", "format": "uri"},
        "size": {"type": "number"},
    }
}


@settings(max_examples=200, deadline=None)
@given(st.lists(ROWS, max_size=6), st.sampled_from([None, SCHEMA]), st.sampled_from(["id", "name", None]))
def test_what_earlier_rows_have_shown_changes_nothing(
    lists: list[list[dict[str, Any]]], described: dict[str, Any] | None, key: str | None
) -> None:
    schema = Schema(described) if described else None
    looks = Looks()
    for rows in lists:
        chosen = choose_fields(rows, schema, key=key, related=["owner_id"], looks=looks)
        assert chosen == choose_fields(rows, schema, key=key, related=["owner_id"])


@pytest.mark.parametrize("name", ["note", "site", "phone", "updated_at", "body", "email", "sku"])
@pytest.mark.parametrize("before", [["x"], [""], [None, "Paid"], ["z" * 81]])
@pytest.mark.parametrize("after", TEXTS)
def test_a_field_is_what_its_values_are_now(name: str, before: list[str | None], after: str) -> None:
    schema, looks = Schema(SCHEMA), Looks()
    for values in (before, [after], [after, "x"], before):
        rows = [{name: value, "other": 1} for value in values]
        assert choose_fields(rows, schema, looks=looks) == choose_fields(rows, schema)


def test_the_same_fields_are_the_very_same_columns() -> None:
    looks = Looks()
    first, second = (choose_fields([{"id": number, "done": True}], None, looks=looks) for number in (1, 2))

    assert first is second


def test_no_more_fields_are_remembered_than_there_is_room_for() -> None:
    looks = Looks()
    for number in range(3 * MOST_LOOKS):
        choose_fields([{f"n{number}": number}], None, looks=looks)

    assert len(looks) <= 3 * MOST_LOOKS
