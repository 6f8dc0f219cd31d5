"""What an API answers, less its secrets."""

from types import MappingProxyType
from typing import Any

import pytest

from webapp.openapi.schema import Schema
from webapp.pages import masking
from webapp.pages.masking import MASK, Masker, masked, masked_rows

SECRETS = [
    "password",
    "new_password",
    "secret",
    "client_secret",
    "api_key",
    "apiKey",
    "token",
    "refreshToken",
    "Authorization",
    "cookie",
]


@pytest.mark.parametrize("name", SECRETS)
def test_what_is_called_a_secret_is_one(name: str) -> None:
    assert masked({name: "x"}) == {name: MASK}
    assert masked([{"deep": [{name: {"value": "x"}}]}]) == [{"deep": [{name: MASK}]}]


@pytest.mark.parametrize("name", ["next_page_token", "token_type", "passwords_changed_at", "secretary", "monkey"])
def test_what_only_sounds_like_one_is_not(name: str) -> None:
    assert masked({name: "x"}) == {name: "x"}


def test_a_yes_or_no_and_nothing_at_all_are_never_secrets() -> None:
    assert masked({"password": True, "token": None}) == {"password": True, "token": None}


def test_what_the_schema_says_counts_too() -> None:
    properties: dict[str, Any] = {"pin": {"type": "string", "format": "password"}, "code": {"writeOnly": True}, "a": {}}
    schema = Schema({"type": "array", "items": {"type": "object", "properties": properties}})

    assert masked([{"pin": "1", "code": "2", "a": "3"}], schema) == [{"pin": MASK, "code": MASK, "a": "3"}]


def test_the_answer_itself_is_left_alone() -> None:
    answer = {"password": "x"}

    masked(answer)

    assert answer == {"password": "x"}


def test_a_row_is_looked_through_for_itself_whatever_the_rows_before_it_held() -> None:
    rows = [{"id": 1, "more": "x"}, {"id": 2, "token": "x"}, {"id": 3, "more": {"token": "x"}}, {"id": "x", "pin": "x"}]
    schema = Schema({"properties": {"pin": {"type": "string", "writeOnly": True}}})
    assert masked_rows(rows, schema) == [
        {"id": 1, "more": "x"},
        {"id": 2, "token": MASK},
        {"id": 3, "more": {"token": MASK}},
        {"id": "x", "pin": MASK},
    ]


def test_the_same_name_is_a_secret_in_one_thing_and_none_in_another() -> None:
    schema = Schema({"properties": {"pin": {"type": "string", "writeOnly": True}, "shop": {"properties": {"pin": {}}}}})
    assert masked({"shop": {"pin": "x"}, "pin": "x"}, schema) == {"shop": {"pin": "x"}, "pin": MASK}
    assert masked([{"pin": "x"}, {"pin": "x"}], Schema({"items": schema.raw})) == [{"pin": MASK}, {"pin": MASK}]


def test_an_object_of_any_kind_is_looked_through() -> None:
    assert masked(MappingProxyType({"inner": MappingProxyType({"token": "x"})})) == {"inner": {"token": MASK}}


def test_rows_of_which_none_holds_a_secret_are_not_copied_nor_taken_for_others() -> None:
    masker = Masker()
    rows: list[Any] = [{"id": number, "name": "x"} for number in range(3)]
    for _ in range(2):
        assert all(one is other for one, other in zip(masker.rows(rows, None), rows, strict=True))

    for odd in (
        {"id": 1, "password": "x"},
        {"id": {"token": "x"}, "name": ""},
        {"name": [{"token": "x"}]},
        None,
        "text",
    ):
        assert masker.rows([*rows, odd], None) == [*rows, masked(odd)]
        assert masker.rows(rows, None) == rows
    assert masker.rows([], None) == []


def test_of_no_more_schemas_than_there_is_room_for_it_is_remembered_what_they_hold(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(masking, "MOST_SCHEMAS", 3)
    masker = Masker()

    for _ in range(10):
        assert masker.mask({"name": "x", "token": "y"}, Schema({})) == {"name": "x", "token": MASK}

    assert len(vars(masker)["_open"]) <= 3
