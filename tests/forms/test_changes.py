"""What changed between two values, and that nothing is lost on the way."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.forms.changes import (
    Difference,
    apply_patch,
    find,
    json_patch,
    merge,
    merge_patch,
    overlay,
    put,
    same,
)
from webapp.forms.values import ABSENT

KEYS = st.sampled_from(["a", "b", "c", "d/e", "f~g", ""])
SCALARS = st.one_of(
    st.booleans(), st.integers(-3, 3), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=3)
)


def values(leaves: st.SearchStrategy[Any] = SCALARS) -> st.SearchStrategy[Any]:
    return st.recursive(
        leaves,
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
        max_leaves=12,
    )


OBJECTS = st.dictionaries(KEYS, values(), max_size=4)
ANY = values(st.one_of(st.none(), SCALARS))
ANY_OBJECTS = st.dictionaries(KEYS, ANY, max_size=4)


@given(values(), values())
def test_a_merge_patch_makes_one_value_of_another(before: Any, after: Any) -> None:
    assert same(apply_patch(before, merge_patch(before, after)), after)


@given(ANY)
def test_what_is_the_same_needs_no_change(value: Any) -> None:
    assert same(value, copy.deepcopy(value))
    assert json_patch(value, copy.deepcopy(value)) == []
    if isinstance(value, dict):
        assert merge_patch(value, copy.deepcopy(value)) == {}


@given(ANY, ANY)
def test_json_patch_makes_one_value_of_another(before: Any, after: Any) -> None:
    made = copy.deepcopy(before)
    for each in json_patch(before, after):
        made = _applied(made, each)

    assert same(made, after)


def test_a_merge_patch_holds_only_what_differs() -> None:
    before = {"title": "A", "size": 1, "gone": 1, "address": {"city": "Bern", "street": "X"}, "tags": ["a", "b"]}
    after = {"title": "B", "size": 1.0, "address": {"city": "Bern", "street": "Y"}, "tags": ["a"], "new": None}

    patch = merge_patch(before, after)

    assert patch == {"gone": None, "title": "B", "address": {"street": "Y"}, "tags": ["a"], "new": None}


def test_json_patch_names_each_place() -> None:
    patch = json_patch({"a/b": 1, "gone": 1, "in": {"x~": 1}}, {"a/b": 2, "in": {"x~": 1, "y": [1]}})

    assert patch == [
        {"op": "replace", "path": "/a~1b", "value": 2},
        {"op": "remove", "path": "/gone"},
        {"op": "add", "path": "/in/y", "value": [1]},
    ]


@given(ANY_OBJECTS, ANY_OBJECTS, ANY_OBJECTS)
def test_an_overlay_loses_nothing_that_was_not_shown(
    shown: dict[str, Any], hidden: dict[str, Any], after: dict[str, Any]
) -> None:
    whole = {**{f"hidden {key}": value for key, value in hidden.items()}, **shown}

    made = overlay(whole, shown, after)

    assert {key: value for key, value in made.items() if not key.startswith("hidden ")}.keys() == after.keys()
    assert all(same(made[key], value) for key, value in after.items())
    assert all(same(made[key], value) for key, value in whole.items() if key.startswith("hidden "))


@given(ANY, ANY)
def test_an_overlay_over_what_was_shown_whole_is_what_was_made_of_it(before: Any, after: Any) -> None:
    assert same(overlay(before, before, after), after)


def test_an_overlay_keeps_what_lies_deep() -> None:
    whole = {"hook": {"url": "http://a", "secret": "s-1"}, "n": 5}
    before = {"hook": {"url": "http://a"}, "n": 5}

    assert overlay(whole, before, {"hook": {"url": "http://b"}, "n": 6}) == {
        "hook": {"url": "http://b", "secret": "s-1"},
        "n": 6,
    }


def test_items_keep_what_was_not_shown_of_them_though_they_move() -> None:
    whole = {"links": [{"id": 1, "label": "A", "url": "a"}, {"id": 2, "label": "B", "url": "b"}, {"id": 3, "x": 1}]}
    before = {"links": [{"label": "A", "url": "a"}, {"label": "B", "url": "b"}]}
    after = {"links": [{"label": "B", "url": "b2"}, {"label": "New"}, {"label": "A", "url": "a"}]}

    made = overlay(whole, before, after)

    assert made["links"] == [
        {"id": 2, "label": "B", "url": "b2"},
        {"label": "New"},
        {"id": 1, "label": "A", "url": "a"},
        {"id": 3, "x": 1},
    ]


def test_a_new_item_takes_nothing_from_one_that_went() -> None:
    whole = [{"id": 1, "label": "A"}, {"id": 2, "label": "B"}]
    before = [{"label": "A"}, {"label": "B"}]

    assert overlay(whole, before, [{"label": "B"}]) == [{"id": 2, "label": "B"}]
    assert overlay(whole, before, [{"label": "A"}, {"label": "B"}, {"label": "C"}]) == [*whole, {"label": "C"}]
    assert overlay(whole, before, [{"label": "A!"}, {"label": "B"}]) == [{"id": 1, "label": "A!"}, whole[1]]


@given(ANY_OBJECTS, ANY_OBJECTS, ANY_OBJECTS)
def test_a_merge_drops_neither_side_silently(was: Any, theirs: Any, mine: Any) -> None:
    merged = merge(was, theirs, mine)

    for each in merged.differences:
        got = find(merged.value, each.place)
        assert same(got, each.mine if each.by_me else each.theirs)
        assert each.is_conflict or same(got, each.theirs) or same(each.was, each.theirs)
    for place in _places(was) | _places(theirs) | _places(mine):
        told = any(place[: len(each.place)] == each.place for each in merged.differences)
        sides = [find(side, place) for side in (was, theirs, mine)]
        assert told or all(isinstance(side, dict) for side in sides) or all(same(side, sides[0]) for side in sides)


@given(ANY_OBJECTS, ANY_OBJECTS)
def test_where_only_one_changed_something_it_is_theirs(was: Any, new: Any) -> None:
    assert same(merge(was, new, was).value, new)
    assert same(merge(was, was, new).value, new)
    assert same(merge(was, new, new).value, new)
    assert not merge(was, new, new).conflicts


def test_a_conflict_is_the_field_that_both_changed() -> None:
    merged = merge(
        {"title": "A", "body": "x", "at": {"city": "Bern", "zip": 1}},
        {"title": "B", "body": "y", "at": {"city": "Basel", "zip": 1}},
        {"title": "C", "body": "x", "at": {"city": "Bern", "zip": 2}},
    )

    assert merged.conflicts == (Difference(("title",), "A", "B", "C"),)
    assert merged.value == {"title": "C", "body": "y", "at": {"city": "Basel", "zip": 2}}


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (1, 1.0, True),
        (1, True, False),
        (0, False, False),
        (None, ABSENT, False),
        (None, "", False),
        ("a\r\nb", "a\nb", True),
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05+00:00", True),
        ("2026-01-02T03:04:05Z", "2026-01-02T04:04:05+01:00", True),
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05", False),
        ("2026-01-02T03:04:05 or so", "2026-01-02T03:04:05", False),
        ([1, {"a": 2}], [1.0, {"a": 2}], True),
        ([1, 2], [2, 1], False),
        ({"a": None}, {}, False),
    ],
)
def test_same_is_what_means_the_same(one: Any, other: Any, alike: bool) -> None:
    assert same(one, other) is alike
    assert same(other, one) is alike


def test_putting_makes_the_way_and_takes_away() -> None:
    assert put({"a": 1}, ("b", "c"), 2) == {"a": 1, "b": {"c": 2}}
    assert put({"a": 1, "b": 2}, ("b",), ABSENT) == {"a": 1}
    assert put({"a": 1}, ("b", "c"), ABSENT) == {"a": 1}
    assert put({"a": 1}, (), 2) == 2
    assert put({"a": [{"b": 1}, {"b": 2}]}, ("a", "1", "b"), 3) == {"a": [{"b": 1}, {"b": 3}]}
    assert put([1, 2, 3], ("1",), ABSENT) == [1, 3]


def test_finding_says_what_is_there_and_what_is_not() -> None:
    value = {"a": [{"b": None}]}

    assert find(value, ("a", "0", "b")) is None
    assert find(value, ("a", "1", "b")) is ABSENT
    assert find(value, ("a", "0", "b", "c")) is ABSENT
    assert find(value, ()) is value


def _places(value: Any, at: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    if not isinstance(value, dict):
        return {at}
    return {at}.union(*(_places(inner, (*at, key)) for key, inner in value.items())) if value else {at}


def _applied(value: Any, operation: dict[str, Any]) -> Any:
    parts = [part.replace("~1", "/").replace("~0", "~") for part in operation["path"].split("/")[1:]]
    if not parts:
        return operation["value"]
    place = value
    for part in parts[:-1]:
        place = place[part]
    if operation["op"] == "remove":
        del place[parts[-1]]
    else:
        assert (parts[-1] in place) is (operation["op"] == "replace")
        place[parts[-1]] = operation["value"]
    return value
