"""How an item becomes the values that the form of its change begins with."""

from typing import Any

import pytest

from webapp.forms.prefill import fit_body, fit_query
from webapp.forms.values import ABSENT
from webapp.openapi.references import References
from webapp.openapi.schema import Schema
from webapp.openapi.site import Operation, Parameter

TEXT = {"type": "string"}
NUMBER = {"type": "integer"}


def keep(name: str, schema: Schema, value: Any) -> bool:
    """Leave nothing out."""
    return False


def thing(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def fit(schema: Any, item: Any, answer: Any = None) -> Any:
    return fit_body(Schema(schema), item, answer, skip=keep)


def test_a_body_takes_what_it_knows_of_an_item() -> None:
    schema = thing(title=TEXT, size=NUMBER, made={**TEXT, "readOnly": True}, tags={"type": "array", "items": TEXT})

    assert fit(schema, {"id": 7, "title": "A", "made": "now", "tags": ["x"]}) == {"title": "A", "tags": ["x"]}


def test_names_may_be_spelt_otherwise() -> None:
    assert fit(thing(project_id=NUMBER, fullName=TEXT), {"projectId": 3, "full_name": "Ada"}) == {
        "project_id": 3,
        "fullName": "Ada",
    }


@pytest.mark.parametrize(
    ("schema", "item", "body"),
    [
        (thing(project_id=NUMBER), {"project": {"id": 3, "name": "Web"}}, {"project_id": 3}),
        (thing(projectId=TEXT), {"project": {"id": 3, "uuid": "u-3"}}, {"projectId": "u-3"}),
        (thing(project=NUMBER), {"project": {"id": 3, "name": "Web"}}, {"project": 3}),
        (
            thing(label_ids={"type": "array", "items": NUMBER}),
            {"labels": [{"id": 1}, {"id": 2}]},
            {"label_ids": [1, 2]},
        ),
        (thing(labels={"type": "array", "items": TEXT}), {"labels": [{"id": 1, "name": "bug"}]}, {"labels": ["bug"]}),
        (thing(owner_id=NUMBER), {"owner": "Ada"}, {}),
    ],
)
def test_what_is_embedded_becomes_the_id_that_is_wanted(schema: Any, item: Any, body: Any) -> None:
    assert fit(schema, item) == body


def test_a_wrapper_of_the_answer_is_one_of_the_body() -> None:
    resource = thing(type=TEXT, id=TEXT, attributes=thing(title=TEXT))
    answer = {"data": {"type": "books", "id": "1", "attributes": {"title": "A", "pages": 3}, "links": {}}}

    assert fit(thing(data=resource), {"id": "1", "title": "A", "pages": 3}, answer) == {
        "data": {"type": "books", "id": "1", "attributes": {"title": "A"}}
    }


def test_a_wrapper_of_the_body_alone_is_put_around_the_item() -> None:
    assert fit(thing(book=thing(title=TEXT)), {"id": 1, "title": "A"}) == {"book": {"title": "A"}}


def test_of_a_union_the_shape_that_the_value_has_counts() -> None:
    mail = thing(kind={"const": "mail"}, address=TEXT)
    hook = thing(kind={"const": "hook"}, url=TEXT)
    schema = thing(notice={"oneOf": [mail, hook]})

    assert fit(schema, {"notice": {"kind": "hook", "url": "u", "id": 1}}) == {"notice": {"kind": "hook", "url": "u"}}


def test_maps_and_what_has_no_schema_stay_as_they_are() -> None:
    quotas = {"type": "object", "additionalProperties": NUMBER}

    assert fit(thing(quotas=quotas, extra={}), {"quotas": {"b": 1, "a": 2}, "extra": {"x": [1]}}) == {
        "quotas": {"b": 1, "a": 2},
        "extra": {"x": [1]},
    }
    assert list(fit(quotas, {"b": 1, "a": 2})) == ["b", "a"]


def test_null_is_left_out_where_it_is_no_value() -> None:
    schema = thing(a=TEXT, b={"anyOf": [TEXT, {"type": "null"}]}, c={})

    assert fit(schema, {"a": None, "b": None, "c": None}) == {"b": None, "c": None}


def test_what_is_to_be_skipped_is_at_any_depth() -> None:
    schema = thing(hook=thing(url=TEXT, secret=TEXT))

    def skip(name: str, schema: Schema, value: Any) -> bool:
        return name == "secret"

    assert fit_body(Schema(schema), {"hook": {"url": "u", "secret": "s"}}, skip=skip) == {"hook": {"url": "u"}}


def test_a_schema_within_itself_ends() -> None:
    schema = Schema({"type": "object", "properties": {"kids": {"type": "array", "items": {"type": "object"}}}})
    deep: dict[str, Any] = {}
    for _ in range(60):
        deep = {"kids": [deep]}

    assert fit_body(schema, deep, skip=keep) == deep


def test_an_item_that_is_no_object_is_the_body_itself() -> None:
    assert fit({"type": "array", "items": TEXT}, ["a", "b"]) == ["a", "b"]
    assert fit({"type": "integer"}, None) is ABSENT
    assert fit(TEXT, {"id": "x"}) is ABSENT


def test_parameters_are_filled_where_there_is_no_body() -> None:
    schema = Schema(TEXT)
    operation = Operation(
        method="PATCH",
        path="/orgs/{id}",
        name="update",
        label="Update",
        parameters=(
            Parameter("id", "path", required=True, schema=schema),
            Parameter("name", "query", required=False, schema=schema),
            Parameter("notify", "query", required=False, schema=schema),
        ),
    )

    assert fit_query(operation, {"id": 1, "name": "Org"}, skip=keep) == {"name": "Org"}


def test_a_discriminator_says_which_shape_an_item_has() -> None:
    pet = {"properties": {"kind": TEXT}, "required": ["kind"], "discriminator": {"propertyName": "kind"}}
    base = {"$ref": "#/components/schemas/Pet"}
    cat, dog = ({"allOf": [base, thing(**{name: NUMBER})]} for name in ("age", "size"))
    components = {"components": {"schemas": {"Pet": pet, "Cat": cat, "Dog": dog}}}
    item = {"kind": "Dog", "age": 3, "size": 4}

    assert fit_body(Schema(base, References(components)), item, None, skip=keep) == {"kind": "Dog", "size": 4}
