from typing import Any

import pytest

from tests.openapi.building import NUMBER, TEXT, thing
from webapp.openapi.schema import Schema
from webapp.openapi.shapes import data_at, flat_row, item_place, rows_in_data, rows_in_schema, schema_at

ROWS = {"type": "array", "items": thing(id=NUMBER)}
ROW = [{"id": 1}]


@pytest.mark.parametrize(
    ("schema", "data", "path"),
    [
        (ROWS, ROW, ()),
        (thing(data=ROWS, total=NUMBER), {"data": ROW, "total": 1}, ("data",)),
        (thing(Results=ROWS), {"Results": ROW}, ("Results",)),
        (thing(orders=ROWS, items=ROWS), {"orders": ROW, "items": ROW}, ("orders",)),
        (thing(tasks=ROWS, total_count=NUMBER), {"tasks": ROW, "total_count": 1}, ("tasks",)),
        (thing(data=thing(items=ROWS)), {"data": {"items": ROW}}, ("data", "items")),
        (
            thing(_embedded=thing(widgets=ROWS), page=thing()),
            {"_embedded": {"widgets": ROW}, "page": {}},
            ("_embedded", "widgets"),
        ),
        (thing(tickets=ROWS, links=ROWS, errors=ROWS), {"tickets": ROW, "links": ROW, "errors": []}, ("tickets",)),
    ],
)
def test_rows_are_found_in_schemas_and_in_answers_alike(schema: Any, data: Any, path: tuple[str, ...]) -> None:
    in_schema = rows_in_schema(Schema(schema), ["order"] if "items" in str(path) else ["orders"])
    in_data = rows_in_data(data, ["orders"])

    assert in_schema is not None
    assert (in_schema.path, in_schema.weight) == (path, 3)
    assert in_data is not None
    assert in_data.path == path


def test_a_list_of_texts_counts_less() -> None:
    texts = {"type": "array", "items": TEXT}

    place = rows_in_schema(Schema(texts), [])

    assert place is not None
    assert place.weight == 2
    assert rows_in_data(["a", "b"]) is not None
    wrapped = rows_in_schema(Schema(thing(data=texts)), [])
    assert wrapped is not None
    assert wrapped.weight == 2


@pytest.mark.parametrize(
    "schema",
    [
        thing(id=NUMBER, name=TEXT, items=ROWS),
        thing(name=TEXT, street=TEXT, city=TEXT, country=TEXT, items=ROWS),
        thing(name=TEXT, members=ROWS),
        thing(name=TEXT, lines=ROWS),
    ],
)
def test_a_thing_with_a_list_in_it_is_hardly_a_list(schema: Any) -> None:
    place = rows_in_schema(Schema(schema), [])

    assert place is None or place.weight <= 3
    if "id" in schema["properties"] or len(schema["properties"]) > 4 or "lines" in schema["properties"]:
        assert place is not None
        assert place.weight == 1


@pytest.mark.parametrize(
    "schema", [TEXT, thing(), thing(a=ROWS, b=ROWS), thing(a=TEXT), thing(data=thing(x=thing(y=ROWS)))]
)
def test_where_no_rows_are_none_are_found(schema: Any) -> None:
    assert rows_in_schema(Schema(schema), []) is None


@pytest.mark.parametrize("data", [None, 5, "x", {}, {"a": ROW, "b": ROW}, {"data": {"data": {"data": {"data": ROW}}}}])
def test_an_answer_without_rows_has_none(data: Any) -> None:
    assert rows_in_data(data) is None


def test_json_api_and_graphql_rows_are_flattened() -> None:
    api = Schema(thing(id=TEXT, type=TEXT, attributes=thing(title=TEXT)))
    graph = Schema(thing(cursor=TEXT, node=thing(name=TEXT)))

    assert list(flat_row(api).properties) == ["id", "title"]
    assert list(flat_row(graph).properties) == ["name"]
    assert list(flat_row(Schema(thing(node=TEXT, more=TEXT))).properties) == ["node", "more"]


def test_an_item_is_found_in_its_wrapper() -> None:
    assert item_place(Schema(thing(data=thing(id=NUMBER), meta=thing()))) == ("data",)
    assert item_place(Schema(thing(id=NUMBER, data=thing()))) == ()
    assert item_place(Schema(thing(data=ROWS))) == ()
    assert item_place(Schema(thing(project=thing()))) == ()


def test_what_lies_at_a_place_may_be_nothing() -> None:
    assert schema_at(Schema(thing(a=thing(b=TEXT))), ("a", "b")) is not None
    assert schema_at(Schema(thing(a=TEXT)), ("a", "b")) is None
    assert data_at({"a": {"b": 1}}, ("a", "b")) == 1
    assert data_at({"a": 1}, ("a", "b")) is None
    assert data_at({}, ("a",)) is None
