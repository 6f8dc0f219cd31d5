"""An operation's form: what is asked, in which order, and what was typed."""

import pytest

from tests.forms.operations import LIST, OBJECT, TEXT, body, operation, parameter
from webapp.forms import Control
from webapp.forms.build import BuildContext
from webapp.forms.form import OperationForm
from webapp.forms.submission import Submission
from webapp.openapi.site import Operation

FILES = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}, "a": TEXT}}


def names(asked: Operation, **more: object) -> list[str]:
    """The fields of an empty form."""
    form = OperationForm(asked, **more)  # type: ignore[arg-type]
    return [field.name for field in form.fields({}, BuildContext(creating=True))]


def test_every_input_has_a_field_and_what_can_not_be_left_out_comes_first() -> None:
    asked = operation(
        parameter("q"), parameter("id", "path"), parameter("X-Mode", "header"), parameter("c", "cookie"), body()
    )

    assert names(asked) == ["path/id", "query/q", "body/a", "body/b", "header/X-Mode", "cookie/c"]


def test_optional_headers_are_folded_away_unless_there_is_something_wrong_with_them() -> None:
    wrong = BuildContext(errors={"header/X-Mode": ("No.",)})
    asked = OperationForm(operation(parameter("X-Mode", "header"), body()))
    needed = OperationForm(operation(parameter("X-Mode", "header", required=True), body()))

    assert [each.folded for each in asked.fields({}, BuildContext())] == [False, False, True]
    assert [each.folded for each in asked.fields({}, wrong)] == [False, False, False]
    assert [each.name for each in needed.fields({}, BuildContext())] == ["header/X-Mode", "body/a", "body/b"]


def test_headers_stay_before_a_file_so_that_they_are_there_before_it() -> None:
    file = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
    asked = OperationForm(operation(parameter("X-Mode", "header"), body(file, "multipart/form-data")))

    assert [each.name for each in asked.fields({}, BuildContext())] == ["header/X-Mode", "body/file"]


def test_what_is_known_already_and_what_is_the_client_s_own_is_not_asked() -> None:
    asked = operation(
        parameter("id", "path"), parameter("Authorization", "header"), parameter("if-match", "header"), parameter("q")
    )

    assert names(asked, hidden={"path/id"}) == ["query/q"]


def test_a_file_is_asked_for_last_so_that_all_else_is_there_before_it() -> None:
    assert names(operation(body(FILES, "multipart/form-data"), parameter("q"))) == ["query/q", "body/a", "body/file"]


@pytest.mark.parametrize(
    ("types", "first"),
    [
        (["text/plain", "application/x-www-form-urlencoded", "application/json"], "application/json"),
        (["multipart/form-data", "application/x-www-form-urlencoded"], "application/x-www-form-urlencoded"),
        (["application/xml", "application/vnd.api+json"], "application/vnd.api+json"),
        (["application/json-patch+json", "application/merge-patch+json"], "application/merge-patch+json"),
        (["application/octet-stream", "text/csv"], "application/octet-stream"),
    ],
)
def test_of_several_bodies_the_one_with_the_best_form_comes_first(types: list[str], first: str) -> None:
    form = OperationForm(operation(*(body(OBJECT, each) for each in types)))

    assert form.body is not None
    assert form.body.media_type == first


def test_a_form_with_a_file_goes_before_json_and_one_can_choose() -> None:
    asked = operation(body(), body(FILES, "multipart/form-data"))

    first, chosen = OperationForm(asked), OperationForm(asked, "application/json")

    assert first.body is not None
    assert first.body.media_type == "multipart/form-data"
    assert chosen.body is not None
    assert chosen.body.media_type == "application/json"


@pytest.mark.parametrize(
    ("media_type", "control"),
    [("application/xml", Control.TEXTAREA), ("text/plain", Control.TEXTAREA), ("application/zip", Control.FILE)],
)
def test_a_body_that_is_no_form_is_one_input(media_type: str, control: Control) -> None:
    fields = OperationForm(operation(body({}, media_type))).fields({}, BuildContext())

    assert [(field.name, field.control) for field in fields] == [("body", control)]


def test_what_was_typed_is_read_and_what_was_left_out_is_absent() -> None:
    form = OperationForm(
        operation(parameter("limit", schema={"type": "integer"}), parameter("tags", schema=LIST), body())
    )

    read = form.read(Submission.of([("query/limit", "5"), ("body/a", "x"), ("body/b", "")]))

    assert read.values == {"query": {"limit": 5}, "body": {"a": "x"}}
    assert read.errors == {}


def test_what_can_not_be_converted_is_an_error_at_its_input() -> None:
    form = OperationForm(operation(parameter("limit", schema={"type": "integer"}), parameter("id", "path")))

    read = form.read(Submission.of([("query/limit", "many")]))

    assert set(read.errors) == {"query/limit", "path/id"}


def test_an_id_that_is_known_goes_back_as_it_came() -> None:
    form = OperationForm(operation(parameter("id", "path", {"type": "integer"})), hidden={"path/id"})

    assert form.read(Submission.of([("path/id", "007")])).values == {"path": {"id": "007"}}


@pytest.mark.parametrize(("required", "values"), [(True, {"body": {}}), (False, {})])
def test_an_empty_body_is_sent_only_where_there_has_to_be_one(required: bool, values: object) -> None:
    form = OperationForm(operation(body(required=required)))

    assert form.read(Submission.of([("body/a", "")])).values == values


def test_what_is_said_about_a_parameter_is_said_at_its_field() -> None:
    asked = operation(parameter("q", description="Words to look for.", examples=("tea",)))

    (field,) = OperationForm(asked).fields({}, BuildContext())

    assert "Words to look for." in field.hint
