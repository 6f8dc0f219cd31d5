"""What APIs have against an input, in the many ways in which they name it, at the field that it is about."""

from typing import Any

import pytest

from tests.forms.operations import TEXT, body, operation, parameter
from webapp.client.problems import read_problem
from webapp.forms.build import BuildContext
from webapp.forms.complaints import place
from webapp.forms.field import Field
from webapp.forms.form import OperationForm

NUMBER = {"type": "integer"}
ITEM = {"type": "object", "properties": {"name": TEXT, "unit_price": NUMBER}}
ORDER = {
    "type": "object",
    "properties": {
        "title": TEXT,
        "due_date": {"type": "string", "format": "date"},
        "address": {"type": "object", "properties": {"street": TEXT, "zip_code": TEXT}},
        "items": {"type": "array", "items": ITEM},
        "prices": {"type": "object", "additionalProperties": NUMBER},
        "payment": {
            "oneOf": [
                {"title": "Card", "type": "object", "properties": {"number": TEXT}, "required": ["number"]},
                {"title": "Cash", "type": "object", "properties": {"coins": NUMBER}, "required": ["coins"]},
            ]
        },
    },
}
VALUE: dict[str, Any] = {
    "title": "x",
    "address": {"street": "A", "zip_code": "1"},
    "items": [{"name": "a"}, {"name": "b"}],
    "prices": {"tea": 1, "milk": 2},
    "payment": {"number": "1"},
}


def form(schema: Any = ORDER, value: Any = VALUE) -> tuple[Field, ...]:
    """The fields of a filled-in form."""
    asked = operation(parameter("limit", schema=NUMBER), parameter("order_id", "path"), body(schema))
    return OperationForm(asked).fields({"body": value}, BuildContext())


@pytest.mark.parametrize(
    ("complaint", "name"),
    [
        ("title", "body/title"),
        ("due_date", "body/due_date"),
        ("dueDate", "body/due_date"),
        ("DueDate", "body/due_date"),
        ("address.street", "body/address/street"),
        ("Address.ZipCode", "body/address/zip_code"),
        ("items.1.unit_price", "body/items/1/unit_price"),
        ("items.0.unitPrice", "body/items/0/unit_price"),
        ("items", "body/items"),
        ("items.1", "body/items/1"),
        ("prices.milk", "body/prices/1"),
        ("request.title", "body/title"),
        ("order.title", "body/title"),
        ("data.attributes.title", "body/title"),
        ("payment.Card.number", "body/payment/number"),
        ("payment.function-after[check(), Card].number", "body/payment/number"),
        ("address.country", "body/address"),
        ("items.7.name", "body/items"),
        ("limit", "query/limit"),
        ("orderId", "path/order_id"),
    ],
)
def test_a_complaint_stands_at_the_field_that_is_meant(complaint: str, name: str) -> None:
    placed, left = place({complaint: ("Wrong.",)}, form())

    assert placed == {name: ("Wrong.",)}
    assert left == ()


@pytest.mark.parametrize(
    ("complaint", "said"),
    [
        ("colour", "Colour: Wrong."),
        ("street", "Street: Wrong."),
        ("", "Wrong."),
    ],
)
def test_what_no_field_stands_for_is_said_above_all(complaint: str, said: str) -> None:
    placed, left = place({complaint: ("Wrong.",)}, form())

    assert placed == {}
    assert left == (said,)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": {"order": ORDER}},
        {
            "type": "object",
            "properties": {"data": {"type": "object", "properties": {"attributes": ORDER, "type": TEXT}}},
        },
    ],
)
def test_an_api_may_leave_out_the_wrappers_that_its_body_has(schema: dict[str, Any]) -> None:
    (wrapper,) = schema["properties"]
    value = {"order": VALUE} if wrapper == "order" else {"data": {"attributes": VALUE}}

    placed, left = place({"title": ("Too short.",), "address.street": ("No.",)}, form(schema, value))

    assert [name.rpartition("/")[2] for name in placed] == ["title", "street"]
    assert left == ()


def test_the_body_is_meant_where_two_inputs_have_one_name() -> None:
    asked = operation(parameter("title"), body(ORDER))
    fields = OperationForm(asked).fields({"body": VALUE}, BuildContext())

    assert list(place({"title": ("Wrong.",)}, fields)[0]) == ["body/title"]


@pytest.mark.parametrize("location", ["query", "body"])
def test_an_api_that_says_which_part_it_means_is_believed(location: str) -> None:
    asked = operation(parameter("title"), body({"type": "object", "properties": {"data": ORDER}}))
    fields = OperationForm(asked).fields({"body": {"data": VALUE}}, BuildContext())
    problem = read_problem(422, {"detail": [{"loc": [location, "title"], "msg": "Wrong."}]})

    placed, left = place(problem.fields, fields, locations=problem.locations)

    assert placed == {"query/title" if location == "query" else "body/data/title": ("Wrong.",)}
    assert left == ()


def test_one_name_in_two_parts_of_a_request_has_two_complaints() -> None:
    asked = operation(parameter("title"), body(ORDER))
    fields = OperationForm(asked).fields({"body": VALUE}, BuildContext())
    said = [{"loc": [part, "title"], "msg": f"Not in the {part}."} for part in ("body", "query")]
    problem = read_problem(422, {"detail": said})

    placed, _ = place(problem.fields, fields, locations=problem.locations)

    assert placed == {"body/title": ("Not in the body.",), "query/title": ("Not in the query.",)}


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("title must be longer than or equal to 3 characters", "body/title"),
        ("title should not be empty", "body/title"),
        ('"title" is required', "body/title"),
        ("dueDate must be a valid date", "body/due_date"),
        ("address.street must be a string", "body/address/street"),
        ("items.1.unitPrice must not be less than 0", "body/items/1/unit_price"),
    ],
)
def test_a_sentence_that_begins_with_a_fields_name_is_about_it(sentence: str, name: str) -> None:
    problem = read_problem(400, {"statusCode": 400, "message": [sentence], "error": "Bad Request"})

    assert place(problem.fields, form(), sentences=problem.sentences) == ({name: (sentence,)}, ())


@pytest.mark.parametrize(
    "sentence", ["street must be a string", "Title and date don't fit", "colour is unknown", "It is too late", "title"]
)
def test_a_sentence_that_may_be_about_anything_is_about_no_field(sentence: str) -> None:
    assert place({}, form(), sentences=[sentence]) == ({}, ())


def test_of_two_fields_of_one_name_a_sentence_is_about_none() -> None:
    asked = operation(parameter("title"), body(ORDER))
    fields = OperationForm(asked).fields({"body": VALUE}, BuildContext())

    assert place({}, fields, sentences=["title must be a string"]) == ({}, ())


def test_beside_sentences_that_have_found_their_fields_the_others_are_said_above() -> None:
    said = ["title should not be empty", "The shop is closed"]

    assert place({}, form(), sentences=said) == ({"body/title": (said[0],)}, (said[1],))


def test_several_complaints_about_one_field_are_said_once_each() -> None:
    placed, _ = place({"due_date": ("A.", "B."), "dueDate": ("B.", "C.")}, form())

    assert placed == {"body/due_date": ("A.", "B.", "C.")}


ANSWERS: dict[str, Any] = {
    "FastAPI": {"detail": [{"loc": ["body", "items", 1, "unit_price"], "msg": "Too low", "type": "x"}]},
    "FastAPI, embedded": {"detail": [{"loc": ["body", "order", "items", 1, "unit_price"], "msg": "Too low"}]},
    "RFC 9457": {"title": "No", "errors": [{"pointer": "#/items/1/unit_price", "detail": "Too low"}]},
    "RFC 7807": {"title": "No", "invalid-params": [{"name": "items[1].unit_price", "reason": "Too low"}]},
    "JSON:API": {"errors": [{"detail": "Too low", "source": {"pointer": "/data/attributes/items/1/unit-price"}}]},
    "Django REST": {"items": [{}, {"unit_price": ["Too low"]}]},
    "Laravel": {"message": "No", "errors": {"items.1.unit_price": ["Too low"]}},
    ".NET": {"title": "No", "status": 400, "errors": {"$.items[1].unitPrice": ["Too low"]}},
    ".NET, a model": {"title": "No", "status": 400, "errors": {"Items[1].UnitPrice": ["Too low"]}},
    "Spring": {"status": 400, "errors": [{"field": "items[1].unitPrice", "defaultMessage": "Too low"}]},
    "NestJS, nested": {"errors": [{"property": "items.1.unitPrice", "message": "Too low"}]},
    "Symfony": {"violations": [{"propertyPath": "items[1].unitPrice", "message": "Too low"}]},
    "zod": {"issues": [{"path": ["items", 1, "unitPrice"], "message": "Too low"}]},
    "Google": {
        "error": {
            "code": 400,
            "details": [{"fieldViolations": [{"field": "items[1].unit_price", "description": "Too low"}]}],
        }
    },
}


@pytest.mark.parametrize("framework", ANSWERS)
def test_the_errors_of_the_world_find_their_field(framework: str) -> None:
    problem = read_problem(422, ANSWERS[framework])

    placed, left = place(problem.fields, form())

    assert (placed, left) == ({"body/items/1/unit_price": ("Too low",)}, ())


def test_a_field_that_is_the_whole_body_gets_what_is_said_about_it() -> None:
    asked = operation(body({"type": "array", "items": TEXT}))
    fields = OperationForm(asked).fields({"body": ["a"]}, BuildContext())

    assert place({"0": ("Too short.",)}, fields)[0] == {"body/0": ("Too short.",)}
