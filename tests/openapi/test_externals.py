"""Documents in several parts."""

import json
from typing import Any

import pytest

from webapp.errors import DocumentError
from webapp.openapi.document import Document
from webapp.openapi.externals import LEADS_OUT, elsewhere, grounded
from webapp.openapi.resources import build_site

URL = "http://h.example/docs/openapi.json"


def part(**members: Any) -> bytes:
    return json.dumps(members).encode()


def test_what_a_document_refers_to_is_told_once_each_and_in_full() -> None:
    root = {
        "a": {"$ref": "common.json#/Pet"},
        "b": [{"$ref": "./common.json#/Dog"}, {"$ref": "../other.yaml"}],
        "c": {"$ref": "#/a"},
        "d": {"$ref": "openapi.json#/a"},
        "e": {"$ref": "http://elsewhere.example/x.json"},
        "f": {"$ref": "http://["},
        "g": {"$ref": 7},
    }

    assert sorted(elsewhere(root, URL)) == [
        "http://elsewhere.example/x.json",
        "http://h.example/docs/common.json",
        "http://h.example/other.yaml",
    ]


def test_a_reference_written_in_full_is_found_from_anywhere() -> None:
    assert grounded({"x": [{"$ref": "#/y", "z": 1}], "w": {"$ref": "http://["}}, URL) == {
        "x": [{"$ref": f"{URL}#/y", "z": 1}],
        "w": {"$ref": "http://["},
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b'{"$ref": "#/a"}', False),
        (b'{"$ref": "b.json"}', True),
        (b"$ref: '#/a'", False),
        (b"$ref: b.yaml#/a", True),
        (b'{"ref": "b.json"}', False),
    ],
)
def test_a_quick_look_tells_whether_there_is_anything_to_look_for(text: bytes, expected: bool) -> None:
    assert bool(LEADS_OUT.search(text)) is expected


def test_parts_refer_to_each_other_and_back() -> None:
    pet = {"type": "object", "properties": {"owner": {"$ref": "people.json#/Person"}, "name": {"$ref": "#/Name"}}}
    person = {"type": "object", "properties": {"pets": {"$ref": "openapi.json#/components/schemas/Pets"}}}
    root = part(
        openapi="3.1.0",
        paths={
            "/pets": {"$ref": "paths.json#/pets"},
        },
        components={"schemas": {"Pets": {"type": "array", "items": {"$ref": "pets.json#/Pet"}}}},
    )
    answer = {"content": {"application/json": {"schema": {"$ref": "openapi.json#/components/schemas/Pets"}}}}
    others = {
        "http://h.example/docs/paths.json": part(pets={"get": {"responses": {"200": answer}}}),
        "http://h.example/docs/pets.json": part(Pet=pet, Name={"type": "string", "title": "Called"}),
        "http://h.example/docs/people.json": part(Person=person),
    }

    site = build_site(Document.parse(root, url=URL, others=others))

    assert site.problems == ()
    rows = site.operations[0].answer
    assert rows is not None
    assert rows.items is not None
    assert rows.items.name == "Pet"
    assert rows.items.properties["name"].title == "Called"
    pets = rows.items.properties["owner"].properties["pets"]
    assert pets.items is not None
    assert pets.items.name == "Pet"


def test_a_part_that_is_not_there_is_a_problem_and_not_the_end() -> None:
    root = part(openapi="3.1.0", paths={"/a": {"$ref": "http://evil.example/x.json#/a"}, "/b": {"get": {}}})

    site = build_site(Document.parse(root, url=URL))

    assert [each.path for each in site.operations] == ["/b"]
    assert "http://evil.example/x.json#/a points outside" in site.problems[0]


def test_a_broken_part_is_named() -> None:
    others = {"http://h.example/docs/x.json": b"{"}

    read = Document.parse(part(openapi="3.1.0"), url=URL, others=others)

    assert "x.json: The document is not valid JSON" in read.problems[0]
    with pytest.raises(DocumentError, match="points outside"):
        read.resolve({"$ref": "x.json#/a"})


def test_parts_may_go_in_circles() -> None:
    others = {"http://h.example/docs/x.json": part(a={"$ref": "openapi.json#/b"})}
    read = Document.parse(part(openapi="3.1.0", b={"$ref": "x.json#/a"}), url=URL, others=others)

    with pytest.raises(DocumentError, match="leads back to itself"):
        read.resolve({"$ref": "#/b"})
