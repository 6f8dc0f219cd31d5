"""Fields are what a schema asks for, with what is there or what was typed."""

from typing import Any

import pytest

from tests.forms.rendered import built, page_of, schema_of, sent
from webapp.forms.build import AT_ONCE, MOST_FIELDS, BuildContext, build_field
from webapp.forms.field import Control, Field
from webapp.forms.read import read_value
from webapp.forms.submission import Submission
from webapp.forms.values import ABSENT

Json = dict[str, Any]


def thing(needed: tuple[str, ...] = (), **properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(needed)}


def texts(names: list[str], needed: tuple[str, ...] = ()) -> Json:
    """An object of many texts."""
    return {**thing(needed), "properties": {name: {"type": "string"} for name in names}}


def field(shown: Field, name: str) -> Field:
    return next(each for each in shown.walk() if each.name == name)


def only(schema: Json, value: Any = ABSENT, *, name: str = "x", required: bool = False, **context: Any) -> Field:
    """The field of a schema within an object that has nothing else."""
    whole = {name: value} if value is not ABSENT else ABSENT
    return built(thing((name,) if required else (), **{name: schema}), whole, **context).fields[0]


@pytest.mark.parametrize(
    ("schema", "control"),
    [
        ({"type": "string"}, Control.TEXT),
        ({"type": "string", "maxLength": 2000}, Control.TEXTAREA),
        ({"type": "string", "format": "date"}, Control.DATE),
        ({"type": "string", "format": "date-time"}, Control.DATETIME),
        ({"type": "string", "format": "time"}, Control.TIME),
        ({"type": "string", "format": "email"}, Control.EMAIL),
        ({"type": "string", "format": "uri"}, Control.URL),
        ({"type": "string", "format": "password"}, Control.PASSWORD),
        ({"type": "string", "format": "binary"}, Control.FILE),
        ({"type": "string", "format": "byte"}, Control.TEXTAREA),
        ({"type": "string", "pattern": "^#[0-9a-fA-F]{6}$"}, Control.COLOR),
        ({"type": "string", "contentMediaType": "image/png"}, Control.FILE),
        ({"type": "string", "contentMediaType": "text/markdown"}, Control.TEXTAREA),
        ({"type": "integer"}, Control.NUMBER),
        ({"type": "number"}, Control.NUMBER),
        ({"type": "boolean"}, Control.CHECKBOX),
        ({"type": ["boolean", "null"]}, Control.SELECT),
        ({"enum": ["a", "b"]}, Control.SELECT),
        ({"const": "a"}, Control.CONSTANT),
        ({"oneOf": [{"const": "a", "title": "A"}, {"const": "b"}]}, Control.SELECT),
        ({"oneOf": [{"type": "string"}, {"type": "integer"}]}, Control.UNION),
        ({"type": ["string", "integer"]}, Control.UNION),
        ({"type": "array", "items": {"enum": ["a", "b"]}}, Control.MULTISELECT),
        ({"type": "array", "items": {"type": "string"}}, Control.LIST),
        ({"type": "array", "items": {"type": "string", "format": "binary"}}, Control.FILE),
        ({"type": "array", "prefixItems": [{"type": "string"}]}, Control.LIST),
        ({"type": "array"}, Control.JSON),
        ({"type": "object", "additionalProperties": {"type": "string"}}, Control.MAP),
        ({"type": "object", "patternProperties": {"^x-": {"type": "string"}}}, Control.MAP),
        ({"type": "object"}, Control.JSON),
        ({}, Control.JSON),
        (thing(a={"type": "string"}), Control.GROUP),
    ],
)
def test_each_kind_of_value_has_its_control(schema: Json, control: Control) -> None:
    assert only(schema, required=True).control is control


@pytest.mark.parametrize(
    ("name", "control"),
    [
        ("description", Control.TEXTAREA),
        ("user_password", Control.PASSWORD),
        ("currentPassword", Control.PASSWORD),
        ("password_hint", Control.TEXT),
        ("title", Control.TEXT),
    ],
)
def test_a_name_tells_what_a_plain_text_is(name: str, control: Control) -> None:
    assert only({"type": "string"}, name=name).control is control


def test_what_is_read_only_is_left_out_and_what_is_write_only_is_there() -> None:
    shown = built(thing(id={"type": "integer", "readOnly": True}, pin={"type": "string", "writeOnly": True}))

    assert [each.name for each in shown.fields] == ["body/pin"]
    assert shown.fields[0].control is Control.PASSWORD


def test_a_password_is_never_shown_again() -> None:
    schema = thing(secret={"type": "string", "format": "password"})

    assert "hunter2" not in str(built(schema, {"secret": "hunter2"}))
    typed = Submission.of([("body/secret", "hunter2")])
    assert "hunter2" not in page_of(built(schema, typed=typed)).root.raw_text
    assert field(built(schema, typed=typed), "body/secret").value == ""


@pytest.mark.parametrize("kind", ["string", ["string", "null"]])
def test_a_password_that_is_there_is_not_touched_by_a_form_that_does_not_show_it(kind: Any) -> None:
    schema = thing(secret={"type": kind, "format": "password"})

    assert read_value(schema_of(schema), sent(built(schema, {"secret": "hunter2"})), "body").value == {}


def test_labels_are_titles_or_the_names_in_words() -> None:
    shown = built(
        schema_of(
            thing(
                created_at={"type": "string"},
                x={"type": "string", "title": "How many"},
                home={"$ref": "#/components/schemas/Address"},
            ),
            Address={"type": "object", "title": "Address", "properties": {"street": {"type": "string"}}},
        )
    )

    assert [each.label for each in shown.fields] == ["Created at", "How many", "Home"]


def test_a_default_stands_in_a_new_form_only() -> None:
    schema = {"type": "integer", "default": 10}

    assert only(schema, creating=True).value == "10"
    unset = built(thing(x=schema), {}).fields[0]
    assert unset.value == ""
    assert "10" in unset.hint


def test_an_optional_box_with_a_default_is_a_box_in_a_new_form() -> None:
    assert only({"type": "boolean", "default": True}, creating=True).checked
    assert only({"type": "boolean"}, creating=True).control is Control.SELECT


def test_an_optional_constant_is_sent_by_itself_only_if_it_is_the_default() -> None:
    assert only({"const": "a", "default": "a"}, creating=True).control is Control.CONSTANT
    assert only({"const": "a"}, creating=True).control is Control.SELECT


def test_what_was_typed_wins_over_the_value() -> None:
    shown = built(
        thing(a={"type": "integer"}, b={"type": "string"}), {"a": 1, "b": "two"}, typed=Submission.of([("body/a", "x")])
    )

    assert [each.value for each in shown.fields] == ["x", "two"]


def test_a_shorter_list_that_was_typed_is_not_filled_up_from_the_value() -> None:
    schema = thing(tags={"type": "array", "items": {"type": "string"}})
    typed = Submission.of([("count:body/tags", "1"), ("body/tags/0", "new")])

    assert [each.value for each in field(built(schema, {"tags": ["a", "b"]}, typed=typed), "body/tags").fields] == [
        "new"
    ]


def test_errors_stand_at_their_fields_and_at_the_entries_of_maps_by_key() -> None:
    schema = thing(
        a={"type": "string"}, quotas={"type": "object", "additionalProperties": thing(n={"type": "integer"})}
    )
    errors = {"body/a": ["Too short."], "body/quotas/WEB/n": ["Too high."], "body/quotas/WEB": ["Closed."]}

    shown = built(schema, {"a": "x", "quotas": {"API": {"n": 1}, "WEB": {"n": 2}}}, errors=errors)

    assert field(shown, "body/a").errors == ("Too short.",)
    assert field(shown, "body/quotas/1").errors == ("Closed.",)
    assert field(shown, "body/quotas/1/n").errors == ("Too high.",)
    assert not field(shown, "body/quotas/0").wrong


def test_an_object_that_may_be_left_out_is_closed_until_it_is_there() -> None:
    schema = thing(address=thing(street={"type": "string"}))

    assert field(built(schema), "body/address").control is Control.CLOSED
    assert field(built(schema, opened={"body/address"}), "body/address").control is Control.GROUP
    assert field(built(schema, {"address": {}}), "body/address").can_close


def test_a_schema_within_itself_is_opened_step_by_step() -> None:
    node = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "child": {"$ref": "#/components/schemas/Node"}},
    }
    schema = schema_of({"$ref": "#/components/schemas/Node"}, Node=node)

    shown = built(schema, {"name": "a", "child": {"name": "b"}})

    assert field(shown, "body/child").control is Control.GROUP
    assert field(shown, "body/child/child").control is Control.CLOSED


def test_a_schema_that_needs_itself_ends_somewhere() -> None:
    node = {"type": "object", "required": ["child"], "properties": {"child": {"$ref": "#/components/schemas/Node"}}}

    shown = built(schema_of({"$ref": "#/components/schemas/Node"}, Node=node), creating=True)

    assert sum(1 for _ in shown.walk()) < 20


def test_of_one_and_many_one_is_offered_first() -> None:
    article = thing(("title",), title={"type": "string"})

    shown = built({"oneOf": [{"type": "array", "items": article}, article]}, creating=True)

    assert [field.name for field in shown.walk()] == ["body", "body", "body/title"]


@pytest.mark.parametrize("keyword", ["oneOf", "anyOf"])
def test_a_union_that_needs_itself_ends_somewhere(keyword: str) -> None:
    node = {
        keyword: [
            {"$ref": "#/components/schemas/Node"},
            {"type": "array", "items": {"$ref": "#/components/schemas/Node"}},
        ]
    }

    assert sum(1 for _ in built(schema_of({"$ref": "#/components/schemas/Node"}, Node=node), [[]]).walk()) < 200


def test_a_form_can_not_grow_without_end() -> None:
    wide = texts([f"p{at}" for at in range(40)])
    deep = thing(tuple(f"q{at}" for at in range(60)), **{f"q{at}": wide for at in range(60)})

    shown = built(deep, creating=True)

    assert sum(1 for _ in shown.walk()) < MOST_FIELDS + 100
    assert shown.fields[-1].control is Control.JSON


def test_a_list_too_long_for_a_form_is_json_and_loses_nothing() -> None:
    made = only({"type": "array", "items": {"type": "integer"}}, list(range(5000)))

    assert made.control is Control.JSON
    assert "4999" in made.value


def test_counts_that_somebody_made_up_do_not_make_a_page_grow() -> None:
    texts_of_texts = {"type": "array", "items": {"type": "array", "items": {"type": "string"}}}
    pairs = [("count:body/x", "200"), *((f"count:body/x/{at}", "200") for at in range(30))]

    shown = built(thing(x=texts_of_texts), typed=Submission.of(pairs))

    assert sum(1 for _ in shown.walk()) < 2 * MOST_FIELDS


def test_a_value_of_another_type_is_json() -> None:
    made = only({"type": "integer"}, "many")

    assert (made.control, made.value) == (Control.JSON, '"many"')


def test_of_many_optional_fields_the_later_ones_are_folded_away_unless_they_are_filled() -> None:
    names = [f"p{at}" for at in range(30)]
    shown = built(texts(names, ("p29",)), {"p29": "", "p28": "x"})

    folded = [each.name for each in shown.fields if each.folded]
    assert len(folded) == 28 - AT_ONCE
    assert "body/p29" not in folded
    assert "body/p28" not in folded
    assert page_of(shown).root.one("details").text.startswith("More fields")


def test_a_few_optional_fields_are_not_folded_away() -> None:
    shown = built(texts([f"p{at}" for at in range(AT_ONCE + 2)]))

    assert not any(each.folded for each in shown.fields)


def test_a_moment_in_a_notation_that_no_control_has_is_a_text() -> None:
    schema = {"type": "string", "format": "date-time"}

    assert only(schema, "2024-05-01T10:00:00.123456Z").control is Control.TEXT
    made = only(schema, "2024-05-01T10:00:00+02:00")
    assert (made.control, made.value) == (Control.DATETIME, "2024-05-01T10:00:00")
    assert ("zone:body/x", "+02:00") in made.hidden
    assert "UTC+02:00" in made.hint


def test_a_reference_suggests_what_it_may_be() -> None:
    made = only(
        {"type": "integer"},
        7,
        name="project_id",
        references=lambda pointer, _: "/-/choices/projects" if pointer == "body/project_id" else None,
        reference_labels={"body/project_id": "Website"},
    )

    assert (made.control, made.choices_href, made.shown_label) == (Control.REFERENCE, "/-/choices/projects", "Website")


def test_ids_are_fit_for_selectors_and_differ_for_every_name() -> None:
    names = ["body/a-b", "body/a/b", "body/a_b", "body/a--b", "body/é", "body/e", "body/a b", "body/a~1b", "body/a.b"]
    ids = [Field(name, "", Control.TEXT).id for name in names]

    assert len(set(ids)) == len(names)
    assert all(each.replace("-", "").replace("_", "").isalnum() and each.isascii() for each in ids)
    assert ids[1] == "field-body--a--b"


def test_what_is_explained_is_explained_in_words_alone() -> None:
    made = only(
        {
            "type": "string",
            "description": "The **name** of `it`, see [the guide](https://a.example).\n\nMore that nobody reads here.",
            "minLength": 8,
            "examples": ["Spring sale"],
            "deprecated": True,
        }
    )

    assert made.hint == "The name of it, see the guide. At least 8 characters. Deprecated."
    assert made.placeholder == "Spring sale"


@pytest.mark.parametrize(
    ("schema", "hint"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 10}, "From 1 to 10."),
        ({"type": "number", "exclusiveMinimum": 0}, "More than 0."),
        ({"type": "integer", "maximum": 2**31 - 1, "minimum": 0}, "At least 0."),
        ({"type": "integer", "multipleOf": 5}, "A multiple of 5."),
        ({"type": "string", "minLength": 2, "maxLength": 4}, "2 to 4 characters."),
        (
            {"type": "string", "minLength": 2, "maxLength": 4, "description": "What it is"},
            "What it is. 2 to 4 characters.",
        ),
        ({"type": "string", "description": "What it is"}, "What it is"),
        ({"type": "string", "minLength": 2, "description": "And this?"}, "And this? At least 2 characters."),
        ({"type": "string", "pattern": "^[a-z]+$"}, "Has to match ^[a-z]+$"),
        ({"type": "string", "format": "uuid"}, "A UUID, like 3fa85f64-5717-4562-b3fc-2c963f66afa6."),
        ({"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 3}, "1 to 3 items."),
        (
            {"type": "array", "items": {"type": "string", "maxLength": 9}, "maxItems": 3},
            "At most 3 items. Each: at most 9 characters.",
        ),
    ],
)
def test_what_a_value_has_to_be_like_is_said(schema: Json, hint: str) -> None:
    assert only(schema).hint == hint


def test_an_enumeration_has_the_labels_that_its_document_gives() -> None:
    made = only({"enum": [1, 2], "x-enumNames": ["Low", "High"]}, required=True)

    assert [choice.label for choice in made.options] == ["Choose…", "Low", "High"]


def test_a_value_that_is_not_among_the_options_is_kept() -> None:
    made = only({"type": "string", "enum": ["a", "b"]}, "old")

    assert [choice.value for choice in made.options if choice.selected] == ["old"]


def test_where_null_nothing_and_an_empty_text_differ_one_can_choose() -> None:
    schema = {"type": ["string", "null"]}

    assert [state.value for state in only(schema, "").states] == ["given", "null", "absent"]
    assert [state.value for state in only(schema, None).states if state.selected] == ["null"]
    assert only(schema, "text").states == ()
    assert only(schema, creating=True).states == ()


@pytest.mark.parametrize("form", ["date", "date-time", "time"])
def test_no_moment_is_an_empty_text(form: str) -> None:
    schema = {"anyOf": [{"type": "string", "format": form}, {"type": "null"}]}

    assert [state.value for state in only(schema, None).states] == ["null", "absent"]


def test_what_is_empty_is_called_what_it_is() -> None:
    some = {"type": "object", "additionalProperties": {"type": "string"}}
    many = {"type": "array", "items": {"type": "object", "properties": {"x": {"type": "string"}}}}

    for schema, called in ((some, "An empty map"), (many, "An empty list")):
        assert only({"anyOf": [schema, {"type": "null"}]}, None).states[0].label == called


def test_an_option_is_called_in_a_form_as_it_is_elsewhere() -> None:
    made = only({"type": "string", "enum": ["kg", "in_progress"]}, required=True)

    assert [choice.label for choice in made.options] == ["Choose…", "kg", "In progress"]


def test_a_field_without_a_place_in_an_object_is_a_field_too() -> None:
    made = build_field(schema_of({"type": "string"}), "query/q", label="Search", value="x", context=BuildContext())

    assert (made.label, made.value, made.required) == ("Search", "x", False)


def test_what_is_put_into_a_built_form_is_sent() -> None:
    form = sent(built(thing(a={"type": "string"}, b={"type": "boolean"})), **{"body/a": "x", "body/b": "true"})

    assert form.text("body/a") == "x"
    assert form.text("body/b") == "true"
