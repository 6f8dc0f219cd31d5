"""A union's shapes have names, and a value is shown as the shape that it has."""

from itertools import pairwise
from typing import Any

import pytest

from tests.forms.rendered import built, schema_of, there_and_back
from webapp.forms.choices import MOST, options_of
from webapp.forms.unions import MOST_BRANCHES, branch_for, branches_of

CAT = {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "cat"}, "lives": {"type": "integer"}}}
DOG = {"type": "object", "required": ["kind"], "properties": {"kind": {"enum": ["dog"]}, "barks": {"type": "boolean"}}}


def labels(raw: Any, **components: Any) -> list[str]:
    return [branch.label for branch in branches_of(schema_of(raw, **components))]


def chosen(value: Any, *shapes: Any, discriminator: str | None = None, **components: Any) -> int | None:
    schema = schema_of({"oneOf": list(shapes)}, **components)
    return branch_for(value, branches_of(schema), discriminator)


def test_shapes_are_called_by_their_titles_their_tags_or_their_components() -> None:
    refs = [{"$ref": "#/components/schemas/CatIn"}, {"$ref": "#/components/schemas/DogIn"}]
    tagged = {"oneOf": refs, "discriminator": {"propertyName": "kind"}}

    assert labels({"oneOf": [{"type": "object", "title": "By card"}, {"type": "string"}]}) == ["By card", "Text"]
    assert labels(tagged, CatIn=CAT, DogIn=DOG) == ["Cat", "Dog"]
    assert labels({"oneOf": refs}, CatIn={"type": "object"}, DogIn={"type": "array"}) == ["Cat in", "Dog in"]
    assert labels({"oneOf": [CAT, DOG]}) == ["Cat", "Dog"]
    assert labels({"type": ["integer", "boolean"]}) == ["Whole number", "Yes or no"]
    assert labels({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}) == [
        "Text",
        "List of text",
    ]


def test_two_shapes_of_one_name_are_told_apart() -> None:
    assert labels({"oneOf": [{"type": "string"}, {"type": "string", "format": "uuid"}]}) == ["Text (1)", "Text (2)"]


def test_unions_within_unions_are_one_choice() -> None:
    inner = {"anyOf": [{"type": "integer"}, {"type": "string"}]}

    assert labels({"oneOf": [inner, {"type": "boolean"}]}) == ["Whole number", "Text", "Yes or no"]


@pytest.mark.parametrize(
    ("value", "at"),
    [({"kind": "dog"}, 1), ({"kind": "cat", "lives": 9}, 0), ({"kind": "cow"}, None), ("cat", None), ({}, None)],
)
def test_a_constant_tells_the_shape(value: Any, at: int | None) -> None:
    assert chosen(value, CAT, DOG) == at


def test_a_discriminator_tells_the_shape_by_the_names_of_components() -> None:
    pet = {"type": "object", "properties": {"petType": {"type": "string"}}}
    refs = [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}]
    schema = schema_of(
        {
            "oneOf": refs,
            "discriminator": {"propertyName": "petType", "mapping": {"woof": "#/components/schemas/Dog"}},
        },
        Cat=pet,
        Dog=pet,
    )

    assert branch_for({"petType": "woof"}, branches_of(schema), schema.discriminator) == 1
    assert branch_for({"petType": "Cat"}, branches_of(schema), schema.discriminator) == 0
    assert built(schema, {"petType": "woof"}).fields[0].fields[0].value == "woof"
    assert there_and_back(schema, {"petType": "woof"}).value == {"petType": "woof"}


@pytest.mark.parametrize(
    ("value", "at"),
    [({"street": "x"}, 0), ({"lat": 1.5, "lon": 2}, 1), ({"lat": "x", "lon": 2}, None), ([1], 3), (["a"], 4), (3, 2)],
)
def test_what_is_needed_and_of_which_type_tells_the_shape(value: Any, at: int | None) -> None:
    number = {"type": "number"}

    assert (
        chosen(
            value,
            {"type": "object", "required": ["street"], "properties": {"street": {"type": "string"}}},
            {"type": "object", "required": ["lat", "lon"], "properties": {"lat": number, "lon": number}},
            {"type": "integer"},
            {"type": "array", "items": {"type": "integer"}},
            {"type": "array", "items": {"type": "string"}},
        )
        == at
    )


def test_one_is_offered_before_many() -> None:
    one = {"type": "object", "title": "One", "properties": {"a": {"type": "string"}}}

    assert labels({"oneOf": [{"type": "array", "items": one}, one]}) == ["One", "List of object"]


def test_the_shape_that_knows_more_of_a_value_fits_better() -> None:
    small = {"type": "object", "properties": {"a": {"type": "string"}}}
    large = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}}

    assert chosen({"a": "x", "b": "y"}, small, large) == 1


def test_a_value_that_fits_no_shape_is_kept_as_json() -> None:
    assert there_and_back({"oneOf": [CAT, DOG]}, {"kind": "cow", "milk": 1.5}).value == {"kind": "cow", "milk": 1.5}


PET = {
    "type": "object",
    "required": ["petType"],
    "properties": {"petType": {"type": "string"}, "name": {"type": "string"}},
    "discriminator": {"propertyName": "petType"},
}


def extending(base: str, **properties: Any) -> Any:
    return {"allOf": [{"$ref": f"#/components/schemas/{base}"}, {"type": "object", "properties": properties}]}


PETS = {
    "Pet": PET,
    "HouseCat": extending("Pet", lives={"type": "integer"}),
    "Kitten": extending("HouseCat", weeks={"type": "integer"}),
    "Dog": extending("Pet", barks={"type": "boolean"}),
}
ANY_PET = {"$ref": "#/components/schemas/Pet"}


def test_a_base_with_a_discriminator_is_a_choice_of_what_extends_it() -> None:
    assert labels(ANY_PET, **PETS) == ["House cat", "Kitten", "Dog"]
    assert labels({"allOf": [ANY_PET], "nullable": True}, **PETS) == ["House cat", "Kitten", "Dog"]
    assert labels({"$ref": "#/components/schemas/Dog"}, **PETS) == []

    shown = built(schema_of(ANY_PET, **PETS), {"petType": "Dog", "name": "Rex", "barks": True})
    (shape,) = shown.fields
    assert [(each.label, each.value) for each in shape.fields] == [
        ("Pet type", "Dog"),
        ("Name", "Rex"),
        ("Barks", "true"),
    ]


def test_a_base_that_can_be_without_its_discriminator_is_a_shape_too() -> None:
    loose = {**PETS, "Pet": {**PET, "required": []}}

    assert labels(ANY_PET, **loose) == ["House cat", "Kitten", "Dog", "Pet"]
    assert there_and_back(schema_of(ANY_PET, **loose), {"name": "Rex"}).value == {"name": "Rex"}


def test_a_mapping_says_what_can_be_chosen_and_what_it_is_called() -> None:
    mapping = {"meow": "Kitten", "woof": "#/components/schemas/Dog", "arf": "#/components/schemas/Dog", "gone": "Cow"}
    mapped = {**PETS, "Pet": {**PET, "discriminator": {"propertyName": "petType", "mapping": mapping}}}
    schema = schema_of(ANY_PET, **mapped)

    assert labels(ANY_PET, **mapped) == ["Meow", "Woof", "Arf"]
    assert [branch_for({"petType": tag}, branches_of(schema), "petType") for tag in ("meow", "woof", "arf")] == [
        0,
        1,
        2,
    ]


def test_a_discriminator_is_spelt_as_its_values_are() -> None:
    kinds = {"petType": {"type": "string", "enum": ["house_cat", "kitten", "dog"]}}
    spelt = {**PETS, "Pet": {**PET, "properties": kinds}}
    told = {**PETS, "Dog": {**PETS["Dog"], "x-ms-discriminator-value": "#dog"}}

    assert [each.tag for each in branches_of(schema_of(ANY_PET, **spelt))] == ["house_cat", "kitten", "dog"]
    assert [each.tag for each in branches_of(schema_of(ANY_PET, **told))] == ["HouseCat", "Kitten", "#dog"]


def test_keys_of_several_patterns_may_have_each_of_their_shapes() -> None:
    patterns = {"^n_": {"type": "integer"}, "^t_": {"type": "string"}, "^u_": {"type": "string"}}
    schema = {"type": "object", "patternProperties": patterns}

    (first, second) = built(schema, {"n_a": 1, "t_b": "x"}).fields
    assert [each.label for each in first.options if each.selected] == ["Whole number"]
    assert [each.label for each in second.options if each.selected] == ["Text"]
    assert there_and_back(schema, {"n_a": 1, "t_b": "x"}).value == {"n_a": 1, "t_b": "x"}


def test_of_unions_within_unions_no_more_shapes_are_made_than_one_can_choose_from() -> None:
    names = [f"U{at}" for at in range(31)]
    either = {name: {"oneOf": [{"$ref": f"#/components/schemas/{after}"}] * 60} for name, after in pairwise(names)}

    # Six levels of sixty shapes each would be 46,656,000,000.
    assert len(labels({"$ref": "#/components/schemas/U0"}, **either, U30={"type": "string"})) == MOST_BRANCHES


def test_nobody_chooses_from_more_values_than_one_can_look_through() -> None:
    assert len(options_of(schema_of({"enum": [1, True, 1.0, "1", [1], [1], None, *map(str, range(MOST - 3))]}))) == MOST
    assert options_of(schema_of({"enum": list(range(200_000))})) == ()
