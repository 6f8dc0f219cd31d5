"""A form changes where its buttons say, and keeps all else."""

import pytest

from webapp.forms.edits import apply_edit
from webapp.forms.submission import Submission

Pairs = list[tuple[str, str]]

TAGS: Pairs = [("count:body/tags", "3"), ("body/tags/0", "a"), ("body/tags/1", "b"), ("body/tags/2", "c")]


def after(button: str, pairs: Pairs) -> Submission:
    return apply_edit(Submission.of([*pairs, ("edit", button)]))


def items(form: Submission, name: str = "body/tags") -> list[str | None]:
    return [form.text(f"{name}/{at}") for at in range(int(form.text(f"count:{name}") or "0"))]


def test_one_more_item_comes_last_and_is_empty() -> None:
    form = after("add:body/tags", TAGS)

    assert items(form) == ["a", "b", "c", None]
    assert form.edit is None


def test_the_first_item_can_be_added_where_nothing_was_said_about_the_list() -> None:
    assert items(after("add:body/tags", [])) == [None]


def test_an_item_goes_with_all_that_is_in_it() -> None:
    pairs = [
        ("count:body/lines", "3"),
        *((f"body/lines/{at}/sku", f"sku {at}") for at in range(3)),
        ("state:body/lines/1/sku", "given"),
        ("count:body/lines/2/notes", "1"),
        ("body/lines/2/notes/0", "note of 2"),
        ("key:body/lines/2/map/0", "key of 2"),
        ("body/linesman", "somebody else"),
    ]

    form = after("remove:body/lines/1", pairs)

    assert sorted(form.pairs) == sorted(
        [
            ("count:body/lines", "2"),
            ("body/lines/0/sku", "sku 0"),
            ("body/lines/1/sku", "sku 2"),
            ("count:body/lines/1/notes", "1"),
            ("body/lines/1/notes/0", "note of 2"),
            ("key:body/lines/1/map/0", "key of 2"),
            ("body/linesman", "somebody else"),
        ]
    )


def test_an_entry_that_is_closed_keeps_its_name() -> None:
    pairs = [("count:body/map", "1"), ("key:body/map/0", "north"), ("open:body/map/0", "yes"), ("body/map/0/x", "1")]

    form = after("close:body/map/0", pairs)

    assert sorted(form.pairs) == [("count:body/map", "1"), ("key:body/map/0", "north")]


def test_items_change_places() -> None:
    assert items(after("up:body/tags/2", TAGS)) == ["a", "c", "b"]
    assert items(after("down:body/tags/0", TAGS)) == ["b", "a", "c"]


def test_a_part_that_is_closed_loses_what_is_in_it_but_not_what_its_absence_means() -> None:
    pairs = [("open:body/a", "yes"), ("state:body/a", "null"), ("body/a/b", "x"), ("body/ab", "y")]

    assert after("close:body/a", pairs).pairs == (("state:body/a", "null"), ("body/ab", "y"))


def test_a_part_is_opened() -> None:
    assert after("open:body/a", []).text("open:body/a") == "yes"


def test_another_shape_keeps_the_texts_but_not_what_was_said_about_the_last_one() -> None:
    pairs = [
        ("branch:body/u", "1"),
        ("as:body/u", "json"),
        ("body/u", "x"),
        ("state:body/u", "null"),
        ("body/u/a", "y"),
    ]

    assert after("branch:body/u", pairs).pairs == (("branch:body/u", "1"), ("body/u", "x"), ("body/u/a", "y"))


@pytest.mark.parametrize(
    "button",
    [
        "remove:body/tags/3",
        "remove:body/tags/-1",
        "remove:body/tags/x",
        "remove:body",
        "up:body/tags/0",
        "up:body/tags/9",
        "down:body/tags/2",
        "down:body/tags/٣",
        "explode:body/tags",
        "add:",
        "add",
        "up:" + "9" * 50,
    ],
)
def test_a_button_that_means_nothing_changes_nothing(button: str) -> None:
    assert after(button, TAGS).pairs == tuple(TAGS)


def test_a_list_can_not_grow_without_end() -> None:
    assert after("add:body/tags", [("count:body/tags", "200")]).text("count:body/tags") == "200"
