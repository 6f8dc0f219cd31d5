"""What a change sends of a body."""

from typing import Any

from webapp.forms.partial import Partial
from webapp.openapi.schema import Schema

TEXT = {"type": "string"}
NULLABLE = {"type": ["string", "null"]}


def thing(*required: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": properties}


BODY = thing(
    title=TEXT,
    note=NULLABLE,
    due={"type": "string", "format": "date"},
    tags={"type": "array", "items": TEXT},
    address=thing(city=TEXT, street=TEXT),
)


def pick(schema: Any, whole: Any, before: Any, after: Any, *, deep: bool = False) -> Any:
    return Partial(deep=deep).pick(Schema(schema), whole, before, after)


def test_only_what_was_changed_is_sent() -> None:
    before = {"title": "A", "note": "x", "tags": ["a"]}

    assert pick(BODY, before, before, {**before, "title": "B"}) == {"title": "B"}
    assert pick(BODY, before, before, before) == {}


def test_an_object_within_is_sent_as_a_whole_with_what_was_not_shown_of_it() -> None:
    whole = {"address": {"city": "Bern", "street": "X", "code": "hidden"}}
    before = {"address": {"city": "Bern", "street": "X"}}
    after = {"address": {"city": "Basel", "street": "X"}}

    assert pick(BODY, whole, before, after) == {"address": {"city": "Basel", "street": "X", "code": "hidden"}}
    assert pick(BODY, whole, before, after, deep=True) == {"address": {"city": "Basel"}}


def test_what_was_cleared_is_said_as_the_api_can_understand_it() -> None:
    before = {"title": "A", "note": "x", "tags": ["a"], "due": "2026-01-01"}
    partial = Partial()

    assert partial.pick(Schema(BODY), before, before, {}) == {"title": "", "note": None, "tags": []}
    assert partial.kept == [("due",)]
    assert pick(BODY, before, before, {}, deep=True) == dict.fromkeys(before)


def test_what_is_always_needed_and_the_version_go_along() -> None:
    schema = thing("name", name=TEXT, title=TEXT, lock_version={"type": "integer"})
    whole = {"name": "n", "title": "A", "lock_version": 4}

    assert pick(schema, whole, whole, {**whole, "title": "B"}) == {"name": "n", "title": "B", "lock_version": 4}


def test_within_a_wrapper_only_what_was_changed_is_sent() -> None:
    attributes = thing(title=TEXT, size=TEXT)
    schema = thing(data=thing("type", "id", type=TEXT, id=TEXT, attributes=attributes))
    whole = {"data": {"type": "books", "id": "1", "attributes": {"title": "A", "size": "s"}}}
    after = {"data": {"type": "books", "id": "1", "attributes": {"title": "B", "size": "s"}}}

    assert pick(schema, whole, whole, after) == {"data": {"type": "books", "id": "1", "attributes": {"title": "B"}}}


def test_a_map_is_sent_as_a_whole_unless_it_is_patched() -> None:
    schema = thing(quotas={"type": "object", "additionalProperties": {"type": "integer"}})
    before = {"quotas": {"a": 1, "b": 2, "c": 3}}
    after = {"quotas": {"a": 1, "c": 4}}

    assert pick(schema, before, before, after) == {"quotas": {"a": 1, "c": 4}}
    assert pick(schema, before, before, after, deep=True) == {"quotas": {"b": None, "c": 4}}


def test_a_body_that_is_no_object_is_sent_as_it_is() -> None:
    assert pick({"type": "array", "items": TEXT}, ["a"], ["a"], ["b"]) == ["b"]


def test_within_a_wrapper_of_the_body_alone_only_what_was_changed_is_sent() -> None:
    whole = {"book": {"title": "A", "size": 1}}
    partial = Partial(wrapper="book")
    schema = Schema(thing(book=thing(title=TEXT, size={"type": "integer"})))

    assert partial.pick(schema, whole, whole, {"book": {"title": "B", "size": 1}}) == {"book": {"title": "B"}}
