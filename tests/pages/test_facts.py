"""An item as labelled values and sections."""

from typing import Any

from webapp.html.kinds import Kind
from webapp.openapi.references import References
from webapp.openapi.schema import Schema
from webapp.pages.facts import MOST_SECTIONS, facts_of, sections_of


def test_facts_follow_the_schema_and_times_of_change_come_last() -> None:
    schema = Schema({"type": "object", "properties": {"b": {"type": "string"}, "updated_at": {}, "a": {}}})
    data = {"extra": 1, "updated_at": "2026-01-01T00:00:00Z", "a": 1, "b": "x", "due_at": "2026-01-01T00:00:00Z"}

    assert [fact.key for fact in facts_of(data, schema)] == ["b", "a", "extra", "due_at", "updated_at"]


def test_a_secret_is_a_fact_without_a_value() -> None:
    (fact,) = facts_of({"password": "hunter2"}, None)

    assert (fact.kind, fact.value) == (Kind.SECRET, None)


def test_a_small_object_is_a_fact_by_its_name_and_an_empty_one_an_empty_list() -> None:
    owner, nothing = facts_of({"owner": {"id": 1, "name": "Ann"}, "nothing": {}}, None)

    assert (owner.kind, owner.value) == (Kind.TEXT, "Ann")
    assert (nothing.kind, nothing.value) == (Kind.LIST, [])


def test_the_keys_of_a_map_are_shown_as_they_were_written() -> None:
    schema = Schema({"type": "object", "additionalProperties": {"type": "integer"}})

    assert [fact.label for fact in facts_of({"WEB": 500, "left_over": 1}, schema)] == ["WEB", "left_over"]
    assert [fact.label for fact in facts_of({"left_over": 1}, Schema({"type": "object"}))] == ["Left over"]


def test_a_shared_schema_s_title_does_not_name_the_field() -> None:
    document = {"components": {"schemas": {"IssueStatus": {"title": "IssueStatus", "type": "string", "enum": ["a"]}}}}
    properties: dict[str, Any] = {
        "status": {"$ref": "#/components/schemas/IssueStatus"},
        "kind": {"title": "Sort of thing", "type": "string"},
    }
    schema = Schema({"type": "object", "properties": properties}, References(document))

    assert [fact.label for fact in facts_of({"status": "a", "kind": "b"}, schema)] == ["Status", "Sort of thing"]


def test_objects_deeper_than_one_cares_for_are_shown_as_they_are() -> None:
    deep: dict[str, Any] = {"a": {"b": {"c": {"d": {"e": 1}}}}}

    sections = sections_of(deep, None, name="x")

    assert [section.label for section in sections] == ["A · B · C"]
    assert sections[0].facts[0].kind is Kind.JSON
    assert sections[0].facts[0].value == {"d": {"e": 1}}


def test_rows_of_sections_have_ids_of_their_own_and_are_bounded() -> None:
    (section,) = sections_of({"lines": [{"name": f"Line {number}"} for number in range(230)]}, None, name="orders")

    assert section.rows[0].id == "orders-lines-row-1"
    assert (len(section.rows), section.shown) == (200, 20)
    assert section.more == 30


def test_a_secret_list_of_objects_is_no_section() -> None:
    assert sections_of({"credentials": [{"key": "x"}]}, None, name="x") == ()


def test_however_many_nested_parts_there_are_not_all_become_sections() -> None:
    many = {f"part_{number}": {"a": {"b": 1}, "c": 2} for number in range(100)}

    assert len(sections_of(many, None, name="x")) == MOST_SECTIONS


def test_a_table_of_tables_is_shown() -> None:
    (section,) = sections_of({"matrix": [[1, 2], [3, 4]]}, None, name="x")

    assert [row.values for row in section.rows] == [([1, 2],), ([3, 4],)]
