"""What kind of value a field holds, by its schema, its name and its values."""

from typing import Any

import pytest

from webapp.html.guess import kind_of
from webapp.html.kinds import Kind
from webapp.openapi.schema import Schema

LONG = "The build fails on every second run, because the key of the cache leaves out the platform it was made on."


@pytest.mark.parametrize(
    ("name", "schema", "kind"),
    [
        ("done", {"type": "boolean"}, Kind.BOOLEAN),
        ("votes", {"type": "integer"}, Kind.INTEGER),
        ("id", {"type": "integer"}, Kind.CODE),
        ("project_id", {"type": "integer"}, Kind.CODE),
        ("projectId", {"type": "integer"}, Kind.CODE),
        ("projectID", {"type": "integer"}, Kind.CODE),
        ("year", {"type": "integer"}, Kind.CODE),
        ("order_number", {"type": "integer"}, Kind.CODE),
        ("total_number", {"type": "integer"}, Kind.INTEGER),
        ("cpu_percent", {"type": "number"}, Kind.PERCENT),
        ("duration_seconds", {"type": "integer"}, Kind.SECONDS),
        ("expires_in", {"type": "integer"}, Kind.SECONDS),
        ("latencyMs", {"type": "number"}, Kind.MILLISECONDS),
        ("created_at_ms", {"type": "integer"}, Kind.INTEGER),
        ("timeout", {"type": "string", "format": "duration"}, Kind.DURATION),
        ("phone", {"type": "string"}, Kind.PHONE),
        ("paid", {"type": "integer"}, Kind.INTEGER),
        ("size", {"type": "integer"}, Kind.BYTES),
        ("size_bytes", {"type": "integer"}, Kind.BYTES),
        ("memoryBytes", {"type": "number"}, Kind.BYTES),
        ("file_size", {"type": "integer"}, Kind.BYTES),
        ("team_size", {"type": "integer"}, Kind.INTEGER),
        ("price", {"type": "number"}, Kind.NUMBER),
        ("price", {"type": "string", "pattern": r"^(?!^[-+.]*$)[+-]?0*\d*\.?\d*$"}, Kind.NUMBER),
        ("till", {"type": "string", "pattern": r"^\d+$"}, Kind.TEXT),
        ("created_at", {"type": "string", "format": "date-time"}, Kind.DATETIME),
        ("due", {"type": "string", "format": "date"}, Kind.DATE),
        ("opens", {"type": "string", "format": "time"}, Kind.TIME),
        ("contact", {"type": "string", "format": "email"}, Kind.EMAIL),
        ("home", {"type": "string", "format": "uri"}, Kind.URL),
        ("avatar_url", {"type": "string", "format": "uri"}, Kind.IMAGE),
        ("ref", {"type": "string", "format": "uuid"}, Kind.CODE),
        ("state", {"enum": ["open", "done"]}, Kind.ENUM),
        ("level", {"type": "integer", "enum": [1, 2]}, Kind.ENUM),
        ("flag", {"type": "boolean", "enum": [True]}, Kind.BOOLEAN),
        ("password", {"type": "string"}, Kind.SECRET),
        ("anything", {"type": "string", "format": "password"}, Kind.SECRET),
        ("anything", {"type": "string", "writeOnly": True}, Kind.SECRET),
        ("apiKey", {"type": "string"}, Kind.SECRET),
        ("body", {"type": "string"}, Kind.LONG_TEXT),
        ("remark", {"type": "string", "maxLength": 2000}, Kind.LONG_TEXT),
        ("slug", {"type": "string"}, Kind.CODE),
        ("email", {"type": "string"}, Kind.EMAIL),
        ("updatedAt", {"type": "string"}, Kind.DATETIME),
        ("name", {"type": "string"}, Kind.TEXT),
        ("labels", {"type": "array", "items": {"type": "string"}}, Kind.LIST),
        ("labels", {"type": "array"}, Kind.LIST),
        ("comments", {"type": "array", "items": {"type": "object"}}, Kind.JSON),
        ("owner", {"type": "object"}, Kind.JSON),
        ("any", {}, Kind.TEXT),
        ("due", {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}, Kind.DATE),
    ],
)
def test_a_schema_says_what_it_is(name: str, schema: dict[str, Any], kind: Kind) -> None:
    assert kind_of(name, Schema(schema)) is kind


@pytest.mark.parametrize(
    ("name", "samples", "kind"),
    [
        ("x", [True, None], Kind.BOOLEAN),
        ("x", [1, 2], Kind.INTEGER),
        ("x", [1, 2.5], Kind.NUMBER),
        ("user_id", [1, 2], Kind.CODE),
        ("x", ["2026-11-21", "2026-11-22"], Kind.DATE),
        ("x", ["2026-11-21", "soon"], Kind.TEXT),
        ("x", ["2026-99-99"], Kind.TEXT),
        ("x", ["2026-11-21T10:00:00Z", ""], Kind.DATETIME),
        ("x", ["2026-11-21 10:00"], Kind.DATETIME),
        ("x", ["https://example.com", "http://example.com/a"], Kind.URL),
        ("x", ["https://example.com/a.png?x=1"], Kind.IMAGE),
        ("logo", ["https://example.com/a"], Kind.IMAGE),
        ("x", ["javascript:alert(1)"], Kind.TEXT),
        ("x", ["#ff8800", "#08f"], Kind.COLOR),
        ("x", ["ada@example.com"], Kind.EMAIL),
        ("x", ["PT5M", "P1D"], Kind.DURATION),
        ("x", ["P", "PT"], Kind.TEXT),
        ("mobile", ["+49 30 1234567"], Kind.PHONE),
        ("mobile", ["none at all"], Kind.TEXT),
        ("x", ["550e8400-e29b-41d4-a716-446655440000"], Kind.CODE),
        ("x", ["550e8400-e29b-41d4-a716-44665544000g"], Kind.TEXT),
        ("x", [LONG], Kind.LONG_TEXT),
        ("x", ["a\nb"], Kind.LONG_TEXT),
        ("x", ["short"], Kind.TEXT),
        ("starts_on", ["later"], Kind.TEXT),
        ("created_at", [], Kind.TEXT),
        ("x", [["a", "b"], []], Kind.LIST),
        ("x", [[{"a": 1}]], Kind.JSON),
        ("x", [[["a"]]], Kind.JSON),
        ("x", [{"a": 1}], Kind.JSON),
        ("x", [1, "a"], Kind.TEXT),
        ("x", [None, None], Kind.TEXT),
        ("", ["a"], Kind.TEXT),
        ("", [1], Kind.INTEGER),
        ("password", ["hunter2"], Kind.SECRET),
        ("refresh_token", ["abc"], Kind.SECRET),
        ("tokens", [12], Kind.INTEGER),
    ],
)
def test_without_a_schema_the_values_say_what_it_is(name: str, samples: list[Any], kind: Kind) -> None:
    assert kind_of(name, None, samples) is kind


@pytest.mark.parametrize(
    ("schema", "samples", "kind"),
    [
        ({"type": "integer"}, ["a", "b"], Kind.TEXT),
        ({"type": "string", "format": "date"}, [5], Kind.INTEGER),
        ({"type": "number"}, [1, 2], Kind.NUMBER),
        ({"type": "string"}, ["2026-11-21"], Kind.DATE),
        ({"type": "string"}, [{"a": 1}], Kind.JSON),
        ({"type": "array", "items": {"type": "string"}}, [[{"a": 1}]], Kind.JSON),
        ({"enum": ["a", "b"]}, [["a"]], Kind.LIST),
    ],
)
def test_values_that_belie_the_schema_are_believed(schema: dict[str, Any], samples: list[Any], kind: Kind) -> None:
    assert kind_of("x", Schema(schema), samples) is kind


def test_not_more_samples_are_looked_at_than_needed() -> None:
    def endless() -> Any:
        while True:
            yield "short"

    assert kind_of("x", None, endless()) is Kind.TEXT
