"""Whatever the schema: a value that goes into a form comes out of it as it was, and editing a form loses nothing."""

from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.forms.generated import NAMES, SCHEMAS, TEXTS, Inherited, Raw, filled, inherited, is_same
from tests.forms.rendered import built, schema_of, sent, there_and_back
from webapp.forms.edits import apply_edit
from webapp.forms.field import Control, Field
from webapp.forms.read import read_value
from webapp.forms.submission import COMPANIONS, Submission
from webapp.forms.values import ABSENT

thorough = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@thorough
@given(filled())
def test_a_value_comes_back_from_its_form_as_it_was(given_: tuple[Raw, Any]) -> None:
    raw, value = given_

    read = there_and_back(raw, value, name="body/x")

    assert read.errors == {}
    assert is_same(read.value, value)


@thorough
@given(inherited())
def test_what_extends_a_base_comes_back_as_it_was(drawn: Inherited) -> None:
    schema = schema_of(drawn.raw, **drawn.components)

    read = there_and_back(schema, drawn.value, name="body/x")

    assert read.errors == {}
    assert is_same(read.value, drawn.value)


@thorough
@given(SCHEMAS, st.sampled_from([None, ABSENT]))
def test_null_stays_null_and_what_is_absent_stays_absent(raw: Raw, value: Any) -> None:
    read = there_and_back(raw, value, name="body/x", required=False)

    assert read.errors == {}
    assert read.value is value


@thorough
@given(filled())
def test_a_form_that_comes_back_is_the_form_that_was_sent(given_: tuple[Raw, Any]) -> None:
    raw, value = given_
    first = sent(built(raw, value, name="body/x"))

    again = sent(built(raw, name="body/x", typed=first))

    assert again == first


@thorough
@given(filled())
def test_adding_and_removing_an_item_changes_nothing(given_: tuple[Raw, Any]) -> None:
    raw, value = given_
    shown = built(raw, value, name="body/x")

    for each in growing(shown)[:2]:
        longer = edited(raw, sent(shown), f"add:{each.name}")
        again = edited(raw, sent(longer), f"remove:{each.name}/{len(each.fields)}")
        assert is_same(read(raw, sent(again)), value)


@thorough
@given(filled())
def test_an_item_moved_down_and_up_again_is_where_it_was(given_: tuple[Raw, Any]) -> None:
    raw, value = given_
    shown = built(raw, value, name="body/x")

    for each in (item for item in shown.walk() if item.can_move_down):
        lower = edited(raw, sent(shown), f"down:{each.name}")
        place, _, at = each.name.rpartition("/")
        assert is_same(read(raw, sent(edited(raw, sent(lower), f"up:{place}/{int(at) + 1}"))), value)


@thorough
@given(filled())
def test_opening_and_closing_a_part_changes_nothing(given_: tuple[Raw, Any]) -> None:
    raw, value = given_
    shown = built(raw, value, name="body/x")

    for each in (part for part in shown.walk() if part.control is Control.CLOSED):
        opened = edited(raw, sent(shown), f"open:{each.name}")
        assert next(part for part in opened.walk() if part.name == each.name).control is not Control.CLOSED
        assert is_same(read(raw, sent(edited(raw, sent(opened), f"close:{each.name}"))), value)


@thorough
@given(filled(), st.data())
def test_no_change_of_the_form_loses_what_was_typed(given_: tuple[Raw, Any], data: st.DataObject) -> None:
    raw, value = given_
    shown = built(raw, value, name="body/x")
    buttons = [
        *(f"add:{each.name}" for each in growing(shown)),
        *(f"open:{each.name}" for each in shown.walk() if each.control is Control.CLOSED),
        *(f"up:{each.name}" for each in shown.walk() if each.can_move_up),
        *(f"down:{each.name}" for each in shown.walk() if each.can_move_down),
    ]
    form = sent(shown)

    for button in data.draw(st.lists(st.sampled_from(buttons), max_size=3)) if buttons else ():
        changed = sent(edited(raw, form, button))
        assert not typed(form) - typed(changed)
        form = changed


def growing(shown: Field) -> list[Field]:
    return [each for each in shown.walk() if each.can_add]


def edited(raw: Raw, form: Submission, button: str) -> Field:
    """The form after a press on one of its own buttons."""
    pressed = Submission.of([*form.pairs, ("edit", button)])
    return built(raw, name="body/x", typed=apply_edit(pressed))


def read(raw: Raw, form: Submission) -> Any:
    found = read_value(schema_of(raw), form, "body/x")
    assert found.errors == {}
    return found.value


def typed(form: Submission) -> Counter[str]:
    """The texts in a form, wherever they are."""
    return Counter(str(value) for name, value in form.pairs if value and not name.startswith(("count:", "state:")))


PARTS = st.sampled_from(["0", "1", "~", "kind", "more", "a", "", "count", "x", "9" * 30]) | NAMES
HOSTILE_NAMES = st.builds(
    lambda kind, parts: kind + "/".join(["body/x", *parts]),
    st.sampled_from(["", *(f"{kind}:" for kind in COMPANIONS), "label:"]),
    st.lists(PARTS, max_size=4),
)
HOSTILE_VALUES = TEXTS | st.sampled_from(["absent", "json", "00009", "-1", "9" * 5000, "[" * 2000, "1e999999", "yes"])
VERBS = st.sampled_from(["add", "remove", "up", "down", "open", "close", "branch", "edit", ""])


@thorough
@given(SCHEMAS, st.lists(st.tuples(HOSTILE_NAMES, HOSTILE_VALUES), max_size=8), VERBS, HOSTILE_NAMES)
def test_whatever_is_sent_is_read_and_shown_again(
    raw: Raw, pairs: list[tuple[str, str]], verb: str, pointer: str
) -> None:
    form = apply_edit(Submission.of([*pairs, ("edit", f"{verb}:{pointer}")]))

    shown = built(raw, name="body/x", typed=form)
    again = sent(shown)

    assert read_value(schema_of(raw), again, "body/x").errors.keys() <= {each.name for each in shown.walk()}
