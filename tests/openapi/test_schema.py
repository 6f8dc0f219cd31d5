from typing import Any

import pytest

from webapp.errors import DocumentError
from webapp.openapi.references import References
from webapp.openapi.schema import NO_REFERENCES, Schema


def within(components: dict[str, Any], raw: Any) -> Schema:
    """A schema of a document with these components."""
    return Schema(raw, References({"components": {"schemas": components}}))


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def test_a_branch_that_is_null_makes_the_other_nullable() -> None:
    schema = Schema(
        {"anyOf": [{"type": "string", "format": "date", "title": "Inner"}, {"type": "null"}], "title": "Due"}
    )

    assert (schema.type, schema.format, schema.title) == ("string", "date", "Due")
    assert schema.nullable
    assert not schema.is_union


@pytest.mark.parametrize(
    "raw",
    [
        {"type": "string", "nullable": True},
        {"type": ["string", "null"]},
        {"oneOf": [{"type": "string"}, {"const": None}]},
        {"oneOf": [{"type": "string"}, {"enum": [None]}]},
        {"allOf": [{"type": "string"}], "nullable": True},
    ],
)
def test_null_is_understood_however_it_is_written(raw: dict[str, Any]) -> None:
    schema = Schema(raw)

    assert schema.nullable
    assert schema.type == "string"


def test_an_enum_keeps_its_values_and_takes_its_type_and_null_from_them() -> None:
    schema = Schema({"enum": ["a", "b", None]})

    assert schema.enum == ("a", "b")
    assert schema.nullable
    assert schema.type == "string"
    assert Schema({"const": 3}).enum == (3,)
    assert Schema({"const": 3}).type == "integer"
    values: tuple[Any, ...] = (True, 1.5, [], {})
    assert [Schema({"const": value}).type for value in values] == ["boolean", "number", "array", "object"]


def test_all_of_merges_properties_requirements_and_bounds() -> None:
    schema = within(
        {
            "Base": {
                "type": "object",
                "properties": {"id": {"type": "integer"}, "name": {}},
                "required": ["id"],
                "minProperties": 1,
            }
        },
        {
            "allOf": [
                ref("Base"),
                {"properties": {"name": {"type": "string"}}, "required": ["name"], "minProperties": 2},
            ],
            "description": "Both",
        },
    )

    assert list(schema.properties) == ["id", "name"]
    assert schema.properties["name"].type == "string"
    assert schema.required == {"id", "name"}
    assert schema.min_properties == 2
    assert schema.description == "Both"
    assert schema.is_object


def test_narrower_types_and_values_win_when_merged() -> None:
    schema = Schema(
        {
            "allOf": [
                {"type": ["integer", "string"], "enum": [1, 2, 3], "maximum": 9, "readOnly": True, "properties": 1},
                {
                    "type": "integer",
                    "enum": [2, 3, 4],
                    "maximum": 5,
                    "readOnly": False,
                    "properties": {},
                    "minimum": "x",
                },
                {"minimum": 1, "required": "no", "enum": 7},
            ]
        }
    )

    assert schema.type == "integer"
    assert schema.maximum == 5
    assert schema.minimum == 1
    assert schema.read_only
    assert schema.required == frozenset()
    assert schema.properties == {}


def test_a_real_union_keeps_its_branches_with_what_they_share() -> None:
    schema = within(
        {"Cat": {"type": "object", "properties": {"meow": {}}}, "Dog": {"type": "object", "properties": {"bark": {}}}},
        {
            "oneOf": [ref("Cat"), ref("Dog"), {"type": "null"}],
            "properties": {"name": {"type": "string"}},
            "discriminator": {"propertyName": "kind"},
        },
    )

    assert schema.is_union
    assert schema.nullable
    assert [list(branch.properties) for branch in schema.branches] == [["meow", "name"], ["bark", "name"]]
    assert [branch.name for branch in schema.branches] == ["Cat", "Dog"]
    assert schema.discriminator == "kind"
    assert schema.type == "object"
    assert not schema.is_map


def test_a_union_of_scalars_is_a_scalar_of_several_types() -> None:
    schema = Schema({"anyOf": [{"type": "string"}, {"type": "integer"}]})

    assert schema.types == ("string", "integer")
    assert schema.type is None
    assert schema.is_scalar
    assert [branch.type for branch in schema.branches] == ["string", "integer"]


def test_a_decimal_that_may_be_a_number_or_a_text_is_the_text_that_keeps_its_digits() -> None:
    schema = Schema(
        {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string"}, {"type": "null"}], "title": "Price"}
    )

    assert (schema.type, schema.nullable, schema.is_union, schema.title) == ("string", True, False, "Price")


def test_branches_that_only_say_what_is_required_are_no_union() -> None:
    schema = Schema({"properties": {"a": {}, "b": {}}, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]})

    assert not schema.is_union
    assert list(schema.properties) == ["a", "b"]


def test_a_schema_that_contains_itself_is_read_one_level_at_a_time() -> None:
    schema = within(
        {"Node": {"type": "object", "properties": {"parent": {"anyOf": [ref("Node"), {"type": "null"}]}}}}, ref("Node")
    )

    for _ in range(100):
        schema = schema.properties["parent"]
    assert schema.nullable
    assert schema.name == "Node"


def test_a_schema_that_is_itself_says_nothing() -> None:
    for circle in (
        {"A": {"allOf": [ref("A")]}},
        {"A": {"anyOf": [ref("A"), {"type": "null"}]}},
        {"A": ref("B"), "B": ref("A")},
    ):
        schema = within(circle, ref("A"))
        assert schema.types == ()
        assert schema.properties == {}


def test_what_stands_beside_a_reference_goes_before_what_it_points_at() -> None:
    schema = within({"Name": {"type": "string", "title": "Name", "maxLength": 9}}, {**ref("Name"), "title": "Nickname"})

    assert (schema.title, schema.max_length, schema.name) == ("Nickname", 9, "Name")


def test_a_reference_that_leads_nowhere_allows_anything_and_says_why() -> None:
    missing = within({}, ref("Gone"))
    remote = within({}, {"$ref": "https://elsewhere.example/schemas.json#/Name"})

    assert missing.types == ()
    assert missing.problem is not None
    assert "points at nothing" in missing.problem
    assert remote.is_unknown
    assert remote.problem is not None
    assert "outside of the document" in remote.problem


def test_pointers_are_unescaped_and_go_anywhere_in_the_document() -> None:
    references = References(
        {"paths": {"/a b/{c}~": {"x": [{"type": "string"}]}}}, url="http://api.example/v1/openapi.json"
    )

    assert references.find("#/paths/~1a%20b~1{c}~0/x/0") == {"type": "string"}
    assert references.find("openapi.json#/paths/~1a b~1{c}~0/x/0") == {"type": "string"}
    assert references.follow({"$ref": "#"}) == {"paths": {"/a b/{c}~": {"x": [{"type": "string"}]}}}
    with pytest.raises(DocumentError, match="points at nothing"):
        references.find("#/paths/~1a b~1{c}~0/x/7")
    with pytest.raises(DocumentError, match="is not a path"):
        references.find("#anchor")
    with pytest.raises(DocumentError, match="outside"):
        references.find("other.json#/x")


def test_references_in_a_circle_end() -> None:
    references = References({"a": {"$ref": "#/b"}, "b": {"$ref": "#/a"}})

    with pytest.raises(DocumentError, match="leads back to itself"):
        references.follow({"$ref": "#/a"})


def test_bounds_are_read_in_the_way_of_every_version() -> None:
    old = Schema({"type": "number", "minimum": 1, "exclusiveMinimum": True, "maximum": 5})
    new = Schema({"type": "number", "exclusiveMinimum": 1, "exclusiveMaximum": 5, "multipleOf": 0.5})

    assert (old.minimum, old.exclusive_minimum, old.maximum, old.exclusive_maximum) == (1, True, 5, False)
    assert (new.minimum, new.exclusive_minimum, new.maximum, new.exclusive_maximum) == (1, True, 5, True)
    assert new.multiple_of == 0.5
    assert Schema({"minimum": True}).minimum is None


def test_everything_a_form_wants_to_know_is_there() -> None:
    schema = Schema(
        {
            "type": "string",
            "minLength": 1,
            "maxLength": 5,
            "pattern": "^a",
            "default": None,
            "examples": ["ab"],
            "example": "a",
            "writeOnly": True,
            "deprecated": True,
            "contentMediaType": "image/png",
            "contentEncoding": "base64",
            "x-label": "A",
        }
    )

    assert (schema.min_length, schema.max_length, schema.pattern) == (1, 5, "^a")
    assert schema.has_default
    assert schema.default is None
    assert schema.examples == ("a", "ab")
    assert (schema.write_only, schema.read_only, schema.deprecated) == (True, False, True)
    assert (schema.content_media_type, schema.content_encoding) == ("image/png", "base64")
    assert schema.extension("x-label") == "A"
    assert (schema.has_const, schema.const) == (False, None)
    assert Schema({"const": None}).has_const
    assert schema.raw["x-label"] == "A"


def test_arrays_tuples_and_maps_are_told_apart() -> None:
    array = Schema({"items": {"type": "string"}, "minItems": 1, "maxItems": 3, "uniqueItems": True})
    pair = Schema({"prefixItems": [{"type": "string"}, {"type": "integer"}]})
    named = Schema({"type": "object", "additionalProperties": {"type": "integer"}, "maxProperties": 4})
    closed = Schema({"type": "object", "additionalProperties": False})

    assert array.is_array
    assert array.items is not None
    assert array.items.type == "string"
    assert (array.min_items, array.max_items, array.unique_items) == (1, 3, True)
    assert [each.type for each in pair.prefix_items] == ["string", "integer"]
    assert pair.items is None
    assert named.is_map
    assert named.additional_properties is not None
    assert named.additional_properties.type == "integer"
    assert named.max_properties == 4
    assert not closed.is_map
    assert closed.additional_properties is None


@pytest.mark.parametrize("raw", [True, None, 7, "x", [], {"type": 5}, {"properties": []}, {"format": "unheard-of"}])
def test_a_schema_that_makes_no_sense_allows_anything(raw: Any) -> None:
    schema = Schema(raw)

    assert schema.is_unknown or schema.is_object
    assert schema.properties == {}
    assert schema.enum == ()


def test_false_allows_nothing_but_reads_as_unknown() -> None:
    assert Schema(False).keywords == {"not": {}}
    assert Schema({"format": "int64"}).type == "integer"


def test_a_schema_names_itself_in_a_debugger() -> None:
    assert repr(within({"Name": {}}, ref("Name"))) == "Schema(Name)"
    assert repr(Schema({"type": "string"})) == "Schema(('string',))"
    assert within({"Name": {}}, {"allOf": [ref("Name")], "description": "Its name"}).name == "Name"
    assert within({"Name": {}}, {"allOf": [ref("Name"), {"properties": {}}]}).name is None


@pytest.mark.parametrize("reference", ["http://[#/x", "http://[", "#/a/" + "9" * 5000, "#/a/\u00b2"])
def test_a_reference_that_is_no_url_or_index_is_a_problem(reference: str) -> None:
    references = References({"a": [1]}, url="http://api.example/openapi.json")

    assert Schema({"$ref": reference}, references).problem is None
    with pytest.raises(DocumentError):
        references.find(reference)
    schema = Schema({"$ref": reference}, references)
    assert schema.types == ()
    assert schema.problem is not None


@pytest.mark.parametrize("bound", [float("inf"), float("nan"), 10**400])
def test_a_bound_beyond_all_numbers_bounds_nothing(bound: float) -> None:
    schema = Schema({"maximum": bound, "minimum": 3, "maxLength": bound, "multipleOf": bound})

    assert (schema.minimum, schema.maximum, schema.max_length, schema.multiple_of) == (3, None, None, None)


class Counting(References):
    """References that don't go on for ever."""

    looked_up = 0

    def find(self, reference: str) -> Any:
        self.looked_up += 1
        assert self.looked_up < 1000
        return super().find(reference)


LEVELS = 40


@pytest.mark.parametrize("last", [{"properties": {"id": {"type": "string"}}, "required": ["id"]}, ref("S0"), ref("S7")])
def test_what_many_ways_lead_to_is_merged_once(last: dict[str, Any]) -> None:
    schemas = {f"S{n}": {"allOf": [ref(f"S{n + 1}"), ref(f"S{n + 1}")]} for n in range(LEVELS)}
    own = {"properties": {"name": {"type": "string"}}, "required": ["name"]}
    references = Counting({"components": {"schemas": {**schemas, f"S{LEVELS}": {"allOf": [last, own]}}}})

    schema = Schema(ref("S0"), references)

    assert "name" in schema.properties
    assert "name" in schema.required
    assert len(schema.keywords["required"]) <= 2
    assert Schema(ref("S1"), references).required == schema.required
    assert references.looked_up <= 3 * LEVELS


def test_what_was_cut_short_in_a_circle_is_whole_when_asked_for_itself() -> None:
    components = {
        "A": {"allOf": [ref("B"), {"properties": {"a": {"type": "string"}}}]},
        "B": {"allOf": [ref("C"), {"properties": {"b": {"type": "string"}}}]},
        "C": {"allOf": [ref("A"), {"properties": {"c": {"type": "string"}}}]},
    }
    references = References({"components": {"schemas": components}})

    for name in ("A", "C", "B"):
        assert set(Schema(ref(name), references).properties) == {"a", "b", "c"}
    assert set(Schema({"allOf": [ref("B"), ref("A")]}, references).properties) == {"a", "b", "c"}


def test_what_is_made_of_too_many_or_too_deep_parts_is_a_problem() -> None:
    wide: dict[str, Any] = {"type": "string"}
    for _ in range(LEVELS):
        wide = {"allOf": [wide, wide]}
    deep = {f"S{n}": {"allOf": [ref(f"S{n + 1}")]} for n in range(5000)}
    endless: dict[str, Any] = {}
    endless["allOf"] = [endless]

    for schema, sentence in (
        (Schema(wide), "too many"),
        (within({**deep, "S5000": {}}, ref("S0")), "too deeply"),
        (Schema(endless), "too deeply"),
    ):
        assert schema.types == ()
        assert sentence in str(schema.problem)


def test_an_all_of_that_is_no_list_is_passed_over() -> None:
    assert Schema({"allOf": 5, "anyOf": [{"type": "string"}]}).type == "string"


def test_items_of_older_drafts_are_a_tuple() -> None:
    schema = Schema({"type": "array", "items": [{"type": "string"}, {"type": "integer"}], "additionalItems": False})

    assert [each.type for each in schema.prefix_items] == ["string", "integer"]
    assert schema.items is None
    assert Schema({"items": [{}], "additionalItems": {"type": "boolean"}}).items is not None


def test_the_parts_of_a_schema_are_made_once() -> None:
    union = within({"A": {"type": "object"}, "B": {"type": "array"}}, {"oneOf": [ref("A"), ref("B")]})
    array = Schema({"type": "array", "items": {"type": "string"}, "additionalProperties": {"type": "integer"}})
    pair = Schema({"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}]})

    assert union.branches[0] is union.branches[0]
    assert array.items is array.items is not None
    assert array.additional_properties is array.additional_properties is not None
    assert pair.prefix_items[1] is pair.prefix_items[1]


@pytest.mark.parametrize("child", [ref("Node"), {"anyOf": [ref("Node"), {"type": "null"}]}])
def test_what_contains_itself_is_one_schema_whichever_way_leads_there(child: dict[str, Any]) -> None:
    node = {"type": "object", "properties": {"left": child, "right": child, "all": {"type": "array", "items": child}}}
    schema = within({"Node": node}, ref("Node"))
    found = {schema}
    for _ in range(6):
        for each in tuple(found):
            items = each.items
            found.update((*each.properties.values(), *((items,) if items else ())))

    assert len(found) <= 5


def test_schemas_of_no_document_are_kept_nowhere() -> None:
    for number in range(20):
        assert Schema({"properties": {"a": {"title": str(number)}}}).properties["a"].title == str(number)

    assert NO_REFERENCES.schemas == {}
