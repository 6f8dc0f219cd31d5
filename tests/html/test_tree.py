"""JSON as a tree: everything is in it, or it says how much isn't."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from webapp.html.tree import DEEPEST, MOST_NODES, Node, make_tree

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=5),
    max_leaves=60,
)


def count(node: Node) -> int:
    """How many nodes there are."""
    return 1 + sum(map(count, node.nodes))


@given(JSON)
def test_a_node_has_all_members_or_says_how_many_it_lacks(value: Any) -> None:
    def check(node: Node, of: Any, depth: int) -> None:
        if isinstance(of, dict | list) and of:
            assert len(node.nodes) + node.left_out == len(of)
            members = list(of.values()) if isinstance(of, dict) else of
            for inner, member in zip(node.nodes, members, strict=False):
                check(inner, member, depth + 1)

    check(make_tree(value), value, 0)


def test_a_tree_is_no_larger_than_a_page_can_bear() -> None:
    wide = make_tree([{"a": [1, 2, 3]} for _ in range(10_000)])
    deep: Any = "end"
    for _ in range(100):
        deep = [deep]

    assert count(wide) <= MOST_NODES
    assert wide.left_out == 10_000 - len(wide.nodes)
    assert count(make_tree(deep)) == DEEPEST + 1


def test_values_are_written_as_json_writes_them() -> None:
    node = make_tree({"a": None, "b": True, "c": 1.5, "d": "x", "e": {}, "f": [], "g": "y" * 9000})

    assert [(each.text, each.kind) for each in node.nodes[:6]] == [
        ("null", "literal"),
        ("true", "literal"),
        ("1.5", "number"),
        ("x", "text"),
        ("{}", "literal"),
        ("[]", "literal"),
    ]
    assert len(node.nodes[6].text) == 2001
