"""A submission is asked by the names of its inputs."""

from webapp.forms.submission import Submission, companion, pointer_of

FORM = Submission.of(
    [("body/a", "1"), ("body/a", "x\r\ny"), ("state:body/b/c", "null"), ("query/q:x", ""), ("edit", "add:body/a")]
)


def test_the_last_of_several_values_counts() -> None:
    assert FORM.get("body/a") == "x\r\ny"
    assert FORM.getall("body/a") == ["1", "x\r\ny"]
    assert FORM.get("body/z") is None
    assert FORM.getall("body/z") == []


def test_a_text_has_the_line_ends_of_json() -> None:
    assert FORM.text("body/a") == "x\ny"


def test_something_is_said_about_what_is_above_an_input_and_beside_a_companion() -> None:
    assert all(map(FORM.has_under, ["body", "body/a", "body/b", "body/b/c", "query", "query/q:x"]))
    assert not any(map(FORM.has_under, ["body/c", "bod", "body/b/c/d", "state:body/b/c"]))


def test_the_button_that_was_pressed_is_told() -> None:
    assert FORM.edit == "add:body/a"
    assert Submission().edit is None


def test_a_companion_is_about_another_input() -> None:
    assert pointer_of(companion("count", "body/a:b")) == "body/a:b"
    assert pointer_of("body/state:x") == "body/state:x"
    assert pointer_of("label:body/x") == "label:body/x"


def test_a_name_deeper_than_any_form_is_about_nothing() -> None:
    form = Submission.of([("body" + "/a" * 300_000, "x"), ("body/b", "y")])

    assert form.has_under("body/b")
    assert not form.has_under("body/a")


def test_submissions_of_the_same_pairs_are_the_same() -> None:
    assert Submission.of(FORM.pairs) == FORM
    assert "body/a" in FORM
